"""Who signed a COS or CI request: the facts go to `auth.cos_q_sign`, its verdict becomes a COS error."""

from __future__ import annotations

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.cos_q_sign import QSignature
from ci_emulator.auth.model import Reason, SignedRequest, Verdict
from ci_emulator.core.model import ANONYMOUS, Call, Principal
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services

#: Reason → (code, variant, message); a message of None is the table's own (spec: cos.md section 1.5).
_ANSWERS: dict[Reason, tuple[str, str, str | None]] = {
    Reason.MALFORMED: ("AccessDenied", "", None),
    Reason.EXPIRED: ("AccessDenied", "expired", None),
    Reason.NOT_YET_VALID: ("RequestTimeTooSkewed", "", None),
    Reason.UNKNOWN_KEY: ("InvalidAccessKeyId", "", None),
    Reason.SIGNATURE_MISMATCH: ("SignatureDoesNotMatch", "", None),
    Reason.TOKEN_INVALID: ("AccessDenied", "", "The security token does not belong to the access key."),
    Reason.TOKEN_EXPIRED: ("ExpiredToken", "", None),
}


def signed_request(call: Call) -> SignedRequest:
    """Return the facts that a signature covers; nothing is normalised."""
    target = call.target
    return SignedRequest(
        method=target.method,
        raw_path=target.raw_path,
        raw_query=target.raw_query,
        host=target.authority,
        headers=target.headers,
        body=call.content or b"",
    )


def signature_of(call: Call) -> QSignature | None:
    """Return the signature of a request that was checked, None for one that has none or needed none."""
    if call.principal.unchecked and not call.principal.secret_id:
        return None
    found = cos_q_sign.find_signature(signed_request(call))
    return found if isinstance(found, QSignature) else None


def check_parameters_signed(call: Call, *names: str) -> None:
    """Refuse a request whose signature leaves some of its parameters out: whoever holds a URL could add them to it.

    Raises:
        ApiError: AccessDenied.
    """
    signature = signature_of(call)
    for name in names:
        if signature is not None and name not in signature.param_list:
            raise fail("AccessDenied", f"Auth sign url-param must include {name}")


def principal_of(verdict: Verdict) -> Principal:
    """Return who an accepted verdict is about; a key nobody knows acts for the owner of what it addresses."""
    if verdict.credential is None:
        return Principal(None, verdict.secret_id, unchecked=True)
    found = verdict.credential
    return Principal(
        found.appid,
        verdict.secret_id,
        user=found.user,
        policy=found.policy,
        session=found.session_policy,
        temporary=found.token is not None,
        session_name=found.session_name,
        role=found.role,
    )


def authenticate(call: Call, services: Services) -> Principal:
    """Return who asks, anonymous included.

    Raises:
        ApiError: the signature does not hold; the body then carries what the real service sends.
    """
    mode = services.config.auth
    if mode == "off":
        return Principal(None, unchecked=True)
    if call.action is not None and call.action.access == "none":
        return ANONYMOUS
    verdict = cos_q_sign.verify(
        signed_request(call),
        services.credentials,
        services.clock.now(),
        check_signature=mode == "strict",
        extra_hosts=_canonical_hosts(call, services),
    )
    return judged(call, verdict)


def judged(call: Call, verdict: Verdict) -> Principal:
    """Return who a verdict is about, anonymous included.

    Raises:
        ApiError: the signature does not hold.
    """
    if verdict.accepted:
        return principal_of(verdict)
    if verdict.reason is Reason.UNSIGNED:
        return ANONYMOUS
    call.diagnosis = verdict.diagnosis
    raise _error(verdict)


def _error(verdict: Verdict) -> ApiError:
    code, variant, message = _ANSWERS[verdict.reason or Reason.MALFORMED]
    extra = {}
    if verdict.reason is Reason.SIGNATURE_MISMATCH:
        extra = {"StringToSign": verdict.string_to_sign}
        if verdict.format_string:
            extra["FormatString"] = verdict.format_string
    return fail(code, message, variant=variant, extra=extra)


def _canonical_hosts(call: Call, services: Services) -> tuple[str, ...]:
    """The name that `COS.getAuthorization` of the Node and browser SDKs signs, whatever host is addressed."""
    place = call.place
    if place.bucket is None:
        return ()
    region = place.region or services.config.region
    return (f"{place.bucket}.cos.{region}.myqcloud.com",)

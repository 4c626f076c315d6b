"""Who signed a call of API 3.0: by TC3, by the v1 signature, or by a COS signature."""

from __future__ import annotations

from ci_emulator.auth import cos_q_sign, tc3, tc_v1
from ci_emulator.auth.model import Reason, Verdict
from ci_emulator.core.model import Call, Principal
from ci_emulator.protocols.cos.authenticate import principal_of, signed_request
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.envelope import Envelope, Scheme
from ci_emulator.protocols.tencentcloud.errors import fail

#: Reason → (code, variant) (spec: tencentcloud-api3.md section 1.6).
_ANSWERS: dict[Reason, tuple[str, str]] = {
    Reason.MALFORMED: ("AuthFailure.InvalidAuthorization", ""),
    Reason.EXPIRED: ("AuthFailure.SignatureExpire", ""),
    Reason.NOT_YET_VALID: ("AuthFailure.SignatureExpire", ""),
    Reason.SCOPE_DATE_MISMATCH: ("AuthFailure.SignatureFailure", ""),
    Reason.PAYLOAD_HASH_MISMATCH: ("InvalidParameterValue", "digest"),
    Reason.UNKNOWN_KEY: ("AuthFailure.SecretIdNotFound", ""),
    Reason.SIGNATURE_MISMATCH: ("AuthFailure.SignatureFailure", ""),
    Reason.TOKEN_INVALID: ("AuthFailure.TokenFailure", ""),
    Reason.TOKEN_EXPIRED: ("AuthFailure.TokenFailure", ""),
}


def authenticate(call: Call, services: Services) -> Principal:
    """Return who asks; API 3.0 knows no anonymous calls.

    Raises:
        ApiError: MissingParameter for an unsigned call, an AuthFailure code otherwise.
    """
    mode = services.config.auth
    if mode == "off":
        return Principal(None, unchecked=True)
    verdict = _verify(call, services, check_signature=mode == "strict")
    if verdict.accepted:
        return principal_of(verdict)
    call.diagnosis = verdict.diagnosis
    raise _error(verdict)


def _verify(call: Call, services: Services, *, check_signature: bool) -> Verdict:
    envelope: Envelope = call.envelope
    now = services.clock.now()
    if envelope.scheme is Scheme.V1:
        return tc_v1.verify(
            envelope.pairs,
            call.target.method,
            call.target.authority,
            services.credentials,
            now,
            check_signature=check_signature,
        )
    verify = cos_q_sign.verify if envelope.scheme is Scheme.Q_SIGN else tc3.verify
    return verify(signed_request(call), services.credentials, now, check_signature=check_signature)


def _error(verdict: Verdict) -> ApiError:
    if verdict.reason is None or verdict.reason is Reason.UNSIGNED:
        return fail("MissingParameter", variant="header", name="Authorization")
    code, variant = _ANSWERS[verdict.reason]
    return fail(code, variant=variant)

"""The COS request signature, `q-sign-algorithm=sha1` (cos.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ci_emulator.auth import checks, hosts, percent
from ci_emulator.auth.cos_q_canonical import (
    canonical_name,
    canonicalise,
    compute,
    matches,
    sha1_hex,
    sign_key,
    string_to_sign,
)
from ci_emulator.auth.cos_q_diagnosis import diagnose
from ci_emulator.auth.cos_q_signature import (
    Malformed,
    QSignature,
    Query,
    credential_of,
    find,
    sent_token,
)
from ci_emulator.auth.credentials import Credential, CredentialSource
from ci_emulator.auth.model import Reason, SignedRequest, Verdict, refuse

__all__ = ["Malformed", "QSignature", "find_signature", "post_form_signature", "sign", "verify"]


def find_signature(request: SignedRequest) -> QSignature | Malformed | None:
    """Return the signature a request carries, None when it is anonymous."""
    return find(request, percent.parse_query(request.raw_query))


def verify(
    request: SignedRequest,
    credentials: CredentialSource,
    now: float,
    *,
    check_signature: bool = True,
    extra_hosts: Sequence[str] = (),
) -> Verdict:
    """Judge a request at `now` (unix seconds).

    The order is: shape, times, key, signature, token. With `check_signature=False` an unknown key and a wrong
    signature pass, everything else is still refused. `extra_hosts` are names the client may have signed besides the
    one it connected to, e.g. the bucket's canonical one.
    """
    query = percent.parse_query(request.raw_query)
    signature = find(request, query)
    if signature is None:
        return refuse(Reason.UNSIGNED, "neither an Authorization header nor q-* parameters")
    if isinstance(signature, Malformed):
        return refuse(Reason.MALFORMED, signature.why)
    token = sent_token(request, query)
    credential = credential_of(signature, credentials, now, token, check_signature=check_signature)
    if isinstance(credential, Verdict):
        return credential
    if check_signature:
        mismatch = _mismatch(request, query, signature, credential, credentials, extra_hosts)
        if mismatch is not None:
            return mismatch
    return checks.accept(credential, token.meant_for(credential), now)


def _mismatch(
    request: SignedRequest,
    query: Query,
    signature: QSignature,
    credential: Credential,
    credentials: CredentialSource,
    extra_hosts: Sequence[str],
) -> Verdict | None:
    candidates = hosts.signed_by_cos_clients(request.host, extra_hosts)
    canonical, missing = canonicalise(request, signature, query, candidates)
    if matches(canonical, signature, credential.secret_key):
        return None
    first = next(canonical.format_strings())
    return Verdict(
        reason=Reason.SIGNATURE_MISMATCH,
        string_to_sign=string_to_sign(signature.sign_time, first),
        format_string=percent.to_text(first),
        diagnosis=diagnose(request, signature, canonical, missing, candidates, credential, credentials),
        secret_id=signature.secret_id,
    )


def sign(
    credential: Credential,
    method: str,
    path: str,
    *,
    start: int,
    end: int,
    params: Iterable[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> str:
    """Return the Authorization value for a request, the way the docs describe it.

    `path` is the key as text, unencoded, with its leading `/`; `params` and `headers` are all that shall be signed,
    unencoded (put `host` among the headers). `start` and `end` are unix seconds. As a query, append the value as it is
    to a URL after percent-encoding the field values.
    """
    times = f"{start};{end}"
    signed_params = _encoded_pairs(params)
    signed_headers = _encoded_pairs((headers or {}).items())
    lines = (
        method.lower(),
        path,
        "&".join(f"{name}={value}" for name, value in signed_params),
        "&".join(f"{name}={value}" for name, value in signed_headers),
        "",
    )
    text = string_to_sign(times, percent.to_bytes("\n".join(lines)))
    fields = {
        "q-sign-algorithm": "sha1",
        "q-ak": credential.secret_id,
        "q-sign-time": times,
        "q-key-time": times,
        "q-header-list": ";".join(name for name, _ in signed_headers),
        "q-url-param-list": ";".join(name for name, _ in signed_params),
        "q-signature": compute(sign_key(credential.secret_key, times), text),
    }
    return "&".join(f"{name}={value}" for name, value in fields.items())


def _encoded_pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    encoded = (
        (canonical_name(percent.to_bytes(name)), percent.encode(percent.to_bytes(value)))
        for name, value in pairs
    )
    return sorted(encoded)


def post_form_signature(secret_key: str, key_time: str, policy_text: bytes) -> str:
    """Return the q-signature of a POST Object form; `policy_text` is the decoded policy (cos.md section 1.6)."""
    return compute(sign_key(secret_key, key_time), sha1_hex(policy_text))

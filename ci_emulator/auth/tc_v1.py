"""The v1 signature of Tencent API 3.0, HmacSHA1 and HmacSHA256 (tencentcloud-api3.md section 1.4)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Sequence

from ci_emulator.auth import checks, hosts
from ci_emulator.auth.credentials import CredentialSource, same_text
from ci_emulator.auth.model import Reason, Verdict, one_line, refuse
from ci_emulator.auth.percent import to_bytes, to_text

_DIGESTS = {"": "sha1", "HmacSHA1": "sha1", "HmacSHA256": "sha256"}

Params = Sequence[tuple[str, str]]


def verify(
    params: Params,
    method: str,
    host: str,
    credentials: CredentialSource,
    now: float,
    *,
    check_signature: bool = True,
) -> Verdict:
    """Judge a request at `now` (unix seconds) by its parameters, decoded and in wire order.

    `method` is GET (parameters from the query) or POST (from the form), `host` the authority as sent. The order is:
    shape, timestamp, key, signature, token. With `check_signature=False` an unknown key and a wrong signature pass,
    everything else is still refused.
    """
    fields = dict(params)
    secret_id, signature = fields.get("SecretId", ""), fields.get("Signature", "")
    if not secret_id and not signature:
        return refuse(Reason.UNSIGNED, "neither SecretId nor Signature among the parameters")
    if not secret_id or not signature:
        return refuse(Reason.MALFORMED, f"{'Signature' if secret_id else 'SecretId'} is missing", secret_id)
    digest = _DIGESTS.get(fields.get("SignatureMethod", ""))
    if digest is None:
        return refuse(Reason.MALFORMED, "SignatureMethod is neither HmacSHA1 nor HmacSHA256", secret_id)
    timestamp = fields.get("Timestamp", "")
    if (problem := checks.check_timestamp("Timestamp", timestamp, secret_id, now)) is not None:
        return problem
    token = fields.get("Token", "")
    tokens = (token,) if token else ()
    credential = credentials.find(secret_id, tokens)
    if credential is None:
        return checks.unknown_key(secret_id, tokens) if check_signature else Verdict(secret_id=secret_id)
    if check_signature:
        texts = list(_candidates(params, method, host))
        if not any(same_text(_hmac(credential.secret_key, text, digest), signature) for text in texts):
            return Verdict(
                reason=Reason.SIGNATURE_MISMATCH,
                string_to_sign=to_text(texts[0]),
                format_string=to_text(texts[0]),
                diagnosis=_diagnose(texts, credential.secret_key, signature, digest, host),
                secret_id=secret_id,
            )
    return checks.accept(credential, tokens, now)


def sign(params: Params, method: str, host: str, secret_key: str) -> str:
    """Return the Signature of decoded parameters; SignatureMethod among them chooses the hash, HmacSHA1 if absent.

    Raises:
        KeyError: SignatureMethod is not one of the two.
    """
    digest = _DIGESTS[dict(params).get("SignatureMethod", "")]
    return _hmac(secret_key, _text(params, method, host), digest)


def _candidates(params: Params, method: str, host: str) -> Iterator[bytes]:
    namings: list[Params] = [params]
    if any("_" in name for name, _ in params):
        # The Python SDK signs `a_b` under the name `a.b` and sends it as it is.
        namings.append([(name.replace("_", "."), value) for name, value in params])
    for naming in namings:
        for candidate in hosts.signed_by_api3_clients(host):
            yield _text(naming, method, candidate)


def _text(params: Params, method: str, host: str) -> bytes:
    signed = sorted((to_bytes(name), to_bytes(value)) for name, value in params if name != "Signature")
    return to_bytes(f"{method}{host}/?") + b"&".join(name + b"=" + value for name, value in signed)


def _hmac(secret_key: str, text: bytes, digest: str) -> str:
    return base64.b64encode(hmac.digest(to_bytes(secret_key), text, digest)).decode("ascii")


def _diagnose(texts: list[bytes], secret_key: str, signature: str, digest: str, host: str) -> str:
    def matches(wanted: str, how: str) -> bool:
        return any(same_text(_hmac(secret_key, text, how), wanted) for text in texts)

    if " " in signature and matches(signature.replace(" ", "+"), digest):
        return "the Signature holds a + that was not sent as %2B"
    for name, other in _DIGESTS.items():
        if name and other != digest and matches(signature, other):
            return f"signed with {name}, but SignatureMethod says otherwise"
    tried = " or ".join(hosts.signed_by_api3_clients(host))
    return one_line(
        "the secret is wrong, or a parameter was changed after signing or signed in encoded form;"
        f" the host was taken to be {tried}"
    )

"""Version 1 of the OSS signature, in the header and in URLs (aliyun.md sections 1.2 and 1.3; document 31951)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping, Sequence

from ci_emulator.auth import oss_model, percent
from ci_emulator.auth.credentials import Credential, CredentialSource
from ci_emulator.auth.model import Reason, Verdict
from ci_emulator.auth.oss_diagnosis import diagnose
from ci_emulator.auth.oss_model import Claim, Facts, Fault, Judgement, Signed, fault, is_key_id
from ci_emulator.auth.oss_subresources import ACCESS_CONDITIONS, SUBRESOURCES
from ci_emulator.auth.percent import to_bytes, to_text

PREFIX = "OSS "
"""How the Authorization header begins."""

_NAMES = frozenset(name.encode() for name in SUBRESOURCES)
_CONDITIONS = ACCESS_CONDITIONS.encode()

#: alibabacloud_oss_v2 1.4.1 does not sign these when it signs with version 1 (aliyun.md section 1.2, oddity a).
_FORGOTTEN = frozenset({b"x-oss-process", b"x-oss-async-process"})
_FORGETFUL = "alibabacloud-python-sdk-v2/"

_MOST_DIGITS = 19

_Pairs = Sequence[tuple[bytes, bytes]]


def verify_header(
    facts: Facts, credentials: CredentialSource, now: float, *, check_signature: bool = True
) -> Judgement:
    """Judge the header `Authorization: OSS <id>:<signature>` at `now` (unix seconds).

    The order is: shape, date, key, signature, token. With `check_signature=False` an unknown key and a wrong signature
    pass, everything else is still refused.
    """
    headers = facts.headers
    secret_id, _, signature = headers.get("authorization", "").removeprefix(PREFIX).partition(":")
    if not is_key_id(secret_id):
        return fault(Fault.V1_KEY_ID, f"the header names the key {secret_id!r}")
    if not signature:
        return fault(Fault.V1_SIGNATURE, "the header has no signature behind a colon", secret_id)
    date = headers.get("x-oss-date") or headers.get("date", "")
    if not date:
        return fault(Fault.DATE_MISSING, "there is neither x-oss-date nor Date", secret_id)
    seconds = oss_model.http_seconds(date)
    if seconds is None:
        return fault(Fault.DATE, f"the date is {date!r}", secret_id)
    if refused := oss_model.skew(seconds, now, secret_id):
        return refused
    # alibabacloud_oss_v2 sends the token in a header of the name that it has in URLs.
    token = headers.get("x-oss-security-token") or headers.get("security-token", "")
    claim = Claim(secret_id, signature, token)
    return _judge(
        facts,
        claim,
        date,
        credentials,
        now,
        check_signature=check_signature,
        forgetful=headers.get("user-agent", "").startswith(_FORGETFUL),
    )


def verify_url(
    facts: Facts, credentials: CredentialSource, now: float, *, check_signature: bool = True
) -> Judgement:
    """Judge a URL with OSSAccessKeyId, Expires and Signature at `now` (unix seconds); of a repeated parameter the first counts.

    The order is: shape, expiry, key, signature, token; `check_signature` as in `verify_header`.
    """
    query = {to_text(name): to_text(value) for name, value in reversed(percent.parse_query(facts.raw_query))}
    secret_id, expires, signature = (
        query.get(name, "") for name in ("OSSAccessKeyId", "Expires", "Signature")
    )
    if refused := _misshapen(query, secret_id, expires, signature):
        return refused
    if now > int(expires):
        why = f"the URL expired {now - int(expires):.0f} s ago"
        return fault(Fault.EXPIRED_V1, why, secret_id, reason=Reason.EXPIRED, moment=float(expires))
    claim = Claim(secret_id, signature, query.get("security-token", ""))
    return _judge(facts, claim, expires, credentials, now, check_signature=check_signature, forgetful=False)


def sign(facts: Facts, secret_key: str, date: str) -> str:
    """Return the signature of a request; `date` is the text of its date, or of Expires for a URL."""
    return _hmac(secret_key, _text(facts, facts.resources[0], date, _query(facts)))


def _misshapen(query: Mapping[str, str], secret_id: str, expires: str, signature: str) -> Judgement | None:
    if not secret_id:
        return fault(Fault.V1_URL_KEY_ID_MISSING, "OSSAccessKeyId is missing")
    if not is_key_id(secret_id):
        return fault(Fault.V1_URL_KEY_ID, f"OSSAccessKeyId is {secret_id!r}")
    if not signature:
        return fault(Fault.V1_URL_SIGNATURE, "Signature is missing", secret_id)
    if not expires:
        return fault(Fault.V1_URL_EXPIRES_MISSING, "Expires is missing", secret_id)
    if not (expires.isascii() and expires.isdigit() and len(expires) <= _MOST_DIGITS):
        return fault(Fault.V1_URL_EXPIRES, f"Expires is {expires!r}", secret_id)
    return None


def _judge(
    facts: Facts,
    claim: Claim,
    date: str,
    credentials: CredentialSource,
    now: float,
    *,
    check_signature: bool,
    forgetful: bool,
) -> Judgement:
    def texts(request: Facts) -> Iterator[tuple[Signed, bytes]]:
        query = _query(request)
        for pairs in _readings(query, forgetful=forgetful):
            for resource in request.resources:
                yield resource, _text(request, resource, date, pairs)

    def mismatch(credential: Credential) -> Judgement:
        text = _text(facts, facts.resources[0], date, _query(facts))
        verdict = Verdict(
            reason=Reason.SIGNATURE_MISMATCH,
            string_to_sign=to_text(text),
            diagnosis=diagnose(
                facts,
                claim.signature,
                credential,
                credentials,
                lambda request: (text for _, text in texts(request)),
                _hmac,
            ),
            secret_id=claim.secret_id,
        )
        return Judgement(verdict, fault=Fault.MISMATCH_V1, signature=claim.signature)

    return oss_model.settle(
        claim,
        facts,
        credentials,
        now,
        check_signature=check_signature,
        signatures=lambda secret: ((about, _hmac(secret, text)) for about, text in texts(facts)),
        mismatch=mismatch,
    )


def _readings(query: _Pairs, *, forgetful: bool) -> Iterator[_Pairs]:
    yield query
    shorter = [pair for pair in query if pair[0] not in _FORGOTTEN]
    if forgetful and len(shorter) < len(query):
        yield shorter


def _query(facts: Facts) -> _Pairs:
    """Return the parameters that are part of the resource, sorted by name."""
    pairs = percent.parse_query(facts.raw_query)
    return sorted(pair for pair in pairs if pair[0] in _NAMES or pair[0].startswith(_CONDITIONS))


def _text(facts: Facts, resource: Signed, date: str, query: _Pairs) -> bytes:
    headers = facts.headers
    lines = [facts.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    lines += [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-oss-")]
    signed = b"&".join(name + b"=" + value if value else name for name, value in query)
    path = to_bytes(resource.path)
    return to_bytes("\n".join(lines) + "\n") + path + (b"?" + signed if signed else b"")


def _hmac(secret_key: str, text: bytes) -> str:
    return base64.b64encode(hmac.digest(to_bytes(secret_key), text, "sha1")).decode("ascii")

"""Version 4 of the OSS signature, in the header and in URLs (aliyun.md section 1.4)."""

from __future__ import annotations

from collections.abc import Iterator

from ci_emulator.auth import oss_model, oss_v4_claim, percent
from ci_emulator.auth.credentials import Credential, CredentialSource
from ci_emulator.auth.model import Reason, Verdict, one_line
from ci_emulator.auth.oss_diagnosis import diagnose
from ci_emulator.auth.oss_model import Claim, Facts, Fault, Judgement, Signed, fault
from ci_emulator.auth.oss_v4_canonical import (
    ALGORITHM,
    Scope,
    canonical_request,
    signature_of,
    string_to_sign,
)
from ci_emulator.auth.oss_v4_claim import V4Claim
from ci_emulator.auth.percent import to_text

LONGEST = 604_800
"""The longest that a URL may be valid, in seconds."""


def verify_header(
    facts: Facts, credentials: CredentialSource, now: float, *, check_signature: bool = True
) -> Judgement:
    """Judge the header `Authorization: OSS4-HMAC-SHA256 …` at `now` (unix seconds).

    The order is: shape, payload, date, key, signature, token. With `check_signature=False` an unknown key and a wrong
    signature pass, everything else is still refused.
    """
    claim = oss_v4_claim.of_header(facts.headers)
    if isinstance(claim, Judgement):
        return claim
    if refused := oss_model.skew(claim.seconds, now, claim.secret_id):
        return refused
    return _judge(facts, claim, credentials, now, check_signature=check_signature)


def verify_url(
    facts: Facts, credentials: CredentialSource, now: float, *, check_signature: bool = True
) -> Judgement:
    """Judge a URL with x-oss-signature and its relatives at `now` (unix seconds); of a repeated one the first counts.

    The order is: shape, expiry, key, signature, token; `check_signature` as in `verify_header`.
    """
    query = {to_text(name): to_text(value) for name, value in reversed(percent.parse_query(facts.raw_query))}
    claim = oss_v4_claim.of_query(query, LONGEST)
    if isinstance(claim, Judgement):
        return claim
    if claim.seconds - now > oss_model.WINDOW:
        why = f"signed {claim.seconds - now:.0f} s in the future: check the clock of who signed"
        return fault(Fault.V4_URL_EARLY, why, claim.secret_id, reason=Reason.NOT_YET_VALID)
    end = claim.seconds + claim.lifetime
    if now > end:
        why = f"the URL expired {now - end:.0f} s ago"
        return fault(Fault.EXPIRED_V4, why, claim.secret_id, reason=Reason.EXPIRED, moment=end)
    return _judge(facts, claim, credentials, now, check_signature=check_signature)


def sign(facts: Facts, secret_key: str, date: str, region: str, additional: tuple[str, ...] = ()) -> str:
    """Return the signature of a request that is sent at `date` (`YYYYMMDDThhmmssZ`)."""
    scope = Scope(date[:8], region, "oss")
    request = canonical_request(facts, facts.resources[0], additional)
    return signature_of(secret_key, scope, string_to_sign(date, scope, request))


def _judge(
    facts: Facts, claim: V4Claim, credentials: CredentialSource, now: float, *, check_signature: bool
) -> Judgement:
    def text_of(request: Facts, resource: Signed) -> str:
        canonical = canonical_request(request, resource, claim.additional)
        return string_to_sign(claim.at, claim.scope, canonical)

    def texts(request: Facts) -> Iterator[str]:
        for resource in request.resources:
            yield text_of(request, resource)

    def signature(secret: str, text: str) -> str:
        return signature_of(secret, claim.scope, text)

    def signatures(secret: str) -> Iterator[tuple[Signed, str]]:
        for resource, text in zip(facts.resources, texts(facts), strict=True):
            yield resource, signature(secret, text)

    def mismatch(credential: Credential) -> Judgement:
        absent = [name for name in claim.additional if name not in facts.headers]
        verdict = Verdict(
            reason=Reason.SIGNATURE_MISMATCH,
            string_to_sign=text_of(facts, facts.resources[0]),
            format_string=to_text(canonical_request(facts, facts.resources[0], claim.additional)),
            diagnosis=one_line(f"listed as signed but not in the request: {', '.join(absent)}")
            if absent
            else diagnose(facts, claim.signature, credential, credentials, texts, signature),
            secret_id=claim.secret_id,
        )
        return Judgement(verdict, fault=Fault.MISMATCH_V4, signature=claim.signature)

    return oss_model.settle(
        Claim(claim.secret_id, claim.signature, claim.token),
        facts,
        credentials,
        now,
        check_signature=check_signature,
        signatures=signatures,
        mismatch=mismatch,
    )


__all__ = ["ALGORITHM", "LONGEST", "sign", "verify_header", "verify_url"]

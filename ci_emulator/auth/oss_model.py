"""What the signatures of OSS have in common: the resource they cover, and why one is not taken (aliyun.md section 1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

import msgspec

from ci_emulator.auth import checks
from ci_emulator.auth.credentials import Credential, CredentialSource, same_text
from ci_emulator.auth.model import Reason, Verdict, refuse

WINDOW = 900
"""How far, in seconds, the date of a request may be from the server's clock, either way."""


class Signed(msgspec.Struct, frozen=True):
    """A resource as a signature names it: the bucket without its APPID, and the decoded key; None where there is none."""

    bucket: str | None = None
    key: str | None = None

    @property
    def path(self) -> str:
        """`/`, `/bucket/` or `/bucket/key`, decoded."""
        if self.bucket is None:
            return "/"
        return f"/{self.bucket}/{self.key or ''}"


class Fault(StrEnum):
    """What is wrong with a signature, finer than `Reason` has it: each has a code or an EC of its own."""

    SCHEME = "scheme"
    V1_KEY_ID = "v1-key-id"
    V1_SIGNATURE = "v1-signature"
    V1_URL_KEY_ID_MISSING = "v1-url-key-id-missing"
    V1_URL_KEY_ID = "v1-url-key-id"
    V1_URL_SIGNATURE = "v1-url-signature"
    V1_URL_EXPIRES_MISSING = "v1-url-expires-missing"
    V1_URL_EXPIRES = "v1-url-expires"
    V2 = "v2"
    V4_HEADER = "v4-header"
    V4_KEY_ID = "v4-key-id"
    V4_ADDITIONAL = "v4-additional"
    V4_SCOPE_DATE = "v4-scope-date"
    V4_CREDENTIAL = "v4-credential"
    V4_PAYLOAD = "v4-payload"
    V4_URL_VERSION = "v4-url-version"
    V4_URL_EXPIRES_MISSING = "v4-url-expires-missing"
    V4_URL_EXPIRES_EMPTY = "v4-url-expires-empty"
    V4_URL_EXPIRES = "v4-url-expires"
    V4_URL_CREDENTIAL_MISSING = "v4-url-credential-missing"
    V4_URL_CREDENTIAL_EMPTY = "v4-url-credential-empty"
    V4_URL_SCOPE_DATE = "v4-url-scope-date"
    V4_URL_CREDENTIAL = "v4-url-credential"
    V4_URL_SIGNATURE = "v4-url-signature"
    V4_URL_EARLY = "v4-url-early"
    DATE_MISSING = "date-missing"
    DATE = "date"
    SKEW = "skew"
    BOTH = "both"
    EXPIRED_V1 = "expired-v1"
    EXPIRED_V4 = "expired-v4"
    UNKNOWN_KEY = "unknown-key"
    MISMATCH_V1 = "mismatch-v1"
    MISMATCH_V4 = "mismatch-v4"
    TOKEN_INVALID = "token-invalid"  # noqa: S105 - a reason, not a token
    TOKEN_OF_ANOTHER = "token-of-another"  # noqa: S105 - a reason, not a token
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a reason, not a token


class Judgement(msgspec.Struct, frozen=True):
    """What a signature is worth: the verdict, the resource that it was made for, and the fault when it is not accepted.

    `signature` is the one that was sent. `moment`, in unix seconds, is the date of a request whose clock is off, or when a
    URL ended.
    """

    verdict: Verdict
    resource: Signed | None = None
    fault: Fault | None = None
    signature: str = ""
    moment: float | None = None


class Facts(msgspec.Struct, frozen=True):
    """A request as its signature covers it; `resources` are what it may be about, the likeliest first."""

    method: str
    raw_query: str
    headers: Mapping[str, str]
    resources: Sequence[Signed]


class Claim(msgspec.Struct, frozen=True):
    """Whose signature it is that a request carries; `token` is empty for none."""

    secret_id: str
    signature: str
    token: str


def fault(
    kind: Fault,
    why: str,
    secret_id: str = "",
    *,
    reason: Reason = Reason.MALFORMED,
    moment: float | None = None,
) -> Judgement:
    """Refuse a request; `why` is one line for the log."""
    return Judgement(refuse(reason, why, secret_id), fault=kind, moment=moment)


def is_key_id(text: str) -> bool:
    """Whether a text can be the id of a key: it has neither blanks nor control characters."""
    return bool(text) and text.isprintable() and not any(map(str.isspace, text))


def http_seconds(date: str) -> float | None:
    """Return the time of a date in the form of HTTP, None for other texts and for what is no year from 1 to 9999 in UTC."""
    try:
        found = parsedate_to_datetime(date)
        return (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def skew(seconds: float, now: float, secret_id: str) -> Judgement | None:
    """Refuse a date that is further than `WINDOW` from the server's clock."""
    if abs(seconds - now) <= WINDOW:
        return None
    reason = Reason.EXPIRED if seconds < now else Reason.NOT_YET_VALID
    why = f"the date is {seconds - now:+.0f} s off: check the client's clock"
    return fault(Fault.SKEW, why, secret_id, reason=reason, moment=seconds)


def settle(
    claim: Claim,
    facts: Facts,
    credentials: CredentialSource,
    now: float,
    *,
    check_signature: bool,
    signatures: Callable[[str], Iterator[tuple[Signed, str]]],
    mismatch: Callable[[Credential], Judgement],
) -> Judgement:
    """Judge a claim whose shape and time are in order: key, signature, token.

    `signatures` yields, for a secret, each resource that the request may be about with the signature it would have;
    `mismatch` says what to answer when none is the one that was sent. With `check_signature=False` an unknown key and a
    wrong signature pass; such a request is about the likeliest of the resources.
    """
    tokens = (claim.token,) if claim.token else ()
    credential = credentials.find(claim.secret_id, tokens)
    if credential is None:
        return _unknown(claim.secret_id, tokens, check_signature=check_signature)
    found = signatures(credential.secret_key)
    resource = next((about for about, text in found if same_text(text, claim.signature)), None)
    if resource is None:
        if check_signature:
            return mismatch(credential)
        resource = facts.resources[0]
    return _accepted(credential, tokens, now, resource, claim.signature)


def _unknown(secret_id: str, tokens: Collection[str], *, check_signature: bool) -> Judgement:
    if not check_signature:
        return Judgement(Verdict(secret_id=secret_id))
    verdict = checks.unknown_key(secret_id, tokens)
    return Judgement(verdict, fault=Fault.TOKEN_INVALID if tokens else Fault.UNKNOWN_KEY)


def _accepted(
    credential: Credential, tokens: Collection[str], now: float, resource: Signed, signature: str
) -> Judgement:
    verdict = checks.accept(credential, tokens, now)
    found = _TOKEN_FAULTS.get(verdict.reason)
    if found is Fault.TOKEN_OF_ANOTHER and not tokens:
        # The id of a temporary key means nothing by itself, however it came to be known.
        found = Fault.UNKNOWN_KEY
    return Judgement(verdict, resource, found, signature)


_TOKEN_FAULTS: dict[Reason | None, Fault] = {
    Reason.TOKEN_INVALID: Fault.TOKEN_OF_ANOTHER,
    Reason.TOKEN_EXPIRED: Fault.TOKEN_EXPIRED,
}

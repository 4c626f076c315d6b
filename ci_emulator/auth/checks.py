"""What several schemes ask alike: of a credential, of a timestamp."""

from __future__ import annotations

from collections.abc import Collection

from ci_emulator.auth.credentials import Credential, same_text
from ci_emulator.auth.model import Reason, Verdict, refuse

API3_WINDOW = 300
"""How far, in seconds, an API 3.0 timestamp may be from the server's clock, either way (tencentcloud-api3.md 1.2)."""

#: Milliseconds, a common mistake, are a time far ahead and not malformed.
_MOST_DIGITS = 19


def accept(credential: Credential, sent: Collection[str], now: float) -> Verdict:
    """Accept a request of `credential` unless its token is wrong or has run out.

    `sent` holds the readings of the token the request carries, none when it carries none. A temporary pair needs
    exactly its token; a permanent one must come without (cos.md section 1.3, tencentcloud-api3.md section 1.6).
    """
    secret_id = credential.secret_id
    if credential.token is None and sent:
        return refuse(
            Reason.TOKEN_INVALID, "a token was sent with a permanent key, which has none", secret_id
        )
    if credential.token is not None and not sent:
        return refuse(Reason.TOKEN_INVALID, "the key is a temporary one and its token is missing", secret_id)
    if credential.token is not None and not any(same_text(credential.token, text) for text in sent):
        return refuse(
            Reason.TOKEN_INVALID, "the token is not the one that was issued with this key", secret_id
        )
    if credential.expires is not None and now > credential.expires:
        late = now - credential.expires
        return refuse(Reason.TOKEN_EXPIRED, f"the temporary key ran out {late:.0f} s ago", secret_id)
    return Verdict(credential=credential, secret_id=secret_id)


def unknown_key(secret_id: str, sent: Collection[str] = ()) -> Verdict:
    """Refuse a key id that no credential has; `sent` holds the readings of the token that came with it."""
    if sent:
        why = f"no token for a temporary key {secret_id!r} was issued here: changed on the way, or by a key pair that is not known"
        return refuse(Reason.TOKEN_INVALID, why, secret_id)
    return refuse(Reason.UNKNOWN_KEY, f"no key pair here has the id {secret_id!r}", secret_id)


def check_timestamp(name: str, value: str, secret_id: str, now: float) -> Verdict | None:
    """Refuse an API 3.0 timestamp that is not decimal unix seconds or is outside `API3_WINDOW`, else return None."""
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        return refuse(Reason.MALFORMED, f"{name} is {value!r}, not unix seconds", secret_id)
    ahead = int(value) - now
    if ahead < -API3_WINDOW:
        return refuse(Reason.EXPIRED, f"{name} is {-ahead:.0f} s old: the client's clock is slow", secret_id)
    if ahead > API3_WINDOW:
        why = f"{name} is {ahead:.0f} s ahead: the client's clock is fast"
        return refuse(Reason.NOT_YET_VALID, why, secret_id)
    return None

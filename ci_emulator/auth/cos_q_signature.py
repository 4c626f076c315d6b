"""Finding a COS signature in a request and reading its seven fields (cos.md sections 1.1 and 1.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from ci_emulator.auth import checks, percent
from ci_emulator.auth.credentials import Credential, CredentialSource
from ci_emulator.auth.model import Reason, SignedRequest, Verdict, refuse

Query = Sequence[tuple[bytes, bytes]]

CLOCK_SKEW = 900
"""How far, in seconds, a signature may start in the future (cos.md section 1.5)."""

FIELDS = (
    "q-sign-algorithm",
    "q-ak",
    "q-sign-time",
    "q-key-time",
    "q-header-list",
    "q-url-param-list",
    "q-signature",
)
_KNOWN = frozenset(FIELDS)
_MAY_BE_EMPTY = frozenset({"q-header-list", "q-url-param-list"})
_NOT_EMPTY = tuple(name for name in FIELDS if name not in _MAY_BE_EMPTY)
_TIMES = ("q-sign-time", "q-key-time")
_NO_LISTS = dict.fromkeys(_MAY_BE_EMPTY, "")
_FIELD_OF = {name.encode(): name for name in FIELDS}
_TOKEN_NAMES = ("x-cos-security-token", "x-ci-security-token")
_OLD_TOKEN_NAMES = ("token",)
_INTERVAL = re.compile(r"([0-9]{1,12});([0-9]{1,12})")


class Place(StrEnum):
    """Where a signature sits."""

    HEADER = "Authorization header"
    QUERY = "query parameters"
    SIGN = "sign parameter"
    FORM = "form fields"


class QSignature(msgspec.Struct, frozen=True):
    """The fields of a well-formed signature.

    `sign_time` and `key_time` are the texts as sent, because they are signed as sent; `starts` and `ends` are the later
    start and the earlier end of the two, in unix seconds. The lists are in the order sent, entries still encoded.
    """

    place: Place
    secret_id: str
    sign_time: str
    key_time: str
    header_list: tuple[str, ...]
    param_list: tuple[str, ...]
    signature: str
    starts: int
    ends: int


class SentToken(msgspec.Struct, frozen=True):
    """The readings of the token that a request carries, none when it carries none.

    Under its `old_name`, plain `token`, it is one for temporary keys alone; for everybody else that is a parameter like
    any other.
    """

    readings: tuple[str, ...] = ()
    old_name: bool = False

    def meant_for(self, credential: Credential | None) -> tuple[str, ...]:
        """Return what counts as a token for a key, or for one that nobody knows."""
        if self.old_name and (credential is None or credential.token is None):
            return ()
        return self.readings


NO_TOKEN = SentToken()


@dataclass(frozen=True, slots=True)
class Malformed:
    """A signature that cannot be read, and why."""

    why: str


def find(request: SignedRequest, query: Query) -> QSignature | Malformed | None:
    """Return the signature of a request, None when it has none; `query` is its parsed query.

    The header wins over the query, the seven parameters win over `sign`. An empty Authorization header is none at
    all (anonymous Python SDK). A `sign` parameter without q-* fields is a parameter like any other.
    """
    authorization = request.headers.get("authorization", "")
    if authorization:
        return _read(Place.HEADER, _split(authorization))
    fields = [(_FIELD_OF[name], percent.to_text(value)) for name, value in query if name in _FIELD_OF]
    if fields:
        return _read(Place.QUERY, fields)
    whole = [value for name, value in query if name == b"sign" and b"q-sign-algorithm=" in value]
    if len(whole) > 1:
        return Malformed("the sign parameter is repeated")
    return _read(Place.SIGN, _split(percent.to_text(whole[0]))) if whole else None


def of_form(fields: Mapping[str, str]) -> QSignature | Malformed | None:
    """Return the signature among the fields of a POST Object form, by lower-case name (cos.md section 1.6).

    A form has one time, q-key-time, and lists nothing: what is signed is its policy.
    """
    given = [(name, fields[name]) for name in FIELDS if fields.get(name)]
    if not given and not fields.get("policy"):
        return None
    times = fields.get("q-key-time", "")
    return _read(Place.FORM, [*(dict(given) | {"q-sign-time": times} | _NO_LISTS).items()])


def _split(text: str) -> list[tuple[str, str]]:
    pairs = [item.partition("=") for item in text.split("&")]
    return [(name, value) for name, _, value in pairs if name in _KNOWN]


def _read(place: Place, pairs: list[tuple[str, str]]) -> QSignature | Malformed:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        repeated = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
        return Malformed(f"repeated in the {place}: {', '.join(repeated)}")
    if not (all(map(fields.get, _NOT_EMPTY)) and fields.keys() >= _MAY_BE_EMPTY):
        lacking = [
            name for name in FIELDS if not fields.get(name) and not (name in _MAY_BE_EMPTY and name in fields)
        ]
        return Malformed(f"missing or empty in the {place}: {', '.join(lacking)}")
    if fields["q-sign-algorithm"] != "sha1":
        return Malformed(f"q-sign-algorithm is {fields['q-sign-algorithm']!r}, only sha1 exists")
    sign_time, key_time = fields["q-sign-time"], fields["q-key-time"]
    starts, ends = [], []
    for name in _TIMES if sign_time != key_time else _TIMES[:1]:
        interval = _INTERVAL.fullmatch(fields[name])
        if interval is None:
            return Malformed(f"{name} is {fields[name]!r}, not <start>;<end> in unix seconds")
        starts.append(int(interval[1]))
        ends.append(int(interval[2]))
        if starts[-1] > ends[-1]:
            return Malformed(f"{name} ends before it starts")
    return QSignature(
        place=place,
        secret_id=fields["q-ak"],
        sign_time=sign_time,
        key_time=key_time,
        header_list=_entries(fields["q-header-list"]),
        param_list=_entries(fields["q-url-param-list"]),
        signature=fields["q-signature"],
        starts=max(starts),
        ends=min(ends),
    )


def _entries(text: str) -> tuple[str, ...]:
    if ";" not in text:
        return (text,) if text else ()
    return tuple(dict.fromkeys(filter(None, text.split(";"))))


def check_times(signature: QSignature, now: float) -> Verdict | None:
    """Refuse a signature that is over or whose start is more than `CLOCK_SKEW` ahead, else return None."""
    if now > signature.ends:
        why = f"the signature ended {now - signature.ends:.0f} s ago: reused too late, or the client's clock is slow"
        return refuse(Reason.EXPIRED, why, signature.secret_id)
    if signature.starts > now + CLOCK_SKEW:
        why = f"the signature starts in {signature.starts - now:.0f} s: the client's clock is fast"
        return refuse(Reason.NOT_YET_VALID, why, signature.secret_id)
    return None


def credential_of(
    signature: QSignature,
    credentials: CredentialSource,
    now: float,
    token: SentToken,
    *,
    check_signature: bool,
) -> Credential | Verdict:
    """Return the key pair that a signature names, or the verdict where that is the end of it.

    `token` is the one that came with it. With `check_signature=False` a key that nobody knows is accepted.
    """
    if (untimely := check_times(signature, now)) is not None:
        return untimely
    credential = credentials.find(signature.secret_id, token.readings)
    if credential is None:
        if check_signature:
            return checks.unknown_key(signature.secret_id, token.meant_for(None))
        return Verdict(secret_id=signature.secret_id)
    return credential


def sent_token(request: SignedRequest, query: Query) -> SentToken:
    """Return the security token that a request carries.

    The places are, in order, the two headers and the same two names in the query (cos.md section 1.3), and then the plain
    `token` of old clients. The Node SDK puts the token into a URL unencoded, so a `+` there is read both ways.
    """
    for names, old in ((_TOKEN_NAMES, False), (_OLD_TOKEN_NAMES, True)):
        readings = _token_header(request, names) or (_token_parameter(request, query, names) if query else ())
        if readings:
            return SentToken(readings, old)
    return NO_TOKEN


def _token_header(request: SignedRequest, names: tuple[str, ...]) -> tuple[str, ...]:
    return next(((value,) for name in names if (value := request.headers.get(name, ""))), ())


def _token_parameter(request: SignedRequest, query: Query, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        for position, (found, value) in enumerate(query):
            if value and found == name.encode():
                with_plus = percent.parse_query(request.raw_query, plus_is_space=False)
                return (percent.to_text(value), percent.to_text(with_plus[position][1]))
    return ()

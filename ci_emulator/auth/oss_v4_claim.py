"""Reading what a request says about its OSS signature of version 4: whose it is, for when and for where (aliyun.md 1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from ci_emulator.auth.model import Reason
from ci_emulator.auth.oss_model import Fault, Judgement, fault, http_seconds, is_key_id
from ci_emulator.auth.oss_v4_canonical import ALGORITHM, TERMINATOR, UNSIGNED_PAYLOAD, Scope

_PRODUCTS = frozenset({"oss", "oss-cloudbox"})
_DATE = "%Y%m%dT%H%M%SZ"
_DATE_SHAPE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_DIGITS = re.compile(r"\d{1,10}", re.ASCII)
_NAMES = frozenset({"Credential", "Signature", "AdditionalHeaders"})


class V4Claim(msgspec.Struct, frozen=True):
    """What a request says about its signature.

    `additional` are the names of the headers that are signed beside the usual ones, sorted; `at` is the time as it is signed,
    `seconds` the same in unix seconds, `lifetime` how long a URL is valid from then.
    """

    secret_id: str
    scope: Scope
    signature: str
    additional: tuple[str, ...]
    at: str
    seconds: float
    token: str
    lifetime: int = 0


class _Faults(msgspec.Struct, frozen=True):
    """What is wrong with a credential, in the header or in a URL."""

    credential: Fault
    date: Fault


_HEADER = _Faults(Fault.V4_CREDENTIAL, Fault.V4_SCOPE_DATE)
_URL = _Faults(Fault.V4_URL_CREDENTIAL, Fault.V4_URL_SCOPE_DATE)


def of_header(headers: Mapping[str, str]) -> V4Claim | Judgement:
    """Read the header `Authorization`, of which each SDK writes another variant, and what belongs to it."""
    parts = _parts(headers.get("authorization", "").removeprefix(ALGORITHM))
    if parts is None:
        return fault(Fault.V4_HEADER, "the Authorization header has another form")
    if headers.get("x-oss-content-sha256") != UNSIGNED_PAYLOAD:
        return fault(Fault.V4_PAYLOAD, f"x-oss-content-sha256 is not {UNSIGNED_PAYLOAD}")
    date = headers.get("x-oss-date", "")
    return _claim(
        parts["Credential"],
        parts["Signature"],
        parts.get("AdditionalHeaders"),
        date,
        _basic_seconds(date) if date else http_seconds(headers.get("date", "")),
        headers.get("x-oss-security-token", ""),
        _HEADER,
        dated="x-oss-date" in headers or "date" in headers,
    )


def of_query(query: Mapping[str, str], longest: int) -> V4Claim | Judgement:
    """Read the parameters of a URL, decoded; it may be valid for `longest` seconds."""
    if lacking := _lacking(query):
        return lacking
    expires = query["x-oss-expires"]
    if not _DIGITS.fullmatch(expires) or not 1 <= int(expires) <= longest:
        return fault(Fault.V4_URL_EXPIRES, f"x-oss-expires is {expires!r}")
    date = query.get("x-oss-date", "")
    return _claim(
        query["x-oss-credential"],
        query["x-oss-signature"],
        query.get("x-oss-additional-headers"),
        date,
        _basic_seconds(date),
        query.get("x-oss-security-token", ""),
        _URL,
        dated=bool(date),
        lifetime=int(expires),
    )


def _lacking(query: Mapping[str, str]) -> Judgement | None:
    """Refuse a URL that lacks something, as far as nothing has to be read for that."""
    version = query.get("x-oss-signature-version", "")
    checks = (
        (version == "OSS2", Fault.V2, "the URL is signed with version 2"),
        (version != ALGORITHM, Fault.V4_URL_VERSION, f"x-oss-signature-version is {version!r}"),
        ("x-oss-expires" not in query, Fault.V4_URL_EXPIRES_MISSING, "x-oss-expires is missing"),
        (not query.get("x-oss-expires"), Fault.V4_URL_EXPIRES_EMPTY, "x-oss-expires is empty"),
        ("x-oss-credential" not in query, Fault.V4_URL_CREDENTIAL_MISSING, "x-oss-credential is missing"),
        (not query.get("x-oss-credential"), Fault.V4_URL_CREDENTIAL_EMPTY, "x-oss-credential is empty"),
        (not query.get("x-oss-signature"), Fault.V4_URL_SIGNATURE, "x-oss-signature is missing"),
    )
    return next((fault(kind, why) for wrong, kind, why in checks if wrong), None)


def _parts(text: str) -> dict[str, str] | None:
    """Return the parts of an Authorization header: SDKs separate them with or without a blank, in different orders."""
    pairs = [item.strip().partition("=") for item in text.split(",")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not parts.keys() <= _NAMES:
        return None
    return parts if parts.get("Credential") and parts.get("Signature") else None


def _claim(
    credential: str,
    signature: str,
    additional: str | None,
    date: str,
    seconds: float | None,
    token: str,
    faults: _Faults,
    *,
    dated: bool,
    lifetime: int = 0,
) -> V4Claim | Judgement:
    secret_id, *rest = credential.rsplit("/", 4)
    if len(rest) != 4 or not all(rest[:3]) or rest[2] not in _PRODUCTS or rest[3] != TERMINATOR:
        return fault(faults.credential, f"the credential is not <id>/<scope>, its end is {rest!r}", secret_id)
    if not is_key_id(secret_id):
        return fault(Fault.V4_KEY_ID, f"the credential names the key {secret_id!r}")
    names = _names(additional or "")
    if additional is not None and not names:
        return fault(Fault.V4_ADDITIONAL, "the list of additional headers is empty", secret_id)
    if seconds is None:
        return fault(Fault.DATE if dated else Fault.DATE_MISSING, f"x-oss-date is {date!r}", secret_id)
    at = datetime.fromtimestamp(seconds, UTC).strftime(_DATE)
    scope = Scope(rest[0], rest[1], rest[2])
    if scope.date != at[:8]:
        why = f"the scope's date is {scope.date!r}, the request's {at[:8]}"
        return fault(faults.date, why, secret_id, reason=Reason.SCOPE_DATE_MISMATCH)
    return V4Claim(secret_id, scope, signature, names, at, seconds, token, lifetime)


def _names(additional: str) -> tuple[str, ...]:
    """Return names sorted as they are signed: oss2 sends them in another order."""
    return tuple(sorted({name.strip().lower() for name in additional.split(";") if name.strip()}))


def _basic_seconds(date: str) -> float | None:
    """Return the time of a date in the basic form of ISO 8601, None for other texts."""
    if not _DATE_SHAPE.fullmatch(date):
        return None
    try:
        return datetime.strptime(date, _DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None

"""The forms in which a call of API 3.0 arrives, made one (spec: tencentcloud-api3.md sections 1.1, 1.2, 1.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.core.registry import KiB, MiB
from ci_emulator.core.target import Target, parse_query
from ci_emulator.protocols.tencentcloud.errors import Language, fail

LONGEST_QUERY = 32 * KiB
LARGEST_JSON = 10 * MiB
LARGEST_FORM = 1 * MiB

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

LANGUAGES: tuple[Language, ...] = ("zh-CN", "en-US")


class Scheme(StrEnum):
    """How a call is signed."""

    TC3 = "TC3-HMAC-SHA256"
    V1 = "v1"
    Q_SIGN = "q-sign-algorithm"


#: Parameters of the call itself, which no action sees (section 1.2), and those of a COS signature in the query.
COMMON = frozenset(
    {
        "Action",
        "Version",
        "Region",
        "Timestamp",
        "Nonce",
        "SecretId",
        "Signature",
        "SignatureMethod",
        "Token",
        "Language",
        "RequestClient",
    }
)
_Q_SIGN = ("q-sign-algorithm", "q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-url-param-list")
_Q_SIGN_NAMES = frozenset({*_Q_SIGN, "q-signature", "sign", "x-cos-security-token", "x-ci-security-token"})


@dataclass(slots=True)
class Envelope:
    """A call: how it is signed, its common parameters, and its own ones as they came.

    `pairs` are the parameters of a query or a form in the order sent; `own` are those of the action, by name: any JSON, or
    if `flat` the texts of a query or a form, where a structure is spread over names like `Tags.0.Key`.
    """

    scheme: Scheme
    common: dict[str, str]
    pairs: list[tuple[str, str]] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    flat: bool = False

    @property
    def language(self) -> Language:
        """The language of messages; English unless Chinese was asked for."""
        return "zh-CN" if self.common.get("Language") == "zh-CN" else "en-US"


def open_envelope(target: Target) -> Envelope:
    """Read what the headers and the query say; the body is still unread.

    A TC3 call has its common parameters in headers, a v1 call among the parameters that its signature covers; one
    with a COS signature, which covers neither for certain, may have them in both.
    """
    pairs = parse_query(target.raw_query)
    scheme = _scheme(target)
    common = {} if scheme is Scheme.TC3 else {name: value for name, value in pairs if name in COMMON}
    for name in ("Language",) if scheme is Scheme.V1 else COMMON:
        value = target.header(f"x-tc-{name.lower()}")
        if value is not None:
            common[name] = value
    return Envelope(scheme, common, pairs)


def _scheme(target: Target) -> Scheme:
    """Tell how a call is signed, or would be: the header counts before the query, and JSON is for TC3 alone."""
    authorization = target.header("authorization") or ""
    if authorization.startswith("q-sign-algorithm"):
        return Scheme.Q_SIGN
    if authorization:
        return Scheme.TC3
    if not target.query_names.isdisjoint({"q-signature", "sign"}):
        return Scheme.Q_SIGN
    if target.header("x-tc-action") or _content_type(target) == JSON:
        return Scheme.TC3
    return Scheme.V1


def _content_type(target: Target) -> str:
    return (target.header("content-type") or "").partition(";")[0].strip().lower()


async def read_body(call: Call, envelope: Envelope) -> None:
    """Read the body into `call.content`, and its parameters into the envelope.

    Raises:
        ApiError: UnsupportedProtocol, RequestSizeLimitExceeded, AuthFailure.SignatureFailure for a v1 form over 1 MB,
            InvalidParameter for what is not well-formed.
    """
    target = call.target
    if target.method == "GET":
        if len(target.raw_query) > LONGEST_QUERY:
            raise fail("RequestSizeLimitExceeded")
        call.content = await call.body.read(0) if call.body.length else b""
        _take_pairs(envelope, envelope.pairs, target.raw_query)
        return
    if target.method != "POST":
        raise fail("UnsupportedProtocol")
    content_type = _content_type(target)
    if content_type == JSON:
        call.content = await call.body.read(LARGEST_JSON)
        _take_json(envelope, call.content)
    elif content_type == FORM and envelope.scheme is not Scheme.TC3:
        await _read_form(call, envelope)
    else:
        raise fail("UnsupportedProtocol", variant="content-type", type=content_type)


async def _read_form(call: Call, envelope: Envelope) -> None:
    is_v1 = envelope.scheme is Scheme.V1
    try:
        call.content = await call.body.read(LARGEST_FORM)
    except Refusal as refusal:
        if is_v1 and refusal.kind is Kind.BODY_TOO_LARGE:
            raise fail("AuthFailure.SignatureFailure", variant="size") from None
        raise
    raw = call.content.decode("utf-8", "surrogateescape")
    pairs = parse_query(raw)
    common = {name: value for name, value in pairs if name in COMMON}
    if is_v1:
        # What only the query says is not covered by the signature of a form.
        envelope.common, envelope.pairs = common, pairs
    else:
        envelope.common = common | envelope.common
    _take_pairs(envelope, pairs, raw)


def _take_pairs(envelope: Envelope, pairs: list[tuple[str, str]], raw: str) -> None:
    if any(part and "=" not in part for part in raw.split("&")):
        raise fail("InvalidParameter", variant="split")
    envelope.flat = True
    seen = set()
    for name, value in pairs:
        if not name:
            raise fail("InvalidParameter", variant="empty-key")
        if name in seen:
            raise fail("InvalidParameter", variant="repeated", name=name)
        seen.add(name)
        if name in COMMON or (name in _Q_SIGN_NAMES and envelope.scheme is Scheme.Q_SIGN):
            continue
        envelope.own[name] = value


def _take_json(envelope: Envelope, content: bytes) -> None:
    try:
        own = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise fail("InvalidParameter", variant="body") from None
    if not isinstance(own, dict):
        raise fail("InvalidParameter", variant="body")
    if "" in own:
        raise fail("InvalidParameter", variant="empty-key")
    envelope.own = own


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object, unless a name comes twice: which value is meant is a question nobody should have to ask."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise fail("InvalidParameter", variant="repeated", name=name)
        members[name] = value
    return members


def _no_constant(text: str) -> None:
    """Refuse NaN and Infinity, which are JSON for Python only."""
    raise ValueError(text)

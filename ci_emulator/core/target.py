"""One shape for every form of HTTP request target; the path and the query are kept as they were sent.

Origin form (`/key?q`), absolute form (`http://host/key`, what a client with a proxy setting sends), authority form
(`CONNECT host:443`) and asterisk form (`OPTIONS *`) all become a `Target`, and everything behind the front reads
only that. Nothing is normalised: `//`, `./` and `%2F` in a key mean what the client wrote (spec: cos.md section 0).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec.structs import force_setattr

from ci_emulator.core.errors import Kind, Refusal


class Form(StrEnum):
    """The four forms of a request target (RFC 9112 section 3.2)."""

    ORIGIN = "origin"
    ABSOLUTE = "absolute"
    AUTHORITY = "authority"
    ASTERISK = "asterisk"


_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Host:
    """A host and an optional port, taken out of an authority."""

    name: str
    port: int | None

    @cached_property
    def is_ip(self) -> bool:
        """Whether the name is an IPv4 or IPv6 literal."""
        # Only digits, dots and colons (and hex) can be an address: the parser is not asked about ordinary names.
        if not (self.name[-1:].isdigit() or ":" in self.name):
            return False
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return False
        return True


# A server is addressed by few names, over and over; the bound keeps made-up ones from adding up.
@lru_cache(maxsize=256)
def parse_host(authority: str) -> Host:
    """Take the host out of `host[:port]`; also out of a literal `http://host:port/path`.

    tccli sends its `--endpoint` verbatim as Host header, scheme included (spec: tencentcloud-api3.md section 0.6).
    The name is lower-cased; brackets of an IPv6 literal, a trailing dot and any user part are dropped.
    """
    text = _SCHEME.sub("", authority.strip()).partition("/")[0].rpartition("@")[2]
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        name, _, port = text.partition(":")
    return Host(name.lower().rstrip("."), int(port) if _PORT.fullmatch(port) else None)


def decode_percent(text: str, *, plus: bool = False) -> str:
    """Percent-decode as UTF-8; bytes that are not UTF-8 survive as lone surrogates (`plus`: `+` is a space)."""
    if plus and "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def parse_query(raw: str) -> list[tuple[str, str]]:
    """Split a raw query into decoded (name, value) pairs in the order sent; `a` and `a=` are the same.

    A `+` is a space (python-requests writes one so; spec: cos.md section 0.3).
    """
    pairs = []
    for part in raw.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((decode_percent(name, plus=True), decode_percent(value, plus=True)))
    return pairs


class Target(msgspec.Struct, frozen=True):
    """What was asked, as sent.

    `authority` is what the client believes it talks to: of an absolute-form target its authority, otherwise the
    Host header (or X-Forwarded-Host of a trusted proxy). `raw_host` is the Host on the wire, which decides whether
    the reserved paths exist. `raw_path` is percent-encoded and begins with `/` (`*` in asterisk form).
    `port` is the one that the request came in at, 0 when nobody knows.
    `headers` has lower-case names; repeated headers are joined by `,`, surrounding blanks are stripped. `query` is
    the decoded query in the order sent.
    """

    method: str
    form: Form
    authority: str
    raw_host: Host
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    port: int = 0
    host: Host = Host("", None)
    query: list[tuple[str, str]] = []
    _first_values: dict[str, str] = {}

    def __post_init__(self) -> None:
        # What is given for them does not count: they follow from the other fields.
        query = parse_query(self.raw_query)
        force_setattr(self, "host", parse_host(self.authority))
        force_setattr(self, "query", query)
        force_setattr(self, "_first_values", dict(reversed(query)))

    @property
    def query_names(self) -> KeysView[str]:
        """The decoded names in the query."""
        return self._first_values.keys()

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, or None when it is absent."""
        return self._first_values.get(name)

    def header(self, name: str) -> str | None:
        """Return a header's value by its lower-case name; an empty header counts as absent.

        The Node SDK sends empty headers, the Python SDK an empty Authorization (spec: cos.md section 0.5).
        """
        return self.headers.get(name) or None


def split_target(method: str, raw: str) -> tuple[Form, str, str, str]:
    """Split the text between method and version into (form, authority or "", raw path, raw query).

    Raises:
        Refusal: MALFORMED_URI when the text is none of the four forms, or holds a fragment.
    """
    if method.upper() == "CONNECT":
        return Form.AUTHORITY, raw, "/", ""
    if raw == "*":
        return Form.ASTERISK, "", "*", ""
    if "#" in raw:
        raise Refusal(Kind.MALFORMED_URI)
    if raw.startswith("/"):
        path, _, query = raw.partition("?")
        return Form.ORIGIN, "", path, query
    match = _SCHEME.match(raw)
    if match is None:
        raise Refusal(Kind.MALFORMED_URI)
    rest = raw[match.end() :]
    cut = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    authority, tail = rest[:cut], rest[cut:]
    if not authority:
        raise Refusal(Kind.MALFORMED_URI)
    path, _, query = tail.partition("?")
    return Form.ABSOLUTE, authority, path or "/", query

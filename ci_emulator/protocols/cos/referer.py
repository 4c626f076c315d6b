"""Hotlink protection: which pages may show the objects of a bucket, told by the Referer that browsers send.

Documents 31423 (PUT Bucket referer), 32466 and 13319 (setting it up) and 40946: a request that carries a signature is
not asked for its Referer.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from ci_emulator.core.model import Call
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos.configurations import descend
from ci_emulator.protocols.cos.errors import fail

_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~\-]+)(?::(?P<port>[0-9]{1,5}))?"

#: A URL out of the characters that RFC 3986 knows; the host is what stands behind the last `@`.
_REFERER = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://)?(?:[^/?#]*@)?" + _HOST + r"(?P<path>/[^?#]*)?(?:[?#].*)?"
)
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")

#: A second URL behind the first: several headers that a client or proxy has joined.
_SEVERAL = re.compile(r",\s*https?://", re.IGNORECASE)

_PATTERN = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_*\-]+(?:\.[A-Za-z0-9_*\-]+)*)\.?"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?",
    re.IGNORECASE,
)


class Page(msgspec.Struct, frozen=True):
    """Where a request comes from; the scheme and the host are lower-case, a text without a scheme has ""."""

    scheme: str
    host: str
    port: int | None
    path: str


class Pattern(msgspec.Struct, frozen=True):
    """One Domain of the list; what is None counts for every page.

    Of `hosts` one must be the page's, a `*` being any text; `path` is what the page's path begins with.
    """

    hosts: tuple[str, ...]
    scheme: str | None = None
    port: int | None = None
    path: str = ""

    def matches(self, page: Page) -> bool:
        """Whether a page belongs to this domain."""
        return (
            self.scheme in (None, page.scheme)
            and self.port in (None, page.port)
            and page.path.startswith(self.path)
            and any(_is(page.host, host) for host in self.hosts)
        )


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a bucket asks of the Referer."""

    enabled: bool
    white: bool
    empty_allowed: bool
    patterns: tuple[Pattern, ...]

    def allows(self, referer: str) -> bool:
        """Whether a request with this Referer ("" for none) may be answered.

        What is not a URL is refused by either kind of list. A page without http or https is on no white list.
        """
        if not self.enabled:
            return True
        if not referer:
            return self.empty_allowed
        page = read_page(referer)
        if page is None:
            return False
        listed = any(pattern.matches(page) for pattern in self.patterns)
        return listed and page.scheme in ("http", "https") if self.white else not listed


def read_page(referer: str) -> Page | None:
    """Return where a Referer says that a request comes from, None when that cannot be told for certain."""
    if not _CHARACTERS.fullmatch(referer) or _SEVERAL.search(referer):
        return None
    found = _REFERER.fullmatch(referer)
    if found is None:
        return None
    host = found["host"].lower().removesuffix(".")
    return Page((found["scheme"] or "").lower(), host, _port(found["port"]), found["path"] or "/")


def read_pattern(domain: str) -> Pattern | None:
    """Return what a Domain of the list means, None when it is not one.

    `example.com` also means each of its ports and paths, `*.example.com` itself and whatever is below it (32466).
    """
    found = _PATTERN.fullmatch(domain)
    if found is None:
        return None
    name = found["host"].lower()
    hosts = (name, name.removeprefix("*.")) if name.startswith("*.") else (name,)
    scheme = found["scheme"]
    return Pattern(hosts, scheme.lower() if scheme else None, _port(found["port"]), found["path"] or "")


def _port(digits: str | None) -> int | None:
    return int(digits) if digits is not None else None


def _is(host: str, wanted: str) -> bool:
    # fnmatch takes time in proportion to the text, however many asterisks there are; brackets mean an IPv6 address here.
    return fnmatchcase(host, wanted) if "*" in wanted else host == wanted


@lru_cache(maxsize=64)
def parse(document: str) -> Rules:
    """Read the rules out of a document that was checked when it was set."""
    node = xml_in.parse(document.encode(), "RefererConfiguration")
    patterns = (read_pattern(domain.text.strip()) for domain in descend(node, ["DomainList", "Domain"]))
    return Rules(
        enabled=node.value("Status") == "Enabled",
        white=node.value("RefererType") == "White-List",
        empty_allowed=node.value("EmptyReferConfiguration") == "Allow",
        patterns=tuple(pattern for pattern in patterns if pattern is not None),
    )


def check(call: Call, bucket: BucketRecord) -> None:
    """Refuse an unsigned request whose Referer the bucket does not want.

    Raises:
        ApiError: AccessDenied, in the words of the service.
    """
    document = bucket.configurations.get("referer")
    if document is None or not call.principal.anonymous:
        return
    if not parse(document).allows((call.target.header("referer") or "").strip()):
        call.diagnosis = "AccessDenied: the Referer is not one that the bucket allows"
        raise fail("AccessDenied", variant="referer")

"""What the listings of OSS have in common (aliyun.md section 4, ListObjects; oss: GetBucket, GetBucketV2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from ci_emulator.core.clock import http_date, iso8601
from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, described
from ci_emulator.protocols.oss.errors import EC_HEADER, fail

LONGEST = 1023
"""The most bytes of a prefix or a marker: none can be longer than a key."""

DEFAULT_SIZE, MOST = 100, 1000
"""How many entries a page has unless the client says so, and at most."""

ENCODING_TYPE = Param(
    "encoding-type",
    choice("", "url"),
    "`url`",
    default="",
    about="percent-encode the names in the answer",
)


def names(name: str, about: str, *, ec: str = "") -> Param:
    """Return a parameter that is a key, or the beginning of one; `ec` is the EC of its refusal."""
    return Param(name, _numbered(name, _short, ec), "string", default="", about=about)


def delimiter(*, ec: str = "") -> Param:
    """Return the parameter that folds keys; `ec` is the EC of its refusal."""
    about = "fold keys that share the text up to it"
    return Param(
        "delimiter", _numbered("delimiter", _character, ec), "one character", default="", about=about
    )


def size(name: str, *, default: int = DEFAULT_SIZE, ec: str = "") -> Param:
    """Return the parameter that says how many entries a page has; `ec` is the EC of its refusal."""
    parse = _numbered(name, integer(1, MOST), ec)
    return Param(name, parse, "integer", default=default, about="how many entries a page has")


def encoding(asked: str, names: Iterable[str]) -> str:
    """Return the encoding of the names of a page: what the client asks for, and `url` where XML cannot hold one of them.

    With a character replaced the page would go on behind another key, and for ever.
    """
    return asked or ("" if all(map(xml.holds, names)) else "url")


def naming(encoding_type: str) -> Callable[[str], str]:
    """Return the function that writes names as the client asks for them; percent-encoded, `/` is `%2F`."""
    return _url if encoding_type else str


def date(seconds: float) -> str:
    """Return a time as OSS writes it in documents, without a fraction: oss2 takes nothing but `.000Z`."""
    return f"{iso8601(seconds)[:-1]}.000Z"


def owner(appid: str) -> dict[str, str]:
    """Return the children of an Owner."""
    return {"ID": appid, "DisplayName": appid}


def entry(
    record: ObjectRecord, now: float, name: Callable[[str], str], appid: str | None
) -> dict[str, xml.Content]:
    """Return the children of an object's `Contents`, at `now` (unix seconds); without an `appid` no Owner is told."""
    kept = record.attributes
    found: dict[str, xml.Content] = {
        "Key": name(record.key),
        "LastModified": date(record.modified),
        "ETag": described.etag(record),
        "Type": described.TYPES[record.kind],
        "Size": record.size,
        "StorageClass": attributes.shown_class(kept.storage_class),
    }
    if record.restored_until is not None and record.restored_until > now:
        until = http_date(record.restored_until)
        found["RestoreInfo"] = f'ongoing-request="false", expiry-date="{until}"'
    if appid is not None:
        found["Owner"] = owner(appid)
    return found


def _short(value: str) -> str:
    if len(text()(value).encode()) > LONGEST:
        raise ValueError(f"must have at most {LONGEST} bytes")
    return value


def _character(value: str) -> str:
    if len(text()(value)) > 1:
        raise ValueError("must be one character")
    return value


def _numbered(name: str, parse: Callable[[str], Any], ec: str) -> Callable[[str], Any]:
    """Return a parser whose refusal says its EC."""
    if not ec:
        return parse

    def numbered(value: str) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            reason = f"The parameter {name} {error}."
            raise fail("InvalidArgument", reason, headers={EC_HEADER: ec}) from None

    return numbered


def _url(name: str) -> str:
    return quote(name, safe="-_.~")

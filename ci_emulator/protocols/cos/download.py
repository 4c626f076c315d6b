"""Conditions, ranges and headers of a download (spec: cos.md section 4.3; RFC 9110 sections 13 and 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos.errors import fail

_RANGE = re.compile(r"^bytes=(?:(\d{1,19})-(\d{0,19})|-(\d{1,19}))$", re.ASCII)
_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})
_OVERRIDES = (
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of an object that are asked for."""

    start: int
    length: int
    partial: bool


def check_query(call: Call) -> None:
    """Refuse what a query asks for and nobody may have.

    Raises:
        ApiError: NoSuchVersion (no bucket keeps versions yet, an object's only version is `null`); InvalidRequest
            for an anonymous request that overrides headers, which COS documents as unsupported.
    """
    version = call.target.parameter("versionId")
    if version not in (None, "", "null"):
        raise fail("NoSuchVersion")
    if call.principal.anonymous and any(name in call.target.query_names for name in _OVERRIDES):
        raise fail("InvalidRequest", "A request with response-* parameters must be signed.")


def check_conditions(call: Call, record: ObjectRecord) -> None:
    """Check If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in that order.

    Raises:
        Refusal: PRECONDITION_FAILED (412).
        NotModified: 304.
    """
    header = call.target.header
    match, unmodified = header("if-match"), header("if-unmodified-since")
    if match is not None:
        if not _names(match, record.etag):
            raise Refusal(Kind.PRECONDITION_FAILED)
    elif unmodified is not None and (since := _date(unmodified)) is not None and int(record.modified) > since:
        raise Refusal(Kind.PRECONDITION_FAILED)
    none_match, modified = header("if-none-match"), header("if-modified-since")
    if none_match is not None:
        if _names(none_match, record.etag):
            raise NotModified(record)
    elif modified is not None and (since := _date(modified)) is not None and int(record.modified) <= since:
        raise NotModified(record)


class NotModified(Exception):
    """The client has this object already: 304, with the headers that tell it which."""

    def __init__(self, record: ObjectRecord) -> None:
        super().__init__("not modified")
        self.record = record


def check_storage_class(record: ObjectRecord) -> None:
    """Refuse to read an archived object, which must be restored first.

    Raises:
        ApiError: InvalidObjectState, with the storage class in a header.
    """
    if record.storage_class in _ARCHIVED:
        raise fail("InvalidObjectState", headers={"x-cos-storage-class": record.storage_class})


def requested_part(call: Call, size: int) -> Part:
    """Return the range that is asked for, or the whole.

    Several ranges, and what is not a byte range, get the whole, as RFC 9110 allows.

    Raises:
        Refusal: RANGE_NOT_SATISFIABLE.
    """
    match = _RANGE.match((call.target.header("range") or "").replace(" ", ""))
    if match is None:
        return Part(0, size, partial=False)
    first, last, suffix = match.groups()
    start = max(size - int(suffix), 0) if suffix is not None else int(first)
    end = min(int(last), size - 1) if last else size - 1
    if suffix is None and last and int(last) < int(first):
        return Part(0, size, partial=False)
    if start >= size or suffix == "0":
        raise Refusal(Kind.RANGE_NOT_SATISFIABLE, size=size)
    return Part(start, end - start + 1, partial=True)


def headers(call: Call, record: ObjectRecord, part: Part) -> list[tuple[str, str]]:
    """Return the headers that describe an object and the part of it that is sent."""
    kept = dict(record.headers)
    for name in _OVERRIDES:
        value = call.target.parameter(name)
        if value:
            kept[name.removeprefix("response-")] = value
    result = [(_titled(name), _header_safe(value)) for name, value in kept.items()]
    result += [(name, _header_safe(value)) for name, value in record.meta.items()]
    if part.partial:
        result.append(("Content-Range", f"bytes {part.start}-{part.start + part.length - 1}/{record.size}"))
    return result + identity(record)


def identity(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the headers that say which object it is; a 304 has them too."""
    found = [
        ("Accept-Ranges", "bytes"),
        ("ETag", f'"{record.etag}"'),
        ("Last-Modified", http_date(record.modified)),
        ("x-cos-hash-crc64ecma", str(record.crc64)),
    ]
    if record.storage_class != "STANDARD":
        # The Python SDK relies on its absence for STANDARD (spec: cos.md section 4.0).
        found.append(("x-cos-storage-class", record.storage_class))
    return found


def _names(tags: str, etag: str) -> bool:
    return tags.strip() == "*" or any(tag.strip().strip('"') == etag for tag in tags.split(","))


def _date(text: str) -> float | None:
    """Return a date's unix seconds; one that cannot be read is ignored (RFC 9110 section 13.1.3)."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _titled(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


def _header_safe(value: str) -> str:
    """Drop line ends, which an override could carry: a parameter must not write headers of its own."""
    return value.replace("\r", " ").replace("\n", " ").replace("\0", " ")

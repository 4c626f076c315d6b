"""Conditions, ranges and headers of a download (spec: cos.md section 4.3; RFC 9110 sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache

import msgspec

from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import encryption, upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.header_values import one_line

_RANGE = re.compile(r"^bytes=(?:(\d{1,19})-(\d{0,19})|-(\d{1,19}))$", re.ASCII)
ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})
_OVERRIDES = (
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
)


class Part(msgspec.Struct, frozen=True):
    """The bytes of an object that are asked for."""

    start: int
    length: int
    partial: bool


def check_query(call: Call) -> None:
    """Refuse what a query asks for and nobody may have.

    Raises:
        ApiError: InvalidRequest for an anonymous request that overrides headers, which COS documents as unsupported.
    """
    if call.principal.anonymous and any(name in call.target.query_names for name in _OVERRIDES):
        raise fail("InvalidRequest", "A request with response-* parameters must be signed.")
    upload.check_traffic_limit(call.target.headers)


def missing(refusal: Refusal) -> Exception:
    """Return what a refusal by `Objects.find` and its like is for COS: a delete marker shows in a header."""
    marker = refusal.facts.get("delete_marker")
    if refusal.kind is not Kind.KEY_MISSING or marker is None:
        return refusal
    return fail("NoSuchKey", headers={"x-cos-delete-marker": "true", "x-cos-version-id": marker})


def check_not_a_marker(record: ObjectRecord) -> None:
    """Refuse a delete marker that is named by its version: there is nothing but its deletion.

    Raises:
        ApiError: MethodNotAllowed.
    """
    if record.delete_marker:
        raise fail(
            "MethodNotAllowed",
            headers={"x-cos-delete-marker": "true", "x-cos-version-id": record.version_id},
        )


def check_readable(call: Call, record: ObjectRecord) -> None:
    """Refuse to read a delete marker, or an object whose customer key is not given.

    Raises:
        ApiError: MethodNotAllowed, SsecDecryptHeaderInvalid.
    """
    check_not_a_marker(record)
    encryption.check_readable(record, call.target.headers)


def check_conditions(call: Call, record: ObjectRecord) -> None:
    """Check If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in that order.

    Raises:
        Refusal: PRECONDITION_FAILED (412).
        NotModified: 304.
    """
    compare(call.target.headers, record)


def compare(conditions: Mapping[str, str], record: ObjectRecord) -> None:
    """Check the conditions among some headers, as `check_conditions` does; an empty one counts as absent.

    Raises:
        Refusal: PRECONDITION_FAILED (412).
        NotModified: 304.
    """
    match, unmodified = conditions.get("if-match"), conditions.get("if-unmodified-since")
    if match:
        if not _names(match, record.etag):
            raise Refusal(Kind.PRECONDITION_FAILED)
    elif unmodified and (since := _date(unmodified)) is not None and int(record.modified) > since:
        raise Refusal(Kind.PRECONDITION_FAILED)
    none_match, modified = conditions.get("if-none-match"), conditions.get("if-modified-since")
    if none_match:
        if _names(none_match, record.etag):
            raise NotModified(record)
    elif modified and (since := _date(modified)) is not None and int(record.modified) <= since:
        raise NotModified(record)


class NotModified(Exception):
    """The client has this object already: 304, with the headers that tell it which."""

    def __init__(self, record: ObjectRecord) -> None:
        super().__init__("not modified")
        self.record = record


def check_restored(record: ObjectRecord, now: float) -> None:
    """Refuse to read the bytes of an archived object that is not restored at `now` (unix seconds).

    Raises:
        ApiError: InvalidObjectState, with the storage class in a header.
    """
    storage_class = record.attributes.storage_class
    if storage_class in ARCHIVED and (record.restored_until or 0) <= now:
        raise fail("InvalidObjectState", headers={"x-cos-storage-class": storage_class})


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
    kept = record.attributes.headers
    if call.target.query_names:
        kept = kept | _overridden(call)
    result = [(_titled(name), one_line(value)) for name, value in kept.items()]
    result += [(name, one_line(value)) for name, value in record.attributes.meta.items()]
    if part.partial:
        result.append(("Content-Range", f"bytes {part.start}-{part.start + part.length - 1}/{record.size}"))
    return result + identity(record, call.received)


def _overridden(call: Call) -> dict[str, str]:
    """Return the headers that `response-*` parameters put in the place of the object's own."""
    parameter = call.target.parameter
    return {name.removeprefix("response-"): value for name in _OVERRIDES if (value := parameter(name))}


def identity(record: ObjectRecord, now: float) -> list[tuple[str, str]]:
    """Return the headers that say which object it is at `now` (unix seconds); a 304 has them too."""
    found = [
        ("Accept-Ranges", "bytes"),
        ("Last-Modified", http_date(record.modified)),
        *written(record),
    ]
    attributes = record.attributes
    if attributes.storage_class != "STANDARD":
        # The Python SDK relies on its absence for STANDARD (spec: cos.md section 4.0).
        found.append(("x-cos-storage-class", attributes.storage_class))
    if attributes.tags:
        found.append(("x-cos-tagging-count", str(len(attributes.tags))))
    if record.kind == "appendable":
        found += [("x-cos-object-type", "appendable"), ("x-cos-next-append-position", str(record.size))]
    if record.restored_until is not None and record.restored_until > now:
        until = http_date(record.restored_until)
        found.append(("x-cos-restore", f'ongoing-request="false", expiry-date="{until}"'))
    return found


def written(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the headers that tell a writer what there is now (spec: cos.md section 4.3, PUT Object)."""
    return [("ETag", f'"{record.etag}"'), *assured(record)]


def assured(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return what `written` does besides the ETag: checksum, version, encryption."""
    found = [("x-cos-hash-crc64ecma", str(record.crc64))]
    if record.version:
        found.append(("x-cos-version-id", record.version))
    return found + list(record.attributes.encryption.items())


def _names(tags: str, etag: str) -> bool:
    return tags.strip() == "*" or any(tag.strip().strip('"') == etag for tag in tags.split(","))


def _date(text: str) -> float | None:
    """Return a date's unix seconds; one that cannot be read is ignored (RFC 9110 section 13.1.3)."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


@lru_cache(maxsize=32)
def _titled(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))

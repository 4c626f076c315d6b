"""The source of a copy: which object it is, who may read it, and on what conditions (oss: CopyObject, UploadPartCopy)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.core.target import decode_percent, parse_query
from ci_emulator.operations import copying
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download
from ci_emulator.protocols.cos.copy_source import CopySource, Cut, whole
from ci_emulator.protocols.oss import access, named_object, names, reading
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.services import Services

HEADER = "x-oss-copy-source"
_PREFIX = f"{HEADER}-"
_RANGE_HEADER = f"{_PREFIX}range"
_RANGE = re.compile(r"bytes=([0-9]{1,19})-([0-9]{0,19})")

#: Given the record of the source, raises when it must not be copied.
Check = Callable[[ObjectRecord], None]


def parse(call: Call) -> CopySource:
    """Read `/<bucket>/<percent-encoded key>[?versionId=<version>]` out of the header of a call.

    Raises:
        ApiError: InvalidArgument.
    """
    location, _, query = call.target.headers[HEADER].removeprefix("/").partition("?")
    name, _, raw_key = location.partition("/")
    bucket, key = decode_percent(name), decode_percent(raw_key)
    if not names.is_bucket(bucket) or not key or not _is_utf8(key):
        raise fail("InvalidArgument", reason=f"{HEADER} must be /<bucket>/<percent-encoded key>.")
    version = dict(reversed(parse_query(query))).get("versionId")
    return CopySource(call.envelope.naming.full(bucket), key, version or None)


def requested_range(headers: Mapping[str, str]) -> Cut:
    """Return what takes the range of `x-oss-copy-source-range` out of a source; the whole when it is not a range.

    What it returns refuses a range that reaches beyond the source with RANGE_NOT_SATISFIABLE.
    """
    match = _RANGE.fullmatch(headers.get(_RANGE_HEADER) or "")
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        return whole
    first, last = int(match[1]), int(match[2]) if match[2] else None

    def cut(size: int) -> tuple[int, int]:
        end = size - 1 if last is None else last
        if not first <= end < size:
            raise Refusal(Kind.RANGE_NOT_SATISFIABLE, size=size)
        whole(end - first + 1)  # no larger than what is copied in one go
        return first, end - first + 1

    return cut


async def find(call: Call, services: Services, source: CopySource) -> ObjectRecord:
    """Return what is known of a source that the principal of a call may read; a link is not followed.

    Raises:
        Refusal: BUCKET_MISSING, KEY_MISSING, VERSION_MISSING.
        ApiError: AccessDenied.
    """
    await _check_access(call, services, source)
    try:
        return await services.objects.find(source.bucket, source.key, source.version)
    except Refusal as refusal:
        raise named_object.missing(refusal) from None


@asynccontextmanager
async def reading_it(
    call: Call, services: Services, source: CopySource, cut: Cut
) -> AsyncIterator[copying.Source]:
    """Hold the source open that a call names, for as long as it is copied.

    The one who asks needs the access that a GET of the source needs; as there a link is followed.

    Raises:
        ApiError: AccessDenied, those of `check`, and what `named_object.missing` makes of a missing source.
        Refusal: BUCKET_MISSING, KEY_MISSING, VERSION_MISSING, and those of `check` and `cut`.
    """

    def plan(record: ObjectRecord) -> tuple[int, int]:
        check(call, services, record)
        return cut(record.size)

    await _check_access(call, services, source)
    follow = reading.follower(call, services, source.bucket)
    try:
        async with copying.reading(
            services.objects, source.bucket, source.key, plan, source.version, follow
        ) as opened:
            yield opened
    except Refusal as refusal:
        raise named_object.missing(refusal) from None


def check(call: Call, services: Services, record: ObjectRecord) -> None:
    """Refuse to copy what cannot be read, or does not meet the conditions of `x-oss-copy-source-if-…`.

    Raises:
        ApiError: NoSuchKey for a delete marker, InvalidObjectState.
        Refusal: PRECONDITION_FAILED (412).
        NotModified: 304.
    """
    if record.delete_marker:
        raise fail("NoSuchKey", extra={"Key": record.key})
    about_source = {
        name.removeprefix(_PREFIX): text
        for name, text in call.target.headers.items()
        if name.startswith(_PREFIX)
    }
    download.compare(reading.conditions(about_source), record)
    reading.check_readable(call, services, record)


def version_header(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the header that names the version that was copied, where there are versions."""
    return [(f"{_PREFIX}version-id", record.version)] if record.version else []


async def _check_access(call: Call, services: Services, source: CopySource) -> None:
    permissions = ["oss:GetObject", *(["oss:GetObjectVersion"] if source.version else [])]
    for permission in permissions:
        if not await access.may(
            call, services, source.bucket, source.key, "read", permission, source.version
        ):
            raise access.denied(call)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""The source of a copy: which object it is, who may read it, and on what conditions (spec: cos.md section 4.3)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.core.target import decode_percent, parse_query
from ci_emulator.operations import copying
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import access, download, encryption, symlinks
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.multipart import LARGEST_PART
from ci_emulator.protocols.hosts import BUCKET
from ci_emulator.protocols.services import Services

HEADER = "x-cos-copy-source"
_PREFIX = f"{HEADER}-"
_PERMISSION = "cos:GetObject"
_RANGE_HEADER = f"{_PREFIX}range"
_RANGE = re.compile(r"bytes=([0-9]{1,19})-([0-9]{1,19})")

#: Given the length of the source in bytes, returns (start, length) of what is copied, or raises.
Cut = Callable[[int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CopySource:
    """An object that is copied: its bucket's full name, its key, its version (None: the current one)."""

    bucket: str
    key: str
    version: str | None


def parse(text: str) -> CopySource:
    """Read `<bucket>.<any host>/<percent-encoded key>[?versionId=<version>]`.

    Raises:
        ApiError: InvalidCopySource.
    """
    location, _, query = text.partition("?")
    host, _, raw_key = location.partition("/")
    bucket = host.partition(".")[0]
    key = decode_percent(raw_key)
    if not BUCKET.match(bucket) or not key or not _is_utf8(key):
        raise fail("InvalidCopySource", f"{HEADER} must be <bucket>.cos.<region>.myqcloud.com/<encoded key>.")
    version = dict(reversed(parse_query(query))).get("versionId")
    return CopySource(bucket, key, version or None)


def whole(size: int) -> tuple[int, int]:
    """Return (start, length) of all bytes of a source.

    Raises:
        Refusal: OBJECT_TOO_LARGE over 5 GB, which is copied in parts only.
    """
    return _limited(0, size)


def requested_range(headers: Mapping[str, str]) -> Cut:
    """Return what takes the range of `x-cos-copy-source-range` out of a source; the whole when it is empty.

    Raises:
        ApiError: InvalidArgument for what is not `bytes=<first>-<last>`.
    """
    text = headers.get(_RANGE_HEADER)
    if not text:
        return whole
    match = _RANGE.fullmatch(text)
    first, last = (int(match[1]), int(match[2])) if match else (1, 0)
    if last < first:
        raise fail("InvalidArgument", f"{_RANGE_HEADER} must be bytes=<first>-<last>.", name=_RANGE_HEADER)

    def cut(size: int) -> tuple[int, int]:
        if last >= size:
            raise Refusal(Kind.RANGE_NOT_SATISFIABLE, size=size)
        return _limited(first, last - first + 1)

    return cut


@asynccontextmanager
async def reading(
    call: Call, services: Services, source: CopySource, cut: Cut
) -> AsyncIterator[copying.Source]:
    """Hold the source open that a call names, for as long as it is copied.

    The one who asks needs the access that a GET of the source needs; as there a link is followed.

    Raises:
        ApiError: NoSuchCopySource when its bucket does not exist, AccessDenied, InvalidRequest for a delete marker,
            InvalidObjectState for an archived object that is not restored, SsecDecryptHeaderInvalid.
        Refusal: KEY_MISSING, VERSION_MISSING, PRECONDITION_FAILED, and those of `cut`.
    """

    def plan(record: ObjectRecord) -> tuple[int, int]:
        check(record, call.target.headers, services.clock.now())
        return cut(record.size)

    await _check_access(call, services, source)
    follow = symlinks.follower(call, services, source.bucket, _PERMISSION)
    async with copying.reading(
        services.objects, source.bucket, source.key, plan, source.version, follow
    ) as opened:
        yield opened


def check(record: ObjectRecord, headers: Mapping[str, str], now: float) -> None:
    """Refuse to copy what cannot be read at `now` (unix seconds), or does not meet the conditions.

    The conditions are taken as those of a GET, but each one that fails is a 412.

    Raises:
        ApiError: InvalidRequest for a delete marker, InvalidObjectState, SsecDecryptHeaderInvalid.
        Refusal: PRECONDITION_FAILED.
    """
    if record.delete_marker:
        raise fail("InvalidRequest", "The copy source is a delete marker.")
    about_source = {
        name.removeprefix(_PREFIX): text for name, text in headers.items() if name.startswith(_PREFIX)
    }
    key_headers = {f"x-cos-{name}": text for name, text in about_source.items()}
    encryption.check_readable(record, key_headers)
    try:
        download.compare(about_source, record)
    except download.NotModified:
        raise Refusal(Kind.PRECONDITION_FAILED) from None
    download.check_restored(record, now)


def version_header(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the header that names the version that was copied, where there are versions."""
    return [(f"{_PREFIX}version-id", record.version)] if record.version else []


async def _check_access(call: Call, services: Services, source: CopySource) -> None:
    asked = access.Asked(source.bucket, source.key, "read", _PERMISSION, source.version)
    try:
        allowed = await access.may(call, services, asked)
    except Refusal as refusal:
        if refusal.kind is Kind.BUCKET_MISSING:
            raise fail("NoSuchCopySource", "The bucket of the copy source does not exist.") from None
        raise
    if not allowed:
        raise fail("AccessDenied", "The copy source may not be read.")


def _limited(start: int, length: int) -> tuple[int, int]:
    if length > LARGEST_PART:
        raise Refusal(Kind.OBJECT_TOO_LARGE, limit=LARGEST_PART)
    return start, length


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

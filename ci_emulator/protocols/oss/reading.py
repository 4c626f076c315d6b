"""Objects as OSS answers with them: whole, in part, or described (aliyun.md section 4, GetObject and HeadObject)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.links import Follow
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download
from ci_emulator.protocols.oss import access, attributes, described, encryption, named_object
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.services import Services

_PERMISSION, _OF_A_VERSION = "oss:GetObject", "oss:GetObjectVersion"
_BEHAVIOUR = "x-oss-range-behavior"
#: Of several ranges the first counts.
_RANGE = re.compile(r"bytes=(?:([0-9]{1,19})-([0-9]{0,19})|-([0-9]{1,19}))(?:,.*)?")
_ETAG_CONDITIONS = ("if-match", "if-none-match")


async def content(call: Call, services: Services) -> Reply:
    """Return an object, or the part of it that the call asks for, under the call's conditions.

    A link is followed, here and below, when the principal of the call may read what it leads to.

    Raises:
        Refusal: PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE and those of `Objects.open`.
        ApiError: those of `check_query`, `check_readable`, `named_object.missing` and `named_object.requested_version`.
    """
    check_query(call)
    part = download.Part(0, 0, partial=False)

    def plan(record: ObjectRecord) -> tuple[int, int]:
        nonlocal part
        check_readable(call, services, record)
        download.compare(conditions(call.target.headers), record)
        part = requested_part(call, record.size)
        return part.start, part.length

    bucket, key = call.place.bucket or "", call.place.key or ""
    version = await named_object.requested_version(call, services, "read", _OF_A_VERSION)
    try:
        opened = await services.objects.open(bucket, key, plan, version, follower(call, services, bucket))
    except Refusal as refusal:
        raise named_object.missing(refusal) from None
    except download.NotModified as same:
        return Reply(304, described.headers(same.record, call.received, {}))
    return Reply(
        206 if part.partial else 200,
        await _headers(call, services, opened.record, part),
        opened.body,
        opened.stream,
        part.length,
    )


async def description(call: Call, services: Services) -> Reply:
    """Return what `content` would, without the bytes: the answer to HEAD, which archived objects have too.

    Raises:
        Refusal, ApiError: as `content`.
    """
    check_query(call)
    bucket, key = call.place.bucket or "", call.place.key or ""
    version = await named_object.requested_version(call, services, "read", _OF_A_VERSION)
    try:
        record = await services.objects.reach(bucket, key, version, follower(call, services, bucket))
        named_object.check_not_a_marker(record)
        download.compare(conditions(call.target.headers), record)
    except Refusal as refusal:
        raise named_object.missing(refusal) from None
    except download.NotModified as same:
        return Reply(304, described.headers(same.record, call.received, {}))
    whole = download.Part(0, record.size, partial=False)
    return Reply(200, await _headers(call, services, record, whole), length=record.size)


def check_query(call: Call) -> None:
    """Refuse what a request asks for beside the object, and may not have.

    Raises:
        ApiError: InvalidRequest for a stranger who overrides headers, which OSS documents as signed requests only;
            InvalidArgument for a traffic limit.
    """
    names = call.target.query_names
    if call.principal.anonymous and any(name in names for name in described.OVERRIDES):
        raise fail("InvalidRequest", reason="A request with response-* parameters must be signed.")
    attributes.check_traffic_limit(call)


def check_readable(call: Call, services: Services, record: ObjectRecord) -> None:
    """Refuse to read the bytes of a delete marker, or of an archived object that is not restored.

    Raises:
        ApiError: MethodNotAllowed, InvalidObjectState, and that of `encryption.check_readable`.
    """
    named_object.check_not_a_marker(record)
    encryption.check_readable(record.attributes.encryption)
    archived = attributes.needs_restore(record.attributes.storage_class)
    if archived and (record.restored_until or 0) <= call.received:
        raise fail("InvalidObjectState")


def conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers in which ETags are written as they are kept, in lower case."""
    return {name: value.lower() if name in _ETAG_CONDITIONS else value for name, value in headers.items()}


def requested_part(call: Call, size: int) -> download.Part:
    """Return the range that is asked for.

    One that reaches beyond the last byte gets the whole; with `x-oss-range-behavior: standard` it is cut, or refused when
    it begins there. What is not a range gets the whole either way.

    Raises:
        Refusal: RANGE_NOT_SATISFIABLE.
    """
    whole = download.Part(0, size, partial=False)
    match = _RANGE.fullmatch((call.target.header("range") or "").replace(" ", ""))
    if match is None:
        return whole
    standard = (call.target.header(_BEHAVIOUR) or "").lower() == "standard"
    first, last, suffix = (int(text) if text else None for text in match.groups())
    if first is None:
        start, end = size - (suffix or 0), size - 1
    else:
        start, end = first, size - 1 if last is None else last
        if last is not None and last < first:
            return whole
    if 0 <= start <= end < size:
        return download.Part(start, end - start + 1, partial=True)
    if not standard:
        return whole
    if max(start, 0) >= size:
        raise Refusal(Kind.RANGE_NOT_SATISFIABLE, size=size)
    start, end = max(start, 0), min(end, size - 1)
    return download.Part(start, end - start + 1, partial=True)


def follower(call: Call, services: Services, bucket: str, permission: str = _PERMISSION) -> Follow:
    """Return what asks whether the principal of a call may read what a link leads to."""

    async def follow(target: str) -> None:
        if not await access.may(call, services, bucket, target, "read", permission):
            raise access.denied(call)

    return follow


async def _headers(
    call: Call, services: Services, record: ObjectRecord, part: download.Part
) -> list[tuple[str, str]]:
    parameter = call.target.parameter
    overrides = {
        name.removeprefix("response-"): value for name in described.OVERRIDES if (value := parameter(name))
    }
    link = await _link(call, services, record)
    found = described.headers(record, call.received, overrides, link=link, partial=part.partial)
    if part.partial:
        found.append(("Content-Range", f"bytes {part.start}-{part.start + part.length - 1}/{record.size}"))
    return found


async def _link(call: Call, services: Services, record: ObjectRecord) -> ObjectRecord | None:
    """Return the link that led to an object, None when it was asked for by its own key or the link is gone by now."""
    key = call.place.key or ""
    if record.key == key:
        return None
    try:
        named = await services.objects.find(call.place.bucket or "", key, call.target.parameter("versionId"))
    except Refusal:
        return None
    return named if named.kind == "symlink" else None

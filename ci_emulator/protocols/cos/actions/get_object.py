"""GET and HEAD Object (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download, names
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", permission="cos:GetObject", access="read", called="GetObject")
async def get_object(call: Call, services: Services) -> Reply:
    """Return an object, or a range of it."""
    download.check_query(call)
    part = download.Part(0, 0, partial=False)

    def plan(record: ObjectRecord) -> tuple[int, int]:
        nonlocal part
        download.check_readable(call, record)
        download.check_conditions(call, record)
        download.check_restored(record, services.clock.now())
        part = download.requested_part(call, record.size)
        return part.start, part.length

    bucket, key, version = call.place.bucket or "", call.place.key or "", names.requested_version(call)
    try:
        opened = await services.objects.open(bucket, key, plan, version)
    except Refusal as refusal:
        raise download.missing(refusal) from None
    except download.NotModified as same:
        return Reply(304, download.identity(same.record, call.received))
    return Reply(
        status=206 if part.partial else 200,
        headers=download.headers(call, opened.record, part),
        body=opened.body,
        stream=opened.stream,
        length=part.length,
    )


@action("object", "HEAD", permission="cos:HeadObject", access="read", called="HeadObject")
async def head_object(call: Call, services: Services) -> Reply:
    """Describe an object."""
    download.check_query(call)
    bucket, key, version = call.place.bucket or "", call.place.key or "", names.requested_version(call)
    try:
        record = await services.objects.find(bucket, key, version)
        download.check_readable(call, record)
        download.check_conditions(call, record)
    except Refusal as refusal:
        raise download.missing(refusal) from None
    except download.NotModified as same:
        return Reply(304, download.identity(same.record, call.received))
    part = download.requested_part(call, record.size)
    return Reply(
        status=206 if part.partial else 200,
        headers=download.headers(call, record, part),
        length=part.length,
    )

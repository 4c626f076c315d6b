"""Objects as they are answered: whole, in part, or described (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download, symlinks
from ci_emulator.protocols.services import Services


async def content(call: Call, services: Services, bucket: str, key: str, version: str | None = None) -> Reply:
    """Return an object, or the part of it that the call asks for, under the call's conditions.

    A link is followed, here and below, when the principal of the call may read what it leads to.

    Raises:
        Refusal, ApiError: those of `Objects.open` and of the checks in `download`.
    """
    download.check_query(call)
    part = download.Part(0, 0, partial=False)

    def plan(record: ObjectRecord) -> tuple[int, int]:
        nonlocal part
        download.check_readable(call, record)
        download.check_conditions(call, record)
        download.check_restored(record, services.clock.now())
        part = download.requested_part(call, record.size)
        return part.start, part.length

    follow = symlinks.follower(call, services, bucket, "cos:GetObject")
    try:
        opened = await services.objects.open(bucket, key, plan, version, follow)
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


async def description(
    call: Call, services: Services, bucket: str, key: str, version: str | None = None
) -> Reply:
    """Return what `content` would, without the bytes: the answer to HEAD.

    Raises:
        Refusal, ApiError: as `content`.
    """
    download.check_query(call)
    follow = symlinks.follower(call, services, bucket, "cos:HeadObject")
    try:
        record = await services.objects.reach(bucket, key, version, follow)
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


async def whole(call: Call, services: Services, bucket: str, key: str, status: int) -> Reply:
    """Return all of an object in place of something else, so that the call's conditions and range do not count.

    Raises:
        Refusal, ApiError: as `content`.
    """

    def plan(record: ObjectRecord) -> tuple[int, int]:
        download.check_readable(call, record)
        download.check_restored(record, services.clock.now())
        # The bytes that HEAD does not send need not be read either.
        return 0, 0 if call.target.method == "HEAD" else record.size

    follow = symlinks.follower(call, services, bucket, "cos:GetObject")
    opened = await services.objects.open(bucket, key, plan, follow=follow)
    record = opened.record
    described = download.headers(call, record, download.Part(0, record.size, partial=False))
    return Reply(status, described, opened.body, opened.stream, record.size)

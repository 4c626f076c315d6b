"""AppendObject (aliyun.md section 4; oss: AppendObject)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer
from ci_emulator.operations.objects import LARGEST_APPENDED
from ci_emulator.protocols.cos.upload import check_length
from ci_emulator.protocols.oss import attributes, described, writing
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    Param(
        "position", integer(0), "integer", required=True, about="the length of the object so far, in bytes"
    ),
)


@action(
    "object",
    "POST",
    "append",
    called="AppendObject",
    permission="oss:PutObject",
    access="write",
    params=PARAMS,
    max_body=LARGEST_APPENDED,
)
async def append_object(call: Call, services: Services) -> Reply:
    """Add bytes to the end of an object, or begin one; headers about the object count at its beginning only."""
    check_length(call.body)
    wanted = await writing.attributes_of(call, services)
    try:
        record = await services.objects.append(
            call.place.bucket or "",
            call.place.key or "",
            call.params["position"],
            call.body.chunks(LARGEST_APPENDED),
            wanted,
            attributes.expected(call.target.headers),
            announced=call.body.length or 0,
        )
    except Refusal as refusal:
        if refusal.kind is not Kind.APPEND_POSITION:
            raise
        told = {described.NEXT_POSITION: refusal.facts["size"]}
        raise fail("PositionNotEqualToLength", headers=told) from None
    return Reply(headers=[*described.written(record), (described.NEXT_POSITION, str(record.size))])

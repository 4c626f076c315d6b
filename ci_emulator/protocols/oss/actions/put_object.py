"""PutObject (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import GiB
from ci_emulator.protocols.cos.upload import check_length
from ci_emulator.protocols.oss import attributes, described, writing
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

MAX_BODY = 5 * GiB


@action("object", "PUT", called="PutObject", access="write", max_body=MAX_BODY)
async def put_object(call: Call, services: Services) -> Reply:
    """Store an object, byte for byte as sent."""
    headers = call.target.headers
    check_length(call.body)
    wanted = await writing.attributes_of(call, services)
    record = await services.objects.put(
        call.place.bucket or "",
        call.place.key or "",
        call.body.chunks(MAX_BODY),
        wanted,
        attributes.expected(headers),
        forbid_overwrite=attributes.forbids_overwrite(headers),
    )
    return Reply(headers=described.written(record))

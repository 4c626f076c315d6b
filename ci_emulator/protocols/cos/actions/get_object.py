"""GET and HEAD Object (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import names, reading
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", permission="cos:GetObject", access="read", called="GetObject")
async def get_object(call: Call, services: Services) -> Reply:
    """Return an object, or a range of it."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    return await reading.content(call, services, bucket, key, names.requested_version(call))


@action("object", "HEAD", permission="cos:HeadObject", access="read", called="HeadObject")
async def head_object(call: Call, services: Services) -> Reply:
    """Describe an object."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    return await reading.description(call, services, bucket, key, names.requested_version(call))

"""GetObject and HeadObject (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss import reading
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", called="GetObject", access="read")
async def get_object(call: Call, services: Services) -> Reply:
    """Return an object, or a range of it."""
    return await reading.content(call, services)


@action("object", "HEAD", called="HeadObject", permission="oss:GetObject", access="read")
async def head_object(call: Call, services: Services) -> Reply:
    """Describe an object."""
    return await reading.description(call, services)

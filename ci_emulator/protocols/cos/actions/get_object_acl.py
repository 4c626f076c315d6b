"""GET Object acl (spec: cos.md sections 4.2 and 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import acl, named_object
from ci_emulator.protocols.cos.grants import Acl
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", "acl", permission="cos:GetObjectACL", access="read_acp", called="GetObjectACL")
async def get_object_acl(call: Call, services: Services) -> Reply:
    """Tell who may do what with an object; a header says that its bucket decides."""
    bucket = await services.buckets.find(call.place.bucket or "")
    kept = (await named_object.find(call, services)).attributes
    headers = [("x-cos-acl", kept.acl)] if kept.acl == "default" else []
    return xml.reply(
        "AccessControlPolicy", acl.to_children(Acl(kept.acl, kept.grants), bucket.owner), headers
    )

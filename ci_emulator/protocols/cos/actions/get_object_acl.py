"""GET Object acl (spec: cos.md sections 4.2 and 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import acl, named_object
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", "acl", permission="cos:GetObjectACL", called="GetObjectACL")
async def get_object_acl(call: Call, services: Services) -> Reply:
    """Tell who may do what with an object; a header says that its bucket decides."""
    bucket = await services.buckets.find(call.place.bucket or "")
    canned = (await named_object.find(call, services)).attributes.acl
    headers = [("x-cos-acl", canned)] if canned == "default" else []
    return xml.reply("AccessControlPolicy", acl.to_children(canned, bucket.owner), headers)

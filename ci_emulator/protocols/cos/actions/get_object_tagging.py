"""GET Object tagging (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import named_object, tags
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "GET", "tagging", permission="cos:GetObjectTagging", called="GetObjectTagging")
async def get_object_tagging(call: Call, services: Services) -> Reply:
    """Return the tags of an object; the set is empty when it has none."""
    record = await named_object.find(call, services)
    return xml.reply("Tagging", tags.to_children(record.attributes.tags))

"""PUT and DELETE Object tagging (spec: cos.md section 4.3)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import documents, named_object, tags
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "PUT", "tagging", permission="cos:PutObjectTagging", takes="xml", called="PutObjectTagging")
async def put_object_tagging(call: Call, services: Services) -> Reply:
    """Give an object other tags, ten at most."""
    root = await documents.read_xml(call, "Tagging")
    await _replace(call, services, tags.from_document(root, tags.OBJECT))
    return Reply()


@action("object", "DELETE", "tagging", permission="cos:DeleteObjectTagging", called="DeleteObjectTagging")
async def delete_object_tagging(call: Call, services: Services) -> Reply:
    """Remove all tags of an object."""
    await _replace(call, services, {})
    return Reply(204)


async def _replace(call: Call, services: Services, new: dict[str, str]) -> None:
    def change(record: ObjectRecord) -> ObjectRecord:
        attributes = msgspec.structs.replace(record.attributes, tags=new)
        return msgspec.structs.replace(record, attributes=attributes)

    await named_object.change(call, services, change)

"""PutObjectTagging, GetObjectTagging and DeleteObjectTagging (oss: PutObjectTagging and the like)."""

from __future__ import annotations

from msgspec.structs import replace

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import documents, named_object, tags
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("object", "PUT", "tagging", called="PutObjectTagging", takes="xml")
async def put_object_tagging(call: Call, services: Services) -> Reply:
    """Give an object other tags, ten at most."""
    new = tags.from_document(await documents.read_xml(call, "Tagging"))
    record = await _replace(call, services, new, "oss:PutObjectVersionTagging")
    return Reply(headers=named_object.version_headers(record))


@action("object", "GET", "tagging", called="GetObjectTagging")
async def get_object_tagging(call: Call, services: Services) -> Reply:
    """Return the tags of an object; the set is empty when it has none."""
    record = await named_object.find(call, services, "owner", "oss:GetObjectVersionTagging")
    told = named_object.version_headers(record)
    return xml.reply("Tagging", tags.to_children(record.attributes.tags), told)


@action("object", "DELETE", "tagging", called="DeleteObjectTagging")
async def delete_object_tagging(call: Call, services: Services) -> Reply:
    """Remove all tags of an object."""
    record = await _replace(call, services, {}, "oss:DeleteObjectVersionTagging")
    return Reply(204, named_object.version_headers(record))


async def _replace(call: Call, services: Services, new: dict[str, str], permission: str) -> ObjectRecord:
    def change(record: ObjectRecord) -> ObjectRecord:
        return replace(record, attributes=replace(record.attributes, tags=new))

    return await named_object.change(call, services, change, "owner", permission)

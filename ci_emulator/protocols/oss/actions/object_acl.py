"""PutObjectACL and GetObjectACL (oss: PutObjectACL, GetObjectACL)."""

from __future__ import annotations

from msgspec.structs import replace

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, listings, named_object
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("object", "PUT", "acl", called="PutObjectACL", permission="oss:PutObjectAcl", access="write_acp")
async def put_object_acl(call: Call, services: Services) -> Reply:
    """Say who else may read an object; `default` leaves it to its bucket."""
    name = call.target.header(attributes.ACL_HEADER)
    if name is None:
        raise fail("MissingArgument")
    acl = attributes.canned_acl(name)

    def change(record: ObjectRecord) -> ObjectRecord:
        return replace(record, attributes=replace(record.attributes, acl=acl, grants=()))

    record = await named_object.change(call, services, change, "write_acp", "oss:PutObjectVersionAcl")
    return Reply(headers=named_object.version_headers(record))


@action("object", "GET", "acl", called="GetObjectACL", permission="oss:GetObjectAcl", access="read_acp")
async def get_object_acl(call: Call, services: Services) -> Reply:
    """Tell who else may read an object."""
    record = await named_object.find(call, services, "read_acp", "oss:GetObjectVersionAcl")
    bucket = await services.buckets.find(call.place.bucket or "")
    return xml.reply(
        "AccessControlPolicy",
        {
            "Owner": listings.owner(bucket.owner),
            "AccessControlList": {"Grant": attributes.shown_acl(record.attributes)},
        },
        named_object.version_headers(record),
    )

"""PUT Object acl (spec: cos.md sections 4.2 and 4.3)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import acl, named_object
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    "acl",
    permission="cos:PutObjectACL",
    access="write_acp",
    takes="xml",
    called="PutObjectACL",
)
async def put_object_acl(call: Call, services: Services) -> Reply:
    """Say who else may read an object, by a canned ACL, grants or a document."""
    bucket = await services.buckets.find(call.place.bucket or "")
    wanted = await acl.requested(call, bucket.owner, for_object=True)

    def change(record: ObjectRecord) -> ObjectRecord:
        attributes = msgspec.structs.replace(record.attributes, acl=wanted.canned, grants=wanted.grants)
        return msgspec.structs.replace(record, attributes=attributes)

    await named_object.change(call, services, change)
    return Reply()

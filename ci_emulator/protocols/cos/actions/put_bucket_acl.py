"""PUT Bucket acl (spec: cos.md section 4.2)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import acl
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "bucket",
    "PUT",
    "acl",
    permission="cos:PutBucketACL",
    access="write_acp",
    takes="xml",
    called="PutBucketACL",
)
async def put_bucket_acl(call: Call, services: Services) -> Reply:
    """Say who else may read and write a bucket, by a canned ACL, grants or a document."""
    found = await services.buckets.find(call.place.bucket or "")
    wanted = await acl.requested(call, found.owner, for_object=False)

    def change(bucket: BucketRecord) -> BucketRecord:
        return msgspec.structs.replace(bucket, acl=wanted.canned, grants=wanted.grants)

    await services.buckets.change(found.name, change)
    return Reply()

"""PUT Bucket: create one (spec: cos.md sections 4.1 and 6)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import names
from ci_emulator.protocols.cos.access import owner_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

MOST_BUCKETS = 200


@action("bucket", "PUT", permission="cos:PutBucket", access="create", called="PutBucket")
async def put_bucket(call: Call, services: Services) -> Reply:
    """Create a bucket in the account whose APPID its name ends with."""
    name = call.place.bucket or ""
    region = call.place.region or services.config.region
    names.check_bucket(name, region)
    if await call.body.read(names.SMALL_DOCUMENT):
        # The documented body asks for a multi-AZ or OFS bucket, which behave otherwise than those here.
        raise fail("NotImplemented", "CreateBucketConfiguration is not implemented by this emulator.")
    if call.target.header("x-cos-tagging"):
        raise fail("NotImplemented", "Tags of buckets are not implemented by this emulator.")
    bucket = BucketRecord(
        name=name,
        owner=owner_of(name),
        region=region,
        created=services.clock.now(),
        acl=names.canned_acl(call.target.headers, for_object=False),
    )
    await services.buckets.create(bucket, most=MOST_BUCKETS)
    return Reply()

"""PutBucketAcl and GetBucketAcl (aliyun.md section 4)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, buckets
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

_ACL = "x-oss-acl"


@action("bucket", "PUT", "acl", called="PutBucketAcl", access="write_acp")
async def put_bucket_acl(call: Call, services: Services) -> Reply:
    """Say what everybody may do with a bucket; whatever else was granted is taken back."""
    given = call.target.header(_ACL)
    if not given:
        raise Refusal(Kind.PARAMETER_MISSING, name=_ACL)
    acl = attributes.canned_acl(given, of_bucket=True)

    def change(bucket: BucketRecord) -> BucketRecord:
        return msgspec.structs.replace(bucket, acl=acl, grants=())

    await services.buckets.change(call.place.bucket or "", change)
    return Reply()


@action("bucket", "GET", "acl", called="GetBucketAcl", access="read_acp")
async def get_bucket_acl(call: Call, services: Services) -> Reply:
    """Tell what everybody may do with a bucket."""
    bucket = await services.buckets.find(call.place.bucket or "")
    return xml.reply("AccessControlPolicy", buckets.acl_children(bucket))

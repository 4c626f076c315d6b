"""GET Bucket acl (spec: cos.md section 4.2)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import acl
from ci_emulator.protocols.cos.grants import Acl
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "GET", "acl", permission="cos:GetBucketACL", access="read_acp", called="GetBucketACL")
async def get_bucket_acl(call: Call, services: Services) -> Reply:
    """Tell who may do what with a bucket."""
    bucket = await services.buckets.find(call.place.bucket or "")
    return xml.reply("AccessControlPolicy", acl.to_children(Acl(bucket.acl, bucket.grants), bucket.owner))

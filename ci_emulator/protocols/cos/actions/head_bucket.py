"""HEAD Bucket (spec: cos.md section 4.1)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "HEAD", permission="cos:HeadBucket", access="read", called="HeadBucket")
async def head_bucket(call: Call, services: Services) -> Reply:
    """Tell whether a bucket exists and where it is."""
    bucket = await services.buckets.find(call.place.bucket or "")
    headers = [("x-cos-bucket-region", bucket.region)]
    if bucket.zones:
        headers.append(("x-cos-bucket-az-type", bucket.zones))
    return Reply(headers=headers, length=0)

"""GET Bucket location (spec: cos.md section 4.1)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "GET", "location", permission="cos:GetBucketLocation", called="GetBucketLocation")
async def get_location(call: Call, services: Services) -> Reply:
    """Tell the region of a bucket."""
    bucket = await services.buckets.find(call.place.bucket or "")
    return xml.reply("LocationConstraint", bucket.region)

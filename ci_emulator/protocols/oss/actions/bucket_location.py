"""GetBucketLocation (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import buckets
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "GET", "location", called="GetBucketLocation")
async def bucket_location(call: Call, services: Services) -> Reply:
    """Tell the region of a bucket."""
    await services.buckets.find(call.place.bucket or "")
    return xml.reply("LocationConstraint", buckets.location(services.config))

"""GET Bucket versioning (spec: cos.md section 4.2)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "GET", "versioning", permission="cos:GetBucketVersioning", called="GetBucketVersioning")
async def get_versioning(call: Call, services: Services) -> Reply:
    """Tell whether a bucket keeps versions; the document is empty when it never did."""
    bucket = await services.buckets.find(call.place.bucket or "")
    return xml.reply("VersioningConfiguration", {"Status": bucket.versioning} if bucket.versioning else {})

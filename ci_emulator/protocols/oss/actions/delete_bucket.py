"""DeleteBucket (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "DELETE", called="DeleteBucket")
async def delete_bucket(call: Call, services: Services) -> Reply:
    """Delete a bucket that holds nothing: no object, no version, no unfinished upload."""
    await services.buckets.delete(call.place.bucket or "")
    return Reply(204)

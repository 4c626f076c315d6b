"""DELETE Bucket (spec: cos.md section 4.1)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("bucket", "DELETE", permission="cos:DeleteBucket", called="DeleteBucket")
async def delete_bucket(call: Call, services: Services) -> Reply:
    """Delete a bucket that holds nothing."""
    await services.buckets.delete(call.place.bucket or "")
    return Reply(204)

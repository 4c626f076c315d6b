"""`/ai_bucket`: AI content recognition is opened, closed, listed (spec: ci.md section 7.5)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.ci import service_buckets, switches
from ci_emulator.protocols.ci.service_paths import AI_BUCKET
from ci_emulator.protocols.cos.select import CI, action
from ci_emulator.protocols.services import Services

_PATH = f"/{AI_BUCKET}"
_SERVICE = service_buckets.Service(switches.AI, "AiBucket", "AIBucketUnBinded")


@action(
    "bucket", "POST", _PATH, service=CI, permission="ci:CreateAiProcessBucket", called="CreateAiProcessBucket"
)
async def open_ai_bucket(call: Call, services: Services) -> Reply:
    """Open AI content recognition on a bucket."""
    return await service_buckets.opened(call, services, _SERVICE)


@action(
    "bucket",
    "DELETE",
    _PATH,
    service=CI,
    permission="ci:DeleteAiProcessBucket",
    called="DeleteAiProcessBucket",
)
async def close_ai_bucket(call: Call, services: Services) -> Reply:
    """Close AI content recognition on a bucket."""
    return await service_buckets.closed(call, services, _SERVICE)


@action(
    "service",
    "GET",
    _PATH,
    service=CI,
    permission="ci:DescribeAiProcessBucket",
    params=service_buckets.PARAMS,
    called="DescribeAiProcessBucket",
)
async def list_ai_buckets(call: Call, services: Services) -> Reply:
    """List the buckets on which AI content recognition is open."""
    return await service_buckets.listed(call, services, _SERVICE)

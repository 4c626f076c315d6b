"""`/picbucket`: asynchronous picture processing is opened, closed, listed (spec: ci.md section 7.5)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.ci import service_buckets, switches
from ci_emulator.protocols.ci.service_paths import PIC_BUCKET
from ci_emulator.protocols.cos.select import CI, action
from ci_emulator.protocols.services import Services

_PATH = f"/{PIC_BUCKET}"
_SERVICE = service_buckets.Service(switches.PICTURES, "PicBucket", "PicBucketUnBinded")


@action(
    "bucket",
    "POST",
    _PATH,
    service=CI,
    permission="ci:CreatePicProcessBucket",
    called="CreatePicProcessBucket",
)
async def open_pic_bucket(call: Call, services: Services) -> Reply:
    """Open asynchronous picture processing on a bucket."""
    return await service_buckets.opened(call, services, _SERVICE)


@action(
    "bucket",
    "DELETE",
    _PATH,
    service=CI,
    permission="ci:DeletePicProcessBucket",
    called="DeletePicProcessBucket",
)
async def close_pic_bucket(call: Call, services: Services) -> Reply:
    """Close asynchronous picture processing on a bucket."""
    return await service_buckets.closed(call, services, _SERVICE)


@action(
    "service",
    "GET",
    _PATH,
    service=CI,
    permission="ci:DescribePicProcessBucket",
    params=service_buckets.PARAMS,
    called="DescribePicProcessBucket",
)
async def list_picbuckets(call: Call, services: Services) -> Reply:
    """List the buckets on which asynchronous picture processing is open."""
    return await service_buckets.listed(call, services, _SERVICE)

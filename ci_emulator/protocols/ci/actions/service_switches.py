"""`/ai_bucket` and `/picbucket`: services are opened on a bucket, closed, and listed (spec: ci.md section 7.5)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.ci import service_buckets, switches
from ci_emulator.protocols.ci.service_buckets import Service
from ci_emulator.protocols.ci.service_paths import AI_BUCKET, PIC_BUCKET
from ci_emulator.protocols.cos.select import CI, action
from ci_emulator.protocols.services import Services

#: Path → the service, what the documented permissions have in common, and what it does.
_SERVICES: tuple[tuple[str, Service, str, str], ...] = (
    (
        AI_BUCKET,
        Service(switches.AI, "AiBucket", "AIBucketUnBinded"),
        "AiProcessBucket",
        "AI content recognition",
    ),
    (
        PIC_BUCKET,
        Service(switches.PICTURES, "PicBucket", "PicBucketUnBinded"),
        "PicProcessBucket",
        "asynchronous picture processing",
    ),
)


def _register(path: str, service: Service, named: str, about: str) -> None:
    async def opened(call: Call, services: Services) -> Reply:
        return await service_buckets.opened(call, services, service)

    async def closed(call: Call, services: Services) -> Reply:
        return await service_buckets.closed(call, services, service)

    async def listed(call: Call, services: Services) -> Reply:
        return await service_buckets.listed(call, services, service)

    opened.__doc__ = f"Open {about} on a bucket."
    closed.__doc__ = f"Close {about} on a bucket."
    listed.__doc__ = f"List the buckets on which {about} is open."
    for scope, method, verb, run, params in (
        ("bucket", "POST", "Create", opened, ()),
        ("bucket", "DELETE", "Delete", closed, ()),
        ("service", "GET", "Describe", listed, service_buckets.PARAMS),
    ):
        called = f"{verb}{named}"
        action(
            scope, method, f"/{path}", service=CI, permission=f"ci:{called}", params=params, called=called
        )(run)


for _row in _SERVICES:
    _register(*_row)

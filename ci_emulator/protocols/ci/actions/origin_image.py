"""`GET /<key>?ci-process=originImage`: the object as it was stored (spec: ci.md section 6)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.cos import names, reading
from ci_emulator.protocols.cos.authenticate import check_parameters_signed
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "GET",
    "ci-process=originImage",
    permission="cos:GetObject",
    access="read",
    signed=True,
    called="originImage",
)
async def origin_image(call: Call, services: Services) -> Reply:
    """Return an object as it was stored, or a range of it; nothing here protects originals from being read otherwise."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    check_parameters_signed(call, "ci-process")
    await switches.check(services, bucket)
    return await reading.content(call, services, bucket, key, names.requested_version(call))

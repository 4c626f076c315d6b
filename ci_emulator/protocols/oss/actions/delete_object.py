"""DeleteObject (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss import named_object
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("object", "DELETE", called="DeleteObject", access="write")
async def delete_object(call: Call, services: Services) -> Reply:
    """Delete an object; one that is not there is deleted already."""
    version = await named_object.requested_version(call, services, "write", "oss:DeleteObjectVersion")
    removed = await services.objects.delete(call.place.bucket or "", call.place.key or "", version)
    told = removed is not None and (version is not None or removed.delete_marker)
    return Reply(204, named_object.version_headers(removed) if removed is not None and told else [])

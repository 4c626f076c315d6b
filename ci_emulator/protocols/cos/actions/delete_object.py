"""DELETE Object (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import names
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "DELETE", permission="cos:DeleteObject", access="write", called="DeleteObject")
async def delete_object(call: Call, services: Services) -> Reply:
    """Delete an object; one that is not there is deleted already."""
    version = names.requested_version(call)
    removed = await services.objects.delete(call.place.bucket or "", call.place.key or "", version)
    headers = []
    if removed is not None and (version or removed.delete_marker):
        headers = [("x-cos-version-id", removed.version_id)]
        if removed.delete_marker:
            headers.append(("x-cos-delete-marker", "true"))
    return Reply(204, headers)

"""DELETE Object (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import download
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "DELETE", permission="cos:DeleteObject", access="write", called="DeleteObject")
async def delete_object(call: Call, services: Services) -> Reply:
    """Delete an object; one that is not there is deleted already."""
    download.check_query(call)
    await services.objects.delete(call.place.bucket or "", call.place.key or "")
    return Reply(204)

"""AbortMultipartUpload (oss: AbortMultipartUpload)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss import multipart
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "DELETE",
    "uploadId",
    called="AbortMultipartUpload",
    access="write",
    params=(multipart.UPLOAD_ID,),
)
async def abort_upload(call: Call, services: Services) -> Reply:
    """Drop an upload and the parts that have arrived."""
    await services.uploads.abort(call.place.bucket or "", call.place.key or "", call.params["uploadId"])
    return Reply(204)

"""Abort Multipart Upload (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import multipart
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "DELETE",
    "uploadId",
    permission="cos:AbortMultipartUpload",
    access="write",
    params=(multipart.UPLOAD_ID,),
    called="AbortMultipartUpload",
)
async def abort_upload(call: Call, services: Services) -> Reply:
    """Drop an upload and the parts that have arrived."""
    await services.uploads.abort(call.place.bucket or "", call.place.key or "", call.params["uploadId"])
    return Reply(204)

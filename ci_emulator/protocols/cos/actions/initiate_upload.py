"""Initiate Multipart Upload (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import names, upload
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "POST",
    "uploads",
    permission="cos:InitiateMultipartUpload",
    access="write",
    called="InitiateMultipartUpload",
)
async def initiate_upload(call: Call, services: Services) -> Reply:
    """Begin a multipart upload; the headers are those that the object will have."""
    key = call.place.key or ""
    names.check_key(key)
    bucket = await services.buckets.find(call.place.bucket or "")
    attributes = upload.attributes(call.target.headers, bucket.owner)
    # What nobody signed is the bucket owner's.
    initiator = call.principal.appid or bucket.owner
    begun = await services.uploads.begin(bucket.name, key, initiator, attributes)
    return xml.reply(
        "InitiateMultipartUploadResult",
        {"Bucket": bucket.name, "Key": key, "UploadId": begun.upload_id},
        attributes.encryption.items(),
    )

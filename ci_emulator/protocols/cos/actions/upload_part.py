"""Upload Part (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import multipart, upload
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    "uploadId",
    permission="cos:UploadPart",
    access="write",
    params=(multipart.PART_NUMBER, multipart.UPLOAD_ID),
    max_body=multipart.LARGEST_PART,
    called="UploadPart",
)
async def upload_part(call: Call, services: Services) -> Reply:
    """Store a part of an upload; it replaces one of the same number."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    headers, number, upload_id = call.target.headers, call.params["partNumber"], call.params["uploadId"]
    upload.check_length(call.body)
    upload.check_traffic_limit(headers)
    begun = await services.uploads.find(bucket, key, upload_id)
    multipart.check_customer_key(begun, headers)
    chunks = call.body.chunks(multipart.LARGEST_PART)
    try:
        part = await services.uploads.put_part(
            bucket, key, upload_id, number, chunks, upload.expected(headers)
        )
    except Refusal as refusal:
        raise upload.digest_error(refusal) from None
    return Reply(
        headers=[
            ("ETag", f'"{part.etag}"'),
            ("x-cos-hash-crc64ecma", str(part.crc64)),
            *begun.attributes.encryption.items(),
        ]
    )

"""UploadPart (oss: UploadPart)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos.upload import check_length
from ci_emulator.protocols.oss import attributes, described, encryption, multipart
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    "uploadId",
    called="UploadPart",
    permission="oss:PutObject",
    access="write",
    params=(multipart.PART_NUMBER, multipart.UPLOAD_ID),
    max_body=multipart.LARGEST_PART,
)
async def upload_part(call: Call, services: Services) -> Reply:
    """Store a part of an upload; it replaces one of the same number."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    number, upload_id = call.params["partNumber"], call.params["uploadId"]
    check_length(call.body)
    attributes.check_traffic_limit(call)
    begun = await services.uploads.find(bucket, key, upload_id)
    chunks = call.body.chunks(multipart.LARGEST_PART)
    expected = attributes.expected(call.target.headers)
    part = await services.uploads.put_part(bucket, key, upload_id, number, chunks, expected)
    return Reply(
        headers=[
            ("ETag", multipart.etag(part.etag)),
            (described.CRC, str(part.crc64)),
            ("Content-MD5", described.md5(part.etag)),
            *encryption.shown(begun.attributes.encryption),
        ]
    )

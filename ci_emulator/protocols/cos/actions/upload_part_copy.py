"""Upload Part - Copy (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.content import Expected
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import copy_source, multipart
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    f"uploadId&{copy_source.HEADER}",
    permission="cos:UploadPartCopy",
    access="write",
    params=(multipart.PART_NUMBER, multipart.UPLOAD_ID),
    called="UploadPartCopy",
)
async def upload_part_copy(call: Call, services: Services) -> Reply:
    """Make a part of an upload out of an object, or a range of it."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    headers, number, upload_id = call.target.headers, call.params["partNumber"], call.params["uploadId"]
    source = copy_source.parse(headers[copy_source.HEADER])
    cut = copy_source.requested_range(headers)
    begun = await services.uploads.find(bucket, key, upload_id)
    multipart.check_customer_key(begun, headers)
    async with copy_source.reading(call, services, source, cut) as opened:
        part = await services.uploads.put_part(bucket, key, upload_id, number, opened.chunks, Expected())
    return xml.reply(
        "CopyPartResult",
        {"ETag": f'"{part.etag}"', "LastModified": iso8601(part.modified), "CRC64": part.crc64},
        [*copy_source.version_header(opened.record), *begun.attributes.encryption.items()],
    )

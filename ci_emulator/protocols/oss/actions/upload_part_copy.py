"""UploadPartCopy (oss: UploadPartCopy)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.content import Expected
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.download import NotModified
from ci_emulator.protocols.oss import copy_source, listings, multipart
from ci_emulator.protocols.oss.select import COPY, action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    f"uploadId&{COPY}",
    called="UploadPartCopy",
    permission="oss:PutObject",
    access="write",
    params=(multipart.PART_NUMBER, multipart.UPLOAD_ID),
)
async def upload_part_copy(call: Call, services: Services) -> Reply:
    """Make a part of an upload out of an object, or a range of it."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    number, upload_id = call.params["partNumber"], call.params["uploadId"]
    source = copy_source.parse(call)
    cut = copy_source.requested_range(call.target.headers)
    await services.uploads.find(bucket, key, upload_id)
    try:
        async with copy_source.reading_it(call, services, source, cut) as opened:
            part = await services.uploads.put_part(bucket, key, upload_id, number, opened.chunks, Expected())
    except NotModified:
        return Reply(304)
    etag = multipart.etag(part.etag)
    # ali-oss takes the part's ETag out of the header.
    return xml.reply(
        "CopyPartResult",
        {"LastModified": listings.date(part.modified), "ETag": etag},
        [("ETag", etag), *copy_source.version_header(opened.record)],
    )

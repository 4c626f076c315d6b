"""Complete Multipart Upload (spec: cos.md section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import documents, multipart, upload
from ci_emulator.protocols.cos.download import assured
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.listed_parts import listed_parts
from ci_emulator.protocols.services import Services

#: Enough for 10 000 parts with blanks around every element.
MAX_BODY = 2 * MiB
_NAMESPACE = "http://www.qcloud.com/document/product/436/7751"


@action(
    "object",
    "POST",
    "uploadId",
    permission="cos:CompleteMultipartUpload",
    access="write",
    params=(multipart.UPLOAD_ID,),
    max_body=MAX_BODY,
    takes="xml",
    called="CompleteMultipartUpload",
)
async def complete_upload(call: Call, services: Services) -> Reply:
    """Make an object of the parts of an upload."""
    listed = listed_parts(await documents.read_xml(call, "CompleteMultipartUpload"))
    record = await services.uploads.complete(
        call.place.bucket or "",
        call.place.key or "",
        call.params["uploadId"],
        listed,
        forbid_overwrite=upload.forbids_overwrite(call.target.headers),
    )
    return completed(call, record)


def completed(
    call: Call, record: ObjectRecord, etag: str = "", more: Mapping[str, xml.Content] | None = None
) -> Reply:
    """Return the answer to a completed upload; `etag` in place of the object's own, `more` elements after the usual ones."""
    children: dict[str, xml.Content] = {
        "Location": f"http://{call.target.authority}{call.target.raw_path}",
        "Bucket": call.place.bucket or "",
        "Key": record.key,
        "ETag": etag or f'"{record.etag}"',
        **(more or {}),
    }
    return xml.reply("CompleteMultipartUploadResult", children, assured(record), namespace=_NAMESPACE)

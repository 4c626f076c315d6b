"""ListParts (oss: ListParts)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, listings, multipart
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


def _marker(text: str) -> int:
    """Parse a marker; oss2 sends an empty one for the first page."""
    return integer(0, 2**31 - 1)(text or "0")


PARAMS = (
    multipart.UPLOAD_ID,
    listings.size("max-parts", default=listings.MOST),
    Param("part-number-marker", _marker, "integer", default=0, about="only parts behind it"),
    listings.ENCODING_TYPE,
)


@action("object", "GET", "uploadId", called="ListParts", access="write", params=PARAMS)
async def list_parts(call: Call, services: Services) -> Reply:
    """List the parts of an upload that have arrived, by ascending number."""
    given = call.params
    upload_id, most, marker = given["uploadId"], given["max-parts"], given["part-number-marker"]
    bucket = await services.buckets.find(call.place.bucket or "")
    upload = await services.uploads.find(bucket.name, call.place.key or "", upload_id)
    found = await services.uploads.parts(upload_id, after=marker, limit=most + 1)
    page, encoding = found[:most], given["encoding-type"]
    children: dict[str, xml.Content] = {"EncodingType": encoding} if encoding else {}
    children |= {
        "Bucket": call.envelope.naming.short(bucket.name),
        "Key": listings.naming(encoding)(upload.key),
        "UploadId": upload_id,
        "StorageClass": attributes.shown_class(upload.attributes.storage_class),
        "PartNumberMarker": marker,
        # oss2 wants it on the last page too.
        "NextPartNumberMarker": page[-1].number if page else marker,
        "MaxParts": most,
        "IsTruncated": "true" if len(found) > most else "false",
        "Part": [
            {
                "PartNumber": part.number,
                "LastModified": listings.date(part.modified),
                "ETag": multipart.etag(part.etag),
                "HashCrc64ecma": str(part.crc64),
                "Size": part.segment.size,
            }
            for part in page
        ],
    }
    return xml.reply("ListPartsResult", children)

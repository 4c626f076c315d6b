"""List Parts (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.clock import iso8601_millis
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import listings, multipart
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    multipart.UPLOAD_ID,
    Param("max-parts", integer(1, 1000), "integer", default=1000, about="how many parts a page has"),
    Param("part-number-marker", integer(0, 2**31 - 1), "integer", default=0, about="only parts behind it"),
    listings.ENCODING_TYPE,
)


@action(
    "object",
    "GET",
    "uploadId",
    permission="cos:ListParts",
    access="write",
    params=PARAMS,
    called="ListParts",
)
async def list_parts(call: Call, services: Services) -> Reply:
    """List the parts of an upload that have arrived, by ascending number."""
    given = call.params
    upload_id, most, marker = given["uploadId"], given["max-parts"], given["part-number-marker"]
    if not upload_id:
        raise fail("ListPartUploadIdIsEmpty")
    bucket = await services.buckets.find(call.place.bucket or "")
    upload = await services.uploads.find(bucket.name, call.place.key or "", upload_id)
    found = await services.uploads.parts(upload_id, after=marker, limit=most + 1)
    page = found[:most]
    name = listings.naming(given)
    children: dict[str, xml.Content] = {"Bucket": bucket.name}
    if given["encoding-type"]:
        children["EncodingType"] = given["encoding-type"]
    children |= {
        "Key": name(upload.key),
        "UploadId": upload_id,
        **multipart.people(upload, bucket.owner),
        "PartNumberMarker": marker,
        "Part": [
            {
                "PartNumber": part.number,
                "LastModified": iso8601_millis(part.modified),
                "ETag": f'"{part.etag}"',
                "Size": part.segment.size,
            }
            for part in page
        ],
    }
    if len(found) > most:
        children["NextPartNumberMarker"] = page[-1].number
    children |= {
        "StorageClass": upload.attributes.storage_class,
        "MaxParts": most,
        "IsTruncated": "true" if len(found) > most else "false",
    }
    return xml.reply("ListPartsResult", children)

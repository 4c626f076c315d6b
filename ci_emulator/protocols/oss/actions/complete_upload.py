"""CompleteMultipartUpload (oss: CompleteMultipartUpload)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.operations.uploads import MOST_PARTS, Listed
from ci_emulator.protocols import xml
from ci_emulator.protocols.listed_parts import listed_parts
from ci_emulator.protocols.oss import attributes, described, documents, listings, multipart
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

#: Enough for 10 000 parts with blanks around every element.
MAX_BODY = 2 * MiB
ALL = "x-oss-complete-all"


@action(
    "object",
    "POST",
    "uploadId",
    called="CompleteMultipartUpload",
    permission="oss:PutObject",
    access="write",
    params=(multipart.UPLOAD_ID, listings.ENCODING_TYPE),
    max_body=MAX_BODY,
    takes="xml",
)
async def complete_upload(call: Call, services: Services) -> Reply:
    """Make an object of the parts that a document lists, or of all of them."""
    bucket, key, upload_id = call.place.bucket or "", call.place.key or "", call.params["uploadId"]
    record = await services.uploads.complete(
        bucket,
        key,
        upload_id,
        await _parts(call, services),
        forbid_overwrite=attributes.forbids_overwrite(call.target.headers),
        rules=multipart.RULES,
    )
    encoding = call.params["encoding-type"]
    children: dict[str, xml.Content] = {"EncodingType": encoding} if encoding else {}
    children |= {
        "Location": f"http://{call.target.authority}{call.target.raw_path}",
        "Bucket": call.envelope.naming.short(bucket),
        "Key": listings.naming(encoding)(key),
        "ETag": described.etag(record),
    }
    return xml.reply("CompleteMultipartUploadResult", children, described.written(record))


async def _parts(call: Call, services: Services) -> list[Listed]:
    """Return the parts that are asked for.

    Raises:
        Refusal: UPLOAD_MISSING, XML_MALFORMED.
        ApiError: InvalidArgument for all of them and a document at once.
    """
    everything = call.target.header(ALL)
    if everything is None:
        listed = listed_parts(await documents.read_xml(call, "CompleteMultipartUpload"))
        # Told in upper case, kept in lower case.
        return [Listed(part.number, part.etag.lower()) for part in listed]
    if everything.lower() != "yes":
        raise fail("InvalidArgument", reason=f"{ALL} must be yes.")
    if await documents.read(call):
        raise fail("InvalidArgument", reason=f"With {ALL} there must be no body.")
    upload_id = call.params["uploadId"]
    await services.uploads.find(call.place.bucket or "", call.place.key or "", upload_id)
    arrived = await services.uploads.parts(upload_id, limit=MOST_PARTS)
    return [Listed(part.number, part.etag) for part in arrived]

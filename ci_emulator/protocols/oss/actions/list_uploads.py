"""ListMultipartUploads (oss: ListMultipartUploads)."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.operations.listing import Wanted
from ci_emulator.operations.records import UploadRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, listings
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    listings.names("prefix", "only keys that begin with it"),
    listings.delimiter(),
    listings.names("key-marker", "only keys behind it"),
    Param("upload-id-marker", text(), "string", default="", about="and uploads of that key behind this one"),
    listings.size("max-uploads", default=listings.MOST),
    listings.ENCODING_TYPE,
)


@action("bucket", "GET", "uploads", called="ListMultipartUploads", access="write", params=PARAMS)
async def list_uploads(call: Call, services: Services) -> Reply:
    """List the uploads that are neither completed nor aborted, by key and then by id."""
    given = call.params
    bucket = await services.buckets.find(call.place.bucket or "")
    wanted = Wanted(given["prefix"], given["delimiter"], given["max-uploads"])
    # Without a key there is nothing behind which an upload could be.
    key_marker = given["key-marker"]
    upload_marker = given["upload-id-marker"] if key_marker else ""
    page = await services.listing.uploads(
        bucket.name, wanted, key_marker=key_marker, upload_marker=upload_marker
    )
    told = (key_marker, wanted.prefix, wanted.delimiter, *page.prefixes, *(one.key for one in page.entries))
    encoding = listings.encoding(given["encoding-type"], told)
    name = listings.naming(encoding)
    children: dict[str, xml.Content] = {"EncodingType": encoding} if encoding else {}
    children |= {
        "Bucket": call.envelope.naming.short(bucket.name),
        "KeyMarker": name(key_marker),
        "UploadIdMarker": upload_marker,
        **_next(page.last, name),
        "Delimiter": name(wanted.delimiter),
        "Prefix": name(wanted.prefix),
        "MaxUploads": wanted.limit,
        "IsTruncated": "false" if page.last is None else "true",
        "Upload": [_entry(upload, name) for upload in page.entries],
        "CommonPrefixes": [{"Prefix": name(prefix)} for prefix in page.prefixes],
    }
    return xml.reply("ListMultipartUploadsResult", children)


def _next(last: UploadRecord | str | None, name: Callable[[str], str]) -> dict[str, xml.Content]:
    """Return the markers of the next page, which oss2 wants on the last one too; a common prefix has no upload."""
    if isinstance(last, UploadRecord):
        return {"NextKeyMarker": name(last.key), "NextUploadIdMarker": last.upload_id}
    return {"NextKeyMarker": name(last or ""), "NextUploadIdMarker": ""}


def _entry(upload: UploadRecord, name: Callable[[str], str]) -> dict[str, xml.Content]:
    return {
        "Key": name(upload.key),
        "UploadId": upload.upload_id,
        "StorageClass": attributes.shown_class(upload.attributes.storage_class),
        "Initiated": listings.date(upload.initiated),
    }

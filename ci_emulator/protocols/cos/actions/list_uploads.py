"""List Multipart Uploads (spec: cos.md section 4.1)."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.clock import iso8601_millis
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.operations.records import UploadRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import listings, multipart
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    *listings.COMMON,
    Param("key-marker", text(), "string", default="", about="only keys behind it"),
    Param("upload-id-marker", text(), "string", default="", about="and uploads of that key behind this one"),
    listings.size("max-uploads"),
)


@action(
    "bucket",
    "GET",
    "uploads",
    permission="cos:ListMultipartUploads",
    access="read",
    params=PARAMS,
    called="ListMultipartUploads",
)
async def list_uploads(call: Call, services: Services) -> Reply:
    """List the uploads that are neither completed nor aborted, by key and then by id."""
    bucket = await services.buckets.find(call.place.bucket or "")
    given = call.params
    wanted = listings.wanted(given, "max-uploads")
    page = await services.listing.uploads(
        bucket.name, wanted, key_marker=given["key-marker"], upload_marker=given["upload-id-marker"]
    )
    name = listings.naming(given)
    children: dict[str, xml.Content] = {
        "Bucket": bucket.name,
        "Encoding-Type": given["encoding-type"],
        "KeyMarker": name(given["key-marker"]),
        "UploadIdMarker": given["upload-id-marker"],
    }
    if page.last is not None:
        children |= _next(page.last, name)
    children |= {
        "MaxUploads": wanted.limit,
        "IsTruncated": "false" if page.last is None else "true",
        "Prefix": name(wanted.prefix),
        "Delimiter": name(wanted.delimiter),
        "Upload": [_entry(upload, bucket.owner, name) for upload in page.entries],
        "CommonPrefixes": [{"Prefix": name(prefix)} for prefix in page.prefixes],
    }
    return xml.reply("ListMultipartUploadsResult", children)


def _next(last: UploadRecord | str, name: Callable[[str], str]) -> dict[str, xml.Content]:
    """Return the markers of the next page; behind a common prefix there is no upload to name."""
    if isinstance(last, str):
        return {"NextKeyMarker": name(last), "NextUploadIdMarker": None}
    return {"NextKeyMarker": name(last.key), "NextUploadIdMarker": last.upload_id}


def _entry(upload: UploadRecord, owner: str, name: Callable[[str], str]) -> dict[str, xml.Content]:
    return {
        "Key": name(upload.key),
        "UploadId": upload.upload_id,
        "StorageClass": upload.attributes.storage_class,
        **multipart.people(upload, owner),
        "Initiated": iso8601_millis(upload.initiated),
    }

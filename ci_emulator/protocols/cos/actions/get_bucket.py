"""GET Bucket: list objects (spec: cos.md section 4.1)."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.clock import iso8601_millis
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import listings
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    *listings.COMMON,
    Param("marker", text(), "string", default="", about="only keys behind it"),
    listings.size("max-keys"),
)


@action("bucket", "GET", permission="cos:GetBucket", access="read", params=PARAMS, called="GetBucket")
async def get_bucket(call: Call, services: Services) -> Reply:
    """List the objects of a bucket in UTF-8 byte order of their keys."""
    bucket = await services.buckets.find(call.place.bucket or "")
    given = call.params
    wanted = listings.wanted(given, "max-keys")
    page = await services.listing.objects(bucket.name, wanted, marker=given["marker"])
    name = listings.naming(given)
    children: dict[str, xml.Content] = {"Name": bucket.name}
    if given["encoding-type"]:
        children["EncodingType"] = given["encoding-type"]
    children |= {
        "Prefix": name(given["prefix"]),
        "Marker": name(given["marker"]),
        "MaxKeys": given["max-keys"],
    }
    if given["delimiter"]:
        children["Delimiter"] = name(given["delimiter"])
    children["IsTruncated"] = "true" if page.last is not None else "false"
    if page.last is not None:
        children["NextMarker"] = name(page.last if isinstance(page.last, str) else page.last.key)
    children["CommonPrefixes"] = [{"Prefix": name(prefix)} for prefix in page.prefixes]
    children["Contents"] = [_entry(record, bucket.owner, name) for record in page.entries]
    return xml.reply("ListBucketResult", children, [("x-cos-bucket-region", bucket.region)])


def _entry(record: ObjectRecord, appid: str, name: Callable[[str], str]) -> dict[str, xml.Content]:
    return {
        "Key": name(record.key),
        "LastModified": iso8601_millis(record.modified),
        "ETag": f'"{record.etag}"',
        "Size": record.size,
        "Owner": listings.account(appid),
        "StorageClass": record.attributes.storage_class,
    }

"""GET Bucket: list objects (spec: cos.md section 4.1)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from ci_emulator.core.clock import iso8601_millis
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    Param("prefix", text(), "string", default="", about="only keys that begin with it"),
    Param("delimiter", text(), "one character", default="", about="fold keys that share the text up to it"),
    Param("marker", text(), "string", default="", about="only keys behind it"),
    Param("max-keys", integer(0, 1000), "integer", default=1000, about="how many entries a page has"),
    Param(
        "encoding-type",
        choice("", "url"),
        "`url`",
        default="",
        about="percent-encode the names in the answer",
    ),
)


@action("bucket", "GET", permission="cos:GetBucket", access="read", params=PARAMS, called="GetBucket")
async def get_bucket(call: Call, services: Services) -> Reply:
    """List the objects of a bucket in UTF-8 byte order of their keys."""
    bucket = await services.buckets.find(call.place.bucket or "")
    given = call.params
    if len(given["delimiter"]) > 1:
        raise fail("InvalidDelimiter")
    page = await services.listing.page(
        bucket.name,
        prefix=given["prefix"],
        delimiter=given["delimiter"],
        marker=given["marker"],
        limit=given["max-keys"],
    )
    name = _url if given["encoding-type"] else str
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
    children["IsTruncated"] = "true" if page.next_marker is not None else "false"
    if page.next_marker is not None:
        children["NextMarker"] = name(page.next_marker)
    children["CommonPrefixes"] = [{"Prefix": name(prefix)} for prefix in page.prefixes]
    children["Contents"] = [_entry(record, bucket.owner, name) for record in page.objects]
    return xml.reply("ListBucketResult", children, [("x-cos-bucket-region", bucket.region)])


def _entry(record: ObjectRecord, appid: str, name: Callable[[str], str]) -> dict[str, xml.Content]:
    return {
        "Key": name(record.key),
        "LastModified": iso8601_millis(record.modified),
        "ETag": f'"{record.etag}"',
        "Size": record.size,
        "Owner": {"ID": appid, "DisplayName": appid},
        "StorageClass": record.storage_class,
    }


def _url(text: str) -> str:
    """Percent-encode a name; `/` stays, a space is %20 (spec: cos.md section 0.8)."""
    return quote(text, safe="/-_.~")

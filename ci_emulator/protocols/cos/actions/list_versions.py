"""GET Bucket Object versions (spec: cos.md section 4.1, GET versions)."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.clock import iso8601_millis
from ci_emulator.core.ids import order_of_version
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.operations.listing import Page, Version
from ci_emulator.operations.records import NULL_VERSION, BucketRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import listings
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    *listings.COMMON,
    Param("key-marker", text(), "string", default="", about="only keys behind it"),
    Param(
        "version-id-marker",
        text(),
        "version id",
        default="",
        about="with `key-marker`: the versions of that key that are older, too",
    ),
    listings.size("max-keys"),
)


@action(
    "bucket",
    "GET",
    "versions",
    permission="cos:GetBucketObjectVersions",
    access="read",
    params=PARAMS,
    called="GetBucketObjectVersions",
)
async def list_versions(call: Call, services: Services) -> Reply:
    """List the versions and delete markers of a bucket in the order of their keys, the newest of a key first."""
    bucket = await services.buckets.find(call.place.bucket or "")
    given = call.params
    wanted = listings.wanted(given, "max-keys")
    key_marker, version_marker = given["key-marker"], given["version-id-marker"]
    _check_marker(key_marker, version_marker)
    page = await services.listing.versions(
        bucket.name, wanted, key_marker=key_marker, version_marker=version_marker
    )
    name = listings.naming(given)
    children: dict[str, xml.Content] = {}
    if given["encoding-type"]:
        children["EncodingType"] = given["encoding-type"]
    children |= {
        "Name": bucket.name,
        "Prefix": name(wanted.prefix),
        "KeyMarker": name(key_marker),
        "VersionIdMarker": name(version_marker),
        "MaxKeys": wanted.limit,
        "IsTruncated": "true" if page.last is not None else "false",
        **_next(page, bucket, name),
    }
    if wanted.delimiter:
        children["Delimiter"] = name(wanted.delimiter)
    children["CommonPrefixes"] = [{"Prefix": name(prefix)} for prefix in page.prefixes]
    entries = [_entry(version, bucket, name) for version in page.entries]
    return xml.reply("ListVersionsResult", [*children.items(), *entries])


def _check_marker(key: str, version: str) -> None:
    if not version:
        return
    if not key:
        raise fail("InvalidArgument", "A version-id-marker needs a key-marker.", name="version-id-marker")
    if version != NULL_VERSION and order_of_version(version) is None:
        raise fail("InvalidArgument", "The version-id-marker is not a version id.", name="version-id-marker")


def _next(page: Page[Version], bucket: BucketRecord, name: Callable[[str], str]) -> dict[str, xml.Content]:
    """Return the markers of the next page; behind a common prefix, or without versions, only the key's."""
    if page.last is None:
        return {}
    if isinstance(page.last, str):
        return {"NextKeyMarker": name(page.last)}
    found: dict[str, xml.Content] = {"NextKeyMarker": name(page.last.record.key)}
    if bucket.versioning:
        found["NextVersionIdMarker"] = name(page.last.record.version_id)
    return found


def _entry(version: Version, bucket: BucketRecord, name: Callable[[str], str]) -> tuple[str, xml.Content]:
    record = version.record
    children: dict[str, xml.Content] = {
        "Key": name(record.key),
        "VersionId": record.version_id if bucket.versioning else None,
        "IsLatest": "true" if version.is_latest else "false",
        "LastModified": iso8601_millis(record.modified),
    }
    if not record.delete_marker:
        children |= {
            "ETag": f'"{record.etag}"',
            "Size": record.size,
            "StorageClass": record.attributes.storage_class,
        }
    children["Owner"] = listings.account(bucket.owner)
    return "DeleteMarker" if record.delete_marker else "Version", children

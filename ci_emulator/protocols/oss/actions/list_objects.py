"""ListObjects and, with `list-type=2`, ListObjectsV2 (aliyun.md section 4; oss: GetBucket, GetBucketV2, 0015-00000402)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice, text
from ci_emulator.operations.listing import Page, Wanted
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import listings
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    Param(
        "list-type", choice("", "1", "2"), "`2`", default="", about="ask for the second form of the answer"
    ),
    listings.names("prefix", "only keys that begin with it"),
    listings.delimiter(ec="0015-00000406"),
    listings.ENCODING_TYPE,
    listings.size("max-keys", ec="0015-00000402"),
    listings.names("marker", "first form: only keys behind it"),
    listings.names("start-after", "second form: only keys behind it"),
    Param(
        "continuation-token",
        text(),
        "string",
        default="",
        about="second form: the `NextContinuationToken` before",
    ),
    Param(
        "fetch-owner",
        choice("", "true", "false"),
        "`true` or `false`",
        default="",
        about="second form: tell the owner of each object",
    ),
)

_Name = Callable[[str], str]

# The service's tokens are base64 with `-` in place of `=`: they need no encoding in a query.
_ALPHABET, _PADDING = b"_.", "-"
_BEGIN = b"\n"


@action("bucket", "GET", called="ListObjects", access="read", params=PARAMS)
async def list_objects(call: Call, services: Services) -> Reply:
    """List the objects of a bucket in UTF-8 byte order of their keys, keys that share a beginning folded."""
    bucket = await services.buckets.find(call.place.bucket or "")
    given = call.params
    second = given["list-type"] == "2"
    marker = _behind(given["continuation-token"], given["start-after"]) if second else given["marker"]
    wanted = Wanted(given["prefix"], given["delimiter"], given["max-keys"])
    page = await services.listing.objects(bucket.name, wanted, marker=marker)
    encoding = listings.encoding(given["encoding-type"], _names(call, page))
    name = listings.naming(encoding)
    children: dict[str, xml.Content] = {
        "Name": call.envelope.naming.short(bucket.name),
        "Prefix": name(wanted.prefix),
        "MaxKeys": wanted.limit,
        "Delimiter": name(wanted.delimiter),
        "IsTruncated": "true" if page.last is not None else "false",
    }
    if encoding:
        children["EncodingType"] = encoding
    children |= _second(call, page, name) if second else _first(call, page, name)
    appid = bucket.owner if not second or given["fetch-owner"] == "true" else None
    return xml.reply("ListBucketResult", children | _found(call, page, name, appid))


def token(marker: str) -> str:
    """Return where a page of the second form begins, as clients are told it: behind a key or a common prefix."""
    return base64.b64encode(_BEGIN + marker.encode(), _ALPHABET).decode().replace("=", _PADDING)


def marker_of(continuation: str) -> str:
    """Return what a page of the second form begins behind.

    Raises:
        ApiError: InvalidArgument for what is no token.
    """
    try:
        data = base64.b64decode(continuation.replace(_PADDING, "="), _ALPHABET, validate=True)
        marker = data.removeprefix(_BEGIN).decode()
    except (binascii.Error, ValueError):
        marker = ""
    if not marker or token(marker) != continuation:
        raise fail("InvalidArgument", reason="The continuation token is not one that a listing gave.")
    return marker


def _behind(continuation: str, start_after: str) -> str:
    return marker_of(continuation) if continuation else start_after


def _names(call: Call, page: Page[ObjectRecord]) -> Iterator[str]:
    """Yield all names that an answer has; `page.last` is one of them."""
    yield from (call.params[name] for name in ("prefix", "delimiter", "marker", "start-after"))
    yield from (record.key for record in page.entries)
    yield from page.prefixes


def _first(call: Call, page: Page[ObjectRecord], name: _Name) -> dict[str, xml.Content]:
    found: dict[str, xml.Content] = {"Marker": name(call.params["marker"])}
    if page.last is not None:
        found["NextMarker"] = name(_last(page.last))
    return found


def _second(call: Call, page: Page[ObjectRecord], name: _Name) -> dict[str, xml.Content]:
    given = call.params
    found: dict[str, xml.Content] = {"KeyCount": len(page.entries) + len(page.prefixes)}
    if given["start-after"]:
        found["StartAfter"] = name(given["start-after"])
    if given["continuation-token"]:
        found["ContinuationToken"] = given["continuation-token"]
    if page.last is not None:
        found["NextContinuationToken"] = token(_last(page.last))
    return found


def _last(last: ObjectRecord | str) -> str:
    return last if isinstance(last, str) else last.key


def _found(call: Call, page: Page[ObjectRecord], name: _Name, appid: str | None) -> dict[str, xml.Content]:
    return {
        "Contents": [listings.entry(record, call.received, name, appid) for record in page.entries],
        "CommonPrefixes": [{"Prefix": name(prefix)} for prefix in page.prefixes],
    }

"""GET Service: the buckets of an account (spec: cos.md section 4.1)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml, xml_in
from ci_emulator.protocols.cos import tags
from ci_emulator.protocols.cos.configurations import text_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.names import owner
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

_RANGES: dict[str, Callable[[int, int], bool]] = {
    "lt": operator.lt,
    "gt": operator.gt,
    "lte": operator.le,
    "gte": operator.ge,
}

#: In place of a region in a host: the nearest entrance to all of them.
_EVERYWHERE = "accelerate"

PARAMS = (
    Param("marker", text(), "string", default="", about="only buckets whose name is behind it"),
    Param("max-keys", integer(0, 2000), "integer", default=2000, about="how many buckets a page has"),
    Param("region", text(), "string", default="", about="only buckets of this region"),
    Param(
        "create-time",
        integer(0, 2**53),
        "integer",
        about="unix seconds; with `range`: only buckets of that time",
    ),
    Param(
        "range",
        choice(*_RANGES),
        "`lt`, `gt`, `lte` or `gte`",
        about="how a bucket's creation compares to `create-time`",
    ),
    Param("tagkey", text(), "string", default="", about="only buckets that have this tag"),
    Param("tagvalue", text(), "string", about="with `tagkey`: only buckets whose tag has this value"),
)


@action("service", "GET", called="ListBuckets", permission="cos:GetService", params=PARAMS)
async def get_service(call: Call, services: Services) -> Reply:
    """List the buckets of the account that asks, on a host `cos.<region>` those of that region (document 8291)."""
    if call.params["tagvalue"] is not None and not call.params["tagkey"]:
        raise fail("InvalidArgument", "tagvalue is for a request with tagkey.", name="tagvalue")
    everything = await services.buckets.owned_by(call.principal.appid)
    account = call.principal.appid or (everything[0].owner if everything else "anonymous")
    given, most = call.params, call.params["max-keys"]
    host_region = call.place.region if call.place.region != _EVERYWHERE else None
    buckets = [
        bucket
        for bucket in everything
        if host_region in (None, bucket.region) and _is_asked_for(bucket, given)
    ]
    page = buckets[:most]
    children: dict[str, xml.Content] = {
        "Owner": owner(account),
        # Without buckets the Python SDK wants the element empty.
        "Buckets": {"Bucket": [_entry(bucket) for bucket in page]},
        "Marker": given["marker"],
        "IsTruncated": "true" if page and len(page) < len(buckets) else "false",
    }
    if children["IsTruncated"] == "true":
        children["NextMarker"] = page[-1].name
    return xml.reply("ListAllMyBucketsResult", children)


def _is_asked_for(bucket: BucketRecord, given: dict[str, Any]) -> bool:
    """Whether a bucket is behind the marker and passes the filters."""
    if bucket.name <= given["marker"] or (given["region"] and bucket.region != given["region"]):
        return False
    if given["tagkey"] and not _has_tag(bucket, given["tagkey"], given["tagvalue"]):
        return False
    if given["create-time"] is None or given["range"] is None:
        return True
    return _RANGES[given["range"]](int(bucket.created), given["create-time"])


def _has_tag(bucket: BucketRecord, key: str, value: str | None) -> bool:
    document = text_of(bucket, "tagging")
    if document is None:
        return False
    found = tags.kept(xml_in.parse(document.encode(), "Tagging")).get(key)
    return found is not None and value in (None, found)


def _entry(bucket: BucketRecord) -> dict[str, xml.Content]:
    return {
        "Name": bucket.name,
        "Location": bucket.region,
        "CreationDate": iso8601(bucket.created),
        "BucketType": "cos",
    }

"""GET Service: the buckets of an account (spec: cos.md section 4.1)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml
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
)


@action("service", "GET", called="ListBuckets", permission="cos:GetService", params=PARAMS)
async def get_service(call: Call, services: Services) -> Reply:
    """List the buckets of the account that asks."""
    if call.target.parameter("tagkey"):
        raise fail("NotImplemented", "Tags of buckets are not implemented by this emulator.")
    everything = await services.buckets.owned_by(call.principal.appid)
    account = call.principal.appid or (everything[0].owner if everything else "anonymous")
    given, most = call.params, call.params["max-keys"]
    buckets = [bucket for bucket in everything if _is_asked_for(bucket, given)]
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
    if given["create-time"] is None or given["range"] is None:
        return True
    return _RANGES[given["range"]](int(bucket.created), given["create-time"])


def _entry(bucket: BucketRecord) -> dict[str, xml.Content]:
    return {
        "Name": bucket.name,
        "Location": bucket.region,
        "CreationDate": iso8601(bucket.created),
        "BucketType": "cos",
    }

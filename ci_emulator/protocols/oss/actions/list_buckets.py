"""ListBuckets, which is GetService as well (aliyun.md section 4; oss: list-buckets, 0017-00000289 to 291)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import buckets, listings
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    listings.names("prefix", "only buckets whose name begins with it", ec="0017-00000290"),
    listings.names("marker", "only buckets whose name is behind it", ec="0017-00000291"),
    listings.size("max-keys", ec="0017-00000289"),
)

#: Parameters that select buckets by their tags, which buckets of OSS do not have here.
_BY_TAGS = ("tag-key", "tag-value", "tagging")


@action("service", "GET", called="ListBuckets", params=PARAMS)
async def list_buckets(call: Call, services: Services) -> Reply:
    """List the buckets of the account that asks, by the names that it calls them."""
    if any(call.target.parameter(name) for name in _BY_TAGS):
        raise fail("NotImplemented", feature="Listing buckets by their tags")
    given = call.params
    everything = await services.buckets.owned_by(call.principal.appid)
    owner = call.principal.appid or call.envelope.naming.appid
    shown = {call.envelope.naming.short(bucket.name): bucket for bucket in everything}
    # The order of the full names is another one: `a-0-<appid>` comes before `a-<appid>`.
    wanted = sorted(name for name in shown if name.startswith(given["prefix"]) and name > given["marker"])
    page = wanted[: given["max-keys"]]
    children: dict[str, xml.Content] = {"Owner": listings.owner(owner)}
    if len(page) < len(wanted):
        # Of the whole list the service tells none of these.
        children |= {
            "Prefix": given["prefix"],
            "Marker": given["marker"],
            "MaxKeys": given["max-keys"],
            "IsTruncated": "true",
            "NextMarker": page[-1],
        }
    entries = [buckets.described(call, shown[name], services.config) for name in page]
    children["Buckets"] = {"Bucket": entries}
    return xml.reply("ListAllMyBucketsResult", children)

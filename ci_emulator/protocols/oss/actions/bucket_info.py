"""GetBucketInfo (aliyun.md section 4): what oss2 wants is always there."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import buckets
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

#: What the service tells of what is not there here.
_CONSTANT = {
    "AccessMonitor": "Disabled",
    "BlockPublicAccess": "false",
    "Comment": "",
    "CrossRegionReplication": "Disabled",
    "TransferAcceleration": "Disabled",
}


@action("bucket", "GET", "bucketInfo", called="GetBucketInfo")
async def bucket_info(call: Call, services: Services) -> Reply:
    """Tell everything about a bucket in one document."""
    bucket = await services.buckets.find(call.place.bucket or "")
    children: dict[str, xml.Content] = {
        **buckets.described(call, bucket, services.config),
        **buckets.acl_children(bucket),
        "DataRedundancyType": buckets.redundancy(bucket),
        "ServerSideEncryptionRule": {"SSEAlgorithm": "None"},
        **_CONSTANT,
    }
    if bucket.versioning:
        children["Versioning"] = bucket.versioning
    return xml.reply("BucketInfo", {"Bucket": children})

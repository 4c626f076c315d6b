"""Buckets in the words of OSS: ACL, places, storage class (aliyun.md section 4, GetBucketInfo and ListBuckets)."""

from __future__ import annotations

from ci_emulator.config import Config
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ALL_USERS, BucketRecord, CannedAcl
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.grants import CANNED
from ci_emulator.protocols.oss import attributes, listings

_SUFFIX = "aliyuncs.com"

LRS, ZRS = "LRS", "ZRS"
"""How bytes are kept: in one zone, or in several."""


def location(config: Config) -> str:
    """Return where OSS says that buckets are."""
    return f"oss-{config.oss_region}"


def described(call: Call, bucket: BucketRecord, config: Config) -> dict[str, xml.Content]:
    """Return the children of a `Bucket` that the list of buckets and GetBucketInfo both have."""
    where = location(config)
    return {
        "CreationDate": listings.date(bucket.created),
        "ExtranetEndpoint": f"{where}.{_SUFFIX}",
        "IntranetEndpoint": f"{where}-internal.{_SUFFIX}",
        "Location": where,
        "Name": call.envelope.naming.short(bucket.name),
        "Region": config.oss_region,
        "StorageClass": attributes.shown_class(bucket.storage_class),
    }


def redundancy(bucket: BucketRecord) -> str:
    """Return how the bytes of a bucket are kept."""
    return ZRS if bucket.zones else LRS


def acl(bucket: BucketRecord) -> CannedAcl:
    """Return the ACL that OSS knows of a bucket: what everybody may.

    COS has ACLs that OSS has no word for: those who are granted something by name, or for signing, are not in it.
    """
    grants = CANNED[bucket.acl] + bucket.grants
    open_to = {grant.permission for grant in grants if grant.grantee == ALL_USERS}
    if "FULL_CONTROL" in open_to or {"READ", "WRITE"} <= open_to:
        return "public-read-write"
    return "public-read" if "READ" in open_to else "private"


def acl_children(bucket: BucketRecord) -> dict[str, xml.Content]:
    """Return the children that tell owner and ACL."""
    return {"Owner": listings.owner(bucket.owner), "AccessControlList": {"Grant": acl(bucket)}}

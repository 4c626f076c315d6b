"""PutBucket (aliyun.md section 4; oss: PutBucket, http-status-code-409)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord, CannedAcl, Zones
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos.access import owner_of
from ci_emulator.protocols.oss import attributes, documents, names
from ci_emulator.protocols.oss.buckets import LRS, ZRS
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

MOST_BUCKETS = 100

_ACL = "x-oss-acl"
_CLASS, _REDUNDANCY = "StorageClass", "DataRedundancyType"
_ZONES: dict[str, Zones] = {LRS: "", ZRS: "MAZ"}


class Asked(msgspec.Struct, frozen=True):
    """What a `<CreateBucketConfiguration>` says, None where it says nothing."""

    storage_class: str | None = None
    zones: Zones | None = None


@action("bucket", "PUT", called="PutBucket", access="create", takes="xml")
async def put_bucket(call: Call, services: Services) -> Reply:
    """Create a bucket; for the owner of one that exists nothing changes but its ACL."""
    full = call.place.bucket or ""
    short = call.envelope.naming.short(full)
    names.check_bucket(short)
    given = call.target.header(_ACL)
    acl = attributes.canned_acl(given, of_bucket=True) if given else None
    asked = configuration(await documents.read(call))
    bucket = BucketRecord(
        name=full,
        owner=owner_of(full),
        region=services.config.region,
        created=services.clock.now(),
        acl=acl or "private",
        storage_class=asked.storage_class or "STANDARD",
        zones=asked.zones or "",
    )
    try:
        await services.buckets.create(bucket, most=MOST_BUCKETS)
    except Refusal as refusal:
        if refusal.kind is not Kind.BUCKET_OWNED_BY_YOU:
            raise
        await _again(services, full, asked, acl)
    return Reply(headers=[("Location", f"/{short}")])


def configuration(body: bytes) -> Asked:
    """Return what the body of a PutBucket, which may be left out, asks for.

    Raises:
        Refusal: XML_MALFORMED for what is no such document, or has another element.
        ApiError: InvalidArgument for a value that does not exist.
    """
    if not body.strip():
        return Asked()
    root = xml_in.parse(body, "CreateBucketConfiguration")
    given = {node.name: node.text.strip() for node in root.children()}
    if given.keys() - {_CLASS, _REDUNDANCY}:
        raise Refusal(Kind.XML_MALFORMED)
    # oss2 writes an empty element for a storage class that it was not told.
    name, redundancy = given.get(_CLASS), given.get(_REDUNDANCY)
    if redundancy and redundancy not in _ZONES:
        raise fail("InvalidArgument", reason=f"{_REDUNDANCY} must be {LRS} or {ZRS}.")
    return Asked(
        attributes.storage_class(name) if name else None,
        _ZONES[redundancy] if redundancy else None,
    )


async def _again(services: Services, name: str, asked: Asked, acl: CannedAcl | None) -> None:
    """Put a bucket that its owner has already."""

    def change(bucket: BucketRecord) -> BucketRecord:
        if asked.storage_class not in (None, bucket.storage_class):
            raise fail("BucketAlreadyExists", "Cannot modify existing bucket's storage class")
        if asked.zones not in (None, bucket.zones):
            raise fail("BucketAlreadyExists", "Bucket already exists can't modify data redundancy type")
        return bucket if acl is None else msgspec.structs.replace(bucket, acl=acl, grants=())

    await services.buckets.change(name, change)

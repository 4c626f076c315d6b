"""PUT Bucket: create one (spec: cos.md sections 4.1 and 6)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord, Zones
from ci_emulator.protocols import xml, xml_in
from ci_emulator.protocols.cos import documents, grants, names, tags
from ci_emulator.protocols.cos.access import owner_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

MOST_BUCKETS = 200

_ZONES, _ARCHITECTURE = "BucketAZConfig", "BucketArchConfig"

#: The one value that each element of the body can have.
_ONLY = {_ZONES: "MAZ", _ARCHITECTURE: "OFS"}


@action("bucket", "PUT", permission="cos:PutBucket", access="create", takes="xml", called="PutBucket")
async def put_bucket(call: Call, services: Services) -> Reply:
    """Create a bucket in the account whose APPID its name ends with."""
    name = call.place.bucket or ""
    region = call.place.region or services.config.region
    names.check_bucket(name, region)
    zones = _zones(await documents.read(call))
    now = services.clock.now()
    given = tags.from_header(call.target.header("x-cos-tagging") or "", tags.BUCKET)
    tagging = xml.document("Tagging", tags.to_children(given), declaration=False).decode() if given else None
    acl = grants.from_headers(call.target.headers, owner_of(name), for_object=False)
    bucket = BucketRecord(
        name=name,
        owner=owner_of(name),
        region=region,
        created=now,
        acl=acl.canned,
        zones=zones,
        grants=acl.grants,
        configurations={"tagging": tagging} if tagging is not None else {},
        configured={"tagging": now} if tagging is not None else {},
    )
    await services.buckets.create(bucket, most=MOST_BUCKETS)
    return Reply()


def _zones(body: bytes) -> Zones:
    """Return what a `<CreateBucketConfiguration>`, which may be left out, says about zones.

    Raises:
        Refusal: XML_MALFORMED.
        ApiError: InvalidArgument; NotImplemented for OFS buckets, which keep directories and not keys.
    """
    if not body.strip():
        return ""
    root = xml_in.parse(body, "CreateBucketConfiguration")
    given = {node.name: node.text.strip() for node in root.children()}
    if given.keys() - _ONLY.keys():
        raise Refusal(Kind.XML_MALFORMED)
    for name, value in given.items():
        if value != _ONLY[name]:
            raise fail("InvalidArgument", f"{name} can only be {_ONLY[name]}.", name=name)
    if _ARCHITECTURE in given:
        raise fail("NotImplemented", "OFS buckets are not implemented by this emulator.")
    return "MAZ" if _ZONES in given else ""

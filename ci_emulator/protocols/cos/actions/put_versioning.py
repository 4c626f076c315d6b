"""PUT Bucket versioning (spec: cos.md section 4.2)."""

from __future__ import annotations

from typing import get_args

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord, Versioning
from ci_emulator.protocols.cos import documents
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "bucket",
    "PUT",
    "versioning",
    permission="cos:PutBucketVersioning",
    takes="xml",
    called="PutBucketVersioning",
)
async def put_versioning(call: Call, services: Services) -> Reply:
    """Begin or suspend keeping versions; a bucket cannot go back to never having kept any."""
    status = (await documents.read_xml(call, "VersioningConfiguration")).need("Status")
    versioning: Versioning | None = next(
        (known for known in get_args(Versioning) if known and known == status), None
    )
    if versioning is None:
        raise Refusal(Kind.XML_MALFORMED)

    def change(bucket: BucketRecord) -> BucketRecord:
        return msgspec.structs.replace(bucket, versioning=versioning)

    await services.buckets.change(call.place.bucket or "", change)
    return Reply()

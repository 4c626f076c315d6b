"""InitiateMultipartUpload (oss: InitiateMultipartUpload)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes, encryption, listings, writing
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "POST",
    "uploads",
    called="InitiateMultipartUpload",
    permission="oss:PutObject",
    access="write",
    params=(listings.ENCODING_TYPE,),
)
async def initiate_upload(call: Call, services: Services) -> Reply:
    """Begin a multipart upload; the headers are those that the object will have."""
    key = call.place.key or ""
    wanted = await writing.attributes_of(call, services)
    bucket = await services.buckets.find(call.place.bucket or "")
    if attributes.forbids_overwrite(call.target.headers):
        await _check_absent(services, bucket, key)
    # What nobody signed is the bucket owner's.
    begun = await services.uploads.begin(bucket.name, key, call.principal.appid or bucket.owner, wanted)
    encoding = call.params["encoding-type"]
    children: dict[str, xml.Content] = {"EncodingType": encoding} if encoding else {}
    children |= {
        "Bucket": call.envelope.naming.short(bucket.name),
        "Key": listings.naming(encoding)(key),
        "UploadId": begun.upload_id,
    }
    return xml.reply("InitiateMultipartUploadResult", children, encryption.shown(wanted.encryption))


async def _check_absent(services: Services, bucket: BucketRecord, key: str) -> None:
    """Refuse early what the completion would refuse; where versions are kept nothing is overwritten."""
    if bucket.versioning:
        return
    try:
        await services.objects.find(bucket.name, key)
    except Refusal as refusal:
        if refusal.kind is not Kind.KEY_MISSING:
            raise
    else:
        raise Refusal(Kind.KEY_EXISTS, key=key)

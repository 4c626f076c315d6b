"""What every request that makes an object has to pass: its key, what it says of the object, and who may say so."""

from __future__ import annotations

from ci_emulator.core.model import Call
from ci_emulator.operations.records import Attributes
from ci_emulator.protocols.oss import access, attributes, names, tags
from ci_emulator.protocols.services import Services


async def attributes_of(call: Call, services: Services) -> Attributes:
    """Return what the headers of a call say about the object that it makes; its bucket says the storage class otherwise.

    Raises:
        Refusal: KEY_TOO_LONG, KEY_INVALID, METADATA_TOO_LARGE.
        ApiError: InvalidArgument, InvalidEncryptionAlgorithmError, AccessDenied for tags by one who may not tag.
    """
    bucket, key = call.place.bucket or "", call.place.key or ""
    names.check_key(key)
    attributes.check_traffic_limit(call)
    default_class = (await services.buckets.find(bucket)).storage_class
    found = attributes.requested(call.target.headers, default_class)
    if call.target.header(tags.HEADER):
        await _check_may_tag(call, services, bucket, key)
    return found


async def _check_may_tag(call: Call, services: Services, bucket: str, key: str) -> None:
    if not await access.may(call, services, bucket, key, "write", "oss:PutObjectTagging"):
        raise access.denied(call)

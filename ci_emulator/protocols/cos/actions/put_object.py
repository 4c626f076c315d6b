"""PUT Object (spec: cos.md sections 4.0 and 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import GiB
from ci_emulator.operations.objects import Attributes
from ci_emulator.protocols.cos import names, upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

MAX_BODY = 5 * GiB


@action("object", "PUT", permission="cos:PutObject", access="write", max_body=MAX_BODY, called="PutObject")
async def put_object(call: Call, services: Services) -> Reply:
    """Store an object, byte for byte as sent."""
    key = call.place.key or ""
    names.check_key(key)
    if call.body.length is None and not call.body.chunked:
        raise Refusal(Kind.LENGTH_REQUIRED)
    attributes = Attributes(
        headers=upload.kept_headers(call),
        meta=upload.metadata(call),
        storage_class=upload.storage_class(call),
        acl=names.canned_acl(call, for_object=True),
    )
    try:
        record = await services.objects.put(
            call.place.bucket or "", key, call.body.chunks(MAX_BODY), attributes, upload.expected(call)
        )
    except Refusal as refusal:
        if refusal.kind is Kind.DIGEST_MISMATCH and refusal.facts["digest"] == "SHA-1":
            raise fail("InvalidSHA1Digest") from None
        raise
    return Reply(headers=[("ETag", f'"{record.etag}"'), ("x-cos-hash-crc64ecma", str(record.crc64))])

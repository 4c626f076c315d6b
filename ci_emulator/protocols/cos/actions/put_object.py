"""PUT Object (spec: cos.md sections 4.0 and 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import GiB
from ci_emulator.operations.records import NULL_VERSION
from ci_emulator.protocols.cos import access, names, upload
from ci_emulator.protocols.cos.download import written
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

MAX_BODY = 5 * GiB


@action("object", "PUT", permission="cos:PutObject", access="write", max_body=MAX_BODY, called="PutObject")
async def put_object(call: Call, services: Services) -> Reply:
    """Store an object, byte for byte as sent."""
    key = call.place.key or ""
    names.check_key(key)
    upload.check_length(call.body)
    headers = call.target.headers
    attributes = upload.attributes(headers, access.owner_of(call.place.bucket or ""))
    try:
        record = await services.objects.put(
            call.place.bucket or "",
            key,
            call.body.chunks(MAX_BODY),
            attributes,
            upload.expected(headers),
            forbid_overwrite=upload.forbids_overwrite(headers),
        )
    except Refusal as refusal:
        raise upload.digest_error(refusal) from None
    # Where versions are suspended the new one is `null`, and PUT does not say so (spec: cos.md section 4.3).
    null = ("x-cos-version-id", NULL_VERSION)
    return Reply(headers=[header for header in written(record) if header != null])

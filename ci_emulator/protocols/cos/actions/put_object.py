"""PUT Object (spec: cos.md sections 4.0 and 4.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import GiB
from ci_emulator.operations.records import NULL_VERSION, ObjectRecord
from ci_emulator.protocols.cos import arriving, names, upload
from ci_emulator.protocols.cos.download import written
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

MAX_BODY = 5 * GiB


@action("object", "PUT", permission="cos:PutObject", access="write", max_body=MAX_BODY, called="PutObject")
async def put_object(call: Call, services: Services) -> Reply:
    """Store an object, byte for byte as sent."""
    record = await arriving.store(services, arriving_object(call))
    return Reply(headers=written_now(record))


def arriving_object(call: Call) -> arriving.Arriving:
    """Return the object that a PUT sends.

    Raises:
        Refusal: KEY_TOO_LONG, KEY_INVALID, LENGTH_REQUIRED, and those of `arriving.arriving`.
        ApiError: those of `arriving.arriving`.
    """
    key, body = call.place.key or "", call.body
    names.check_key(key)
    upload.check_length(body)
    return arriving.arriving(
        call.place.bucket or "", key, body.chunks(MAX_BODY), call.target.headers, body.length
    )


def written_now(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the headers that PUT answers with.

    Where versions are suspended the new one is `null`, and PUT does not say so (spec: cos.md section 4.3).
    """
    null = ("x-cos-version-id", NULL_VERSION)
    return [header for header in written(record) if header != null]

"""PUT Object with `Pic-Operations`: the picture is processed before it is stored (spec: ci.md section 3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.ci import pic_operations, uploading
from ci_emulator.protocols.cos.actions.put_object import MAX_BODY, arriving_object, written_now
from ci_emulator.protocols.cos.select import PIC_OPERATIONS, action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "PUT",
    PIC_OPERATIONS,
    permission="cos:PutObject",
    access="write",
    max_body=MAX_BODY,
    called="PutObject",
)
async def put_with_operations(call: Call, services: Services) -> Reply:
    """Process a picture, and store it together with the results."""
    header = pic_operations.header_of(call)
    done = await uploading.store(call, services, header, arriving_object(call))
    return uploading.answer(call, done.document, written_now(done.record))

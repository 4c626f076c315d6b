"""`POST /<key>?image_process`: process a picture that is stored already (spec: ci.md section 3.1)."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.ci import pic_operations, processing, uploading
from ci_emulator.protocols.ci.numbers import PERSISTENT, numbered
from ci_emulator.protocols.ci.processing import Processed
from ci_emulator.protocols.ci.source import load
from ci_emulator.protocols.ci.upload_result import upload_result
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action(
    "object",
    "POST",
    "image_process",
    permission="cos:GetObject",
    access="read",
    signed=True,
    called="ImageProcess",
)
async def image_process(call: Call, services: Services) -> Reply:
    """Process a stored picture, and store the results, each of which has to be allowed where it goes."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    header = pic_operations.header_of(call)
    task = await processing.prepare(call, services, header, bucket, key)
    current = await _current(services, bucket, key)
    processed = Processed()
    async with services.pictures.room(processing.LARGEST if current is None else current.size):
        with numbered(PERSISTENT):
            loaded = await load(call, services, largest=processing.LARGEST)
        if not task.operations.idle:
            processed = await processing.process(services, task, loaded.data)
    async with services.objects.staging() as staging:
        results = await processing.puts(staging, task, processed, loaded.record.attributes, current)
        records = await staging.commit(results)
    return uploading.answer(call, upload_result(task, loaded.record, processed, records), ())


async def _current(services: Services, bucket: str, key: str) -> ObjectRecord | None:
    """Return what is the object now, before it is read: what takes its place must not take that of a newer one."""
    try:
        return await services.objects.find(bucket, key)
    except Refusal as refusal:
        if refusal.kind is not Kind.KEY_MISSING:
            raise
        return None

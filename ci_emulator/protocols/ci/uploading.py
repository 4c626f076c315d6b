"""Uploads whose pictures are processed on the way: the file is kept aside until every rule was carried out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.operations.staging import Put, Staging
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import processing
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.ci.processing import Processed, Task
from ci_emulator.protocols.ci.upload_result import upload_result
from ci_emulator.protocols.cos import upload
from ci_emulator.protocols.cos.arriving import Arriving
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml import Content


@dataclass(frozen=True, slots=True)
class Done:
    """The original, with the version that stands in its place now, and the document that tells about all that was stored."""

    record: ObjectRecord
    document: dict[str, Content]


async def store(call: Call, services: Services, header: str, arriving: Arriving) -> Done:
    """Store an upload together with the results of the rules in its header `Pic-Operations`, or nothing of it.

    Raises:
        ApiError, Refusal: those of `processing.prepare` and `processing.process`, and of an upload without rules.
    """
    task = await processing.prepare(call, services, header, arriving.bucket, arriving.key)
    if not task.operations.idle:
        processing.check_size(arriving.length or 0)
    async with services.objects.staging() as staging:
        if arriving.forbid_overwrite:
            # Refuse before the bytes are asked for; the commit checks again.
            await staging.check_absent(arriving.bucket, arriving.key)
        try:
            processed, records = await _commit(services, staging, task, arriving)
        except Refusal as refusal:
            raise upload.digest_error(refusal) from None
    record = processing.with_version_of_source(task, processed, records)
    return Done(record, upload_result(task, records[0], processed, records[1:]))


async def _commit(
    services: Services, staging: Staging, task: Task, arriving: Arriving
) -> tuple[Processed, list[ObjectRecord]]:
    idle = task.operations.idle
    received = await staging.receive(
        arriving.chunks if idle else _bounded(arriving.chunks), arriving.expected
    )
    processed = Processed()
    if not idle:
        async with services.pictures.room(received.segment.size):
            processed = await processing.process(services, task, await staging.read(received))
    original = Put(
        bucket=arriving.bucket,
        key=arriving.key,
        received=received,
        attributes=arriving.attributes,
        forbid_overwrite=arriving.forbid_overwrite,
    )
    results = await processing.puts(staging, task, processed, arriving.attributes)
    return processed, await staging.commit([original, *results])


async def _bounded(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass the bytes of a picture on; refuse it as soon as it is too large."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        processing.check_size(size)
        yield chunk


def answer(call: Call, document: dict[str, Content], more: Sequence[tuple[str, str]]) -> Reply:
    """Return the document of an upload with rules, with the headers of one without them."""
    body = xml.document("UploadResult", document)
    return Reply(headers=[*headers(call), *more], body=body)

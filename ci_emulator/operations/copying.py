"""Read an object in order to write it, or a part of it, somewhere else in the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from ci_emulator.operations.links import Follow
from ci_emulator.operations.objects import Objects, Opened
from ci_emulator.operations.records import ObjectRecord


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied: the object's record, and the bytes that were asked for."""

    record: ObjectRecord
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def reading(
    objects: Objects,
    bucket: str,
    key: str,
    plan: Callable[[ObjectRecord], tuple[int, int]],
    version: str | None = None,
    follow: Follow | None = None,
) -> AsyncIterator[Source]:
    """Hold an object open while it is copied; the arguments and refusals are those of `Objects.open`.

    The bytes are read from the version that `plan` saw, even when that is overwritten by the copy itself.
    """
    opened = await objects.open(bucket, key, plan, version, follow)
    try:
        async with aclosing(_chunks(opened)) as chunks:
            yield Source(opened.record, chunks)
    finally:
        if opened.stream is not None:
            await opened.stream.aclose()


async def _chunks(opened: Opened) -> AsyncGenerator[bytes, None]:
    if opened.stream is None:
        yield opened.body
        return
    async for chunk in opened.stream:
        yield chunk
        # Between a reader and a writer in memory nothing else would ever wait, and nobody else be served.
        await asyncio.sleep(0)

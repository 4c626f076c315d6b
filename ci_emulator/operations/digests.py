"""The hash of an object's bytes, of any number."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Literal

from ci_emulator.operations.objects import Opened

Algorithm = Literal["md5", "sha1", "sha256"]

#: What one trip to a thread is made for; other requests are served meanwhile.
_BATCH = 4 * 1024 * 1024


async def digest(opened: Opened, algorithm: Algorithm) -> str:
    """Return the hash of an object that was opened as a whole, in lower-case hexadecimal; its stream is closed.

    Raises:
        Refusal: those of the store.
    """
    state = hashlib.new(algorithm, opened.body, usedforsecurity=False)
    if opened.stream is None:
        return state.hexdigest()

    def update(chunks: Sequence[bytes]) -> None:
        for chunk in chunks:
            state.update(chunk)

    chunks: list[bytes] = []
    held = 0
    try:
        async for chunk in opened.stream:
            chunks.append(chunk)
            held += len(chunk)
            if held >= _BATCH:
                await asyncio.to_thread(update, chunks)
                chunks, held = [], 0
        await asyncio.to_thread(update, chunks)
    finally:
        await opened.stream.aclose()
    return state.hexdigest()

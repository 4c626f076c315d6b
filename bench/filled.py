"""The emulator with a full bucket: filled in this process through its own operations, then served.

A second bucket, which everybody may read, is there as soon as the first one is full.

python -m bench.filled PORT STORE DIRECTORY KEYS
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bench.clients import BUCKET, key_number
from ci_emulator.config import load
from ci_emulator.core.clock import SystemClock
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord
from ci_emulator.server import running
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryBlobs

READY = "ready-1250000000"

#: So many at once share a commit.
_WRITERS = 256


async def _one_byte() -> AsyncIterator[bytes]:
    yield b"x"


async def _fill(buckets: Buckets, objects: Objects, keys: int) -> None:
    await buckets.create(_bucket(BUCKET), most=1)
    left = (key_number(number) for number in range(keys))

    async def put(keys: Iterator[str]) -> None:
        for key in keys:
            await objects.put(BUCKET, key, _one_byte(), Attributes(), Expected())

    await asyncio.gather(*(put(left) for _ in range(_WRITERS)))


async def _fill_directory(directory: Path, keys: int) -> None:
    """Put the facts there and no bytes: nobody fetches any, and a hundred thousand files take minutes."""
    store = await DiskStore.open(directory, LAYOUT)
    try:
        clock = SystemClock()
        await _fill(Buckets(store.facts), Objects(store.facts, Content(MemoryBlobs(clock)), clock), keys)
    finally:
        await store.close()


def _bucket(name: str) -> BucketRecord:
    return BucketRecord(
        name=name, owner=name.rpartition("-")[2], region="bench", created=0, acl="public-read"
    )


async def _serve(port: int, store: str, directory: str, keys: int) -> None:
    if store == "disk":
        await _fill_directory(Path(directory), keys)
    settings = {"host": "127.0.0.1", "port": port, "store": store, "data_dir": directory}
    async with running(load(settings, environment={})) as server:
        services = server.services
        if store == "memory":
            await _fill(services.buckets, services.objects, keys)
        await services.buckets.create(_bucket(READY), most=2)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))

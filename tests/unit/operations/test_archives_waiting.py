"""Large archives are read one after another, and only a few requests wait for that."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.archive_model import Answer, Listed, Wanted
from ci_emulator.engines.jobs import ListArchive
from ci_emulator.engines.workers import WorkerPool
from ci_emulator.operations.archives import Archives

SIZE = 20 * 1024 * 1024


class Pool:
    """Wants the whole archive and then finds nothing in it; `gate` holds the second look."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.looking = 0
        self.most = 0

    async def run(self, _job: str, request: ListArchive, **_: Any) -> Answer:
        if len(request.pieces) < 3:
            return Answer(Wanted(0, request.size))
        self.looking += 1
        self.most = max(self.most, self.looking)
        await self.gate.wait()
        self.looking -= 1
        return Answer(Listed(()))


async def read(_start: int, _length: int) -> bytes:
    return b""


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_is_read_and_eight_wait() -> None:
    pool = Pool()
    archives = Archives(cast(WorkerPool, pool))
    asked = [asyncio.create_task(archives.contents(SIZE, read)) for _ in range(9)]
    await settled()
    with pytest.raises(Refusal) as refused:
        await asyncio.wait_for(archives.contents(SIZE, read), 1)
    assert refused.value.kind is Kind.OVERLOADED

    asked.pop().cancel()  # one that waits makes room for another
    await settled()
    asked.append(asyncio.create_task(archives.contents(SIZE, read)))
    pool.gate.set()
    assert await asyncio.gather(*asked) == [Listed(())] * 9
    assert pool.most == 1
    assert await archives.contents(SIZE, read) == Listed(())

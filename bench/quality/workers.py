"""How much more two worker processes read than one, through the pool that the server uses; wall time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from statistics import median

from bench.quality import scenes
from ci_emulator.config import Config
from ci_emulator.engines.jobs import ReadCodes
from ci_emulator.engines.workers import WorkerPool

_ROUNDS = 5


def two_as_multiple_of_one(seed: int, pictures: int = 40) -> float:
    """Return the throughput of two workers as a multiple of one's, the median of five rounds in turns."""
    settings = Config()
    jobs = [
        ReadCodes(data=scenes.compose(number).data, readers=settings.readers, max_pixels=settings.max_pixels)
        for number in range(seed, seed + pictures)
    ]
    return asyncio.run(_compare(jobs))


async def _compare(jobs: Sequence[ReadCodes]) -> float:
    pools = [WorkerPool(size=size, warm=True) for size in (1, 2)]
    try:
        for pool in pools:
            await pool.start()
            if not await pool.ready():
                raise RuntimeError("no worker could be started")
        for pool, size in zip(pools, (1, 2), strict=True):
            await _seconds(pool, jobs, size)
        ratios = []
        for _ in range(_ROUNDS):
            one, two = [await _seconds(pool, jobs, size) for pool, size in zip(pools, (1, 2), strict=True)]
            ratios.append(one / two)
        return median(ratios)
    finally:
        for pool in pools:
            await pool.close()


async def _seconds(pool: WorkerPool, jobs: Sequence[ReadCodes], size: int) -> float:
    """How long the pool takes for all jobs, with one waiting for each that is being done."""
    waiting: Iterator[ReadCodes] = iter(jobs)

    async def client() -> None:
        for job in waiting:
            await pool.run("read_codes", job)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(2 * size)))
    return time.perf_counter() - began

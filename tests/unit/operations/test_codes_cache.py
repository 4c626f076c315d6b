"""What was read is remembered: by what, for how long, and what never is."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from msgspec.structs import replace

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.model import Code, Point, Reading, Symbology
from ci_emulator.engines.jobs import ReadCodes
from ci_emulator.engines.workers import WorkerPool
from ci_emulator.operations.codes import Codes, ReadingLimits, WritingLimits

CORNER = Point(0.0, 0.0)
MiB = 1024 * 1024


def reading(text: str, codes: int = 1) -> Reading:
    code = Code(text, text.encode(), Symbology.QR_CODE, (CORNER, CORNER, CORNER, CORNER), "zxing")
    return Reading(1, 1, (code,) * codes)


class Pool:
    """Answers jobs with the picture's own bytes as text, and remembers them."""

    def __init__(self) -> None:
        self.jobs: list[tuple[ReadCodes, str]] = []
        self.refusal: Refusal | None = None
        self.codes = 1
        self.cut = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self, job: str, request: Any, *, tenant: str = "") -> Any:
        assert job == "read_codes"
        self.jobs.append((request, tenant))
        await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        return replace(reading(request.data.decode(), self.codes), cut=self.cut)


def codes(
    pool: Pool, cache_bytes: int = MiB, *, readers: tuple[str, ...] = ("zxing",), max_pixels: int = 100
) -> Codes:
    return Codes(
        cast(WorkerPool, pool),
        ReadingLimits(readers, max_pixels, 1.5),
        WritingLimits("qrcode", 100),
        cache_bytes=cache_bytes,
    )


async def test_a_picture_is_read_once() -> None:
    pool = Pool()
    made = codes(pool)
    first = await made.read(b"one", tenant="1")
    assert await made.read(b"one", tenant="2") is first
    assert [(job.data, tenant) for job, tenant in pool.jobs] == [(b"one", "1")]
    assert (await made.read(b"two")).codes[0].text == "two"
    assert len(pool.jobs) == 2


async def test_what_the_result_depends_on() -> None:
    pool = Pool()
    made = codes(pool)
    await made.read(b"one")
    await made.read(b"one", formats=frozenset({"PNG"}))
    await made.read(b"one", formats=frozenset({"PNG", "JPEG"}))
    assert len(pool.jobs) == 3
    await made.read(b"one", formats=frozenset({"JPEG", "PNG"}))
    assert len(pool.jobs) == 3


async def test_the_settings_reach_the_worker() -> None:
    pool = Pool()
    await codes(pool, readers=("pyzbar", "zxing"), max_pixels=7).read(b"one", formats=frozenset({"PNG"}))
    ((job, _),) = pool.jobs
    assert (job.readers, job.max_pixels, job.formats) == (("pyzbar", "zxing"), 7, frozenset({"PNG"}))
    assert job.seconds == 1.5


async def test_no_refusal_is_remembered() -> None:
    pool = Pool()
    made = codes(pool)
    for kind in (Kind.ENGINE_TIMEOUT, Kind.OVERLOADED, Kind.IMAGE_UNREADABLE):
        pool.refusal = Refusal(kind)
        with pytest.raises(Refusal) as raised:
            await made.read(b"one")
        assert raised.value.kind is kind
    pool.refusal = None
    assert (await made.read(b"one")).codes
    assert len(pool.jobs) == 4


async def test_a_reading_for_which_there_was_no_time_is_not_remembered() -> None:
    pool = Pool()
    pool.cut = True
    made = codes(pool)
    assert (await made.read(b"one")).cut
    pool.cut = False
    assert not (await made.read(b"one")).cut
    await made.read(b"one")
    assert len(pool.jobs) == 2


async def test_nothing_is_remembered_without_memory() -> None:
    pool = Pool()
    made = codes(pool, 0)
    await made.read(b"one")
    await made.read(b"one")
    assert len(pool.jobs) == 2


async def test_what_was_not_asked_for_lately_is_forgotten() -> None:
    pool = Pool()
    made = codes(pool, 10_000)
    names = [b"%d" % number for number in range(20)]
    await made.read(b"kept")
    for name in names:
        await made.read(name)
        await made.read(b"kept")
    assert len(pool.jobs) == 21
    await made.read(names[0])
    assert len(pool.jobs) == 22
    await made.read(names[-1])
    assert len(pool.jobs) == 22


async def test_memory_is_bounded_by_what_results_hold() -> None:
    pool = Pool()
    made = codes(pool, MiB)
    for number in range(100):
        await made.read(b"%d" % number + b"x" * 50_000)
    before = len(pool.jobs)
    for number in range(100):
        await made.read(b"%d" % number + b"x" * 50_000)
    # A text of 50 000 characters counts as 250 000 bytes at most: no more than twenty are there.
    assert len(pool.jobs) - before >= 80


async def test_a_result_that_is_too_large_is_given_and_not_kept() -> None:
    pool = Pool()
    pool.codes = 50
    made = codes(pool, 10_000)
    await made.read(b"small")
    assert len((await made.read(b"one")).codes) == 50
    assert len(pool.jobs) == 2


async def test_two_at_once() -> None:
    """Both are read; none waits for the other's worker to fail."""
    pool = Pool()
    pool.gate.clear()
    made = codes(pool)
    both = [asyncio.create_task(made.read(b"one", tenant=tenant)) for tenant in ("1", "2")]
    await asyncio.sleep(0)
    pool.gate.set()
    assert (await both[0]) == (await both[1])
    assert [tenant for _, tenant in pool.jobs] == ["1", "2"]
    await made.read(b"one")
    assert len(pool.jobs) == 2

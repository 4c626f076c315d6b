from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import RandomIds
from ci_emulator.operations import sweep as sweep_module
from ci_emulator.operations import versions
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.commits import keep
from ci_emulator.operations.content import SMALL, Content, Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord, Segment
from ci_emulator.operations.sweep import Sweep
from ci_emulator.operations.uploads import Listed, Uploads
from ci_emulator.storage.base import Store
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore
from ci_emulator.testing import Emulator

NAME = "swept-1250000000"
DAY = 86_400.0
PART = 1024 * 1024


class World:
    """A store with a bucket, and a clock that both the blobs and the sweep go by."""

    def __init__(self, store: Store, clock: FixedClock, root: Path) -> None:
        self.store, self.clock, self._root = store, clock, root
        self.content = Content(store.blobs)
        self.buckets = Buckets(store.facts)
        self.objects = Objects(store.facts, self.content, clock)
        self.uploads = Uploads(store.facts, self.content, clock, RandomIds())
        self.sweep = Sweep(store.facts, self.content, clock, DAY)

    async def orphan(self, data: bytes = b"nobody's") -> str:
        writer = await self.store.blobs.create()
        await writer.write(data)
        return await writer.commit()

    def grow_old(self, seconds: float = DAY + 60) -> None:
        """Let all that is there be older; files have their own idea of the time."""
        if isinstance(self.store, MemoryStore):
            self.clock.move(seconds)
            return
        for path in (self._root / "blobs").rglob("*"):
            if path.is_file():
                os.utime(path, (path.stat().st_mtime - seconds,) * 2)

    async def blobs(self) -> set[str]:
        return {blob async for batch in self.store.blobs.survey() for blob, _ in batch}


@pytest.fixture(params=["memory", "disk"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    clock = FixedClock(time.time())
    store: Store = await (
        MemoryStore.open(clock) if request.param == "memory" else DiskStore.open(tmp_path / "data")
    )
    made = World(store, clock, tmp_path / "data")
    await made.buckets.create(
        BucketRecord(name=NAME, owner="1250000000", region="ap-guangzhou", created=1), most=9
    )
    yield made
    await store.close()


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def put(world: World, key: str, data: bytes = b"bytes") -> None:
    await world.objects.put(NAME, key, chunks(data), Attributes(), Expected())


async def set_versioning(world: World, state: str) -> None:
    await world.buckets.change(NAME, lambda bucket: msgspec.structs.replace(bucket, versioning=state))


async def test_orphans_go_when_they_are_old_enough(world: World) -> None:
    await put(world, "k")
    named = await world.blobs()
    orphans = {await world.orphan() for _ in range(20)}
    assert await world.sweep.run() == 0
    world.grow_old(DAY - 60)
    assert await world.sweep.run() == 0
    assert await world.blobs() == named | orphans
    world.grow_old(120)
    young = await world.orphan()
    assert await world.sweep.run() == 20
    assert await world.blobs() == named | {young}
    assert await world.sweep.run() == 0


async def test_everything_that_a_fact_names_stays(world: World) -> None:
    await put(world, "plain")
    await put(world, "empty", b"")
    for position in (0, 5, 10):
        await world.objects.append(NAME, "log", position, chunks(b"12345"), Attributes(), Expected())
    await set_versioning(world, "Enabled")
    for _ in range(3):
        await put(world, "versions")
    await world.objects.delete(NAME, "versions")
    begun = await world.uploads.begin(NAME, "unfinished", "1250000000", Attributes())
    other = await world.uploads.begin(NAME, "finished", "1250000000", Attributes())
    listed = []
    for number in (1, 2):
        await world.uploads.put_part(NAME, "unfinished", begun.upload_id, number, chunks(b"p"), Expected())
        part = await world.uploads.put_part(
            NAME, "finished", other.upload_id, number, chunks(b"p" * PART), Expected()
        )
        listed.append(Listed(number, part.etag))
    await world.uploads.complete(NAME, "finished", other.upload_id, listed)
    named = await world.blobs()
    assert len(named) == 2 + 3 + 3 + 2 + 2
    orphan = await world.orphan()
    world.grow_old()
    assert await world.sweep.run() == 1
    assert await world.blobs() == named
    assert orphan not in named


async def test_it_finds_its_way_through_more_rows_than_fit_in_a_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_module, "_BATCH", 3)
    monkeypatch.setattr(sweep_module, "_REST", 0)
    await set_versioning(world, "Enabled")
    for number in range(20):
        await put(world, f"{number % 7}")
    named = await world.blobs()
    await world.orphan()
    world.grow_old()
    assert await world.sweep.run() == 1
    assert await world.blobs() == named


async def test_what_moves_during_the_sweep_is_not_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step of the walk, versions change places and an upload is completed."""
    await set_versioning(world, "Enabled")
    for key in "abc":
        await put(world, key)
    begun = await world.uploads.begin(NAME, "d", "1250000000", Attributes())
    part = await world.uploads.put_part(NAME, "d", begun.upload_id, 1, chunks(b"part"), Expected())
    old = await world.blobs()
    await world.orphan()
    world.grow_old()
    steps = 0

    async def move(_: float) -> None:
        nonlocal steps
        steps += 1
        if steps == 1:
            await world.uploads.complete(NAME, "d", begun.upload_id, [Listed(1, part.etag)])
        for key in "abc":
            if steps % 2:
                await put(world, key)
            else:
                newest = await world.objects.find(NAME, key)
                await world.objects.delete(NAME, key, newest.version_id)

    monkeypatch.setattr(sweep_module, "_BATCH", 1)
    monkeypatch.setattr(asyncio, "sleep", move)
    assert await world.sweep.run() == 1
    assert steps > 4
    assert old <= await world.blobs()


async def test_a_blob_is_nobodys_orphan_while_its_fact_is_decided(world: World) -> None:
    received = await world.content.receive(chunks(b"new"), Expected())
    world.grow_old()
    assert await world.sweep.run() == 0
    await keep(world.store.facts, world.content, (received.segment,), lambda tx: versions.Changed(None))
    assert await world.sweep.run() == 1
    assert await world.blobs() == set()


async def test_a_blob_that_is_being_read_goes_when_it_was_read(world: World) -> None:
    await put(world, "k", b"x" * (SMALL + 1))
    opened = await world.objects.open(NAME, "k", lambda record: (0, record.size))
    assert opened.stream is not None
    await world.objects.delete(NAME, "k")
    world.grow_old()
    assert await world.sweep.run() == 0
    assert b"".join([chunk async for chunk in opened.stream]) == b"x" * (SMALL + 1)
    await opened.stream.aclose()
    assert await world.blobs() == set()


async def test_bytes_that_could_not_be_removed_are_swept_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: str) -> None:
        raise Refusal(Kind.STORAGE_UNAVAILABLE)

    await put(world, "k", b"old")
    with monkeypatch.context() as patched:
        patched.setattr(world.store.blobs, "remove", fail)
        await put(world, "k", b"new")
    assert len(await world.blobs()) == 2
    world.grow_old()
    assert await world.sweep.run() == 1
    assert (await world.objects.open(NAME, "k", lambda record: (0, 9))).body == b"new"


async def test_a_cancelled_drop_still_removes_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = [Segment(await world.orphan(), 8) for _ in range(5)]
    entered, let_go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    real: Callable[..., Awaitable[None]] = world.store.blobs.remove

    async def slow(*blobs: str) -> None:
        entered.set()
        await let_go.wait()
        await real(*blobs)
        if segments[-1].blob in blobs:
            ended.set()

    monkeypatch.setattr(world.store.blobs, "remove", slow)
    dropping = asyncio.ensure_future(world.content.drop(segments))
    await entered.wait()
    dropping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dropping
    let_go.set()
    async with asyncio.timeout(5):
        await ended.wait()
    assert await world.blobs() == set()


async def test_a_sweep_that_fails_is_followed_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sweep_module, "FIRST_AFTER", 0.001)
    monkeypatch.setattr(sweep_module, "EVERY", 0.001)
    await world.orphan()
    world.grow_old()
    real, swept = world.store.blobs.survey, asyncio.Event()
    failures = iter([Refusal(Kind.STORAGE_UNAVAILABLE), OSError("odd")])

    def survey() -> AsyncIterator[object]:
        for failure in failures:
            raise failure
        return real()

    async def discard(blobs: set[str]) -> int:
        swept.set()
        return await Content.discard(world.content, blobs)

    monkeypatch.setattr(world.store.blobs, "survey", survey)
    monkeypatch.setattr(world.content, "discard", discard)
    sweeping = asyncio.ensure_future(world.sweep.repeat())
    async with asyncio.timeout(5):
        await swept.wait()
    sweeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweeping
    assert [record.levelname for record in caplog.records].count("ERROR") == 2
    monkeypatch.undo()
    await world.sweep.run()
    assert await world.blobs() == set()


def surveyed(blobs: Path) -> list[str]:
    return [path.name for path in blobs.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("age", "left"), [(3600, 0), (7 * DAY, 1)])
def test_a_server_sweeps_beside_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, left: int
) -> None:
    monkeypatch.setattr(sweep_module, "FIRST_AFTER", 0.01)
    orphan = tmp_path / "blobs" / "ab" / ("ab" * 16)
    with Emulator(store="disk", data_dir=str(tmp_path), sweep_age=age) as emulator:
        assert emulator.port
    orphan.write_bytes(b"left by a crash")
    os.utime(orphan, (1, time.time() - 2 * DAY))
    finished = time.monotonic() + (5 if not left else 0.3)
    with Emulator(store="disk", data_dir=str(tmp_path), sweep_age=age):
        while len(surveyed(tmp_path / "blobs")) > 0 and time.monotonic() < finished:
            time.sleep(0.01)
    assert len(surveyed(tmp_path / "blobs")) == left

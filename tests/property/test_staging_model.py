"""`Staging` over both stores: what a batch writes is there as a whole and in its order, or nothing of it, and no bytes stay over."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from object_store_model import Model, State, Version

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations import versions
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content
from ci_emulator.operations.listing import Listing, Wanted
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord
from ci_emulator.operations.staging import Put, Staging
from ci_emulator.storage.base import Store, Transaction
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore

BUCKETS = ("one-1250000000", "two-1250000000", "absent-1250000000")
KEYS = ("a", "a/b", "é")


@dataclass(frozen=True)
class Wish:
    """One put of a batch; `staged` is which of the batch's bytes it is made of."""

    bucket: int
    key: int
    staged: int
    tag: str
    forbid: bool
    inherits: bool


@dataclass(frozen=True)
class Batch:
    """What one request writes; `end` is how it ends: with a commit, without one, or with a refusal in the commit."""

    bodies: list[bytes]
    wishes: list[Wish]
    end: str


def batches() -> st.SearchStrategy[Batch]:
    wish = st.builds(
        Wish,
        bucket=st.sampled_from((0, 0, 0, 0, 0, 0, 1, 1, 1, 2)),
        key=st.integers(0, 2),
        staged=st.integers(0, 3),
        tag=st.sampled_from(("", "x", "y")),
        forbid=st.sampled_from((False, False, False, True)),
        inherits=st.booleans(),
    )
    return st.builds(
        Batch,
        bodies=st.lists(st.binary(max_size=30), min_size=4, max_size=4),
        # Bytes belong to one object: each is wished for once at most.
        wishes=st.lists(wish, max_size=4, unique_by=lambda each: each.staged),
        end=st.sampled_from(("commit", "commit", "commit", "leave", "refuse")),
    )


class World:
    """A store, and the model that it is compared with; the model's `tags` tell what an object is like."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.content = Content(store.blobs)
        self.buckets = Buckets(store.facts)
        self.objects = Objects(store.facts, self.content, FixedClock(1_700_000_000.0))
        self.listing = Listing(store.facts)
        self.model = Model()

    async def begin(self, states: tuple[State, State]) -> None:
        for name, state in zip(BUCKETS, states, strict=False):
            record = BucketRecord(name=name, owner="1250000000", region="ap-guangzhou", created=1)
            await self.buckets.create(record, most=10)
            self.model.buckets[name] = state
            await self.set_versioning(name, state)

    async def set_versioning(self, name: str, state: State) -> None:
        await self.buckets.change(name, lambda old: msgspec.structs.replace(old, versioning=state))

    async def carry_out(self, batch: Batch) -> None:
        wanted = self.expected(batch)
        refused, written = None, []
        try:
            async with self.objects.staging() as staging:
                written = await self.write(staging, batch)
        except Refusal as refusal:
            refused = refusal.kind
        assert refused == wanted
        for wish, (version, etag) in zip(batch.wishes, written, strict=False):
            bucket, key = BUCKETS[wish.bucket], KEYS[wish.key]
            old = self.model.current(bucket, key)
            tags = old.tags if wish.inherits and old is not None else {"tag": wish.tag}
            self.model.add(bucket, key, Version(version, batch.bodies[wish.staged], etag, tags=tags))

    async def write(self, staging: Staging, batch: Batch) -> list[tuple[str, str]]:
        received = [await staging.add(body) for body in batch.bodies]
        assert [await staging.read(each) for each in received] == batch.bodies
        if batch.end == "leave":
            return []

        def refuse(transaction: Transaction) -> versions.Changed:
            raise Refusal(Kind.PART_INVALID)

        records = await staging.commit(
            [
                Put(
                    bucket=BUCKETS[wish.bucket],
                    key=KEYS[wish.key],
                    received=received[wish.staged],
                    attributes=Attributes(tags={"tag": wish.tag}),
                    forbid_overwrite=wish.forbid,
                    inherits=wish.inherits,
                )
                for wish in batch.wishes
            ],
            refuse if batch.end == "refuse" else None,
        )
        assert [record.key for record in records] == [KEYS[wish.key] for wish in batch.wishes]
        return [(record.version_id, record.etag) for record in records]

    def expected(self, batch: Batch) -> Kind | None:
        """What the batch is refused for, if it is."""
        if batch.end == "leave":
            return None
        if batch.end == "refuse":
            return Kind.PART_INVALID
        there = {(bucket, key) for bucket in BUCKETS for key in KEYS if self.model.current(bucket, key)}
        for wish in batch.wishes:
            place = BUCKETS[wish.bucket], KEYS[wish.key]
            if place[0] not in self.model.buckets:
                return Kind.BUCKET_MISSING
            if wish.forbid and not self.model.buckets[place[0]] and place in there:
                return Kind.KEY_EXISTS
            there.add(place)
        return None

    async def check(self) -> None:
        for bucket in self.model.buckets:
            for key in KEYS:
                page = await self.listing.versions(bucket, Wanted(key))
                found = [entry.record for entry in page.entries if entry.record.key == key]
                kept = self.model.versions(bucket, key)
                assert [record.version_id for record in found] == [version.version_id for version in kept]
                for record, version in zip(found, kept, strict=True):
                    assert record.etag == version.kind
                    assert record.attributes.tags == version.tags
                    read = await self.content.read(record.segments, 0, record.size)
                    assert read == version.body
        blobs = [blob async for several in self.store.blobs.survey() for blob, _ in several]
        assert len(blobs) == sum(len(kept) for kept in self.model.objects.values())
        assert not any(self.content.in_use(blob) for blob in blobs)


async def _with_store(disk: bool) -> AsyncIterator[Store]:
    if not disk:
        yield await MemoryStore.open()
        return
    folder = tempfile.mkdtemp()
    store = await DiskStore.open(Path(folder) / "data", LAYOUT)
    try:
        yield store
    finally:
        await store.close()
        shutil.rmtree(folder)


async def _carry_out(disk: bool, states: tuple[State, State], several: list[Batch]) -> None:
    async for store in _with_store(disk):
        world = World(store)
        await world.begin(states)
        for batch in several:
            await world.carry_out(batch)
            await world.check()


@pytest.mark.parametrize(("disk", "examples"), [(False, 200), (True, 8)], ids=["memory", "disk"])
def test_a_batch_is_written_as_a_whole(disk: bool, examples: int) -> None:
    state: st.SearchStrategy[State] = st.sampled_from(("", "", "Enabled", "Suspended"))

    @settings(max_examples=examples, deadline=None)
    @given(states=st.tuples(state, state), several=st.lists(batches(), min_size=1, max_size=5))
    def run(states: tuple[State, State], several: list[Batch]) -> None:
        asyncio.run(_carry_out(disk, states, several))

    run()


@pytest.mark.parametrize("disk", [False, True], ids=["memory", "disk"])
@pytest.mark.parametrize("versioning", ["", "Enabled"])
async def test_a_batch_that_is_cancelled_anywhere(disk: bool, versioning: State) -> None:
    """A client goes away after every number of steps that the work takes: all of it is there, or nothing."""
    wishes = [
        Wish(0, 0, 0, "x", False, False),
        Wish(0, 0, 1, "y", False, True),
        Wish(1, 1, 2, "z", False, False),
    ]
    outcomes: set[str] = set()
    async for store in _with_store(disk):
        world = World(store)
        await world.begin((versioning, versioning))
        steps = 0
        while "finished" not in outcomes:
            bodies = [b"%d of %d" % (number, steps) for number in range(4)]
            before = [await _texts(world, bucket) for bucket in BUCKETS[:2]]
            task = asyncio.ensure_future(_committed(world, Batch(bodies, wishes, "commit")))
            for _ in range(steps):
                # The file threads need more time than a turn of the loop.
                await asyncio.sleep(0.0005 if disk else 0)
            outcomes.add("finished" if task.done() else "cancelled")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.gather(*world.content._removals)
            after = [await _texts(world, bucket) for bucket in BUCKETS[:2]]
            assert after == before or after == [[bodies[1]], [bodies[2]]]
            blobs = [blob async for several in store.blobs.survey() for blob, _ in several]
            assert len(blobs) == await _named(world)
            assert not any(world.content.in_use(blob) for blob in blobs)
            steps += 1
    assert outcomes == {"finished", "cancelled"}


async def _committed(world: World, batch: Batch) -> None:
    async with world.objects.staging() as staging:
        await world.write(staging, batch)


async def _texts(world: World, bucket: str) -> list[bytes]:
    """The current objects of a bucket."""
    found = []
    for key in KEYS:
        try:
            opened = await world.objects.open(bucket, key, lambda record: (0, record.size))
        except Refusal:
            continue
        found.append(opened.body)
    return found


async def _named(world: World) -> int:
    """How many blobs the facts name."""
    count = 0
    for bucket in BUCKETS[:2]:
        page = await world.listing.versions(bucket, Wanted(""))
        count += sum(len(entry.record.segments) for entry in page.entries)
    return count


async def test_what_was_left_writes_nothing_more() -> None:
    async for store in _with_store(False):
        world = World(store)
        await world.begin(("", ""))
        async with world.objects.staging() as staging:
            received = await staging.add(b"kept")
            put = Put(bucket=BUCKETS[0], key="a", received=received, attributes=Attributes())
            (record,) = await staging.commit([put])
        assert record.size == 4
        assert await _texts(world, BUCKETS[0]) == [b"kept"]

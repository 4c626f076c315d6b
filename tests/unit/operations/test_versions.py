"""Versions of objects against a model that is a list of versions for each key."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import order_of_version, version_id
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.listing import Listing, Wanted
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord, ObjectRecord, Versioning
from ci_emulator.storage.base import Store
from ci_emulator.storage.memory import MemoryStore

NAME = "pictures-1250000000"
BUCKET = BucketRecord(name=NAME, owner="1250000000", region="ap-guangzhou", created=1.0)
NOBODYS = version_id(1)


async def _chunks(content: bytes):
    yield content


async def _put(objects: Objects, key: str, content: bytes, **options: Any) -> ObjectRecord:
    return await objects.put(NAME, key, _chunks(content), Attributes(), Expected(), **options)


async def _set(buckets: Buckets, versioning: Versioning) -> None:
    await buckets.change(NAME, lambda bucket: msgspec.structs.replace(bucket, versioning=versioning))


async def _read(objects: Objects, key: str, version: str | None = None) -> bytes:
    return (await objects.open(NAME, key, lambda record: (0, record.size), version)).body


async def _refusal(awaitable: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await awaitable
    return caught.value


@dataclass
class _Entry:
    """A version in the model; a delete marker has no content."""

    version: str
    content: bytes | None


@dataclass
class _Model:
    """All versions of all keys, the newest of a key first."""

    versioning: Versioning = ""
    keys: dict[str, list[_Entry]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: str, version: str, content: bytes | None) -> None:
        if self.versioning != "Enabled":
            self.keys[key] = [entry for entry in self.keys[key] if entry.version != "null"]
        self.keys[key].insert(0, _Entry(version, content))

    def remove(self, key: str, version: str) -> bool:
        kept = [entry for entry in self.keys[key] if entry.version != version]
        found, self.keys[key] = len(kept) < len(self.keys[key]), kept
        return found

    def listing(self) -> list[tuple[str, str, bool, str | None]]:
        return [
            (
                key,
                entry.version,
                at == 0,
                None if entry.content is None else hashlib.md5(entry.content).hexdigest(),
            )
            for key in sorted(self.keys, key=str.encode)
            for at, entry in enumerate(self.keys[key])
        ]


async def _apply(
    step: tuple[Any, ...], number: int, model: _Model, buckets: Buckets, objects: Objects
) -> None:
    what, *rest = step
    if what == "versioning":
        await _set(buckets, rest[0])
        model.versioning = rest[0]
    elif what == "put":
        content = f"content {number}".encode()
        record = await _put(objects, rest[0], content)
        model.add(rest[0], record.version_id, content)
    elif what == "delete":
        marker = await objects.delete(NAME, rest[0])
        if model.versioning:
            assert marker is not None
            assert marker.delete_marker
            model.add(rest[0], marker.version_id, None)
        else:
            assert (marker is not None) == model.remove(rest[0], "null")
    else:
        key, at = rest
        present = model.keys[key]
        version = present[at].version if at < len(present) else ("null", NOBODYS, "nonsense")[at % 3]
        removed = await objects.delete(NAME, key, version)
        assert (removed is not None) == model.remove(key, version)
        assert removed is None or removed.version_id == version


async def _compare(model: _Model, objects: Objects, listing: Listing) -> None:
    page = await listing.versions(NAME, Wanted())
    found = [
        (
            version.record.key,
            version.record.version_id,
            version.is_latest,
            None if version.record.delete_marker else version.record.etag,
        )
        for version in page.entries
    ]
    assert found == model.listing()
    for key, entries in model.keys.items():
        for entry in entries:
            record = await objects.find(NAME, key, entry.version)
            assert record.delete_marker == (entry.content is None)
            if entry.content is not None:
                assert await _read(objects, key, entry.version) == entry.content
        if entries and entries[0].content is not None:
            assert await _read(objects, key) == entries[0].content
        else:
            refusal = await _refusal(objects.find(NAME, key))
            assert refusal.kind is Kind.KEY_MISSING
            assert refusal.facts.get("delete_marker") == (entries[0].version if entries else None)


KEY = st.sampled_from(["a", "a\0", "b"])
STEP = st.one_of(
    st.tuples(st.just("put"), KEY),
    st.tuples(st.just("delete"), KEY),
    st.tuples(st.just("delete version"), KEY, st.integers(0, 4)),
    st.tuples(st.just("versioning"), st.sampled_from(["Enabled", "Suspended"])),
)


@settings(deadline=None, max_examples=120)
@given(steps=st.lists(STEP, max_size=18))
async def test_any_sequence_leaves_what_the_model_says(steps: list[tuple[Any, ...]]) -> None:
    store = await MemoryStore.open()
    buckets, objects = Buckets(store.facts), Objects(store.facts, Content(store.blobs), FixedClock(1.7e9))
    await buckets.create(BUCKET, most=1)
    model = _Model()
    for number, step in enumerate(steps):
        await _apply(step, number, model, buckets, objects)
    await _compare(model, objects, Listing(store.facts))
    kept = sum(entry.content is not None for entries in model.keys.values() for entry in entries)
    assert len(store.blobs._blobs) == kept
    await store.close()


async def test_the_same_steps_on_every_store(store: Store, buckets: Buckets, objects: Objects) -> None:
    model = _Model()
    steps: list[tuple[Any, ...]] = [
        ("put", "a"),
        ("versioning", "Enabled"),
        ("put", "a"),
        ("put", "b"),
        ("delete", "a"),
        ("delete", "never there"),
        ("versioning", "Suspended"),
        ("put", "a"),
        ("put", "a"),
        ("delete", "b"),
        ("delete version", "a", 0),
        ("delete version", "b", 0),
    ]
    for number, step in enumerate(steps):
        await _apply(step, number, model, buckets, objects)
        await _compare(model, objects, Listing(store.facts))


async def test_version_ids_say_when_and_newer_ones_are_smaller(buckets: Buckets, objects: Objects) -> None:
    await _set(buckets, "Enabled")
    records = [await _put(objects, "k", b"x") for _ in range(3)]
    orders = [order_of_version(record.version) for record in records]
    assert orders == [1_700_000_000_000_000 + at for at in range(3)]
    # The sample of the documentation (spec: cos.md section 4.0).
    assert order_of_version("MTg0NDUxNTc1NTE5MTc1NjM4MDA") == 2**64 - 18445157551917563800


@pytest.mark.parametrize("version", ["", "null", "nonsense", "MTIz", "é", "\udcff", NOBODYS, "A" * 10_000])
async def test_a_version_that_does_not_exist(buckets: Buckets, objects: Objects, version: str) -> None:
    await _set(buckets, "Enabled")
    await _put(objects, "k", b"x")
    assert (await _refusal(objects.find(NAME, "k", version))).kind is Kind.VERSION_MISSING
    assert await objects.delete(NAME, "k", version) is None
    assert await _read(objects, "k") == b"x"


async def test_a_version_belongs_to_its_key(buckets: Buckets, objects: Objects, clock: FixedClock) -> None:
    await _set(buckets, "Enabled")
    record = await _put(objects, "a", b"x")
    clock.move(1)
    await _put(objects, "b", b"y")
    assert (await _refusal(objects.find(NAME, "b", record.version))).kind is Kind.VERSION_MISSING


async def test_a_change_is_that_of_one_version(buckets: Buckets, objects: Objects) -> None:
    await _set(buckets, "Enabled")
    old, new = await _put(objects, "k", b"old"), await _put(objects, "k", b"new")

    def tagged(record: ObjectRecord) -> ObjectRecord:
        return msgspec.structs.replace(record, attributes=Attributes(tags={"version": "old"}))

    await objects.change(NAME, "k", tagged, old.version)
    assert (await objects.find(NAME, "k", old.version)).attributes.tags == {"version": "old"}
    assert await objects.find(NAME, "k") == new
    assert (await _refusal(objects.change(NAME, "k", tagged, NOBODYS))).kind is Kind.VERSION_MISSING
    assert (await _refusal(objects.change(NAME, "absent", tagged))).kind is Kind.KEY_MISSING


async def test_a_change_that_refuses_changes_nothing(objects: Objects, buckets: Buckets) -> None:
    record = await _put(objects, "k", b"x")

    def refuse(record: ObjectRecord) -> ObjectRecord:
        raise Refusal(Kind.METHOD_NOT_ALLOWED)

    assert (await _refusal(objects.change(NAME, "k", refuse))).kind is Kind.METHOD_NOT_ALLOWED
    assert await objects.find(NAME, "k") == record


async def test_several_are_deleted_in_one_step_and_in_order(buckets: Buckets, objects: Objects) -> None:
    await _set(buckets, "Enabled")
    first, second = await _put(objects, "a", b"1"), await _put(objects, "a", b"2")
    results = await objects.delete_all(
        NAME, [("a", second.version), ("a", second.version), ("a", None), ("absent", "null"), ("a", None)]
    )
    assert results[0] == second
    assert results[1] is None
    assert results[3] is None
    assert [record is not None and record.delete_marker for record in results] == [0, 0, 1, 0, 1]
    assert await _read(objects, "a", first.version) == b"1"
    assert await objects.delete_all(NAME, []) == []


async def test_deleting_in_a_bucket_that_is_not_there(objects: Objects) -> None:
    assert (
        await _refusal(objects.delete_all("absent-1250000000", [("a", None)]))
    ).kind is Kind.BUCKET_MISSING


@pytest.mark.parametrize("versioning", ["Enabled", "Suspended"])
async def test_overwriting_is_forbidden_where_no_versions_were_ever_kept(
    buckets: Buckets, objects: Objects, versioning: Versioning
) -> None:
    await _put(objects, "k", b"1", forbid_overwrite=True)
    assert (await _refusal(_put(objects, "k", b"2", forbid_overwrite=True))).kind is Kind.KEY_EXISTS
    assert await _read(objects, "k") == b"1"
    await _set(buckets, versioning)
    await _put(objects, "k", b"2", forbid_overwrite=True)
    assert await _read(objects, "k") == b"2"


async def test_only_one_of_many_writers_that_forbid_overwriting_wins(
    buckets: Buckets, objects: Objects
) -> None:
    attempts = [_put(objects, "k", b"%d" % number, forbid_overwrite=True) for number in range(12)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    winners = [number for number, result in enumerate(results) if not isinstance(result, Refusal)]
    kinds = {result.kind for result in results if isinstance(result, Refusal)}
    assert kinds == {Kind.KEY_EXISTS}
    assert len(winners) == 1
    assert await _read(objects, "k") == b"%d" % winners[0]


async def test_two_writers_make_two_versions(buckets: Buckets, objects: Objects, store: Store) -> None:
    await _set(buckets, "Enabled")
    records = await asyncio.gather(*(_put(objects, "k", b"%d" % number) for number in range(10)))
    assert len({record.version for record in records}) == 10
    for number, record in enumerate(records):
        assert await _read(objects, "k", record.version) == b"%d" % number
    page = await Listing(store.facts).versions(NAME, Wanted())
    assert [version.is_latest for version in page.entries] == [True] + [False] * 9


async def test_a_bucket_with_versions_only_is_not_empty(buckets: Buckets, objects: Objects) -> None:
    await _set(buckets, "Enabled")
    record = await _put(objects, "k", b"x")
    marker = await objects.delete(NAME, "k")
    assert marker is not None
    for version in (record.version, marker.version):
        assert (await _refusal(buckets.delete(NAME))).kind is Kind.BUCKET_NOT_EMPTY
        await objects.delete(NAME, "k", version)
    await buckets.delete(NAME)

"""A data directory that layout 1 wrote (`tests/fixtures/layout-1`) is read by this version.

Its objects hold `shake_128(key)` and were put by the server's own code of that time, a second and a half after each
other from 1600000000.25 on.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import shake_128
from pathlib import Path

import msgspec
import pytest
from fastcrc import crc64

from ci_emulator.config import Config
from ci_emulator.core.clock import SystemClock
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.listing import Listing, Wanted
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import OBJECTS, Attributes, BucketRecord, ObjectRecord, Segment
from ci_emulator.server import open_store
from ci_emulator.storage import disk_layout
from ci_emulator.storage.base import Layout, StorageError, Store
from ci_emulator.storage.disk import DiskStore

FIXTURE = Path(__file__).parents[2] / "fixtures" / "layout-1"
PICTURES, PAGES, EMPTY = "pictures-1250000000", "pages-1250000001", "empty-1250000000"


@dataclass
class Kept:
    """An object as layout 1 was given it."""

    bucket: str
    key: str
    size: int
    attributes: Attributes = field(default_factory=Attributes)

    @property
    def content(self) -> bytes:
        return shake_128(self.key.encode()).digest(self.size)


KEPT = [
    Kept(PICTURES, "plain.txt", 1000),
    Kept(PICTURES, "empty", 0, Attributes(headers={"content-type": "text/plain"})),
    Kept(
        PICTURES,
        "large.bin",
        300 * 1024,
        Attributes(
            headers={"content-type": "application/octet-stream", "cache-control": "no-store"},
            meta={"owner": "Anna", "note": "große Datei"},
            storage_class="STANDARD_IA",
            acl="public-read",
        ),
    ),
    Kept(
        PICTURES,
        "图片/二维码 1.png",
        2000,
        Attributes(headers={"content-type": "image/png"}, meta={"标题": "é"}, acl="private"),
    ),
    Kept(PICTURES, "a/./b/../c//d", 10, Attributes(storage_class="ARCHIVE")),
    Kept(PICTURES, "nul\0inside", 11),
    Kept(PICTURES, "\U0001f600" * 212 + "xy", 12),
    Kept(
        PAGES,
        "plain.txt",
        1001,
        Attributes(headers={"expires": "Thu, 01 Jan 2026 00:00:00 GMT", "content-disposition": "inline"}),
    ),
]
MODIFIED = {(kept.bucket, kept.key): 1_600_000_001.75 + 1.5 * index for index, kept in enumerate(KEPT)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "data"))


@pytest.fixture
async def store(root: Path) -> AsyncIterator[Store]:
    opened = await open_store(Config(store="disk", data_dir=str(root)), SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
def objects(store: Store) -> Objects:
    return Objects(store.facts, Content(store.blobs), SystemClock())


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def read(objects: Objects, bucket: str, key: str, version: str | None = None) -> bytes:
    opened = await objects.open(bucket, key, lambda record: (0, record.size), version)
    if opened.stream is None:
        return opened.body
    try:
        return b"".join([chunk async for chunk in opened.stream])
    finally:
        await opened.stream.aclose()


def test_the_fixture_is_of_layout_1_and_small() -> None:
    assert json.loads((FIXTURE / "layout.json").read_bytes()) == {"version": 1}
    assert sum(path.stat().st_size for path in FIXTURE.rglob("*") if path.is_file()) < 400_000


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: f"{kept.bucket}-{ascii(kept.key)[:20]}")
async def test_every_object_is_there(objects: Objects, kept: Kept) -> None:
    record = await objects.find(kept.bucket, kept.key)
    modified = MODIFIED[kept.bucket, kept.key]
    (segment,) = record.segments
    assert record == ObjectRecord(
        key=kept.key,
        order=int(modified * 1_000_000),
        modified=modified,
        segments=(Segment(segment.blob, kept.size),),
        size=kept.size,
        etag=hashlib.md5(kept.content).hexdigest(),
        crc64=crc64.xz(kept.content),
        attributes=kept.attributes,
    )
    assert await read(objects, kept.bucket, kept.key) == kept.content
    assert await read(objects, kept.bucket, kept.key, "null") == kept.content


async def test_the_buckets_are_there(store: Store) -> None:
    assert await Buckets(store.facts).owned_by(None) == [
        BucketRecord(name=EMPTY, owner="1250000000", region="ap-guangzhou", created=1.5e9 + 1),
        BucketRecord(
            name=PAGES, owner="1250000001", region="ap-guangzhou", created=1.5e9 + 2, acl="public-read"
        ),
        BucketRecord(name=PICTURES, owner="1250000000", region="ap-guangzhou", created=1.5e9),
    ]


async def test_the_objects_are_listed(store: Store) -> None:
    wanted = sorted((kept.key for kept in KEPT if kept.bucket == PICTURES), key=str.encode)
    page = await Listing(store.facts).objects(PICTURES, Wanted())
    assert [record.key for record in page.entries] == wanted
    assert (await Listing(store.facts).objects(EMPTY, Wanted())).entries == ()


async def test_an_old_object_becomes_the_null_version_and_its_bytes_go_with_it(
    store: Store, objects: Objects, root: Path
) -> None:
    await Buckets(store.facts).change(
        PAGES, lambda bucket: msgspec.structs.replace(bucket, versioning="Enabled")
    )
    new = await objects.put(PAGES, "plain.txt", chunks(b"new"), Attributes(), Expected())
    page = await Listing(store.facts).versions(PAGES, Wanted())
    assert [(version.record.version_id, version.is_latest) for version in page.entries] == [
        (new.version, True),
        ("null", False),
    ]
    (segment,) = page.entries[1].record.segments
    blob = root / "blobs" / segment.blob[:2] / segment.blob
    assert blob.exists()
    await objects.delete(PAGES, "plain.txt", "null")
    assert not blob.exists()
    assert await read(objects, PAGES, "plain.txt") == b"new"


async def test_it_is_migrated_once(root: Path) -> None:
    for _ in range(2):
        store = await DiskStore.open(root, LAYOUT)
        rows = await store.facts.scan(OBJECTS, limit=100)
        await store.close()
        assert len(rows) == len(KEPT)
        assert all(b"segments" in data and b"blob" not in data for _, data in rows)
    assert json.loads((root / "layout.json").read_bytes()) == {"version": LAYOUT.version}


async def test_a_crash_after_the_migration_loses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(disk_layout, "_mark", crash)
        with pytest.raises(Crash):
            await DiskStore.open(root, LAYOUT)
    assert json.loads((root / "layout.json").read_bytes()) == {"version": 1}
    store = await DiskStore.open(root, LAYOUT)
    objects = Objects(store.facts, Content(store.blobs), SystemClock())
    for kept in KEPT:
        assert await read(objects, kept.bucket, kept.key) == kept.content
    await store.close()


async def test_a_record_that_nobody_wrote_keeps_the_directory_as_it_was(root: Path) -> None:
    store = await DiskStore.open(root, Layout(1))
    await store.facts.transact(lambda tx: tx.put(OBJECTS, b"z\0z", msgspec.msgpack.encode({"key": "z"})))
    before = await store.facts.scan(OBJECTS, limit=100)
    await store.close()
    with pytest.raises(StorageError, match="could not be migrated"):
        await DiskStore.open(root, LAYOUT)
    store = await DiskStore.open(root, Layout(1))
    assert await store.facts.scan(OBJECTS, limit=100) == before
    await store.close()

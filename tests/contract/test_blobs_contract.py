"""What every store's blobs must do, wherever the bytes are kept."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import CHUNK, BlobMissing, Blobs
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore

KB, MB = 1024, 1024 * 1024
UNKNOWN = "0" * 32


@pytest.fixture(params=["memory", "disk"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    store = await (MemoryStore.open() if request.param == "memory" else DiskStore.open(tmp_path / "data"))
    yield store.blobs
    await store.close()


def pattern(size: int) -> bytes:
    return random.Random(size).randbytes(size)


async def save(blobs: Blobs, data: bytes, piece: int = 64 * KB) -> str:
    writer = await blobs.create()
    for start in range(0, len(data), piece):
        await writer.write(data[start : start + piece])
    return await writer.commit()


async def stream(blobs: Blobs, blob: str, start: int, length: int) -> list[bytes]:
    reader = await blobs.open(blob, start, length)
    try:
        return [chunk async for chunk in reader]
    finally:
        await reader.aclose()


@pytest.mark.parametrize(
    ("size", "piece"),
    [
        (0, 1),
        (1, 1),
        (5, 1),
        (CHUNK, CHUNK),
        (CHUNK, 1000),
        (CHUNK + 1, CHUNK + 1),
        (300 * KB, 7_001),
        (3 * MB, 99_991),
        (3 * MB, 3 * MB),
    ],
)
async def test_bytes_come_back_as_they_were(blobs: Blobs, size: int, piece: int) -> None:
    data = pattern(size)
    blob = await save(blobs, data, piece)
    assert await blobs.read(blob, 0, size) == data
    chunks = await stream(blobs, blob, 0, size)
    assert b"".join(chunks) == data
    assert all(0 < len(chunk) <= CHUNK for chunk in chunks)


async def test_an_empty_write_changes_nothing(blobs: Blobs) -> None:
    writer = await blobs.create()
    for data in (b"", b"ab", b"", b"c", b""):
        await writer.write(data)
    assert await blobs.read(await writer.commit(), 0, 9) == b"abc"


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (0, 0),
        (0, 1),
        (1, 1),
        (CHUNK - 1, 2),
        (CHUNK, CHUNK),
        (5, 2 * CHUNK),
        (600 * KB - 1, 1),
        (600 * KB - 1, 99),
        (600 * KB, 1),
        (MB, 5),
        (0, 1 << 60),
    ],
)
async def test_a_part_is_cut_at_the_end(blobs: Blobs, start: int, length: int) -> None:
    data = pattern(600 * KB)
    blob = await save(blobs, data)
    assert await blobs.read(blob, start, length) == data[start : start + length]
    assert b"".join(await stream(blobs, blob, start, length)) == data[start : start + length]


@pytest.mark.parametrize(("start", "length"), [(-1, 5), (0, -1)])
async def test_negative_bounds_are_a_mistake(blobs: Blobs, start: int, length: int) -> None:
    blob = await save(blobs, b"0123456789")
    with pytest.raises(ValueError, match="negative"):
        await blobs.read(blob, start, length)
    with pytest.raises(ValueError, match="negative"):
        await blobs.open(blob, start, length)


@pytest.mark.parametrize(
    "blob", [UNKNOWN, "", "x", "../../layout.json", "00/../../layout.json", "\x00" * 32, "é" * 32]
)
async def test_an_unknown_id_is_missing_at_once(blobs: Blobs, blob: str) -> None:
    with pytest.raises(BlobMissing):
        await blobs.read(blob, 0, 1)
    with pytest.raises(BlobMissing):
        await blobs.open(blob, 0, 1)
    await blobs.remove(blob)


async def test_ids_are_long_and_never_repeat(blobs: Blobs) -> None:
    ids = [await save(blobs, b"same") for _ in range(20)]
    assert len(set(ids)) == 20
    assert all(len(blob) >= 32 for blob in ids)


async def test_a_removed_blob_is_missing_and_others_stay(blobs: Blobs) -> None:
    gone, kept = await save(blobs, b"gone"), await save(blobs, b"kept")
    await blobs.remove(gone)
    await blobs.remove(gone)
    with pytest.raises(BlobMissing):
        await blobs.read(gone, 0, 4)
    assert await blobs.read(kept, 0, 4) == b"kept"


async def test_an_open_reader_goes_on_after_the_blob_is_removed(blobs: Blobs) -> None:
    data = pattern(3 * CHUNK)
    blob = await save(blobs, data)
    reader = await blobs.open(blob, 0, len(data))
    first = await anext(reader)
    await blobs.remove(blob)
    assert first + b"".join([chunk async for chunk in reader]) == data
    await reader.aclose()
    await reader.aclose()


async def test_a_closed_reader_gives_no_more(blobs: Blobs) -> None:
    reader = await blobs.open(await save(blobs, b"abc"), 0, 3)
    await reader.aclose()
    assert [chunk async for chunk in reader] == []


@pytest.mark.parametrize("size", [0, 10, 2 * CHUNK])
async def test_abort_ends_a_writer_for_good(blobs: Blobs, size: int) -> None:
    writer = await blobs.create()
    await writer.write(pattern(size))
    await writer.abort()
    await writer.abort()
    with pytest.raises(RuntimeError, match="ended"):
        await writer.write(b"more")
    with pytest.raises(RuntimeError, match="ended"):
        await writer.commit()


@pytest.mark.parametrize("size", [0, 10, 2 * CHUNK])
async def test_abort_after_commit_has_no_effect(blobs: Blobs, size: int) -> None:
    data = pattern(size)
    writer = await blobs.create()
    await writer.write(data)
    blob = await writer.commit()
    await writer.abort()
    assert await blobs.read(blob, 0, size) == data
    with pytest.raises(RuntimeError, match="ended"):
        await writer.commit()
    with pytest.raises(RuntimeError, match="ended"):
        await writer.write(b"more")


async def surveyed(blobs: Blobs) -> dict[str, float]:
    return {blob: finished async for batch in blobs.survey() for blob, finished in batch}


async def test_a_survey_finds_every_finished_blob_and_its_time(blobs: Blobs) -> None:
    assert await surveyed(blobs) == {}
    ids = [await save(blobs, pattern(size)) for size in (0, 1, CHUNK + 1, *range(40))]
    small, large, aborted = await blobs.create(), await blobs.create(), await blobs.create()
    for writer, size in ((small, 1), (large, 2 * CHUNK), (aborted, 2 * CHUNK)):
        await writer.write(pattern(size))
    await aborted.abort()
    await blobs.remove(ids.pop())
    found = await surveyed(blobs)
    assert set(found) == set(ids)
    assert all(abs(finished - time.time()) < 60 for finished in found.values())
    ids.append(await large.commit())
    assert set(await surveyed(blobs)) == set(ids)
    await small.abort()


async def test_blobs_may_come_and_go_during_a_survey(blobs: Blobs) -> None:
    kept, gone = (
        {await save(blobs, b"kept") for _ in range(30)},
        [await save(blobs, b"gone") for _ in range(30)],
    )
    found: list[str] = []
    async for batch in blobs.survey():
        found += [blob for blob, _ in batch]
        if gone:
            await blobs.remove(gone.pop())
            await save(blobs, b"new")
    assert kept <= set(found)
    assert len(found) == len(set(found))


async def test_many_blobs_at_once_do_not_mix(blobs: Blobs) -> None:
    sizes = [*range(50), 300 * KB, 400 * KB, 500 * KB]
    ids = await asyncio.gather(*(save(blobs, pattern(size)) for size in sizes))
    for size, data in zip(
        sizes, await asyncio.gather(*(blobs.read(blob, 0, MB) for blob in ids)), strict=True
    ):
        assert data == pattern(size)


async def test_a_closed_store_refuses(blobs: Blobs) -> None:
    blob = await save(blobs, b"abc")
    small, large = await blobs.create(), await blobs.create()
    await small.write(b"unfinished")
    await large.write(pattern(2 * CHUNK))
    reader = await blobs.open(blob, 0, 3)
    await blobs.close()
    await blobs.close()
    for refused in (
        blobs.read(blob, 0, 1),
        blobs.open(blob, 0, 1),
        blobs.create(),
        blobs.remove(blob),
        small.write(b"x"),
        large.commit(),
    ):
        with pytest.raises(Refusal) as caught:
            await refused
        assert caught.value.kind is Kind.SHUTTING_DOWN
    with pytest.raises(Refusal) as caught:
        await surveyed(blobs)
    assert caught.value.kind is Kind.SHUTTING_DOWN
    await small.abort()
    await large.abort()
    await reader.aclose()


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(0, 3) | st.integers(CHUNK - 1, CHUNK + 1), max_size=4),
    start=st.integers(0, 5) | st.integers(CHUNK - 2, CHUNK + 2),
    length=st.integers(0, 5) | st.integers(CHUNK - 2, 2 * CHUNK),
)
async def test_any_pieces_and_any_part(blobs: Blobs, sizes: list[int], start: int, length: int) -> None:
    pieces = [pattern(size) for size in sizes]
    writer = await blobs.create()
    for piece in pieces:
        await writer.write(piece)
    blob = await writer.commit()
    wanted = b"".join(pieces)[start : start + length]
    assert await blobs.read(blob, start, length) == wanted
    assert b"".join(await stream(blobs, blob, start, length)) == wanted

"""Files that cannot be written, and callers that are cancelled: nothing half-written stays."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage import disk_blobs
from ci_emulator.storage.base import CHUNK, Blobs
from ci_emulator.storage.disk import DiskStore

SMALL, LARGE = b"x" * 10, b"x" * (CHUNK + 1)


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[Blobs]:
    store = await DiskStore.open(tmp_path)
    yield store.blobs
    await store.close()


def files(root: Path) -> list[Path]:
    return [path for name in ("tmp", "blobs") for path in (root / name).rglob("*") if path.is_file()]


async def save(blobs: Blobs, data: bytes, writers: list[object] | None = None) -> str:
    writer = await blobs.create()
    if writers is not None:
        writers.append(writer)
    try:
        await writer.write(data)
        return await writer.commit()
    finally:
        await writer.abort()


async def is_set(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


def in_blob_threads(real: Callable[..., object], instead: Callable[[], None]) -> Callable[..., object]:
    """Wrap a call of `os` so that `instead` comes first when blobs are at work."""

    def wrapped(*arguments: object) -> object:
        if threading.current_thread().name.startswith("blobs"):
            instead()
        return real(*arguments)

    return wrapped


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, Kind.STORAGE_FULL),
        (errno.EDQUOT, Kind.STORAGE_FULL),
        (errno.EACCES, Kind.STORAGE_UNAVAILABLE),
        (errno.EROFS, Kind.STORAGE_UNAVAILABLE),
        (errno.EIO, Kind.STORAGE_UNAVAILABLE),
        (errno.EMFILE, Kind.OVERLOADED),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
async def test_a_failing_disk_refuses_and_leaves_nothing(
    blobs: Blobs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: Kind,
    call: str,
    data: bytes,
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number), str(tmp_path))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, in_blob_threads(getattr(os, call), fail))
        with pytest.raises(Refusal) as caught:
            await save(blobs, data)
    assert caught.value.kind is kind
    assert caught.value.message is None
    assert files(tmp_path) == []
    assert await blobs.read(await save(blobs, data), 0, len(data)) == data


async def test_a_blob_whose_name_is_not_durable_is_taken_back(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk_blobs, "sync_directory", fail)
    with pytest.raises(Refusal):
        await save(blobs, SMALL)
    assert files(tmp_path) == []


async def test_a_survey_tells_when_a_blob_was_written_and_passes_strangers_over(
    blobs: Blobs, tmp_path: Path
) -> None:
    blob = await save(blobs, SMALL)
    os.utime(tmp_path / "blobs" / blob[:2] / blob, (5, 1_000_000_000))
    (tmp_path / "blobs" / blob[:2] / "notes.txt").write_bytes(b"of somebody else")
    assert [found async for batch in blobs.survey() for found in batch] == [(blob, 1_000_000_000)]


async def test_a_survey_of_a_failing_disk_is_refused(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(Refusal) as caught:
        _ = [batch async for batch in blobs.survey()]
    assert caught.value.kind is Kind.STORAGE_UNAVAILABLE


@pytest.mark.parametrize("length", [1, 10 * CHUNK])
async def test_a_blob_that_cannot_be_read_is_unavailable(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    blob = await save(blobs, SMALL)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    reader = await blobs.open(blob, 0, 10)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pread", fail)
        for reading in (blobs.read(blob, 0, length), anext(reader)):
            with pytest.raises(Refusal) as caught:
                await reading
            assert caught.value.kind is Kind.STORAGE_UNAVAILABLE
    await reader.aclose()


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
async def test_a_cancelled_writer_leaves_nothing(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, data: bytes
) -> None:
    entered, released = threading.Event(), threading.Event()

    def stall() -> None:
        entered.set()
        assert released.wait(10)

    async def careless() -> None:
        writer = await blobs.create()
        await writer.write(data)
        await writer.commit()

    monkeypatch.setattr(os, call, in_blob_threads(getattr(os, call), stall))
    task = asyncio.ensure_future(careless())
    await is_set(entered)
    assert len(files(tmp_path)) == 1
    task.cancel()
    await asyncio.sleep(0)
    released.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(tmp_path) == []


async def test_a_cancelled_open_closes_its_file(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = await save(blobs, SMALL)
    entered, released = threading.Event(), threading.Event()
    readers: list[disk_blobs._DiskReader] = []

    def stall() -> None:
        entered.set()
        assert released.wait(10)

    monkeypatch.setattr(os, "fstat", in_blob_threads(os.fstat, stall))
    monkeypatch.setattr(disk_blobs, "_DiskReader", keeping(readers, disk_blobs._DiskReader))
    task = asyncio.ensure_future(blobs.open(blob, 0, 10))
    await is_set(entered)
    task.cancel()
    await asyncio.sleep(0)
    released.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [reader._file.closed for reader in readers] == [True]


def keeping(made: list, kind: type) -> type:
    """Return a subclass that notes every instance."""

    class Noted(kind):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            made.append(self)

    return Noted


async def test_abort_removes_what_was_spilled(blobs: Blobs, tmp_path: Path) -> None:
    writer = await blobs.create()
    await writer.write(LARGE)
    assert len(files(tmp_path)) == 1
    await writer.abort()
    assert files(tmp_path) == []


async def test_a_small_blob_touches_no_file_before_its_commit(blobs: Blobs, tmp_path: Path) -> None:
    writer = await blobs.create()
    await writer.write(b"x" * CHUNK)
    assert files(tmp_path) == []
    blob = await writer.commit()
    assert files(tmp_path) == [tmp_path / "blobs" / blob[:2] / blob]


async def test_closing_the_store_waits_for_a_commit_in_hand(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, released = threading.Event(), threading.Event()

    def stall() -> None:
        entered.set()
        assert released.wait(10)

    monkeypatch.setattr(os, "fsync", in_blob_threads(os.fsync, stall))
    alive: list[object] = []
    saving = asyncio.ensure_future(save(blobs, LARGE, alive))
    await is_set(entered)
    closing = asyncio.ensure_future(blobs.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    released.set()
    await closing
    blob = await saving
    assert files(tmp_path) == [tmp_path / "blobs" / blob[:2] / blob]

"""The data directory: its layout, its lock, and what is still there in the next run."""

from __future__ import annotations

import asyncio
import errno
import json
import sqlite3
import threading
from pathlib import Path

import pytest

from ci_emulator.storage import disk
from ci_emulator.storage.base import CHUNK, StorageError
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.disk_records import connect


async def write_something(root: Path) -> str:
    store = await DiskStore.open(root)
    writer = await store.blobs.create()
    await writer.write(b"bytes")
    blob = await writer.commit()
    await store.facts.transact(lambda transaction: transaction.put("s", b"k", blob.encode()))
    await store.close()
    return blob


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


async def test_a_new_directory_gets_the_documented_layout(tmp_path: Path) -> None:
    root = tmp_path / "parent" / "data"
    blob = await write_something(root)
    assert json.loads((root / "layout.json").read_text()) == {"version": 1}
    assert (root / "blobs" / blob[:2] / blob).read_bytes() == b"bytes"
    assert {path.name for path in root.iterdir()} == {"layout.json", "lock", "facts.sqlite3", "blobs", "tmp"}
    assert root.stat().st_mode & 0o077 == 0


async def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    blob = await write_something(tmp_path)
    store = await DiskStore.open(tmp_path)
    assert await store.facts.get("s", b"k") == blob.encode()
    assert await store.blobs.read(blob, 0, 100) == b"bytes"
    await store.close()


async def test_close_leaves_no_thread_and_may_be_called_again(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    store = await DiskStore.open(tmp_path)
    writer = await store.blobs.create()
    await writer.write(b"x" * 2 * CHUNK)
    assert set(threading.enumerate()) > before
    await store.close()
    await store.close()
    assert set(threading.enumerate()) == before
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_second_server_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    store = await DiskStore.open(tmp_path)
    with pytest.raises(StorageError, match=r"in use by another server \(process \d+\)"):
        await DiskStore.open(tmp_path)
    await store.facts.transact(lambda transaction: transaction.put("s", b"k", b"still works"))
    await store.close()
    again = await DiskStore.open(tmp_path)
    assert await again.facts.get("s", b"k") == b"still works"
    await again.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"version": 2}', "version 2"),
        ('{"version": 0}', "version"),
        ('{"version": "1"}', "unknown"),
        ('{"version": true}', "unknown"),
        ("[1]", "unknown"),
        ("{}", "unknown"),
        ("", "unknown"),
        ("\ud800".encode("utf-8", "surrogatepass"), "unknown"),
    ],
)
async def test_another_layout_is_refused_and_left_as_it_is(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    await write_something(tmp_path)
    (tmp_path / "layout.json").write_bytes(text.encode() if isinstance(text, str) else text)
    (tmp_path / "tmp" / "unfinished").write_bytes(b"of the other version")
    before = tree(tmp_path)
    with pytest.raises(StorageError, match=told):
        await DiskStore.open(tmp_path)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["tmp", "blobs", "facts.sqlite3"])
async def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "precious").write_bytes(b"data")
    with pytest.raises(StorageError, match=f"already holds {name}"):
        await DiskStore.open(tmp_path)
    assert (tmp_path / name / "precious").read_bytes() == b"data"
    assert not (tmp_path / "layout.json").exists()


async def test_unrelated_files_in_a_new_directory_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    await write_something(tmp_path)
    assert (tmp_path / "lost+found").is_dir()


async def test_what_an_earlier_run_left_unfinished_is_removed(tmp_path: Path) -> None:
    blob = await write_something(tmp_path)
    (tmp_path / "tmp" / ("0" * 32)).write_bytes(b"half of it")
    store = await DiskStore.open(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert await store.blobs.read(blob, 0, 9) == b"bytes"
    await store.close()


async def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(StorageError, match="data: File exists"):
        await DiskStore.open(tmp_path / "data")


@pytest.mark.parametrize("call", ["mkdir", "rename", "iterdir"])
async def test_a_directory_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    before = set(threading.enumerate())
    with monkeypatch.context() as patched:
        patched.setattr(Path, call, denied)
        with pytest.raises(StorageError, match="data: Permission denied"):
            await DiskStore.open(tmp_path / "data")
    assert set(threading.enumerate()) == before
    await write_something(tmp_path / "data")


async def test_a_broken_database_is_refused_at_the_start(tmp_path: Path) -> None:
    await write_something(tmp_path)
    (tmp_path / "facts.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        await DiskStore.open(tmp_path)


async def test_a_cancelled_opening_gives_the_directory_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, released = threading.Event(), threading.Event()

    def stall(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        entered.set()
        assert released.wait(10)
        return connect(path)

    with monkeypatch.context() as patched:
        patched.setattr(disk, "connect", stall)
        opening = asyncio.ensure_future(DiskStore.open(tmp_path))
        assert await asyncio.to_thread(entered.wait, 10)
        opening.cancel()
        await asyncio.sleep(0)
        released.set()
        with pytest.raises(asyncio.CancelledError):
            await opening
    await write_something(tmp_path)

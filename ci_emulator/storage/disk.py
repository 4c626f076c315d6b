"""The store that survives its process: one directory, one server.

`layout.json` says which layout the directory has, `lock` who uses it, `facts.sqlite3` holds the facts, `blobs/` the
bytes and `tmp/` the blobs in the making.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ci_emulator.storage.base import StorageError, Store
from ci_emulator.storage.disk_blobs import DiskBlobs, prepare_directories, sync_directory
from ci_emulator.storage.disk_facts import DiskFacts
from ci_emulator.storage.disk_records import connect
from ci_emulator.storage.file_threads import FileThreads

LAYOUT_VERSION = 1
_OURS = ("blobs", "facts.sqlite3", "tmp")


@dataclass
class DiskStore(Store):
    """Facts and blobs below a directory that is locked until `close()`."""

    _lock: FileIO

    @classmethod
    async def open(cls, root: Path) -> DiskStore:
        """Open the data directory, creating it (for its owner only) when absent.

        Raises `StorageError` when it cannot be used: no permission, in use by another server, another layout, or a
        directory that is not one of ours.
        """
        threads = FileThreads()
        try:
            parts = await threads.run(lambda: _open_parts(root), undo=_Parts.close)
        except BaseException:
            await threads.close()
            raise
        return cls(DiskFacts(parts.writing, parts.reading), DiskBlobs(root, threads), parts.lock)

    async def close(self) -> None:
        """Close facts and blobs, then give the directory free; may be called again."""
        try:
            await super().close()
        finally:
            self._lock.close()


@dataclass
class _Parts:
    """What an open data directory consists of."""

    lock: FileIO
    writing: sqlite3.Connection
    reading: sqlite3.Connection

    def close(self) -> None:
        self.reading.close()
        self.writing.close()
        self.lock.close()


def _open_parts(root: Path) -> _Parts:
    try:
        with ExitStack() as on_failure:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = on_failure.enter_context(_lock(root))
            _check_layout(root)
            prepare_directories(root)
            writing, reading = connect(root / "facts.sqlite3")
            on_failure.pop_all()
    except OSError as error:
        raise StorageError(f"data directory {root}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise StorageError(f"data directory {root}: facts.sqlite3: {error}") from error
    return _Parts(lock, writing, reading)


def _lock(root: Path) -> FileIO:
    """Return the locked lock file. The kernel lifts the lock with the process, so a crash leaves none behind."""
    file = FileIO(root / "lock", "a+")  # created if absent, left as it is otherwise
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(20).decode("ascii", "replace").strip()
        file.close()
        raise StorageError(f"data directory {root} is in use by another server (process {holder})") from None
    except BaseException:
        file.close()
        raise
    file.truncate(0)
    file.write(f"{os.getpid()}\n".encode())
    return file


def _check_layout(root: Path) -> None:
    """Refuse a directory of another layout, and mark a new one."""
    path = root / "layout.json"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        _mark(root, path)
        return
    version = _version_in(text)
    if version != LAYOUT_VERSION:
        raise StorageError(
            f"data directory {root} has layout version {version or 'unknown'};"
            f" this server knows version {LAYOUT_VERSION} only. It was left as it is."
        )


def _version_in(text: bytes) -> int | None:
    """Return the layout version that `layout.json` states, None when it states none."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    version = document.get("version") if isinstance(document, dict) else None
    return version if type(version) is int else None


def _mark(root: Path, path: Path) -> None:
    # tmp/ is emptied at every start: never take over one that somebody else made.
    foreign = [name for name in _OURS if (root / name).exists()]
    if foreign:
        raise StorageError(
            f"data directory {root} has no layout.json but already holds {', '.join(foreign)}: it is not a data"
            " directory of this server. It was left as it is; name an empty or a new directory."
        )
    new = path.with_name("layout.json.new")
    with new.open("wb") as file:
        file.write(json.dumps({"version": LAYOUT_VERSION}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    sync_directory(root)

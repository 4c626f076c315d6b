"""The store that survives its process: one directory, one server.

`layout.json` says which layout the directory has, `lock` who uses it, `facts.sqlite3` holds the facts, `blobs/` the
bytes and `tmp/` the blobs in the making.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ci_emulator.core.errors import Refusal
from ci_emulator.storage.base import Layout, StorageError, Store
from ci_emulator.storage.disk_blobs import DiskBlobs, prepare_directories
from ci_emulator.storage.disk_facts import DiskFacts
from ci_emulator.storage.disk_layout import bring_up_to_date, stated_version
from ci_emulator.storage.disk_records import connect
from ci_emulator.storage.file_threads import FileThreads


@dataclass
class DiskStore(Store):
    """Facts and blobs below a directory that is locked until `close()`."""

    _lock: FileIO

    @classmethod
    async def open(cls, root: Path, layout: Layout | None = None) -> DiskStore:
        """Open the data directory, creating it (for its owner only) when absent and migrating it when it is older.

        Raises `StorageError` when it cannot be used: no permission, in use by another server, a layout that is newer
        or cannot be migrated, or a directory that is not one of ours.
        """
        threads = FileThreads()
        try:
            parts = await threads.run(lambda: _open_parts(root, layout or Layout()), undo=_Parts.close)
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


def _open_parts(root: Path, layout: Layout) -> _Parts:
    try:
        with ExitStack() as on_failure:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = on_failure.enter_context(_lock(root))
            stated = stated_version(root, layout)
            writing, reading = connect(root / "facts.sqlite3")
            on_failure.callback(writing.close)
            on_failure.callback(reading.close)
            bring_up_to_date(root, writing, stated, layout)
            prepare_directories(root)
            on_failure.pop_all()
    except OSError as error:
        raise StorageError(f"data directory {root}: {error.strerror or error}") from error
    except (sqlite3.Error, Refusal) as error:
        raise StorageError(f"data directory {root}: facts.sqlite3: {error.__cause__ or error}") from error
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

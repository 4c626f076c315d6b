"""Looks at a data directory without opening, locking for long or changing it."""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ci_emulator.storage.base import Layout, StorageError
from ci_emulator.storage.disk_layout import read_version


@dataclass(frozen=True, slots=True)
class Examination:
    """What a data directory looks like.

    `version` is the layout that it states, None for a new one; `free` are the bytes that are left on its file system,
    None where there is no directory; `holder` is the process id of the server that uses it, as text; `problem` is why
    a server could not open it, other than that another server has.
    """

    version: int | None = None
    free: int | None = None
    holder: str | None = None
    problem: str | None = None


def examine(root: Path, layout: Layout) -> Examination:
    """Tell in what state a data directory is; one that does not exist is judged by where it would be made."""
    place = _nearest(root.absolute())
    if not place.is_dir():
        return Examination(problem=f"{place} is not a directory")
    free = shutil.disk_usage(place).free
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Examination(free=free, problem=f"{place} cannot be written to")
    try:
        return Examination(version=read_version(root, layout), free=free, holder=_holder(root))
    except StorageError as error:
        return Examination(free=free, problem=str(error))
    except OSError as error:
        return Examination(free=free, problem=f"{error.filename or root}: {error.strerror or error}")


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest thing above it that exists."""
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())


def _holder(root: Path) -> str | None:
    """Return the process id in the lock file when a server holds it."""
    try:
        lock = (root / "lock").open("rb")
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return lock.read(20).decode("ascii", "replace").strip() or "unknown"
    return None

"""File work in a few threads of its own, with the failures of the file system told as refusals."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import T
from ci_emulator.storage.waiting import settle

# Threads here wait for the medium far more than they compute; several waiting in fsync share one journal commit.
_THREADS = 8

_KINDS = {
    errno.ENOSPC: Kind.STORAGE_FULL,
    errno.EDQUOT: Kind.STORAGE_FULL,
    errno.EMFILE: Kind.OVERLOADED,
    errno.ENFILE: Kind.OVERLOADED,
    errno.ENOMEM: Kind.OVERLOADED,
}


def refusal_for(error: OSError) -> Refusal:
    """Return what a caller is told; the path and the system's words stay in the exception's cause."""
    return Refusal(_KINDS.get(error.errno or 0, Kind.STORAGE_UNAVAILABLE))


class FileThreads:
    """A pool whose jobs, once begun, are always waited for."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        self._running: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def run(self, job: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """Return the job's result; an OSError becomes a `Refusal`.

        A cancellation is raised only after the job has ended, so that no thread still works on what the caller then
        cleans up; `undo` is given a result that the cancelled caller will never see.
        """
        self.check_open()
        future = asyncio.get_running_loop().run_in_executor(self._pool, job)
        self._running.add(future)
        cancelled = await settle(future)
        self._running.discard(future)
        try:
            result = future.result()
        except OSError as error:
            raise refusal_for(error) from error
        if cancelled:
            if undo is not None:
                undo(result)
            raise asyncio.CancelledError
        return result

    async def close(self) -> None:
        """Take no more jobs and wait for those that run; may be called again."""
        self._closed = True
        cancelled = False
        for future in tuple(self._running):
            cancelled |= await settle(future)
        # Every job has ended: the threads are idle, and joining them takes no time.
        self._pool.shutdown()
        if cancelled:
            raise asyncio.CancelledError

    def check_open(self) -> None:
        """Raise `Refusal(SHUTTING_DOWN)` after `close()`."""
        if self._closed:
            raise Refusal(Kind.SHUTTING_DOWN)

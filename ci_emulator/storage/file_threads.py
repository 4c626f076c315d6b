"""File work in a few threads of its own, with the failures of the file system told as refusals."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import T
from ci_emulator.storage.waiting import Wakeups, settle

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


class _Job(Generic[T]):
    """Work for a thread, then its outcome: `error`, or else `result`."""

    result: T
    error: BaseException | None = None

    def __init__(self, work: Callable[[], T], done: asyncio.Future[None]) -> None:
        self.done = done
        self._work = work

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:  # whatever it is, it belongs to the caller and must not end the thread
            self.error = error


class FileThreads:
    """A pool whose jobs, once begun, are always waited for; used from the event loop that runs when it is made.

    It does less than `run_in_executor`, whose two futures and two wake-ups a job cost more than a small file does.
    """

    def __init__(self) -> None:
        self._wakeups = Wakeups(asyncio.get_running_loop())
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running: set[asyncio.Future[None]] = set()
        self._closed = False

    async def run(self, job: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """Return the job's result; an OSError becomes a `Refusal`.

        A cancellation is raised only after the job has ended, so that no thread still works on what the caller then
        cleans up; `undo` is given a result that the cancelled caller will never see.
        """
        self.check_open()
        queued = _Job(job, asyncio.get_running_loop().create_future())
        self._running.add(queued.done)
        self._queue.put(queued)
        if len(self._threads) < _THREADS:
            self._start_thread()
        cancelled = await settle(queued.done)
        self._running.discard(queued.done)
        if isinstance(queued.error, OSError):
            raise refusal_for(queued.error) from queued.error
        if queued.error is not None:
            raise queued.error
        if cancelled:
            if undo is not None:
                undo(queued.result)
            raise asyncio.CancelledError
        return queued.result

    async def close(self) -> None:
        """Take no more jobs and wait for those that run; may be called again."""
        self._closed = True
        cancelled = False
        for future in tuple(self._running):
            cancelled |= await settle(future)
        for _ in self._threads:
            self._queue.put(None)
        # Every job has ended: the threads are idle, and joining them takes no time.
        while self._threads:
            self._threads.pop().join()
        if cancelled:
            raise asyncio.CancelledError

    def check_open(self) -> None:
        """Raise `Refusal(SHUTTING_DOWN)` after `close()`."""
        if self._closed:
            raise Refusal(Kind.SHUTTING_DOWN)

    def _start_thread(self) -> None:
        # A daemon: a process that ends without close() must not hang, and loses nothing that was acknowledged.
        name = f"blobs_{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            job.run()
            self._wakeups.report((job.done,))

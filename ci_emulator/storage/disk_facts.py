"""Facts in SQLite: one writer thread that commits whatever is waiting together, and reads beside it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import FactsReader, T, Transaction
from ci_emulator.storage.disk_records import Reads, RecordsTransaction, fetch, roll_back
from ci_emulator.storage.waiting import Wakeups, cancel_later, settle

# More than this and the first of a batch would wait noticeably for the last.
_LARGEST_BATCH = 256


class _Job(Generic[T]):
    """A work that waits for the writer, then its outcome: `error`, or else `result`."""

    result: T
    error: BaseException | None = None

    def __init__(self, work: Callable[[Transaction], T], done: asyncio.Future[None]) -> None:
        self.done = done
        self._work = work

    def run(self, transaction: RecordsTransaction) -> None:
        try:
            self.result = self._work(transaction)
            if transaction.failure is not None:
                raise transaction.failure
        except BaseException as error:  # whatever it is, it belongs to the caller and must not end the writer
            self.error = error
        finally:
            transaction.end()


class DiskFacts:
    """`Facts` in SQLite; belongs to the event loop that runs when it is made, and closes both connections."""

    def __init__(self, writing: sqlite3.Connection, reading: sqlite3.Connection) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading = reading
        self._reads = Reads(reading)
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._drained: asyncio.Future[None] = self._loop.create_future()
        self._closed = False
        writer = _Writer(writing, self._queue, Wakeups(self._loop).report, self._drained)
        # A daemon: a process that ends without close() must not hang, and loses nothing that was acknowledged.
        self._thread = threading.Thread(target=writer.run, name="facts", daemon=True)
        self._thread.start()

    # Reads run on the event loop's own thread. A reader of a WAL never waits for the writer, and a point read takes
    # microseconds, a page of 1000 about a millisecond: less than handing it to a thread and back.

    async def get(self, space: str, key: bytes) -> bytes | None:
        """See `Facts.get`."""
        self._check()
        return self._reads.get(space, key)

    async def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        """See `Facts.scan`."""
        self._check()
        return self._reads.scan(space, prefix=prefix, after=after, limit=limit)

    async def read(self, work: Callable[[FactsReader], T]) -> T:
        """See `Facts.read`."""
        self._check()
        return self._reads.together(work)

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """See `Facts.transact`; `work` runs in the writer's thread."""
        self._check()
        job = _Job(work, self._loop.create_future())
        self._queue.put(job)
        cancelled = await settle(job.done)
        if job.error is not None:
            if cancelled:
                raise asyncio.CancelledError from job.error
            raise job.error
        if cancelled:
            cancel_later()
        return job.result

    async def close(self) -> None:
        """See `Facts.close`."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._reading.close()
        cancelled = await settle(self._drained)
        self._thread.join()
        if cancelled:
            raise asyncio.CancelledError

    def _check(self) -> None:
        if self._closed:
            raise Refusal(Kind.SHUTTING_DOWN)


class _Writer:
    """The writer thread: takes what is waiting, commits it with one fsync, reports; `None` in the queue ends it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        queue: SimpleQueue[_Job[Any] | None],
        report: Callable[[list[asyncio.Future[None]]], None],
        drained: asyncio.Future[None],
    ) -> None:
        self._connection = connection
        self._queue = queue
        self._report = report
        self._drained = drained

    def run(self) -> None:
        """Work until the end marker, then close the connection."""
        try:
            while batch := self._next_batch():
                self._commit(batch)
                self._report([job.done for job in batch])
        finally:
            self._connection.close()
            self._report([self._drained])

    def _next_batch(self) -> list[_Job[Any]]:
        """Wait for a job and return it with those queued behind it; empty at the end marker."""
        batch: list[_Job[Any]] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == _LARGEST_BATCH:
                return batch
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch
        if batch:
            # The marker came behind jobs: it is for the next call.
            self._queue.put(None)
        return batch

    def _commit(self, batch: list[_Job[Any]]) -> None:
        try:
            fetch(self._connection, "BEGIN IMMEDIATE")
            for job in batch:
                self._run(job)
            fetch(self._connection, "COMMIT")
        except Exception as error:
            # Nothing of the batch is kept; a job that failed by itself keeps its own reason.
            roll_back(self._connection)
            for job in batch:
                job.error = job.error or error

    def _run(self, job: _Job[Any]) -> None:
        """Run one work in a savepoint; raises `Refusal` when the database gave up the whole transaction."""
        fetch(self._connection, "SAVEPOINT work")
        transaction = RecordsTransaction(self._connection)
        job.run(transaction)
        if transaction.failure is not None and not self._connection.in_transaction:
            raise transaction.failure
        if job.error is not None:
            fetch(self._connection, "ROLLBACK TO work")
        fetch(self._connection, "RELEASE work")

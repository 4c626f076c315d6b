"""The pool of recognition workers: a crash, a hang or a leak of native code costs one request, never the server.

Jobs run in separate processes (`engines.worker`), one at a time in each. The pool watches time and memory, kills and
replaces what exceeds them, bounds the queue and takes the waiting jobs in turn over the tenants.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines import frames, job_table, worker_process
from ci_emulator.engines.fair_queue import FairQueue
from ci_emulator.engines.pool_model import PoolStatus, WorkerLimits, WorkerState, WorkerStatus
from ci_emulator.engines.worker_slot import Slot, Ticket

__all__ = ["PoolStatus", "WorkerLimits", "WorkerPool", "WorkerState", "WorkerStatus"]

_FIRST_BACKOFF = 0.1
_ALIVE = frozenset((WorkerState.STARTING, WorkerState.IDLE, WorkerState.BUSY))


class WorkerPool:
    """At most `size` workers and a bounded, fair queue in front of them.

    Lazy by default: a worker is started when a job needs it. With `warm` all are started at once, and each does a
    trivial recognition before it takes jobs. Belongs to the event loop it was started in, which may run in any thread.
    """

    def __init__(
        self,
        limits: WorkerLimits | None = None,
        *,
        size: int,
        warm: bool = False,
        job_modules: Sequence[str] = ("ci_emulator.engines.jobs",),
        logger: logging.Logger | None = None,
    ) -> None:
        if size < 1:
            raise ValueError("a pool has at least one worker")
        self._limits = limits or WorkerLimits()
        self._warm = warm
        self._logger = logger or logging.getLogger("ci_emulator.workers")
        self._jobs = job_table.load(job_modules).jobs
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}
        setup = frames.Setup(tuple(job_modules), warm, self._limits.address_space)
        env = worker_process.environment(job_modules)
        self._slots = [Slot(self, self._limits, setup, env, self._logger) for _ in range(size)]
        self._queue: FairQueue[Ticket] = FairQueue()
        self._started = False
        self._closing = False
        self._settled: asyncio.Future[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._engines: dict[str, str] = {}
        self._failures = 0
        self._reason: str | None = None
        self._timeouts = self._deaths = self._overloads = 0

    async def start(self) -> None:
        """Open the pool; with `warm` begin to start all workers, without waiting for them (`ready` does)."""
        self._started = True
        self._pump()

    async def ready(self) -> bool:
        """Wait until no worker is being started; returns whether at least one is up (a lazy pool may have none)."""
        while any(slot.state is WorkerState.STARTING for slot in self._slots):
            if self._settled is None or self._settled.done():
                self._settled = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._settled)
        return any(slot.state in _ALIVE for slot in self._slots)

    async def run(
        self,
        job: str,
        request: msgspec.Struct,
        *,
        tenant: str = "",
        timeout: float | None = None,  # noqa: ASYNC109 - a limit on the worker, not on how long the caller waits
    ) -> Any:
        """Run a job and return its response, of the type that the job table names.

        `timeout` replaces the limit of `job_seconds`; it counts from the moment a worker takes the job. When the
        caller is cancelled a waiting job is dropped, and a running one is finished and its result dropped.

        Raises Refusal: what the job raised; OVERLOADED when the queue is full; ENGINE_TIMEOUT; ENGINE_FAILED when
        the worker died, grew too big or raised another exception; ENGINE_UNAVAILABLE when none can be started; SHUTTING_DOWN after `close`;
        CONTENT_UNENCODABLE for text that is not Unicode. Raises LookupError and TypeError for a job or request that
        the table does not know.
        """
        ticket = self._admit(job, request, tenant, self._limits.job_seconds if timeout is None else timeout)
        self._queue.push(tenant, ticket)
        self._pump()
        try:
            return await ticket.result
        finally:
            self._queue.discard(tenant, ticket)

    async def close(self, grace: float = 0.0) -> None:
        """Refuse new and waiting jobs, give running ones `grace` seconds, then end and reap every worker."""
        self._closing = True
        if self._retry is not None:
            self._retry.cancel()
        for ticket in self._queue.drain():
            ticket.fail(Refusal(Kind.SHUTTING_DOWN))
        try:
            wanted = [slot.ticket.result for slot in self._slots if slot.ticket is not None]
            if grace > 0 and any(not result.done() for result in wanted):
                await asyncio.wait(wanted, timeout=grace)
        finally:
            for slot in self._slots:
                slot.stop()
        await asyncio.gather(*(slot.task for slot in self._slots if slot.task is not None))

    def status(self) -> PoolStatus:
        """Report on the pool and every worker, for readiness and metrics."""
        return PoolStatus(
            workers=tuple(slot.status() for slot in self._slots),
            waiting=len(self._queue),
            running=self._running(),
            engines=dict(self._engines),
            failing=self._is_failing(),
            reason=self._reason,
            timeouts=self._timeouts,
            deaths=self._deaths,
            overloads=self._overloads,
        )

    def _admit(self, name: str, request: msgspec.Struct, tenant: str, seconds: float) -> Ticket:
        if not self._started:
            raise RuntimeError("the pool was not started")
        job = self._jobs.get(name)
        if job is None:
            raise LookupError(f"no such job: {name}")
        if not isinstance(request, job.request):
            raise TypeError(f"{name} takes {job.request.__name__}, not {type(request).__name__}")
        if self._closing:
            raise Refusal(Kind.SHUTTING_DOWN)
        if self._is_failing() and self._retry is not None:
            raise self._no_worker()
        if len(self._queue) + self._running() >= self._limits.queue + len(self._slots):
            self._overloads += 1
            given_up = self._queue.displace(tenant)
            if given_up is None:
                raise Refusal(Kind.OVERLOADED)
            given_up.fail(Refusal(Kind.OVERLOADED))
        if name not in self._decoders:
            self._decoders[name] = msgspec.msgpack.Decoder(job.response)
        result = asyncio.get_running_loop().create_future()
        return Ticket(name, request, self._decoders[name], tenant, seconds, result)

    def _pump(self) -> None:
        """Give waiting jobs to idle workers, and start workers as long as there is need."""
        if self._closing:
            return
        for slot in self._slots:
            while slot.state is WorkerState.IDLE and self._queue:
                ticket = self._queue.pop()
                if not ticket.result.done():  # a caller that has just left has not had its turn to say so yet
                    self._assign(slot, ticket)
        starting = sum(slot.state is WorkerState.STARTING for slot in self._slots)
        missing = (len(self._slots) if self._warm else len(self._queue)) - starting
        for slot in self._slots:
            if missing <= 0 or self._retry is not None or (self._failures and starting):
                return
            if slot.state is WorkerState.STOPPED:
                slot.start()
                starting += 1
                missing -= 1

    def _assign(self, slot: Slot, ticket: Ticket) -> None:
        try:
            slot.assign(ticket)
        except UnicodeEncodeError:
            ticket.fail(Refusal(Kind.CONTENT_UNENCODABLE))
        except Exception as error:  # whatever it is, it is this caller's and nobody else's
            ticket.fail(error)

    def slot_ready(self, engines: dict[str, str]) -> None:
        """See `worker_slot.Owner`."""
        self._engines = engines
        self._pump()
        self._wake()

    def slot_free(self, *, first: bool) -> None:
        """See `worker_slot.Owner`; only a worker started lately shows that workers can be started."""
        if first:
            self._failures = 0
            self._reason = None
        self._pump()

    def slot_overdue(self) -> None:
        """See `worker_slot.Owner`."""
        self._timeouts += 1

    def slot_ended(self, slot: Slot, pid: int | None, reason: str, *, served: bool, died: bool) -> None:
        """See `worker_slot.Owner`; a worker that served is replaced at once, one that never did after a pause."""
        self._wake()
        if self._closing:
            return
        self._deaths += died
        self._logger.log(
            logging.WARNING if died or not served else logging.INFO, "worker %s: %s", pid, reason
        )
        if served and not self._retry:
            slot.start()
        elif not served:
            self._start_failed(reason)
        self._pump()

    def _start_failed(self, reason: str) -> None:
        self._failures += 1
        self._reason = reason
        if self._is_failing():
            for ticket in self._queue.drain():
                ticket.fail(self._no_worker())
        pause = min(self._limits.backoff_seconds, _FIRST_BACKOFF * 2 ** min(self._failures - 1, 30))
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(pause, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self._pump()

    def _wake(self) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)

    def _running(self) -> int:
        return sum(slot.state is WorkerState.BUSY for slot in self._slots)

    def _is_failing(self) -> bool:
        enough = self._failures >= self._limits.start_failures
        return enough and not any(slot.state in _ALIVE for slot in self._slots)

    def _no_worker(self) -> Refusal:
        return Refusal(Kind.ENGINE_UNAVAILABLE)

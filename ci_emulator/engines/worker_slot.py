"""One place in the pool: the process in it, the job it runs, and the watch over both."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines import frames
from ci_emulator.engines.pool_model import WorkerLimits, WorkerState, WorkerStatus
from ci_emulator.engines.worker_process import WorkerProcess

RSS_POLL_SECONDS = 0.2
"""How often the memory of a busy worker is looked at."""


class Ticket:
    """A job that the pool accepted; `result` is what its caller waits for."""

    __slots__ = ("decoder", "name", "request", "result", "seconds", "tenant")

    def __init__(
        self,
        name: str,
        request: msgspec.Struct,
        decoder: msgspec.msgpack.Decoder[Any],
        tenant: str,
        seconds: float,
        result: asyncio.Future[Any],
    ) -> None:
        self.name = name
        self.request = request
        self.decoder = decoder
        self.tenant = tenant
        self.seconds = seconds
        self.result = result

    def succeed(self, response: msgspec.Raw) -> None:
        """Give the caller the response, unless it has left; raises msgspec.DecodeError for a damaged one."""
        decoded = self.decoder.decode(response)
        if not self.result.done():
            self.result.set_result(decoded)

    def fail(self, error: Exception) -> None:
        """Give the caller the error, unless it has left."""
        if not self.result.done():
            self.result.set_exception(error)


class Owner(Protocol):
    """What a slot tells the pool."""

    def slot_ready(self, engines: dict[str, str]) -> None:
        """A new process has said hello."""

    def slot_free(self, *, first: bool) -> None:
        """A job has been answered, the process's first one or a later one.

        The process is idle now, or about to be replaced.
        """

    def slot_overdue(self) -> None:
        """A job ran over its time."""

    def slot_ended(self, slot: Slot, pid: int | None, reason: str, *, served: bool, died: bool) -> None:
        """The process is gone; `pid` is what its id was.

        `served` says whether it was ever given a job, `died` whether that was its own doing.
        """


class Slot:
    """Runs at most one process and one job at a time."""

    def __init__(
        self,
        owner: Owner,
        limits: WorkerLimits,
        setup: frames.Setup,
        env: dict[str, str],
        logger: logging.Logger,
    ) -> None:
        self.state = WorkerState.STOPPED
        self.ticket: Ticket | None = None
        self.task: asyncio.Task[None] | None = None
        self._owner = owner
        self._limits = limits
        self._setup = setup
        self._env = env
        self._logger = logger
        self._process: WorkerProcess | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._job_number = 0  # unique over the processes of this slot
        self._starts = 0
        self._jobs = 0
        self._jobs_here = 0
        self._verdict: str | None = None

    def start(self) -> None:
        """Start a process; the owner hears of it by `slot_ready` or `slot_ended`."""
        self.state = WorkerState.STARTING
        self._starts += 1
        self._jobs_here = 0
        self._verdict = None
        loop = asyncio.get_running_loop()
        self._process = WorkerProcess(self._on_reply, self._logger)
        self._deadline = loop.call_later(
            self._limits.start_seconds, self._end, f"not ready after {self._limits.start_seconds:g} s"
        )
        self.task = loop.create_task(self._live(self._process))

    def assign(self, ticket: Ticket) -> None:
        """Send a job to the idle process.

        Raises UnicodeEncodeError when the request cannot be encoded, and is still idle then.
        """
        assert self._process is not None  # noqa: S101 - idle means that there is one
        frame = frames.encode_call(self._job_number + 1, ticket.name, ticket.seconds, ticket.request)
        self._job_number += 1
        self._jobs_here += 1
        self.ticket = ticket
        self.state = WorkerState.BUSY
        self._process.send(frame)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(ticket.seconds, self._overdue)
        if self._watch is None:
            self._watch = loop.call_later(RSS_POLL_SECONDS, self._check_memory)

    def stop(self) -> None:
        """End the process for good; a job that still runs is refused."""
        if self.ticket is not None:
            self.ticket.fail(Refusal(Kind.SHUTTING_DOWN))
        self._end("stopped")

    def status(self) -> WorkerStatus:
        """Report on this slot; looks at the process's memory, some 20 microseconds."""
        process = self._process
        return WorkerStatus(
            pid=process.pid if process else None,
            state=self.state,
            jobs=self._jobs,
            restarts=max(self._starts - 1, 0),
            rss=process.rss() if process else None,
        )

    def _on_reply(self, reply: frames.Reply) -> None:
        if isinstance(reply, frames.Hello):
            if self.state is WorkerState.STARTING:
                self._cancel_timers()
                self.state = WorkerState.IDLE
                self._logger.info("worker %s is ready", self._process.pid if self._process else None)
                self._owner.slot_ready(reply.engines)
            return
        ticket = self.ticket
        if ticket is None or reply.id != self._job_number:
            return  # the answer to a job that was given up, overtaken by the kill
        try:
            _settle(ticket, reply)
        except (msgspec.DecodeError, ValueError):
            self._end("sent a damaged reply")
            return
        self.ticket = None
        self._jobs += 1
        self._cancel_deadline()
        self.state = WorkerState.IDLE
        self._retire_if_spent()
        self._owner.slot_free(first=self._jobs_here == 1)

    def _retire_if_spent(self) -> None:
        limit = self._limits.recycle_jobs
        if limit and self._jobs_here >= limit:
            self._end(f"recycled after {self._jobs_here} jobs")
        elif self._is_too_big():
            self._end(f"recycled, more than {self._limits.rss_bytes} bytes of memory after a job")

    def _is_too_big(self) -> bool:
        rss = self._process.rss() if self._process else None
        return rss is not None and rss > self._limits.rss_bytes

    def _check_memory(self) -> None:
        self._watch = None
        if self.state is not WorkerState.BUSY:
            return
        if self._is_too_big():
            self._end(f"used more than {self._limits.rss_bytes} bytes of memory")
        else:
            self._watch = asyncio.get_running_loop().call_later(RSS_POLL_SECONDS, self._check_memory)

    def _overdue(self) -> None:
        assert self.ticket is not None  # noqa: S101 - the timer runs with the job only
        self.ticket.fail(Refusal(Kind.ENGINE_TIMEOUT, seconds=f"{self.ticket.seconds:g}"))
        self._owner.slot_overdue()
        self._end(f"{self.ticket.name} took more than {self.ticket.seconds:g} s")

    def _end(self, verdict: str) -> None:
        """Kill the process; what happens then is `_live`'s business."""
        if self._process is None:
            return
        self._cancel_timers()
        self.state = WorkerState.ENDING
        self._verdict = self._verdict or verdict
        if self.ticket is not None:
            self.ticket.fail(Refusal(Kind.ENGINE_FAILED, reason=verdict))
            self.ticket = None
        self._process.kill()

    async def _live(self, process: WorkerProcess) -> None:
        reason = "abandoned"
        try:
            reason = await process.live(self._setup, self._env)
        except Exception as error:
            self._logger.exception("a worker could not be started")
            reason = f"could not be started: {type(error).__name__}"
        finally:
            self._cancel_timers()
            self._process = None
            self.state = WorkerState.STOPPED
            if self.ticket is not None:
                self.ticket.fail(Refusal(Kind.ENGINE_FAILED, reason=reason))
                self.ticket = None
        self._owner.slot_ended(
            self,
            process.pid,
            self._verdict or reason,
            served=self._jobs_here > 0,
            died=self._verdict is None,
        )

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cancel_timers(self) -> None:
        self._cancel_deadline()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def _settle(ticket: Ticket, reply: frames.Ok | frames.Refused | frames.Failed) -> None:
    if isinstance(reply, frames.Ok):
        ticket.succeed(reply.response)
    elif isinstance(reply, frames.Refused):
        ticket.fail(Refusal(Kind(reply.kind), reply.message, **reply.facts))
    else:
        ticket.fail(Refusal(Kind.ENGINE_FAILED, reason=f"raised {reply.error}"))

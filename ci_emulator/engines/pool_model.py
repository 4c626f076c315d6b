"""The limits a worker pool keeps and the facts it reports about itself."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class WorkerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one job, one worker and the queue may take.

    `job_seconds` counts from the moment a worker gets the job. `rss_bytes` is the resident memory of one worker.
    `queue` is the number of jobs that may wait. A worker is replaced after `recycle_jobs` jobs (0: never), and has
    `start_seconds` to say that it is ready. `address_space` is RLIMIT_AS on Linux: it counts memory that is merely
    reserved, so it is off by default and only a second net. `start_failures` in a row and the pool stops keeping
    callers waiting; between attempts it waits, at most `backoff_seconds`.
    """

    job_seconds: float = 10.0
    rss_bytes: int = 1024**3
    queue: int = 32
    recycle_jobs: int = 10_000
    start_seconds: float = 30.0
    start_failures: int = 3
    backoff_seconds: float = 30.0
    address_space: int | None = None


class WorkerState(StrEnum):
    """What a worker is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    ENDING = "ending"


class WorkerStatus(msgspec.Struct, frozen=True):
    """One worker; `jobs` counts over all its processes, `rss` is in bytes (None when no process runs)."""

    pid: int | None
    state: WorkerState
    jobs: int
    restarts: int
    rss: int | None


class PoolStatus(msgspec.Struct, frozen=True):
    """The whole pool.

    `engines` maps engines to versions as the workers reported them (empty before the first worker is ready).
    `failing` is true while no worker can be started; `reason` is why one last could not, for operators and not for
    callers.
    """

    workers: tuple[WorkerStatus, ...]
    waiting: int
    running: int
    engines: dict[str, str]
    failing: bool
    reason: str | None
    timeouts: int
    deaths: int
    overloads: int

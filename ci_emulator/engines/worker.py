"""A recognition worker: `python -m ci_emulator.engines.worker`, started by `engines.workers` only.

Its standard input is a socket pair to the pool (`engines.frames`). It runs one job at a time and leaves when the pool
closes the socket. Native libraries print to standard output; that and standard error go to the pool's log.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ci_emulator.core.errors import Refusal
from ci_emulator.engines import frames, job_table
from ci_emulator.engines.job_table import JobTable

_ALARM_MARGIN = 1.0
"""Seconds beyond a job's limit after which the kernel ends a worker that nobody watches any more."""


class _Runner:
    """Runs jobs of a table; the code and the decoder of each are looked up once."""

    def __init__(self, table: JobTable) -> None:
        self._table = table
        self._ready: dict[str, tuple[Callable[[Any], msgspec.Struct], msgspec.msgpack.Decoder[Any]]] = {}

    def answer(self, message: bytearray, decoder: msgspec.msgpack.Decoder[frames.Call]) -> bytearray:
        """Run one call and return the frame of its reply; never raises an Exception."""
        call = decoder.decode(message)
        # SIGALRM keeps its default action: it ends the process even while native code holds the interpreter.
        signal.setitimer(signal.ITIMER_REAL, call.seconds + _ALARM_MARGIN)
        try:
            run, requests = self._look_up(call.name)
            return frames.encode_ok(call.id, run(requests.decode(call.request)))
        except Refusal as refusal:
            return frames.encode(frames.Refused(call.id, refusal.kind, refusal.message, refusal.facts))
        except Exception as error:
            traceback.print_exc()
            return frames.encode(frames.Failed(call.id, type(error).__name__))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _look_up(self, name: str) -> tuple[Callable[[Any], msgspec.Struct], msgspec.msgpack.Decoder[Any]]:
        if name not in self._ready:
            job = self._table.jobs[name]
            self._ready[name] = (job_table.resolve(job.run), msgspec.msgpack.Decoder(job.request))
        return self._ready[name]


def main() -> None:
    """Serve jobs until the pool closes the socket."""
    _settle()
    pool = _take_socket()
    threading.Thread(target=_leave_with_pool, args=(pool.fileno(),), daemon=True).start()
    with contextlib.suppress(ConnectionError):
        _serve(pool)


def _serve(pool: socket.socket) -> None:
    opening = frames.read_frame(pool)
    if opening is None:
        return
    setup = msgspec.msgpack.decode(opening, type=frames.Setup)
    if setup.address_space is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (setup.address_space, setup.address_space))
    table = job_table.load(setup.modules)
    engines: dict[str, str] = {}
    for path in table.engines:
        engines.update(job_table.resolve(path)())
    if setup.warm:
        _warm_up(table)
    pool.sendall(frames.encode(frames.Hello(engines)))
    runner = _Runner(table)
    decoder = msgspec.msgpack.Decoder(frames.Call)
    while (message := frames.read_frame(pool)) is not None:
        pool.sendall(runner.answer(message, decoder))


def _warm_up(table: JobTable) -> None:
    """Do the trivial work; one that fails costs the warmth, not the worker."""
    for path in table.warm_ups:
        try:
            job_table.resolve(path)()
        except Exception:
            traceback.print_exc()


def _settle() -> None:
    """Make the process a well-behaved child."""
    # Signals for the terminal's or the service's whole group: the pool decides when its workers end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    # When memory runs out the kernel shall take a worker, not the server.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def _take_socket() -> socket.socket:
    """Move the socket away from descriptor 0, and point 0 and 1 where stray reads and prints do no harm."""
    pool = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return pool


def _leave_with_pool(descriptor: int) -> None:
    """End the process at once when the pool is gone, even in the middle of a job."""
    poll = select.poll()
    poll.register(descriptor, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    main()

"""The bare engines: one process that does nothing but the work of a recognition worker, without any server.

It reads a `Job` as JSON from stdin and prints an `Outcome`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from ci_emulator.config import Config
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.codes.write import Writer, write_qr


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Write `contents` in turn, or read `picture`, for `seconds`."""

    what: Literal["write", "read"]
    seconds: float
    contents: list[str] = []
    width: int = 0
    writer: Writer = "qrcode"
    picture: bytes = b""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How often it was done, in what time and with how much processor time (both without what loading took)."""

    done: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Times a second."""
        return self.done / self.seconds


def _write(job: Job) -> Callable[[int], object]:
    return lambda number: write_qr(job.contents[number % len(job.contents)], job.width, writer=job.writer)


def _read(job: Job) -> Callable[[int], object]:
    settings = Config()

    def read(number: int) -> None:
        if not read_codes(job.picture, readers=settings.readers, max_pixels=settings.max_pixels).codes:
            raise RuntimeError("no code was found")

    return read


_WORK = {"write": _write, "read": _read}


def repeat(job: Job) -> Outcome:
    """Do the work once to load everything, then as often as the seconds allow."""
    work = _WORK[job.what](job)
    work(0)
    cpu = time.process_time()
    began = now = time.perf_counter()
    done = 0
    while now < began + job.seconds:
        work(done)
        done += 1
        now = time.perf_counter()
    return Outcome(done=done, seconds=now - began, cpu_seconds=time.process_time() - cpu)


def main() -> None:
    outcome = repeat(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()

"""Jobs that misbehave; loaded into workers by the tests only."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.job_table import Job


class Work(msgspec.Struct):
    data: bytes = b""
    text: str = ""
    seconds: float = 0.0
    size: int = 0


class Done(msgspec.Struct):
    pid: int
    data: bytes = b""
    facts: dict[str, str] = {}


_leak: list[bytearray] = []


def echo(work: Work) -> Done:
    return Done(os.getpid(), work.data)


def nap(work: Work) -> Done:
    time.sleep(work.seconds)
    return Done(os.getpid(), work.data)


def hang_holding_the_interpreter(work: Work) -> Done:
    ctypes.PyDLL(None).sleep(1000)
    raise AssertionError("woke up")


def leave(work: Work) -> Done:
    os._exit(work.size)


def crash(work: Work) -> Done:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("still here")


def grow(work: Work) -> Done:
    _leak.append(bytearray(b"x") * work.size)
    time.sleep(work.seconds)
    return Done(os.getpid())


def fail(work: Work) -> Done:
    raise ZeroDivisionError("with a secret in it")


def refuse(work: Work) -> Done:
    raise Refusal(Kind.WIDTH_TOO_SMALL, work.text or None, minimum=33)


def scribble(work: Work) -> Done:
    os.write(1, b"native noise on stdout\n")
    print("more noise, without a newline" + "." * 100_000, end="", flush=True)
    os.write(2, b"\nand on stderr\n")
    return Done(os.getpid(), sys.stdin.buffer.read())


def wrong_type(work: Work) -> Work:
    return Work(text="not a Done")


def surroundings(work: Work) -> Done:
    descriptors = {f"fd {link.name}": os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}
    return Done(os.getpid(), facts={**os.environ, **descriptors})


JOBS = {
    run.__name__: Job(f"{__name__}:{run.__name__}", Work, Done)
    for run in (
        *(echo, nap, hang_holding_the_interpreter, leave, crash, grow, fail, refuse, scribble, wrong_type),
        surroundings,
    )
}


def versions() -> dict[str, str]:
    return {"faults": "1.0"}


ENGINES = f"{__name__}:versions"

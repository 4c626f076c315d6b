"""The servers under test as processes: started, awaited, weighed and ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import psutil

HOST = "127.0.0.1"
HEALTH = "/_emulator/health"

_START_SECONDS = 120.0
_POLL_SECONDS = 0.002
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes: resident, resident with shared pages split among their users, and private."""

    rss: int
    pss: int
    uss: int


class Server:
    """A server process on a free port; as a context it is awaited at entry and ended at exit.

    `path` is asked until it answers with a `status`.
    """

    def __init__(
        self,
        *command: str,
        path: str = HEALTH,
        status: int = 200,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`{port}` and `{host}` in the command are filled in; `environment` is added to this process's own."""
        self.port = _free_port()
        self._command = [text.format(port=self.port, host=HOST) for text in command]
        self._environment = {**os.environ, **(environment or {})}
        self._path = path
        self._status = status
        self._process: psutil.Popen | None = None
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the exit of this context
        self.start_seconds = 0.0

    @property
    def process(self) -> psutil.Process:
        if self._process is None:
            raise RuntimeError("the server was not started")
        return psutil.Process(self._process.pid)

    def __enter__(self) -> Server:
        began = time.perf_counter()
        self._process = psutil.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=self._environment,
        )
        try:
            self._await_answer(began + _START_SECONDS)
        except BaseException:
            self._end()
            raise
        self.start_seconds = time.perf_counter() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def cpu_seconds(self) -> float:
        """The processor time of the process, of its children that run, and of those that it has reaped."""
        own = self.process.cpu_times()
        running = [child.cpu_times() for child in self.process.children(recursive=True)]
        reaped = own.children_user + own.children_system  # a worker is replaced after some thousand jobs
        return reaped + sum(times.user + times.system for times in (own, *running))

    def memory(self) -> Memory:
        """The memory of the process alone, without its children."""
        info = self.process.memory_full_info()
        return Memory(info.rss, getattr(info, "pss", info.uss), info.uss)

    def _await_answer(self, deadline: float) -> None:
        while not answers(self.port, self._path, self._status):
            if self.process.status() == psutil.STATUS_ZOMBIE or time.perf_counter() > deadline:
                raise RuntimeError(f"{' '.join(self._command)} does not answer:\n{self._last_output()}")
            time.sleep(_POLL_SECONDS)

    def _last_output(self) -> str:
        self._output.seek(0)
        return self._output.read()[-2000:].decode("utf-8", "replace")

    def _end(self) -> None:
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait()
        self._output.close()


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module on this interpreter."""
    return (sys.executable, "-m", module, *arguments)


def answers(port: int, path: str, status: int) -> bool:
    """Whether a GET of the path gets that status now."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(request)
            head = connection.recv(1024)
    except OSError:
        return False
    return head.partition(b"\r\n")[0].split(b" ")[1:2] == [b"%d" % status]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def run(module: str, work: bytes) -> bytes:
    """Run a module of the bench in its own process, `work` on its stdin, and return what it prints."""
    return run_all(module, [work])[0]


def run_all(module: str, works: Sequence[bytes]) -> list[bytes]:
    """As `run`, several at once; a module that fails ends the bench with its own message on stderr."""
    children = [
        subprocess.Popen(python(module), stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in works
    ]
    for child, work in zip(children, works, strict=True):
        assert child.stdin is not None
        child.stdin.write(work)
        child.stdin.close()
    printed = []
    for child in children:
        assert child.stdout is not None
        with child.stdout:
            printed.append(child.stdout.read())
        if child.wait():
            raise RuntimeError(f"{module} failed")
    return printed

"""One worker process as the pool sees it: start it, send to it, kill it, and know how it ended.

The child is a fresh interpreter (`python -m`), never a fork and never multiprocessing's spawn: the server may be
embedded in a script without a `__main__` guard, and its listening sockets must not be inherited.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import sysconfig
from collections.abc import Callable, Iterable

import msgspec

from ci_emulator.engines import frames, job_table
from ci_emulator.engines.channel import Channel

_MODULE = "ci_emulator.engines.worker"
_LINE_LIMIT = 2000
_REPLIES: msgspec.msgpack.Decoder[frames.Reply] = msgspec.msgpack.Decoder(frames.Reply)

# The rest of the server's environment (credentials above all) is none of the workers' business.
_KEPT = frozenset({
    "PATH", "HOME", "TMPDIR", "TZ", "LANG", "VIRTUAL_ENV",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX",
    "PYTHONHOME", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
})  # fmt: skip


def environment(modules: Iterable[str]) -> dict[str, str]:
    """Return the environment for a worker that must be able to import `modules` and this package."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    # A site-packages directory is on the path anyway; put first it would let its files hide the standard library's.
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    path = [root for root in job_table.roots([_MODULE, *modules]) if root not in known]
    path += filter(None, [os.environ.get("PYTHONPATH")])
    # The pool has a process for each core; threads inside them would only compete.
    return {"OMP_NUM_THREADS": "1", **kept, "PYTHONPATH": os.pathsep.join(path)}


class WorkerProcess:
    """One child process, from start to end; `on_reply` gets every message it sends."""

    def __init__(self, on_reply: Callable[[frames.Reply], None], logger: logging.Logger) -> None:
        self._on_reply = on_reply
        self._logger = logger
        self._child: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None
        self._gone = asyncio.Event()
        self._killed = False
        self._last_line = ""

    @property
    def pid(self) -> int | None:
        """The process id; None before the start, kept after the end."""
        return None if self._child is None else self._child.pid

    def rss(self) -> int | None:
        """Return the resident memory in bytes, or None when the process is not there."""
        import psutil  # a worker process costs far more than this import; a server without one shall not pay it

        if self._child is None or self._child.returncode is not None:
            return None
        try:
            return int(psutil.Process(self._child.pid).memory_info().rss)
        except psutil.Error:
            return None

    def send(self, frame: bytearray) -> None:
        """Write a frame; when the worker is gone it is dropped, and `live` returns soon."""
        if self._channel is not None:
            self._channel.send(frame)

    def kill(self) -> None:
        """End the process with SIGKILL, also one that is being started."""
        self._killed = True
        if self._child is not None and self._child.returncode is None:
            # Not `Process.kill`: on 3.11 that polls first, and takes the exit status from the loop's own watcher.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)

    async def live(self, setup: frames.Setup, env: dict[str, str]) -> str:
        """Start the process and stay until it has ended and everything it sent was delivered.

        Returns in words how it ended. Raises OSError when it cannot be started. When cancelled, the process is
        killed and reaped first.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                child = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", _MODULE),
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env=env,
                )
        except BaseException:
            ours.close()
            raise
        self._child = child
        assert child.stderr is not None  # noqa: S101 - asked for above
        self._channel = Channel(ours, self._receive, self._lost)
        try:
            if not self._killed:
                self.send(frames.encode(setup))
                await self._log_lines(child.stderr)
                await self._gone.wait()
        finally:
            self._channel.close()
            # Only the end of the pipe and the exit together let the loop forget the process.
            await self._log_lines(child.stderr)
            await child.wait()
        return self._how_it_ended(child.returncode)

    def _receive(self, message: bytes) -> None:
        try:
            reply = _REPLIES.decode(message)
        except msgspec.DecodeError as error:
            raise frames.FrameError("not a reply") from error
        self._on_reply(reply)

    def _lost(self) -> None:
        self._gone.set()
        self.kill()

    async def _log_lines(self, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._log(line)
            rest = rest[-_LINE_LIMIT:]
        self._log(rest)

    def _log(self, line: bytes) -> None:
        if text := line[:_LINE_LIMIT].decode("utf-8", "replace").rstrip():
            self._last_line = text
            self._logger.debug("worker %s: %s", self.pid, text)

    def _how_it_ended(self, code: int | None) -> str:
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"ended by {signal.Signals(-code).name}"
        last = f": {self._last_line[:200]}" if code and self._last_line else ""
        return f"ended with status {code}{last}"

"""A server inside the process, for `with` (own thread and loop, for synchronous SDKs) and for `async with`."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

from ci_emulator.config import Config, load
from ci_emulator.core.clock import Clock
from ci_emulator.core.ids import Ids
from ci_emulator.server import Running, running


class Emulator:
    """A running emulator on a free port of 127.0.0.1, with its objects in memory unless told otherwise.

    Keywords are settings of the Config; the environment is not looked at, so a test does not depend on it. `oss_port` opens a
    second port only when it names one: 0 is none, so a test picks a free one itself.
    """

    def __init__(self, *, clock: Clock | None = None, ids: Ids | None = None, **settings: Any) -> None:
        self.config: Config = load({"host": "127.0.0.1", "port": 0, **settings}, environment={})
        self._clock = clock
        self._ids = ids
        self._context: AbstractAsyncContextManager[Running] | None = None
        self._running: Running | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None

    @property
    def running(self) -> Running:
        """The server, while it runs."""
        if self._running is None:
            raise RuntimeError("the emulator is not running")
        return self._running

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.running.port

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{self.running.addresses[0][0]}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{self.address}"

    async def __aenter__(self) -> Emulator:
        self._context = running(self.config, self._clock, self._ids)
        self._running = await self._context.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        context, self._context, self._running = self._context, None, None
        if context is not None:
            await context.__aexit__(kind, error, trace)

    def __enter__(self) -> Emulator:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="ci-emulator", daemon=True)
        self._thread.start()
        started.wait()
        if self._failure is not None:
            self._thread.join()
            failure, self._failure = self._failure, None
            raise failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as failure:
            self._failure = failure
            started.set()

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self:
            started.set()
            await self._stop.wait()

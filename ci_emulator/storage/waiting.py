"""Waiting for work in another thread, whose outcome must be known even when the waiting task is cancelled."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any


class Wakeups:
    """Tells an event loop, from other threads, that futures are done; what comes together costs one wake-up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[asyncio.Future[None]] = deque()
        self._called = False

    def report(self, futures: Iterable[asyncio.Future[None]]) -> None:
        """Resolve futures soon, in the loop's thread."""
        self._done.extend(futures)
        if not self._called:
            self._called = True
            # A loop that was closed without close() has nobody left who waits.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        # First, so that whoever reports from now on calls again; it may find nothing left to do.
        self._called = False
        while self._done:
            self._done.popleft().set_result(None)


async def settle(future: asyncio.Future[Any]) -> bool:
    """Wait until `future` is done, come what may; return whether the task was cancelled meanwhile."""
    cancelled = False
    while not future.done():
        # Unlike awaiting the future itself, this leaves it alone when the task is cancelled.
        waiter = future.get_loop().create_future()
        future.add_done_callback(partial(_wake, waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


def _wake(waiter: asyncio.Future[None], _: asyncio.Future[Any]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def cancel_later() -> None:
    """Give back a cancellation that `settle` held back: the current task is cancelled at its next await."""
    task = asyncio.current_task()
    if task is not None:
        # The count of requests stays what it was: asyncio.timeout and TaskGroup compare it.
        task.uncancel()
        task.cancel()

"""Waiting for work in another thread, whose outcome must be known even when the waiting task is cancelled."""

from __future__ import annotations

import asyncio
from typing import Any


async def settle(future: asyncio.Future[Any]) -> bool:
    """Wait until `future` is done, come what may; return whether the task was cancelled meanwhile."""
    cancelled = False
    while not future.done():
        try:
            # Unlike awaiting the future, this leaves it alone when the task is cancelled.
            await asyncio.wait((future,))
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


def cancel_later() -> None:
    """Give back a cancellation that `settle` held back: the current task is cancelled at its next await."""
    task = asyncio.current_task()
    if task is not None:
        # The count of requests stays what it was: asyncio.timeout and TaskGroup compare it.
        task.uncancel()
        task.cancel()

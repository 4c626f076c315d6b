"""What is in archives, listed by the worker processes, which are given only the bytes that they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.archive_model import Answer, Listed, NotListed, Piece, Wanted
from ci_emulator.engines.jobs import ListArchive
from ci_emulator.engines.workers import WorkerPool

#: Reads `length` bytes from the offset `start`.
Read = Callable[[int, int], Awaitable[bytes]]

#: What is read of every archive at first: its first bytes, and so many of its last ones that the end of a ZIP is among them.
_HEAD_BYTES = 4096
_TAIL_BYTES = 66 * 1024

#: How often a worker may ask for more.
_ROUNDS = 8

#: Archives that are read whole take their size in memory twice; more than this is read of one at a time.
_LARGE = 8 * 1024 * 1024

#: So many more may wait for their turn.
_MOST_WAITING = 8

#: The documented time limit in seconds, and what of it is left for stopping in good order.
_SECONDS = 10.0
_MARGIN = 2.0


class Archives:
    """Archives, listed. `tenant` is whose turn it is when callers wait."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._large = asyncio.Semaphore(1)
        self._waiting = 0

    async def contents(self, size: int, read: Read, *, tenant: str = "") -> Listed | NotListed:
        """List what is in an archive of `size` bytes.

        Raises:
            Refusal: OVERLOADED, ENGINE_UNAVAILABLE, SHUTTING_DOWN, and whatever `read` raises.
        """
        tail = max(size - _TAIL_BYTES, 0)
        pieces = [Piece(tail, await read(tail, size - tail))]
        if tail:
            pieces.append(Piece(0, await read(0, min(_HEAD_BYTES, size))))
        for _ in range(_ROUNDS):
            result = await self._look(size, pieces, tenant)
            if not isinstance(result, Wanted):
                return result
            if result.length > _LARGE:
                async with self._turn():
                    return await self._last_look(size, pieces, result, read, tenant)
            pieces.append(Piece(result.start, await read(result.start, result.length)))
        return NotListed("unreadable")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting == _MOST_WAITING:
            raise Refusal(Kind.OVERLOADED)
        self._waiting += 1
        try:
            await self._large.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._large.release()

    async def _last_look(
        self, size: int, pieces: list[Piece], wanted: Wanted, read: Read, tenant: str
    ) -> Listed | NotListed:
        """Look with many more bytes; nothing asks for more after those."""
        more = Piece(wanted.start, await read(wanted.start, wanted.length))
        result = await self._look(size, [*pieces, more], tenant)
        return NotListed("unreadable") if isinstance(result, Wanted) else result

    async def _look(self, size: int, pieces: list[Piece], tenant: str) -> Wanted | Listed | NotListed:
        request = ListArchive(size=size, pieces=tuple(pieces), seconds=_SECONDS - _MARGIN)
        try:
            answer: Answer = await self._pool.run("list_archive", request, tenant=tenant, timeout=_SECONDS)
        except Refusal as refusal:
            if refusal.kind is Kind.ENGINE_TIMEOUT:
                return NotListed("time")
            if refusal.kind is Kind.ENGINE_FAILED:
                return NotListed("unreadable")
            raise
        return answer.result

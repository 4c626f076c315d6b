"""The request body as the pipeline sees it: unread, bounded, byte for byte as sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.http import HttpProcessingError

from ci_emulator.core.errors import Kind, Refusal

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class WireBody:
    """A body on an aiohttp connection.

    aiohttp's low-level server never answers `Expect: 100-continue`, so it is done here, at the first read: a request
    that is refused before gets its refusal without a 100 (spec: aiohttp.md, "Bodies").
    """

    def __init__(self, request: web.BaseRequest, *, expects_continue: bool, idle_timeout: float) -> None:
        self._request = request
        self._continue_due = expects_continue
        self._idle_timeout = idle_timeout
        self._broken = False

    @property
    def length(self) -> int | None:
        """The announced Content-Length in bytes, None when there is none."""
        return self._request.content_length

    @property
    def chunked(self) -> bool:
        """Whether the body comes with Transfer-Encoding: chunked."""
        return "chunked" in self._request.headers.get("Transfer-Encoding", "").lower()

    @property
    def out_of_step(self) -> bool:
        """Whether nobody can tell where on the connection a next request would begin.

        So it is when the rest of a body never came, and when a client that waits for a 100 gets its answer instead:
        it may send the body all the same, or not (RFC 9110 section 10.1.1).
        """
        return self._broken or (self._continue_due and not self._request.content.is_eof())

    async def read(self, limit: int) -> bytes:
        """Return the whole body; see `ci_emulator.core.model.Body.read`."""
        parts = [part async for part in self.chunks(limit)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; see `ci_emulator.core.model.Body.chunks`."""
        if self.length is not None and self.length > limit:
            raise Refusal(Kind.BODY_TOO_LARGE, limit=limit)
        received = 0
        content = self._request.content
        self._ask_for_it()
        while not content.at_eof():
            try:
                # What is there already needs no clock: a small body mostly came with its head.
                part = content.read_nowait() or await self._next_part()
            except TimeoutError:
                self._broken = True
                raise Refusal(Kind.BODY_TIMEOUT) from None
            except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
                self._broken = True
                raise Refusal(Kind.BODY_INCOMPLETE) from error
            if not part:
                continue
            received += len(part)
            if received > limit:
                raise Refusal(Kind.BODY_TOO_LARGE, limit=limit)
            yield part
        if content.exception() is not None or (self.length is not None and received < self.length):
            self._broken = True
            raise Refusal(Kind.BODY_INCOMPLETE)

    async def _next_part(self) -> bytes:
        async with asyncio.timeout(self._idle_timeout):
            return await self._request.content.readany()

    def _ask_for_it(self) -> None:
        if not self._continue_due:
            return
        self._continue_due = False
        transport = self._request.transport
        if transport is not None and not self._request.content.is_eof():
            transport.write(_CONTINUE)

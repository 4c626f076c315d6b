"""The connection: timeouts before a request is whole, a limit on connections, malformed HTTP answered in kind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError, HttpVersion11, RawRequestMessage
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Reply
from ci_emulator.wire.front import Front, Refuse
from ci_emulator.wire.head import escape_line, sniff
from ci_emulator.wire.response import WholeResponse, write_head

log = logging.getLogger("ci_emulator.wire")

#: A Chinese text in a URL, or a signed URL with a token, passes aiohttp's 8190 bytes (spec: aiohttp.md).
MAX_LINE = 64 * 1024

#: How long the rest of a body that nobody wants is read away after the answer, so that a client which is still
#: sending gets to read it instead of a reset connection.
_LINGER_SECONDS = 2.0

_DRAIN_POLL_SECONDS = 0.01
_CUT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds and counts that hold for every connection."""

    header_timeout: float
    keepalive_timeout: float
    max_connections: int


class Connection(RequestHandler):
    """One client connection.

    aiohttp answers malformed HTTP in text/plain; here it gets the dialect's own error document. The head of a
    request must arrive within `header_timeout`, counted from its first byte (from the connection's start for the
    first one).
    """

    def __init__(self, manager: FrontServer, **options: Any) -> None:
        super().__init__(manager, **options)
        self._front = manager
        self._head_timer: asyncio.TimerHandle | None = None
        #: What has arrived of a head that is not whole, else the last bytes that arrived.
        self._head = b""
        self._head_begun = False
        #: Whether the parser could not go on; what still arrives of such a request tells nothing about it.
        self._given_up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock on the first request, or turn the client away when there are too many."""
        super().connection_made(transport)
        self._front.open.add(self)
        if len(self._front.open) > self._front.limits.max_connections:
            self._turn_away(Refusal(Kind.OVERLOADED))
            return
        self._start_head_timer()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clock."""
        self._stop_head_timer()
        self._front.open.discard(self)
        super().connection_lost(exc)

    def is_idle(self) -> bool:
        """Whether no request is being answered; a part of a head may have arrived."""
        return self._waiter is not None and not self._waiter.done()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; the clock runs while a request's head is incomplete."""
        idle = self.is_idle()
        if idle:
            begun = self._head if self._head_begun else b""
            if b"\n" not in begun:
                data = escape_line(data)
            self._head = (begun + data)[:MAX_LINE]
        elif not self._given_up:
            self._head = data
        before = self._request_count
        super().data_received(data)
        self._head_begun = idle and self._request_count == before
        if self._request_count > before:
            self._given_up = not isinstance(self._messages[-1][0], RawRequestMessage)
            self._stop_head_timer()
            self._break_cut_bodies()
        elif self._head_begun and self._head_timer is None:
            self._start_head_timer()

    def _break_cut_bodies(self) -> None:
        """End the wait for a body that turned out malformed.

        The parser goes on to a next message only after a whole body, or when it gives up; then aiohttp queues the
        error as a message and leaves the body without an end.
        """
        bodies = [payload for _, payload in self._messages][:-1]
        if self._current_request is not None:
            bodies.append(self._current_request.content)
        for body in bodies:
            if not body.is_eof():
                body.set_exception(web.RequestPayloadError("the body is malformed"))
                body.feed_eof()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what aiohttp could not parse, or a fault of ours, in the dialect's error document."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer was begun already")
        problem: Exception
        if isinstance(exc, HttpProcessingError):
            # What stands behind the colon is a piece of the request.
            reason = exc.message.partition(":")[0].rstrip(".")
            log.info("malformed HTTP from %s: %s", request.remote, reason)
            kind = Kind.HEAD_TOO_LARGE if isinstance(exc, LineTooLong) else Kind.MALFORMED_REQUEST
            problem = Refusal(kind, f"The request is malformed: {reason}.")
        else:
            log.error("unhandled error", exc_info=exc)
            problem = exc if isinstance(exc, Exception) else Refusal(Kind.INTERNAL)
        return WholeResponse(self._refusal(problem))

    def _refusal(self, problem: Exception) -> Reply:
        reply = self._front.refuse(problem, sniff(self._head))
        reply.close = True
        return reply

    def _turn_away(self, refusal: Refusal) -> None:
        transport = self.transport
        if isinstance(transport, asyncio.Transport):
            reply = self._refusal(refusal)
            transport.write(write_head(reply, "GET", HttpVersion11, stays_open=False) + reply.body)
        self.force_close()

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._front.limits.header_timeout, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._head:
            self._turn_away(Refusal(Kind.BODY_TIMEOUT))
        else:
            self.force_close()


class FrontServer(web.Server):
    """The low-level aiohttp server: unlike `web.Application` it hands every form of request to the handler."""

    def __init__(self, front: Front, refuse: Refuse, limits: ConnectionLimits) -> None:
        super().__init__(front, handler_cancellation=True)
        self.refuse = refuse
        self.limits = limits
        self.open: set[Connection] = set()
        self._handler = front
        self._make: Callable[[], Connection] = lambda: Connection(
            self,
            loop=asyncio.get_running_loop(),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=limits.keepalive_timeout,
            lingering_time=_LINGER_SECONDS,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
        )

    def __call__(self) -> RequestHandler:
        """Make the handler of a new connection."""
        return self._make()

    def pre_shutdown(self) -> None:
        """Make every answer from now on the last one of its connection."""
        self._handler.draining = True

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as aiohttp calls it
        """Close what is idle, give what is in flight `timeout` seconds to finish, then cut it.

        aiohttp's own shutdown stops reading at once, so that an upload in flight could not be finished.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.open:
                    for connection in tuple(self.open):
                        if connection.is_idle():
                            connection.force_close()
                    await asyncio.sleep(_DRAIN_POLL_SECONDS)
        await super().shutdown(_CUT_SECONDS)

"""A Reply on its way out: what is at hand leaves as one piece, a stream as it is read."""

from __future__ import annotations

import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import HttpVersion
from multidict import CIMultiDict

from ci_emulator.core.model import Reply

log = logging.getLogger("ci_emulator.wire")

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

#: Their answers have no body, and say nothing about how long one would be (RFC 9110 section 8.6).
_BODILESS = frozenset((204, 304))


class WholeResponse(web.StreamResponse):
    """A reply whose body is at hand: its head and its body leave in one write.

    aiohttp's own `Response` can do much that no reply here needs, and takes three times as long.
    """

    def __init__(self, reply: Reply) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self._stays_open = False

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow on the connection."""
        return self._stays_open

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send all of it."""
        reply = self._reply
        self._stays_open = request.keep_alive and not reply.close
        data = write_head(reply, request.method, request.version, stays_open=self._stays_open)
        if request.method != "HEAD" and reply.status not in _BODILESS:
            data += reply.body
        await request.writer.write_eof(data)

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: all of it was sent."""


def write_head(reply: Reply, method: str, version: HttpVersion, *, stays_open: bool) -> bytes:
    """Return the status line and the headers of an answer to `method`.

    COS names the connection in every answer, also where it goes without saying (spec: cos.md section 4.0).

    Raises:
        ValueError: a header that would end its line; it must not write headers of its own.
    """
    lines = [f"HTTP/{version[0]}.{version[1]} {reply.status} {_PHRASES.get(reply.status, '')}"]
    lines += [f"{name}: {value}" for name, value in reply.headers if name != "Content-Length"]
    lines.append("Connection: keep-alive" if stays_open else "Connection: close")
    length = _length(reply, method)
    if length is not None:
        lines.append(f"Content-Length: {length}")
    text = "\r\n".join(lines)
    if text.count("\r") != len(lines) - 1 or text.count("\n") != len(lines) - 1 or "\0" in text:
        raise ValueError("a header of the reply holds a line end")
    return f"{text}\r\n\r\n".encode()


def _length(reply: Reply, method: str) -> int | None:
    if reply.status in _BODILESS:
        return None
    if reply.length is not None:
        return reply.length
    # Without a body it is not known what a GET would have sent.
    return len(reply.body) if reply.body or method != "HEAD" else None


async def send(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send a reply; a stream is sent as it is read, and one that breaks off cuts the connection."""
    if reply.stream is None:
        return WholeResponse(reply)
    response = web.StreamResponse(status=reply.status, headers=CIMultiDict(reply.headers))
    response.content_length = reply.length
    if reply.close:
        response.force_close()
    stays_open = request.keep_alive and not reply.close
    response.headers["Connection"] = "keep-alive" if stays_open else "close"
    try:
        await response.prepare(request)
        async for chunk in reply.stream:
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        raise
    except Exception:
        # The status is gone out already: a short body on a cut connection is the only honest sign left.
        log.exception("a reply broke off")
        if request.transport is not None:
            request.transport.abort()
    finally:
        await reply.stream.aclose()
    return response

"""The load generator: keep-alive clients on raw sockets, in a process of their own, requests made beforehand.

It reads a `Job` as MessagePack from stdin and prints an `Outcome`. A client library would cost as much as the servers that
are measured; a selector and a few lines of HTTP do not. `Outcome.busy` tells whether the
generator itself was the limit.
"""

from __future__ import annotations

import math
import re
import selectors
import socket
import sys
import time
from collections import deque
from itertools import cycle

import msgspec

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_GOOD = (b"200", b"201")
_READ_BYTES = 256 * 1024
#: The expected text is looked for here; what follows is only counted.
_LOOKED_AT = 16 * 1024


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Send `requests` over `connections` connections to a port, in turn for `seconds`, or each one once.

    Every answer must have status 200 or 201 and contain `expects` near its
    beginning: API 3.0 says 200 to what it refuses, too.
    """

    port: int
    requests: list[bytes]
    expects: bytes
    connections: int
    seconds: float | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How many were answered as expected, in what time; `busy` is the share of it that the generator computed.

    `p50` and `p99` are the latencies in seconds that half of them, and 99 of 100, did not exceed.
    """

    answered: int
    seconds: float
    busy: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class UnexpectedAnswer(Exception):
    """An answer other than the expected: what was to be measured does not happen."""


class Client:
    """One connection with one request on the way at a time; opened again when the server closes it."""

    def __init__(self, selector: selectors.BaseSelector, port: int, expects: bytes) -> None:
        self._selector = selector
        self._port = port
        self._expects = expects
        self._socket: socket.socket | None = None
        self._unsent = memoryview(b"")
        self._buffer = bytearray(_READ_BYTES)
        #: The beginning of the answer, its last bytes, and how many there were.
        self._received = bytearray()
        self._end = b""
        self._count = 0
        self._head_is_read = False
        #: Bytes of head and body; None when the end shows in the body itself.
        self._expected: int | None = None
        self._closes = False
        self.began = 0.0

    def send(self, request: bytes) -> None:
        """Begin the next request."""
        self.began = time.perf_counter()
        self._received.clear()
        self._end = b""
        self._count = 0
        self._head_is_read = False
        self._unsent = memoryview(request)
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(0)  # non-blocking
            self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._write(self._socket)
        if self._unsent:
            self._selector.modify(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def proceed(self, events: int) -> bool:
        """Go on with what the socket is ready for; returns whether the answer is complete."""
        assert self._socket is not None
        if events & selectors.EVENT_WRITE and self._unsent:
            self._write(self._socket)
            if not self._unsent:
                self._selector.modify(self._socket, selectors.EVENT_READ, self)
        return bool(events & selectors.EVENT_READ) and self._read(self._socket)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _write(self, connection: socket.socket) -> None:
        try:
            self._unsent = self._unsent[connection.send(self._unsent) :]
        except BlockingIOError:
            return

    def _read(self, connection: socket.socket) -> bool:
        size = connection.recv_into(self._buffer)
        if not size:
            raise UnexpectedAnswer(f"the connection was closed after {bytes(self._received[:300])!r}")
        self._count += size
        if len(self._received) < _LOOKED_AT:
            self._received += memoryview(self._buffer)[:size]
        self._end = (self._end + self._buffer[max(0, size - len(_LAST_CHUNK)) : size])[-len(_LAST_CHUNK) :]
        if not self._head_is_read and not self._read_head():
            return False
        if not self._is_whole():
            return False
        if self._expects not in self._received:
            raise UnexpectedAnswer(bytes(self._received[:1000]).decode("utf-8", "replace"))
        if self._closes:
            self.close()
        return True

    def _is_whole(self) -> bool:
        if self._expected is None:
            return self._end == _LAST_CHUNK
        return self._count >= self._expected

    def _read_head(self) -> bool:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._received[: end + 2])
        length = _LENGTH.search(head)
        if head[9:12] not in _GOOD or (length is None and _CHUNKED.search(head) is None):
            raise UnexpectedAnswer(bytes(self._received[:1000]).decode("utf-8", "replace"))
        self._head_is_read = True
        self._expected = end + 4 + int(length[1]) if length is not None else None
        self._closes = _CLOSES.search(head) is not None or head.startswith(b"HTTP/1.0")
        return True


def drive(job: Job) -> Outcome:
    """Do the job; raises UnexpectedAnswer."""
    selector = selectors.DefaultSelector()
    clients = [Client(selector, job.port, job.expects) for _ in range(job.connections)]
    requests = iter(job.requests) if job.seconds is None else cycle(job.requests)
    latencies: deque[float] = deque()
    cpu = time.process_time()
    began = time.perf_counter()
    ends = math.inf if job.seconds is None else began + job.seconds
    on_the_way = 0
    for client, request in zip(clients, requests):  # noqa: B905 - there may be fewer requests than clients
        client.send(request)
        on_the_way += 1
    while on_the_way:
        for key, events in selector.select(timeout=30):
            client = key.data
            if not client.proceed(events):
                continue
            now = time.perf_counter()
            latencies.append(now - client.began)
            following = next(requests, None) if now < ends else None
            if following is not None:
                client.send(following)
            else:
                on_the_way -= 1
    seconds = time.perf_counter() - began
    busy = (time.process_time() - cpu) / seconds
    for client in clients:
        client.close()
    ordered = sorted(latencies)
    return Outcome(
        answered=len(ordered),
        seconds=seconds,
        busy=busy,
        p50=ordered[len(ordered) // 2],
        p99=ordered[len(ordered) * 99 // 100],
    )


def main() -> None:
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    try:
        outcome = drive(job)
    except UnexpectedAnswer as unexpected:
        sys.exit(f"unexpected answer: {unexpected}")
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcome))


if __name__ == "__main__":
    main()

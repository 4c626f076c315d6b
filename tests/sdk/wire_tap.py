"""What a client really sends: a TCP relay in front of a server that keeps a copy of every byte.

It understands nothing while it relays, so it changes nothing; the copies are read as HTTP/1.1 afterwards.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; the headers of both look up names without regard to case."""

    method: str
    target: str
    headers: Message
    status: int
    answer: Message


class _Connection:
    """Two sockets that are joined, and what went each way."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._client, self._server = client, server
        self.sent, self.answered = bytearray(), bytearray()
        self._threads = [
            threading.Thread(target=_relay, args=way, daemon=True)
            for way in ((client, server, self.sent), (server, client, self.answered))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()


def _relay(source: socket.socket, sink: socket.socket, copy: bytearray) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            copy += chunk
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class WireTap:
    """A relay on a free port of 127.0.0.1, `port`, to `target_port`."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._connections: list[_Connection] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(_Connection(client, socket.create_connection(self._target)))

    def exchanges(self) -> list[Exchange]:
        """Return what was asked and answered so far, connection by connection; what is not complete is left out."""
        return [
            exchange
            for connection in tuple(self._connections)
            for exchange in _read(bytes(connection.sent), bytes(connection.answered))
        ]


def _read(sent: bytes, answered: bytes) -> list[Exchange]:
    requests, answers = io.BytesIO(sent), _Replay(answered)
    found = []
    while line := requests.readline():
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = http.client.parse_headers(requests)
        requests.seek(int(headers.get("Content-Length", "0")), io.SEEK_CUR)
        answer = http.client.HTTPResponse(answers, method=method)  # type: ignore[arg-type]  # all it uses is makefile
        try:
            answer.begin()
            answer.read()
        except (http.client.HTTPException, OSError):
            break
        found.append(Exchange(method, target, headers, answer.status, answer.headers))
    return found


class _Replay:
    """A socket from which answers are read one behind the other."""

    def __init__(self, content: bytes) -> None:
        self._file = _Open(content)

    def makefile(self, mode: str) -> io.BytesIO:
        return self._file


class _Open(io.BytesIO):
    """A file that stays open when the reader of one answer is done."""

    def close(self) -> None:
        self.flush()

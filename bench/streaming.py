"""One object of 1 GB, put and fetched as a stream: how fast, and what it does to the memory of the server."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType

from bench.clients import Azure, Client, Cos
from bench.contenders import KILOBYTE, Contender, azurite, bare, disk_emulator, send_all, workspace
from bench.line import ADDED, RATIO, Line, at_least, at_most
from bench.processes import HOST, Server
from bench.scale import Scale

_MIB = 1024 * 1024
_PIECE = KILOBYTE * 1024
_SAMPLE_SECONDS = 0.01
#: More than this and the memory would depend on the size of the object.
_MOST_GROWTH_MB = 32
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Results:
    put: list[float] = field(default_factory=list)
    get: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines; each round overwrites the object of the round before."""
    rounds = max(1, scale.rounds // 2)
    with workspace() as directory, ExitStack() as stack:

        def stand(name: str, server: Server | None, client: Client) -> tuple[Contender, _Results]:
            if server is not None:
                stack.enter_context(server)
                # The first object is small: what is loaded late is not growth.
                send_all(server, [client.create(server.port), client.put(server.port, "MB/0", _PIECE)])
                send_all(server, [client.get(server.port, "MB/0")])
            return Contender(name, server, client), _Results()

        ours = stand("disk store", disk_emulator(directory / "ours"), Cos())
        others = (
            stand("bare aiohttp handler", bare(), Cos()),
            stand("azurite", azurite(directory / "azurite") if scale.peers else None, Azure()),
        )
        for _ in range(rounds):
            for contender, results in (ours, *others):
                if contender.server is not None:
                    _turn(contender.server, contender.client, results, scale.stream)
    yield from _lines(ours[1], [(contender.name, results) for contender, results in others])


def _lines(ours: _Results, others: list[tuple[str, _Results]]) -> Iterator[Line]:
    for method, rates in (("PUT", "put"), ("GET", "get")):
        for name, results in others:
            yield Line(
                name=f"signed {method} of 1 GB, disk store",
                unit="MB/s",
                ours=getattr(ours, rates),
                baseline_name=name,
                baseline=getattr(results, rates),
                comparison=RATIO,
                aim=at_least(1) if name == "azurite" else None,
                absence="peer not installed",
            )
    for when, values in (("the most meanwhile", ours.peak), ("afterwards", ours.after)):
        yield Line(
            name=f"PUT and GET of 1 GB, disk store: RSS {when}",
            unit="MB",
            ours=values,
            baseline_name="before",
            baseline=ours.before,
            comparison=ADDED,
            aim=at_most(_MOST_GROWTH_MB),
            decimals=1,
        )


def _turn(server: Server, client: Client, results: _Results, pieces: int) -> None:
    key, size = f"stream/{pieces}", pieces * len(_PIECE)
    results.before.append(_rss(server))
    with _Watch(server) as watch:
        results.put.append(_send(server.port, client.put_head(server.port, key, size), pieces))
        results.get.append(_fetch(server.port, client.get(server.port, key), size))
    results.peak.append(watch.most)
    results.after.append(_rss(server))


def _send(port: int, head: bytes, pieces: int) -> float:
    """Put the object and return MB/s until it was acknowledged."""
    began = time.perf_counter()
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall(head)
        for _ in range(pieces):
            connection.sendall(_PIECE)
        status = connection.recv(65536)[9:12]
    if status not in (b"200", b"201"):
        raise RuntimeError(f"a stream was answered with {status!r}")
    return pieces * len(_PIECE) / 1e6 / (time.perf_counter() - began)


def _fetch(port: int, request: bytes, size: int) -> float:
    """Fetch the object and return MB/s."""
    began = time.perf_counter()
    buffer = bytearray(_MIB)
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        head, _, body = head.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or int(length[1]) != size:
            raise RuntimeError(f"a stream is not as long as it was: {head!r}")
        left = size - len(body)
        while left:
            received = connection.recv_into(buffer)
            if not received:
                raise RuntimeError("a stream broke off")
            left -= received
    return size / 1e6 / (time.perf_counter() - began)


def _rss(server: Server) -> float:
    return server.process.memory_info().rss / 1e6


class _Watch:
    """Looks at a server's memory as long as the context lasts; `most` is in MB."""

    def __init__(self, server: Server) -> None:
        self.most = 0.0
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            self.most = max(self.most, _rss(self._server))

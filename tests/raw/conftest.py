"""Servers to be asked over plain sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from raw_http import Server

from ci_emulator.testing import Emulator


def _with_bucket(emulator: Emulator) -> int:
    server = Server(emulator.port)
    server.make_bucket()
    server.close()
    return emulator.port


@pytest.fixture(scope="session")
def _open_port() -> Iterator[int]:
    with Emulator(auth="off", header_timeout=0.5, body_timeout=0.5) as emulator:
        yield _with_bucket(emulator)


@pytest.fixture(scope="session")
def _strict_port() -> Iterator[int]:
    with Emulator() as emulator:
        yield _with_bucket(emulator)


@pytest.fixture
def server(_open_port: int) -> Iterator[Server]:
    """A server that checks no signature, with half-second timeouts; the tests share its bucket."""
    server = Server(_open_port)
    yield server
    server.close()


@pytest.fixture
def strict(_strict_port: int) -> Iterator[Server]:
    """A server with its default settings."""
    server = Server(_strict_port)
    yield server
    server.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Start a server with settings of the test's own; it has the bucket."""
    running: list[tuple[Emulator, Server]] = []

    def run(**settings: object) -> Server:
        emulator = Emulator(**settings)
        emulator.__enter__()
        running.append((emulator, Server(_with_bucket(emulator))))
        return running[-1][1]

    yield run
    for emulator, server in running:
        server.close()
        emulator.__exit__(None, None, None)

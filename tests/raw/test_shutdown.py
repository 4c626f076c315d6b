"""A stop finishes what is in flight and takes nothing new; both address families have one port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from raw_http import Server, Wire, request

from ci_emulator.testing import Emulator

PATIENCE = 20.0


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], Server]]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("CI_EMULATOR_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "ci_emulator", "serve", "--port", "0", "--auth", "off", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line
        server = Server(int(found[1]))
        server.make_bucket()
        yield process, server
        server.close()
    finally:
        process.kill()
        process.communicate()


def refused(port: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_upload_in_flight_is_finished(number: signal.Signals) -> None:
    with serving() as (process, server):
        idle, upload, chunked = server.connect(), server.connect(), server.connect()
        assert idle.ask(request("GET", "/")).status == 200
        upload.send(request("PUT", "/slow", "Content-Length: 6") + b"abc")
        chunked.send(request("PUT", "/chunked", "Transfer-Encoding: chunked") + b"1\r\nx\r\n")
        assert upload.silent_for(0.1)
        process.send_signal(number)
        assert refused(server.port)
        assert idle.at_end()
        assert process.poll() is None
        for wire, rest in ((upload, b"def"), (chunked, b"1\r\ny\r\n0\r\n\r\n")):
            answer = wire.ask(rest)
            assert (answer.status, answer["Connection"]) == (200, "close")
            assert wire.at_end()
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_what_does_not_finish_is_cut_off() -> None:
    with serving("--shutdown-timeout", "0.3") as (process, server):
        upload = server.connect()
        upload.send(request("PUT", "/never", "Content-Length: 6") + b"abc")
        assert upload.silent_for(0.1)
        began = time.monotonic()
        process.terminate()
        assert upload.at_end()
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 5
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_an_embedded_server_finishes_too() -> None:
    emulator = Emulator(auth="off")
    emulator.__enter__()
    server = Server(emulator.port)
    server.make_bucket()
    upload = server.connect()
    upload.send(request("PUT", "/slow", "Content-Length: 6") + b"abc")
    assert upload.silent_for(0.1)
    stopping = threading.Thread(target=emulator.__exit__, args=(None, None, None))
    stopping.start()
    assert upload.silent_for(0.2)
    assert upload.ask(b"def").status == 200
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    server.close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_both_families_answer_on_one_port() -> None:
    with Emulator(auth="off", host="127.0.0.1,::1") as emulator:
        assert {port for _, port in emulator.running.addresses} == {emulator.port}
        for address in ("127.0.0.1", "::1"):
            wire = Wire((address, emulator.port))
            host = f"[{address}]" if ":" in address else address
            answer = wire.ask(request("GET", "/_emulator/health", host=f"{host}:{emulator.port}"))
            assert answer.status == 200
            assert (
                wire.ask(request("GET", "/", "X-Forwarded-Host: service.cos.myqcloud.com", host="x")).status
                == 200
            )
            wire.close()

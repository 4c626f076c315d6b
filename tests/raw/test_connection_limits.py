"""Slow and many clients: each gets an answer where it can be given, and the server goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from raw_http import Server, request

API = "ocr.tencentcloudapi.com"


def test_a_silent_connection_is_closed_without_a_word(server: Server) -> None:
    wire = server.connect()
    began = time.monotonic()
    assert wire.at_end()
    assert 0.4 < time.monotonic() - began < 3


@pytest.mark.parametrize(
    "sent", [b"G", b"\r\n\r\n", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b"]
)
def test_a_head_that_does_not_come_is_answered(server: Server, sent: bytes) -> None:
    wire = server.connect()
    began = time.monotonic()
    answer = wire.ask(sent)
    assert (answer.status, answer.reason, answer.code) == (400, "Bad Request", "RequestTimeout")
    assert answer["Connection"] == "close"
    assert 0.4 < time.monotonic() - began < 3
    assert wire.at_end()


def test_the_api_answers_a_head_that_does_not_come_in_json(server: Server) -> None:
    answer = server.ask(f"POST / HTTP/1.1\r\nHost: {API}\r\nX-A: b".encode())
    assert (answer.status, answer.reason, answer["Content-Type"]) == (200, "OK", "application/json")


def test_a_head_in_drops_is_cut_off(server: Server) -> None:
    wire = server.connect()
    began = time.monotonic()
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Drop: ")
    with suppress(ConnectionError):
        while time.monotonic() - began < 5:
            time.sleep(0.05)
            wire.send(b"d")
    assert time.monotonic() - began < 3


def test_a_head_in_pieces_is_read(server: Server) -> None:
    wire = server.connect()
    for piece in (
        b"GE",
        b"T /?prefix=\xe4",
        b"\xb8\xad HT",
        b"TP/1.1\r",
        b"\nHost: ",
        b"localhost\r\n\r",
        b"\n",
    ):
        wire.send(piece)
        time.sleep(0.02)
    assert wire.read().status == 200


def test_the_clock_runs_again_for_the_next_head_only_once_it_begins(server: Server) -> None:
    wire = server.connect()
    assert wire.ask(request("GET", "/")).status == 200
    assert wire.silent_for(0.8)
    assert wire.ask(request("GET", "/")).status == 200
    answer = wire.ask(b"GET / HT")
    assert answer.code == "RequestTimeout"


def test_an_idle_connection_is_closed(start: Callable[..., Server]) -> None:
    server = start(auth="off", keepalive_timeout=0.3)
    wire = server.connect()
    assert wire.ask(request("GET", "/")).status == 200
    began = time.monotonic()
    assert wire.at_end()
    assert 0.2 < time.monotonic() - began < 3


def test_one_connection_too_many_is_turned_away(start: Callable[..., Server]) -> None:
    server = start(auth="off", max_connections=2)
    first, second = server.connect(), server.connect()
    for wire in (first, second):
        assert wire.ask(request("GET", "/")).status == 200
    third = server.connect()
    answer = third.read()
    assert (answer.status, answer.reason, answer.code) == (503, "Service Unavailable", "SlowDown")
    assert answer["Connection"] == "close"
    assert third.at_end()
    assert second.ask(request("GET", "/")).status == 200
    first.close()
    deadline = time.monotonic() + 5
    while server.connect().ask(request("GET", "/")).status == 503:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_client_that_goes_away_leaves_nothing_behind(server: Server) -> None:
    for sent in (b"", b"GET", request("GET", "/"), request("PUT", "/gone", "Content-Length: 9") + b"x"):
        server.connect().send(sent).close()
    assert server.alive()

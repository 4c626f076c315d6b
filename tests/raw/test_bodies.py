"""Bodies are stored byte for byte as sent, or not at all."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest
from raw_http import CLOUD, Server, request

TEXT = b"the same bytes, over and over; " * 40


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("gzip", b"\x1f\x8bnot gzip at all"),
        ("gzip", TEXT),
        ("gzip", b""),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", b"broken"),
        ("br", b"\x0b\x02\x80brotli"),
        ("zstd", b"\x28\xb5\x2f\xfd broken"),
        ("x-unknown, gzip", TEXT),
        ("identity", TEXT),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_content_encoding_is_stored_as_it_is(
    server: Server, coding: str, body: bytes, chunked: bool
) -> None:
    field = f"Content-Encoding: {coding}"
    if chunked:
        sent = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        put = request("PUT", "/encoded", field, "Transfer-Encoding: chunked") + sent + b"0\r\n\r\n"
    else:
        put = request("PUT", "/encoded", field, body=body)
    assert server.ask(put).status == 200
    answer = server.get("/encoded", "Accept-Encoding: gzip, deflate, br")
    assert answer.body == body
    assert answer["Content-Encoding"] == coding
    assert answer["Content-Length"] == str(len(body))


def test_nothing_is_compressed_on_the_way_out(server: Server) -> None:
    server.put("/plain", TEXT)
    answer = server.get("/plain", "Accept-Encoding: gzip, deflate, br")
    assert answer.body == TEXT
    assert not answer.all("Content-Encoding")


def test_a_chunked_upload(server: Server) -> None:
    wire = server.connect()
    wire.send(request("PUT", "/chunked", "transfer-encoding: Chunked"))
    wire.send(b"5;name=value\r\nhel").send(b"lo\r\n6\r\n world\r\n").send(b"0\r\nTrailer: x\r\n\r\n")
    assert wire.read().status == 200
    assert wire.ask(request("GET", "/chunked")).body == b"hello world"


@pytest.mark.parametrize("broken", [b"zz\r\nx\r\n", b"1\r\nxyz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n"])
@pytest.mark.parametrize("later", [False, True])
def test_a_malformed_chunk_stores_nothing(server: Server, broken: bytes, later: bool) -> None:
    wire = server.connect()
    wire.send(request("PUT", "/malformed-chunk", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n")
    if later:
        time.sleep(0.05)
    began = time.monotonic()
    answer = wire.ask(broken)
    assert answer.status == 400
    assert answer.code in ("IncompleteBody", "BadRequest")
    assert answer["Connection"] == "close"
    assert wire.at_end()
    assert time.monotonic() - began < 0.4, "it waited for a body that could not come"
    assert server.get("/malformed-chunk").code == "NoSuchKey"


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "identity, chunked", "chunked, chunked"])
def test_a_transfer_coding_that_nobody_undoes_is_refused(server: Server, coding: str) -> None:
    answer = server.ask(request("PUT", "/coded", f"Transfer-Encoding: {coding}") + b"1\r\nx\r\n0\r\n\r\n")
    assert answer.code in ("NotImplemented", "BadRequest")
    assert server.get("/coded").code == "NoSuchKey"


def test_both_lengths_are_refused(server: Server) -> None:
    sent = (
        request("PUT", "/both", "Content-Length: 11", "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n\r\n"
    )
    wire = server.connect()
    answer = wire.ask(sent)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert wire.at_end()
    assert server.get("/both").code == "NoSuchKey"


@pytest.mark.parametrize("length", ["x", "-1", "+1", "1.0", "0x1", "9" * 30, ""])
def test_a_length_that_is_none_is_refused(server: Server, length: str) -> None:
    answer = server.ask(request("PUT", "/length", f"Content-Length: {length}") + b"x")
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert server.get("/length").code == "NoSuchKey"


def test_a_length_is_required(server: Server) -> None:
    wire = server.connect()
    answer = wire.ask(request("PUT", "/no-length"))
    assert (answer.status, answer.code) == (411, "MissingContentLength")
    assert answer.message == "You must provide the Content-Length HTTP header."
    assert wire.ask(request("GET", "/no-length")).code == "NoSuchKey"


def test_an_empty_body(server: Server) -> None:
    server.put("/empty", b"")
    answer = server.get("/empty")
    assert (answer.status, answer.body, answer["Content-Length"]) == (200, b"", "0")


def test_a_body_that_ends_early_stores_nothing(server: Server) -> None:
    for sent in (b"abc", b""):
        wire = server.connect()
        wire.send(request("PUT", "/early", "Content-Length: 10") + sent).close()
    wire = server.connect()
    wire.send(request("PUT", "/early", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n").finish()
    assert wire.at_end()
    assert server.alive()
    assert server.get("/early").code == "NoSuchKey"


def test_an_object_survives_an_upload_that_breaks_off(server: Server) -> None:
    server.put("/survivor", b"old")
    wire = server.connect()
    wire.send(request("PUT", "/survivor", "Content-Length: 10") + b"new").finish()
    assert wire.at_end()
    assert server.get("/survivor").body == b"old"


def test_a_body_on_a_get_is_ignored(server: Server) -> None:
    server.put("/got", b"mine")
    wire = server.connect()
    assert wire.ask(request("GET", "/got", body=b"GET /nothing HTTP/1.1\r\n\r\n")).body == b"mine"
    assert wire.ask(request("GET", "/got")).body == b"mine"


def test_a_slow_body_times_out(server: Server) -> None:
    wire = server.connect()
    began = time.monotonic()
    answer = wire.ask(request("PUT", "/slow", "Content-Length: 10") + b"abc")
    assert (answer.status, answer.code) == (400, "RequestTimeout")
    assert 0.4 < time.monotonic() - began < 3
    assert answer["Connection"] == "close"
    assert server.get("/slow").code == "NoSuchKey"


def test_a_body_may_take_longer_than_the_timeout_while_it_moves(server: Server) -> None:
    wire = server.connect()
    wire.send(request("PUT", "/steady", "Content-Length: 6"))
    for byte in b"steady":
        time.sleep(0.15)
        wire.send(bytes([byte]))
    assert wire.read().status == 200
    assert server.get("/steady").body == b"steady"


@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "TLS/1.2"])
def test_an_offer_to_upgrade_is_ignored(server: Server, upgrade: str) -> None:
    wire = server.connect()
    fields = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {upgrade}", "HTTP2-Settings: AAMAAABk")
    assert wire.ask(request("PUT", "/upgraded", *fields, body=b"whole")).status == 200
    assert wire.ask(request("GET", "/upgraded", *fields)).body == b"whole"


def test_a_megabyte_through_one_connection(server: Server) -> None:
    body = bytes(range(256)) * 4096
    wire = server.connect()
    assert wire.ask(request("PUT", "/big", body=body)).status == 200
    assert wire.ask(request("GET", "/big")).body == body
    partial = wire.ask(request("GET", "/big", "Range: bytes=255-257"))
    assert (partial.status, partial.body) == (206, b"\xff\x00\x01")


@pytest.mark.parametrize("field", [b"x-cos-meta-a", b"Content-Type", b"Cache-Control"])
def test_a_kept_header_that_is_not_utf_8_is_refused(server: Server, field: bytes) -> None:
    answer = server.ask(request("PUT", "/meta", field + b": \xff\xfe", body=b"x"))
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert field.decode().lower() in answer.message


def test_a_kept_header_in_utf_8_comes_back(server: Server) -> None:
    server.put("/meta", b"x", "x-cos-meta-a: 中文", host=CLOUD)
    assert server.get("/meta")["x-cos-meta-a"].encode("latin-1").decode() == "中文"

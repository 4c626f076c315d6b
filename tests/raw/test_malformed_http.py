"""What is no HTTP is answered in the dialect's own document, and the server stays up."""

from __future__ import annotations

import pytest
from raw_http import CLOUD, Server, request

API = "ocr.tencentcloudapi.com"
HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03" + bytes(range(200)) + b"\r\n\r\n"

MALFORMED = {
    "garbage": b"\x00\xff\xfe garbage\r\n\r\n",
    "a line of text": b"hello there\r\n\r\n",
    "TLS ClientHello": HELLO,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another version": request("GET", "/", version="9.9"),
    "no version": b"GET / \r\nHost: a\r\n\r\n",
    "an unknown method": request("FROB", "/"),
    "a method in small letters": request("get", "/"),
    "a method of no letters": request("G@T", "/"),
    "a space in the target": request("GET", "/a b"),
    "a NUL in the target": request("GET", "/a\0b"),
    "a NUL in a header": request("GET", "/", b"X-A: a\0b"),
    "a folded header": request("GET", "/", "X-A: a\r\n b"),
    "a space before the colon": request("GET", "/", "X-A : a"),
    "no colon": request("GET", "/", "nothing"),
    "no name": request("GET", "/", ": a"),
    "bare line feeds": b"GET / HTTP/1.1\nHost: " + CLOUD.encode() + b"\n\n",
    "too many headers": request("GET", "/", *(f"X-{number}: a" for number in range(500))),
    "garbage behind a body": request("PUT", "/behind", body=b"x") + b"\x00\x01\x02\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_it_is_answered_in_xml_and_the_connection_closed(server: Server, sent: bytes) -> None:
    wire = server.connect()
    answer = wire.ask(sent)
    assert (answer.status, answer.reason, answer.code) == (400, "Bad Request", "BadRequest")
    assert answer.message.startswith("The request is malformed")
    for element in ("Resource", "RequestId", "TraceId"):
        assert answer.text.partition(f"<{element}>")[2].partition("</")[0]
    assert answer["Connection"] == "close"
    assert wire.at_end()
    assert server.alive()


@pytest.mark.parametrize(
    "sent",
    [
        request("POST", "/", b"X-A: a\0b", host=API, body=b"{}"),
        request("FROB", "/", host=API),
        request("POST", "/", "Content-Length: x", host=API),
        request("POST", "/", b"X-A: a\0b", "X-TC-Action: QrcodeOCR", host="127.0.0.1"),
    ],
)
def test_the_api_answers_in_json_with_status_200(server: Server, sent: bytes) -> None:
    wire = server.connect()
    answer = wire.ask(sent)
    assert (answer.status, answer.reason, answer["Content-Type"]) == (200, "OK", "application/json")
    assert '"Code":"InvalidRequest"' in answer.text
    assert '"RequestId":"' in answer.text
    assert wire.at_end()


def test_the_host_is_known_when_the_rest_comes_later(server: Server) -> None:
    wire = server.connect()
    wire.send(f"POST / HTTP/1.1\r\nHost: {API}\r\n".encode())
    assert wire.silent_for(0.1)
    assert wire.ask(b"X-A: a\0b\r\n\r\n")["Content-Type"] == "application/json"


def test_the_second_request_of_a_connection_can_be_malformed(server: Server) -> None:
    wire = server.connect()
    assert wire.ask(request("GET", "/")).status == 200
    answer = wire.ask(request("GET", "/", "nothing", host=API))
    assert answer["Content-Type"] == "application/json"
    assert wire.at_end()


def test_the_answer_to_a_malformed_head_has_no_body(server: Server) -> None:
    wire = server.connect()
    answer = wire.ask(request("HEAD", "/", b"X-A: a\0b"), head=True)
    assert answer.status == 400
    assert wire.at_end()


def test_blank_lines_before_a_request_are_skipped(server: Server) -> None:
    assert server.ask(b"\r\n\r\n" + request("GET", "/")).status == 200


def test_what_a_client_wrote_is_not_repeated(server: Server) -> None:
    answer = server.ask(request("GET", "/a b?q-signature=0123456789abcdef"))
    assert answer.status == 400
    assert "0123456789abcdef" not in answer.text

"""A 100 is sent to whom may upload, once, and to nobody else; a refused client can always read why."""

from __future__ import annotations

import threading

import pytest
from raw_http import CLOUD, Server, Wire, request, signature

EXPECT = "Expect: 100-continue"
API = "ocr.tencentcloudapi.com"
MB = 1024 * 1024


@pytest.mark.parametrize("field", [EXPECT, "expect: 100-Continue", "EXPECT:100-CONTINUE"])
def test_the_100_comes_before_the_body_and_once(strict: Server, field: str) -> None:
    wire = strict.connect()
    wire.send(request("PUT", "/expected", field, signature("PUT", "/expected"), "Content-Length: 6"))
    assert wire.interim() == 100
    assert wire.silent_for(0.1)
    wire.send(b"abc")
    assert wire.silent_for(0.1)
    answer = wire.ask(b"def")
    assert (answer.status, answer.interim) == (200, [])
    assert wire.ask(request("GET", "/expected", signature("GET", "/expected"))).body == b"abcdef"


def test_the_100_of_a_chunked_upload(strict: Server) -> None:
    wire = strict.connect()
    wire.send(
        request("PUT", "/expected", EXPECT, signature("PUT", "/expected"), "Transfer-Encoding: chunked")
    )
    assert wire.interim() == 100
    assert wire.ask(b"1\r\nx\r\n0\r\n\r\n").status == 200


def test_no_100_when_the_body_is_there_already(strict: Server) -> None:
    answer = strict.ask(request("PUT", "/expected", EXPECT, signature("PUT", "/expected"), body=b"here"))
    assert (answer.status, answer.interim) == (200, [])


def test_no_100_without_a_body(strict: Server) -> None:
    wire = strict.connect()
    answer = wire.ask(request("PUT", "/expected", EXPECT, signature("PUT", "/expected"), body=b""))
    assert (answer.status, answer.interim) == (200, [])
    assert wire.ask(request("GET", "/expected", signature("GET", "/expected"))).body == b""


def test_no_100_for_http_1_0(server: Server) -> None:
    wire = server.connect()
    wire.send(request("PUT", "/expected", EXPECT, "Content-Length: 1", version="1.0"))
    assert wire.silent_for(0.1)
    answer = wire.ask(b"x")
    assert (answer.status, answer.interim) == (200, [])


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (signature("PUT", "/refused", secret_key="another"), "SignatureDoesNotMatch"),
        (signature("PUT", "/another"), "SignatureDoesNotMatch"),
        ("Authorization: nonsense", "AccessDenied"),
        ("X-Nothing: anonymous", "AccessDenied"),
    ],
)
def test_who_may_not_upload_gets_no_100(strict: Server, field: str, code: str) -> None:
    wire = strict.connect()
    answer = wire.ask(request("PUT", "/refused", EXPECT, field, "Content-Length: 5"))
    assert (answer.status, answer.code, answer.interim) == (403, code, [])
    assert answer["Connection"] == "close", "the body may follow or not: nothing else can follow"


@pytest.mark.parametrize(
    ("target", "fields", "status", "code"),
    [
        ("/" + "k" * 851, (), 400, "KeyTooLong"),
        ("/bad-digest", ("Content-MD5: x",), 400, "InvalidDigest"),
        ("/large", ("Content-Length: 6000000000",), 400, "EntityTooLarge"),
    ],
)
def test_what_cannot_be_stored_gets_no_100(
    server: Server, target: str, fields: tuple[str, ...], status: int, code: str
) -> None:
    length = () if any("Length" in field for field in fields) else ("Content-Length: 5",)
    answer = server.ask(request("PUT", target, EXPECT, *fields, *length))
    assert (answer.status, answer.code, answer.interim) == (status, code, [])


@pytest.mark.parametrize("value", ["200-ok", "100-continue, x", "100", "\u00e9"])
def test_another_expectation_is_refused(server: Server, value: str) -> None:
    answer = server.ask(request("PUT", "/expected-else", f"Expect: {value}", body=b"x"))
    assert (answer.status, answer.reason, answer.code) == (417, "Expectation Failed", "ExpectationFailed")
    assert server.get("/expected-else").code == "NoSuchKey"


def test_another_expectation_is_refused_in_the_dialect_of_the_host(server: Server) -> None:
    answer = server.ask(request("POST", "/", "Expect: 200-ok", host=API, body=b"{}"))
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")
    assert '"Code":"InvalidRequest"' in answer.text
    answer = server.ask(request("GET", "/_emulator/health", "Expect: 200-ok", host="localhost"))
    assert (answer.status, answer["Content-Type"]) == (417, "application/json")


def test_an_empty_expectation_is_none(server: Server) -> None:
    assert server.ask(request("PUT", "/expected-none", "Expect: ", body=b"x")).status == 200


def test_an_api_call_gets_its_100_too(strict: Server) -> None:
    wire = strict.connect()
    fields = ("X-TC-Action: QrcodeOCR", "Content-Type: application/json", "Content-Length: 2")
    wire.send(request("POST", "/", EXPECT, *fields, host=API))
    assert wire.interim() == 100, "its signature covers the body"
    assert wire.ask(b"{}")["Content-Type"] == "application/json"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_keeps_sending_reads_its_refusal(strict: Server, chunked: bool) -> None:
    wire = strict.connect()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {5 * MB}"
    wire.send(request("PUT", "/refused", signature("PUT", "/refused", secret_key="another"), length))
    part = b"x" * MB
    for _ in range(5):
        wire.send(b"%x\r\n%b\r\n" % (MB, part) if chunked else part)
    answer = wire.ask(b"0\r\n\r\n" if chunked else b"")
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert wire.ask(request("GET", "/refused", signature("GET", "/refused"))).code == "NoSuchKey"


def test_a_client_that_never_stops_sending_is_cut_off(strict: Server) -> None:
    wire = strict.connect()
    wire.send(request("PUT", "/refused", f"Content-Length: {1 << 40}", host=CLOUD))
    answer = wire.read()
    assert answer.status in (400, 403)
    stopped = threading.Event()

    def flood(wire: Wire) -> None:
        try:
            while True:
                wire.send(b"x" * MB)
        except OSError:
            stopped.set()

    thread = threading.Thread(target=flood, args=(wire,), daemon=True)
    thread.start()
    assert stopped.wait(5)
    thread.join(5)
    assert strict.alive()

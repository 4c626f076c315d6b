"""Every form of request target and Host arrives as what it means."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from raw_http import BUCKET, CLOUD, Server, request

LISTED = f"<Name>{BUCKET}</Name>"
API = "ocr.tencentcloudapi.com"


@pytest.fixture
def local(server: Server) -> str:
    return f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    "target",
    [
        f"http://{CLOUD}/?prefix=q%26&max-keys=7",
        f"http://{CLOUD}?prefix=q%26&max-keys=7",
        f"HTTP://{CLOUD.upper()}/?prefix=q%26&max-keys=7",
        f"https://{CLOUD}:443/?prefix=q%26&max-keys=7",
    ],
)
def test_absolute_form_counts_more_than_the_host(server: Server, local: str, target: str) -> None:
    answer = server.get(target, host=local)
    assert answer.status == 200
    assert LISTED in answer.text
    assert "<Prefix>q&amp;</Prefix>" in answer.text
    assert "<MaxKeys>7</MaxKeys>" in answer.text


def test_absolute_form_without_path_and_query_is_the_bucket(server: Server, local: str) -> None:
    assert LISTED in server.get(f"http://{CLOUD}", host=local).text


def test_absolute_form_reaches_an_object(server: Server, local: str) -> None:
    server.put(f"http://{CLOUD}/absolute//%2E/k", b"there", host=local)
    assert server.get("/absolute//%2E/k").body == b"there"


@pytest.mark.parametrize("authority", [f"{CLOUD}:443", "ocr.tencentcloudapi.com:443", "nonsense"])
def test_connect_is_refused_and_the_connection_closed(server: Server, authority: str) -> None:
    wire = server.connect()
    answer = wire.ask(
        request("CONNECT", authority, host=authority) + b"\x16\x03\x01 what a client sends next"
    )
    assert (answer.status, answer.code) == (405, "MethodNotAllowed")
    assert answer["Connection"] == "close"
    assert wire.at_end()


def test_asterisk_form_names_no_resource(server: Server) -> None:
    answer = server.ask(request("OPTIONS", "*"))
    assert (answer.status, answer.code) == (400, "InvalidURI")


@pytest.mark.parametrize("target", ["/a#b", f"http://{CLOUD}/a#b"])
def test_a_fragment_is_refused(server: Server, target: str) -> None:
    answer = server.get(target)
    assert (answer.status, answer.code) == (400, "InvalidURI")


def test_a_fragment_is_refused_in_the_dialect_of_the_host(server: Server) -> None:
    answer = server.get("/a#b", host=API)
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")


def test_http_1_0_with_a_host(server: Server) -> None:
    wire = server.connect()
    answer = wire.ask(request("GET", "/", version="1.0"))
    assert (answer.version, answer.status) == ("HTTP/1.0", 200)
    assert LISTED in answer.text
    assert wire.at_end()


def test_http_1_0_can_be_kept_alive(server: Server) -> None:
    wire = server.connect()
    for _ in range(2):
        answer = wire.ask(request("GET", "/", "Connection: keep-alive", version="1.0"))
        assert (answer.status, answer["Connection"]) == (200, "keep-alive")


def test_http_1_0_without_a_host_names_no_bucket(server: Server) -> None:
    answer = server.ask(request("GET", "/", version="1.0", host=None))
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert "does not say which bucket" in answer.message


def test_http_1_1_without_a_host_is_malformed(server: Server) -> None:
    answer = server.ask(request("GET", "/", host=None))
    assert (answer.status, answer.code) == (400, "BadRequest")


@pytest.mark.parametrize(
    "fields",
    [
        ("Host: other.example",),
        ("Authorization: q-sign-algorithm=sha1", "authorization: q-sign-algorithm=sha1"),
        ("Content-Length: 0", "Content-Length: 0"),
        ("Content-Length: 0", "Content-Length: 1"),
        ("Expect: 100-continue", "Expect: 100-continue"),
    ],
)
def test_what_may_come_once_is_refused_twice(server: Server, fields: tuple[str, ...]) -> None:
    wire = server.connect()
    answer = wire.ask(request("GET", "/", *fields))
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert answer["Connection"] == "close"
    assert wire.at_end()


def test_two_authorizations_are_refused_in_the_dialect_of_the_host(server: Server) -> None:
    answer = server.ask(
        request("POST", "/", "Authorization: TC3-a", "Authorization: TC3-b", host=API, body=b"{}")
    )
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")
    assert '"Code":"InvalidRequest"' in answer.text


@pytest.mark.parametrize(
    "host", [f"{CLOUD}:9000", CLOUD.upper(), f"{CLOUD}.", f"{CLOUD}.:80", f"{CLOUD}:{'9' * 5000}"]
)
def test_how_a_host_is_written_does_not_matter(server: Server, host: str) -> None:
    assert LISTED in server.get("/", host=host).text


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]", "[::1]:9000", "http://127.0.0.1:9000"]
)
def test_local_hosts_have_path_style(server: Server, host: str) -> None:
    assert LISTED in server.get(f"/{BUCKET}/", host=host).text


@pytest.mark.parametrize("host", ["", "a b", b"\xff\xfe", "files.example", BUCKET])
def test_a_host_that_names_no_bucket(server: Server, host: str | bytes) -> None:
    field = b"Host: " + (host if isinstance(host, bytes) else host.encode())
    answer = server.ask(request("GET", "/k", field, host=None))
    assert (answer.status, answer.code) == (400, "InvalidRequest")


def test_the_forwarded_host_of_a_trusted_proxy_counts(server: Server, local: str) -> None:
    assert LISTED in server.get("/", f"X-Forwarded-Host: {CLOUD}", host=local).text
    assert LISTED in server.get("/", f"X-Forwarded-Host: {CLOUD}, inner.example", host=local).text


def test_the_forwarded_host_of_anybody_else_does_not(start: Callable[..., Server]) -> None:
    server = start(auth="off", trusted_proxies="192.0.2.0/24")
    answer = server.get("/", f"X-Forwarded-Host: {CLOUD}", host="127.0.0.1")
    assert "<ListAllMyBucketsResult>" in answer.text
    assert LISTED in server.get("/", "X-Forwarded-Host: other-1250000000.cos.ap-x.myqcloud.com").text


def test_the_default_bucket_takes_what_names_none(start: Callable[..., Server]) -> None:
    server = start(auth="off", default_bucket=BUCKET)
    server.put("/dir/k", b"mine", host="localhost")
    assert server.get("/dir/k", host="files.example").body == b"mine"
    assert server.get("/dir/k").body == b"mine"


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    wire = server.connect()
    wire.send(
        request("PUT", "/pipelined", body=b"one")
        + request("GET", "/pipelined")
        + request("GET", "/pipelined-absent")
        + request("HEAD", "/pipelined")
        + request("DELETE", "/pipelined")
        + request("GET", "/pipelined")
    )
    answers = [wire.read(head=number == 3) for number in range(6)]
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 204, 404]
    assert answers[1].body == b"one"
    assert answers[2].code == "NoSuchKey"
    assert answers[3]["Content-Length"] == "3"


def test_a_connection_serves_many_requests_of_any_kind(server: Server) -> None:
    wire = server.connect()
    for number in range(5):
        body = b"x" * number
        assert wire.ask(request("PUT", "/kept", body=body)).status == 200
        assert wire.ask(request("GET", "/kept")).body == body
        assert wire.ask(request("GET", "/_emulator/health", host="localhost")).status == 200
        assert wire.ask(request("POST", "/", host=API, body=b"{}"))["Content-Type"] == "application/json"
        assert wire.ask(request("GET", "/kept-absent")).code == "NoSuchKey"


def test_a_client_that_wants_to_close_is_told_so(server: Server) -> None:
    wire = server.connect()
    answer = wire.ask(request("GET", "/", "Connection: close"))
    assert (answer.status, answer["Connection"]) == (200, "close")
    assert wire.at_end()

"""The head of a request as bytes: raw text becomes percent-encoded, and what cannot be parsed still tells its dialect."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.wire.head import escape_line, sniff


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", b""),
        (b"GET /a%20b?c=<d> HTTP/1.1\r\n", b"GET /a%20b?c=<d> HTTP/1.1\r\n"),
        ("GET /中 HTTP/1.1\r\n".encode(), b"GET /%E4%B8%AD HTTP/1.1\r\n"),
        (b"GET /\xff HTTP/1.1\r\n", b"GET /%FF HTTP/1.1\r\n"),
        (b"GET /\xe4\xb8", b"GET /%E4%B8"),
        (b"\xad HTTP/1.1\r\nX: \xad\r\n\r\n\xad", b"%AD HTTP/1.1\r\nX: \xad\r\n\r\n\xad"),
        (b"PUT / HTTP/1.1\r\nX: \xff\r\n\r\n\xff", b"PUT / HTTP/1.1\r\nX: \xff\r\n\r\n\xff"),
    ],
)
def test_only_the_request_line_is_escaped(data: bytes, expected: bytes) -> None:
    assert escape_line(data) == expected


@settings(deadline=None)
@given(line=st.binary().map(lambda data: data.replace(b"\n", b"").replace(b"%", b"")), rest=st.binary())
def test_what_is_escaped_means_the_same(line: bytes, rest: bytes) -> None:
    escaped, end, behind = escape_line(line + b"\n" + rest).partition(b"\n")
    assert escaped.isascii()
    assert unquote_to_bytes(escaped) == line
    assert (end, behind) == (b"\n", rest)


@pytest.mark.parametrize(
    ("head", "method", "host", "headers"),
    [
        (b"", "GET", "", {}),
        (b"\x00\xff", "GET", "", {}),
        (b"GET / HTTP/1.1\r\nHost: A.example:1\r\n", "GET", "a.example", {"host": "A.example:1"}),
        (b"HEAD / HTTP/1.1\r\nhost:a\r\n", "HEAD", "a", {"host": "a"}),
        (
            b"POST /\r\nX-TC-Action: Q\r\nX-TC-Language:  zh-CN \r\n",
            "GET",
            "",
            {"x-tc-action": "Q", "x-tc-language": "zh-CN"},
        ),
        (b"GET /?Host: a\r\nX-Host: b\r\n Host: c\r\n", "GET", "", {}),
        (b"GET /\r\nHost: " + b"\xff:" + b"9" * 5000 + b"\r\n", "GET", "\udcff", None),
    ],
)
def test_what_a_broken_head_tells(
    head: bytes, method: str, host: str, headers: dict[str, str] | None
) -> None:
    target = sniff(head)
    assert (target.method, target.host.name, target.raw_path) == (method, host, "/")
    assert headers is None or target.headers == headers


@settings(deadline=None)
@given(st.binary() | st.binary().map(b"\r\nHost: ".__add__))
def test_any_head_is_sniffed(head: bytes) -> None:
    assert sniff(head + b"\r\n").raw_path == "/"


@pytest.mark.parametrize(
    ("head", "query"),
    [
        (b"GET /?ImageBase64=" + b"A" * 70_000, "ImageBase64=" + "A" * (4096 - 12)),
        (b"GET /?a=%20&b HTTP/1.1\r\nHost: a\r\n", "a=%20&b"),
        (b"GET /key?a=b HTTP/1.1", ""),
        (b"GET /?\xff HTTP/1.1", ""),
        (b"x\r\nGET /?a=b HTTP/1.1", ""),
    ],
)
def test_the_beginning_of_a_query_on_the_root(head: bytes, query: str) -> None:
    assert sniff(head).raw_query == query

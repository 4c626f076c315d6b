"""Keys and parameters mean what was written on the request line; nothing is normalised."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from raw_http import BUCKET, Server, request

KEYS = {
    "/raw/a//b": "raw/a//b",
    "/raw/./x": "raw/./x",
    "/raw/../x": "raw/../x",
    "/raw/..%2Fx": "raw/../x",
    "/raw/.%2Fx": "raw/./x",
    "/%2e%2e/raw": "../raw",
    "/raw/a%2Fb": "raw/a/b",
    "/raw/a%252Fb": "raw/a%2Fb",
    "/raw/slash/": "raw/slash/",
    "/raw/%E4%B8%AD%e6%96%87": "raw/中文",
    "/raw/中文": "raw/中文",
    "/raw/a+b": "raw/a+b",
    "/raw/a%20b": "raw/a b",
    "/raw/a%3Fb%23c": "raw/a?b#c",
    '/raw/<a>{b}|\\^`"': 'raw/<a>{b}|\\^`"',
    "/raw/100%": "raw/100%",
    "/raw/;a=1,b:@&$!*'()": "raw/;a=1,b:@&$!*'()",
    "/raw/_emulator/health": "raw/_emulator/health",
}


@pytest.mark.parametrize("target", KEYS)
def test_a_key_is_what_was_written(server: Server, target: str) -> None:
    key = KEYS[target]
    server.put(target, target.encode())
    encoded = "/" + quote(key, safe="")
    assert server.get(encoded).body == target.encode()
    assert server.get(f"/{BUCKET}{target}", host="localhost").body == target.encode()
    listed = server.get(f"/?encoding-type=url&prefix={encoded[1:]}&max-keys=1").text
    assert f"<Key>{quote(key)}</Key>" in listed
    assert server.ask(request("DELETE", encoded)).status == 204
    assert server.get(target).code == "NoSuchKey"


def test_keys_that_differ_in_slashes_and_dots_only_are_different(server: Server) -> None:
    targets = ("/twin/a/b", "/twin/a//b", "/twin/a/./b", "/twin/a/b/", "/twin//a/b")
    for target in targets:
        server.put(target, target.encode())
    assert [server.get(target).text for target in targets] == list(targets)


@pytest.mark.parametrize("target", ["/%ff", "/a%C3/b", "/%ED%A0%80", b"/\xff"])
def test_a_path_that_is_not_utf_8_is_refused(server: Server, target: str | bytes) -> None:
    for method in ("GET", "PUT"):
        answer = server.ask(request(method, target, body=b""))
        assert (answer.status, answer.code) == (400, "InvalidURI")


@pytest.mark.parametrize(
    ("query", "prefix"),
    [
        ("prefix=a+b", "a b"),
        ("prefix=a%2Bb", "a+b"),
        ("prefix=<a>", "&lt;a&gt;"),
        ("prefix=%3Ca%3E", "&lt;a&gt;"),
        ("prefix=中文", "中文"),
        ("prefix=a?b/c", "a?b/c"),
        ("&&prefix=a&prefix=b&", "a"),
    ],
)
def test_a_parameter_is_decoded_once(server: Server, query: str, prefix: str) -> None:
    assert f"<Prefix>{prefix}</Prefix>" in server.get(f"/?{query}").text


@pytest.mark.parametrize("parameter", ["prefix", "marker", "delimiter"])
def test_a_parameter_that_is_not_utf_8_is_refused(server: Server, parameter: str) -> None:
    answer = server.get(f"/?{parameter}=%ff")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert parameter in answer.message


def test_a_request_line_of_60_kb_passes(server: Server) -> None:
    prefix = "x" * 60_000
    answer = server.get(f"/?prefix={prefix}")
    assert answer.status == 200
    assert f"<Prefix>{prefix}</Prefix>" in answer.text


@pytest.mark.parametrize("length", [66_000, 1_000_000])
def test_a_request_line_over_64_kb_is_refused(server: Server, length: int) -> None:
    wire = server.connect()
    answer = wire.ask(request("GET", f"/?prefix={'x' * length}"))
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert "more than 65536 bytes" in answer.message
    assert wire.at_end()
    assert server.alive()


def test_a_header_of_60_kb_passes(server: Server) -> None:
    assert server.get("/", f"X-Long: {'x' * 60_000}").status == 200


def test_a_header_over_64_kb_is_refused_in_the_dialect_of_the_host(server: Server) -> None:
    field = f"X-Long: {'x' * 70_000}"
    assert server.get("/", field).code == "BadRequest"
    answer = server.get("/", field, host="ocr.tencentcloudapi.com")
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")


def test_a_key_with_characters_that_xml_lacks_is_listed(server: Server) -> None:
    server.put("/ctl/%01%00%0B", b"")
    assert "<Key>ctl/%01%00%0B</Key>" in server.get("/?prefix=ctl&encoding-type=url").text
    assert "<Key>ctl/\ufffd\ufffd\ufffd</Key>" in server.get("/?prefix=ctl").text

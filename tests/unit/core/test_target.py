"""Every form of a request target becomes one shape, and nothing of it is normalised."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.target import Form, Host, Target, decode_percent, parse_host, parse_query, split_target


def target(raw_query: str = "", headers: dict[str, str] | None = None) -> Target:
    return Target("GET", Form.ORIGIN, "Host:1", parse_host("Host:1"), "/", raw_query, headers or {})


@pytest.mark.parametrize(
    ("authority", "name", "port"),
    [
        ("example.com", "example.com", None),
        ("Example.COM:8080", "example.com", 8080),
        ("example.com.", "example.com", None),
        ("example.com.:80", "example.com", 80),
        ("[::1]", "::1", None),
        ("[::1]:9000", "::1", 9000),
        ("[FE80::1]:1", "fe80::1", 1),
        ("http://127.0.0.1:9000", "127.0.0.1", 9000),
        ("HTTPS://127.0.0.1:9000/a/b", "127.0.0.1", 9000),
        ("user:word@example.com:1", "example.com", 1),
        ("  example.com ", "example.com", None),
        ("example.com:", "example.com", None),
        ("example.com:http", "example.com", None),
        ("example.com:-1", "example.com", None),
        ("example.com:１", "example.com", None),
        pytest.param("example.com:" + "9" * 5000, "example.com", None, id="a port of 5000 digits"),
        ("", "", None),
        ("[", "", None),
    ],
)
def test_a_host_is_taken_out_of_an_authority(authority: str, name: str, port: int | None) -> None:
    assert parse_host(authority) == Host(name, port)


@pytest.mark.parametrize(
    ("name", "is_ip"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", False),
        ("", False),
        ("1", False),
        ("127.1", False),
        ("256.0.0.1", False),
        ("bkt-1250000000", False),
        (":", False),
        ("127.0.0.1.example", False),
    ],
)
def test_an_address_is_told_from_a_name(name: str, is_ip: bool) -> None:
    assert Host(name, None).is_ip is is_ip


@pytest.mark.parametrize(
    ("method", "raw", "expected"),
    [
        ("GET", "/", (Form.ORIGIN, "", "/", "")),
        ("GET", "/a//b/./c%2Fd?x=1&y", (Form.ORIGIN, "", "/a//b/./c%2Fd", "x=1&y")),
        ("GET", "/a?b?c", (Form.ORIGIN, "", "/a", "b?c")),
        ("POST", "/?", (Form.ORIGIN, "", "/", "")),
        ("GET", "//host/a", (Form.ORIGIN, "", "//host/a", "")),
        ("GET", "/http://x/y", (Form.ORIGIN, "", "/http://x/y", "")),
        ("GET", "http://h:1/a/b?x", (Form.ABSOLUTE, "h:1", "/a/b", "x")),
        ("GET", "http://h", (Form.ABSOLUTE, "h", "/", "")),
        ("GET", "http://h?x=/y", (Form.ABSOLUTE, "h", "/", "x=/y")),
        ("GET", "HTTPS://H/", (Form.ABSOLUTE, "H", "/", "")),
        ("GET", "http://h//a", (Form.ABSOLUTE, "h", "//a", "")),
        ("CONNECT", "h:443", (Form.AUTHORITY, "h:443", "/", "")),
        ("OPTIONS", "*", (Form.ASTERISK, "", "*", "")),
    ],
)
def test_the_four_forms(method: str, raw: str, expected: tuple[Form, str, str, str]) -> None:
    assert split_target(method, raw) == expected


@pytest.mark.parametrize(
    "raw", ["", "a", "?x", "/a#b", "http://h/#b", "ftp://h/", "http://", "http:///a", "http:h"]
)
def test_what_is_none_of_the_forms_is_refused(raw: str) -> None:
    with pytest.raises(Refusal) as caught:
        split_target("GET", raw)
    assert caught.value.kind is Kind.MALFORMED_URI


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("", []),
        ("&&", []),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=a", [("", "a")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        ("p=a+b%2B%20c", [("p", "a b+ c")]),
        ("a+b=1", [("a b", "1")]),
        ("%E4%B8%AD=%e6%96%87", [("中", "文")]),
        ("a=%zz%4", [("a", "%zz%4")]),
        ("a=<b>;c", [("a", "<b>;c")]),
        ("a=%ff", [("a", "\udcff")]),
    ],
)
def test_a_query_is_decoded_once(raw: str, pairs: list[tuple[str, str]]) -> None:
    assert parse_query(raw) == pairs


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())))
def test_what_a_client_encodes_is_what_is_read(pairs: list[tuple[str, str]]) -> None:
    present = [pair for pair in pairs if pair != ("", "")]
    for encode in (lambda text: quote(text, safe=""), quote_plus):
        raw = "&".join(f"{encode(name)}={encode(value)}" for name, value in present)
        assert parse_query(raw) == present


@settings(deadline=None)
@given(st.binary())
@example(b"%zz")
def test_any_bytes_survive_decoding(data: bytes) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in data)
    assert decode_percent(encoded).encode("utf-8", "surrogateescape") == data
    raw = data.replace(b"%", b"").decode("utf-8", "surrogateescape")
    assert decode_percent(raw) == raw
    assert decode_percent(raw + "%41") == raw + "A"


def test_a_plus_in_a_path_is_a_plus() -> None:
    assert decode_percent("a+b%2B") == "a+b+"


def test_the_first_of_repeated_parameters_counts() -> None:
    asked = target("a=1&a=2&b")
    assert (asked.parameter("a"), asked.parameter("b"), asked.parameter("c")) == ("1", "", None)
    assert asked.query_names == {"a", "b"}


def test_an_empty_header_is_absent() -> None:
    asked = target(headers={"authorization": "", "range": "bytes=0-1"})
    assert asked.header("authorization") is None
    assert asked.header("range") == "bytes=0-1"
    assert asked.header("host") is None


def test_the_host_is_that_of_the_authority() -> None:
    asked = Target("GET", Form.ABSOLUTE, "Bkt-1.Example:80", parse_host("127.0.0.1"), "/", "", {})
    assert asked.host == Host("bkt-1.example", 80)
    assert asked.raw_host == Host("127.0.0.1", None)

"""Which Referer a bucket's list lets in (documents 31423 and 32466)."""

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.protocols.cos.referer import parse, read_page, read_pattern


def rules(*domains, kind="White-List", empty=None, status="Enabled"):
    listed = "".join(f"<Domain>{domain}</Domain>" for domain in domains)
    last = f"<EmptyReferConfiguration>{empty}</EmptyReferConfiguration>" if empty else ""
    return parse(
        f"<RefererConfiguration><Status>{status}</Status><RefererType>{kind}</RefererType>"
        f"<DomainList>{listed}</DomainList>{last}</RefererConfiguration>"
    )


@pytest.mark.parametrize(
    ("domain", "referer"),
    [
        ("example.com", "http://example.com"),
        ("example.com", "https://example.com/"),
        ("example.com", "http://example.com/123?a=http://other.test/#x"),
        ("example.com", "http://example.com:8080/"),
        ("example.com", "HTTP://EXAMPLE.COM/"),
        ("EXAMPLE.com", "http://example.com/"),
        ("example.com", "http://example.com./"),
        ("example.com.", "http://example.com/"),
        ("example.com", "http://user:word@example.com/"),
        ("https://example.com", "https://example.com/a"),
        ("example.com:8080", "http://example.com:8080/a"),
        ("10.10.10.10:8080", "http://10.10.10.10:8080/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("www.qq.com/example", "https://www.qq.com/example/page.html"),
        ("www.qq.com/", "https://www.qq.com"),
        ("*.example.com", "http://b.example.com/"),
        ("*.example.com", "http://a.b.example.com/123"),
        ("*.example.com", "http://example.com/"),
        ("*.example.com:81", "http://b.example.com:81/"),
        ("img*.example.com", "http://img12.example.com/"),
        ("*", "http://anything.test/"),
    ],
)
def test_on_the_list(domain, referer):
    assert rules(domain).allows(referer)
    assert not rules(domain, kind="Black-List").allows(referer)


@pytest.mark.parametrize(
    ("domain", "referer"),
    [
        ("example.com", "http://evil.test/?example.com"),
        ("example.com", "http://evil.test/example.com"),
        ("example.com", "http://evil.test/#http://example.com"),
        ("example.com", "http://example.com.evil.test/"),
        ("example.com", "http://evilexample.com/"),
        ("example.com", "http://www.example.com/"),
        ("example.com", "http://example.com@evil.test/"),
        ("example.com", "http://example.com:80@evil.test/"),
        ("*.example.com", "http://evil-example.com/"),
        ("*.example.com", "http://a.example.com.evil.test/"),
        ("https://example.com", "http://example.com/"),
        ("example.com:8080", "http://example.com/"),
        ("example.com:8080", "http://example.com:80801/"),
        ("www.qq.com/example", "https://www.qq.com/other"),
        ("www.qq.com/example", "https://www.qq.com/Example"),
        ("10.10.10.1", "http://10.10.10.10/"),
    ],
)
def test_not_on_the_list(domain, referer):
    assert not rules(domain).allows(referer)
    assert rules(domain, kind="Black-List").allows(referer)


@pytest.mark.parametrize(
    "referer",
    [
        "http://example.com/, http://evil.test/",
        "http://example.com/,http://evil.test/",
        "http://example.com\\@evil.test/",
        "http://example.com /",
        "http://example.com/\x01",
        "http://exämple.com/",
        "http:///example.com",
        "http://",
        "about:blank",
        "http://[::1/",
        "http://example.com:port/",
        ",",
    ],
)
def test_what_is_no_address_is_refused_by_both_lists(referer):
    assert read_page(referer) is None
    assert not rules("example.com").allows(referer)
    assert not rules("example.com", kind="Black-List").allows(referer)


@pytest.mark.parametrize(
    "referer", ["example.com", "example.com/page", "ftp://example.com/", "//example.com/"]
)
def test_without_http_a_page_is_on_no_white_list(referer):
    assert not rules("example.com").allows(referer)


def test_without_a_scheme_a_page_is_on_the_black_list_nevertheless():
    assert not rules("example.com", kind="Black-List").allows("example.com/page")


@pytest.mark.parametrize("kind", ["White-List", "Black-List"])
@pytest.mark.parametrize(("empty", "allowed"), [("Allow", True), ("Deny", False), (None, False)])
def test_no_referer(kind, empty, allowed):
    assert rules("example.com", kind=kind, empty=empty).allows("") is allowed


def test_disabled_rules_allow_everything():
    off = rules("example.com", status="Disabled")
    assert off.allows("http://evil.test/")
    assert off.allows("")


@pytest.mark.parametrize(
    "domain",
    ["", "a b", "http://", "example.com:port", "a@b", "a..b", "例子.test", "x?y", ".com", "[::1", "a\\b"],
)
def test_what_is_no_domain(domain):
    assert read_pattern(domain) is None


@settings(deadline=None)
@given(
    st.from_regex(
        r"https?://([a-z.]{1,8}(:[0-9]{1,3})?@)?(example\.com|evil\.test)(\.evil\.test)?(:[0-9]{1,4})?"
        r"(/[a-z@:,.]{0,9})?(\?[a-z@/:.]{0,9})?(#[a-z@/:]{0,9})?",
        fullmatch=True,
    )
)
def test_the_host_is_the_one_that_a_url_parser_finds(referer):
    parts = urlsplit(referer)
    page = read_page(referer)
    assert page is not None
    assert (page.host, page.port, page.path) == (parts.hostname, parts.port, parts.path or "/")
    assert rules("example.com").allows(referer) is (parts.hostname == "example.com")


@settings(deadline=None)
@given(st.text())
def test_any_text_is_decided(referer):
    assert rules("example.com", "*.a*b.test:1/x").allows(referer) in (True, False)


def test_many_asterisks_take_no_time():
    began = time.perf_counter()
    assert not rules("*a" * 100 + ".test").allows("http://" + "a" * 8000 + "/")
    assert time.perf_counter() - began < 1

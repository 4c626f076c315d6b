"""What the configuration of a website says about a key, and where its redirects lead (documents 30617 and 31930)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.model import Call
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.protocols.cos.website import Rule, parse
from ci_emulator.protocols.cos.website_pages import redirect, redirect_scheme

RULES = """<RoutingRules>
  <RoutingRule><Condition><HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals></Condition>
    <Redirect><Protocol>https</Protocol><ReplaceKeyWith>pages/403.html</ReplaceKeyWith></Redirect></RoutingRule>
  <RoutingRule><Condition><KeyPrefixEquals>assets/</KeyPrefixEquals></Condition>
    <Redirect><ReplaceKeyWith>/index.html</ReplaceKeyWith></Redirect></RoutingRule>
  <RoutingRule><Condition><KeyPrefixEquals>article/</KeyPrefixEquals></Condition>
    <Redirect><ReplaceKeyPrefixWith>archived/</ReplaceKeyPrefixWith></Redirect></RoutingRule>
  <RoutingRule><Condition><KeyPrefixEquals>strip/</KeyPrefixEquals></Condition>
    <Redirect><ReplaceKeyPrefixWith/></Redirect></RoutingRule>
</RoutingRules>"""


def site(inner=""):
    return parse(
        f"<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument>{inner}</WebsiteConfiguration>"
    )


def asked(url, host="b-1.cos-website.ap-guangzhou.myqcloud.com", *, secure=False, method="GET"):
    path, _, query = url.partition("?")
    target = Target(method, Form.ORIGIN, host, parse_host(host), path, query, {})
    return Call(target, None, "", 0.0, secure=secure)


def location(reply):
    return dict(reply.headers)["Location"]


@pytest.mark.parametrize(
    ("key", "hides", "candidates"),
    [
        ("", "Disabled", ("i.html",)),
        ("dir/", "Disabled", ("dir/i.html",)),
        ("page", "Disabled", ("page",)),
        ("page", "Enabled", ("page", "page.html")),
        ("dir/", "Enabled", ("dir/i.html",)),
    ],
)
def test_which_objects_answer(key, hides, candidates):
    found = site(f"<AutoAddressing><Status>{hides}</Status></AutoAddressing>")
    assert found.candidates(key) == candidates


def test_defaults():
    plain = site()
    assert (plain.scheme, plain.hides_extension, plain.error_key, plain.error_keeps_status) == (
        None,
        False,
        None,
        True,
    )


@pytest.mark.parametrize(
    ("key", "target"),
    [
        ("assets/a.png", "index.html"),
        ("article/2020/a b", "archived/2020/a b"),
        ("strip/x", "x"),
        ("other", None),
        ("", None),
        ("Assets/a", None),
    ],
)
def test_rules_by_prefix(key, target):
    rule = site(RULES).rule_for_key(key)
    assert (rule.target(key) if rule else None) == target


def test_rules_by_error():
    found = site(RULES)
    assert found.rule_for_error(403, "x").target("x") == "pages/403.html"
    assert found.rule_for_error(403, "x").scheme == "https"
    assert found.rule_for_error(404, "x") is None
    # The page for the error is missing itself: no visitor is sent round in a circle.
    assert found.rule_for_error(403, "pages/403.html") is None


def test_a_rule_that_leads_to_where_it_was_asked_is_passed_over():
    assert Rule(prefix="a/", key="a/b").target("a/b") == "a/b"
    same = site(
        "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition>"
        "<Redirect><ReplaceKeyWith>a/b</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>"
    )
    assert same.rule_for_key("a/b") is None
    assert same.rule_for_key("a/c").target("a/c") == "a/b"


@pytest.mark.parametrize(
    ("call", "scheme", "key", "expected"),
    [
        (asked("/x", "h.test"), None, "y z", "http://h.test/y%20z"),
        (asked("/x", "h.test:9000"), None, "y", "http://h.test:9000/y"),
        (asked("/x", "h.test:80"), None, "y", "http://h.test/y"),
        (asked("/x", "h.test:9000"), "https", "y", "https://h.test/y"),
        (asked("/x?a=b&c=%20", "h.test"), None, "y", "http://h.test/y?a=b&c=%20"),
        (asked("/x", "h.test", secure=True), None, "y", "https://h.test/y"),
        (asked("/x", "h.test:9000", secure=True), "http", "y", "http://h.test/y"),
        (asked("/x", "[::1]:9000"), None, "y", "http://[::1]:9000/y"),
        (asked("/x", "h.test"), None, "图#?%", "http://h.test/%E5%9B%BE%23%3F%25"),
        (asked("/x", "h.test"), None, "//evil.test/", "http://h.test///evil.test/"),
        (asked("/x", "h.test"), None, "a\r\nX: 1", "http://h.test/a%0D%0AX%3A%201"),
    ],
)
def test_where_a_redirect_leads(call, scheme, key, expected):
    reply = redirect(call, 302, scheme, key)
    assert (reply.status, location(reply)) == (302, expected)


def test_another_scheme_keeps_the_path_as_it_was_sent():
    reply = redirect_scheme(asked("/a%2Fb/../c?x=1+2", "h.test:9000"), 301, "https")
    assert (reply.status, location(reply)) == (301, "https://h.test/a%2Fb/../c?x=1+2")


def test_head_gets_the_length_and_no_page():
    page, head = redirect(asked("/"), 302, None, "k"), redirect(asked("/", method="HEAD"), 302, None, "k")
    assert (head.body, head.length) == (b"", len(page.body))


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_location_is_one_line_of_ascii(key, query):
    text = location(redirect(asked("/x?" + query), 302, None, key))
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert text.startswith("http://b-1.cos-website.ap-guangzhou.myqcloud.com/")

"""CORS rules: read from their document, matched in order, answered in headers (spec: cos.md section 5)."""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Place, Reply
from ci_emulator.protocols.cos import cors, cross_origin
from ci_emulator.protocols.cos.cors import METHODS, NOTHING, PERMISSIVE, Match, Rule, Rules
from ci_emulator.protocols.cos.cross_origin import allowing

PAGE = "https://www.example.com"


@pytest.mark.parametrize(
    ("pattern", "origin", "matches"),
    [
        ("*", PAGE, True),
        ("*", "null", True),
        ("null", "null", True),
        ("null", PAGE, False),
        (PAGE, PAGE, True),
        (PAGE, "https://www.example.com:8443", False),
        (PAGE, "http://www.example.com", False),
        (PAGE, "https://www.example.com.evil.test", False),
        (PAGE, "https://WWW.example.com", False),
        (PAGE + "/", PAGE, False),
        ("http://localhost:8080", "http://localhost:8080", True),
        ("http://localhost:8080", "http://localhost:80801", False),
        ("http://localhost:*", "http://localhost:8080", True),
        ("http://localhost:*", "http://localhost", False),
        ("http://localhost*", "http://localhost", True),
        ("https://*.example.com", PAGE, True),
        ("https://*.example.com", "https://a.b.example.com", True),
        ("https://*.example.com", "https://example.com", False),
        ("https://*.example.com", "https://.example.com", True),
        ("*://www.example.com", PAGE, True),
        ("*.example.com", PAGE, True),
        ("https://www.*", PAGE, True),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("https://www.example.c?m", PAGE, False),
        ("https://www.example.[c]om", PAGE, False),
    ],
)
def test_an_origin_and_a_pattern(pattern: str, origin: str, matches: bool) -> None:
    assert cors.origin_matches(pattern, origin) is matches
    rules = Rules((Rule(origins=(pattern,), methods=("GET",)),))
    assert (cors.match(rules, origin, "GET") is not None) is matches


_TEXTS = st.text("ab:/.*?[", max_size=8)


@given(pattern=_TEXTS.filter(lambda text: text.count("*") < 2), origin=_TEXTS)
@settings(deadline=None)
def test_the_wildcard_is_any_text(pattern: str, origin: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert cors.origin_matches(pattern, origin) is (re.fullmatch(expression, origin) is not None)


_ORIGINS = ("http://a", "http://b")
_HEADERS = ("x-a", "x-b")
_RULES = st.lists(
    st.builds(
        Rule,
        origins=st.lists(st.sampled_from((*_ORIGINS, "*")), min_size=1).map(tuple),
        methods=st.lists(st.sampled_from(METHODS), min_size=1).map(tuple),
        headers=st.lists(st.sampled_from((*_HEADERS, "*"))).map(tuple),
        max_age=st.integers(0, 1000),
    ),
    max_size=5,
)


@given(
    rules=_RULES,
    origin=st.sampled_from(_ORIGINS),
    method=st.sampled_from(METHODS),
    requested=st.lists(st.sampled_from(_HEADERS), unique=True).map(tuple),
)
@settings(deadline=None)
def test_the_first_rule_that_allows_all_counts(
    rules: list[Rule], origin: str, method: str, requested: tuple[str, ...]
) -> None:
    found = cors.match(Rules(tuple(rules)), origin, method, requested)
    allowing_all = [
        rule
        for rule in rules
        if {origin, "*"} & set(rule.origins)
        and method in rule.methods
        and all({name, "*"} & set(rule.headers) for name in requested)
    ]
    assert (found and found.rule) == (allowing_all[0] if allowing_all else None)
    if found is not None:
        assert found.pattern == next(each for each in found.rule.origins if each in (origin, "*"))


@pytest.mark.parametrize(
    "origin", ["a, b", "http://a,http://b", "http://\xe4", "http://a\x7f", "http://\udcff"]
)
def test_no_rule_matches_what_is_no_origin(origin: str) -> None:
    assert cors.match(PERMISSIVE, origin, "GET") is None
    assert cors.match(Rules((Rule(origins=(origin,), methods=("GET",)),)), origin, "GET") is None


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "get", ""])
def test_other_methods_are_never_allowed(method: str) -> None:
    assert cors.match(PERMISSIVE, PAGE, method) is None


def test_no_rules_match_nothing() -> None:
    assert cors.match(NOTHING, PAGE, "GET") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, ()),
        ("", ()),
        (" , ,", ()),
        ("Content-MD5, X-Cos-Meta-A ,content-md5", ("content-md5", "x-cos-meta-a")),
        ("a b", None),
        ("ok, n\xf6", None),
        ("a:b", None),
    ],
)
def test_requested_headers(text: str | None, names: tuple[str, ...] | None) -> None:
    assert cors.header_names(text) == names


def test_a_document() -> None:
    rules = cors.parse(
        "<CORSConfiguration><CORSRule><MaxAgeSeconds> 600 </MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader>"
        "<AllowedHeader>X-Cos-Meta-A</AllowedHeader><AllowedHeader/><AllowedMethod>PUT</AllowedMethod>"
        "<AllowedOrigin>http://a</AllowedOrigin><AllowedMethod>GET</AllowedMethod><ID>first</ID></CORSRule>"
        "<ResponseVary>true</ResponseVary><CORSRule><AllowedOrigin>*</AllowedOrigin>"
        "<AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>"
    )
    first = Rule(
        origins=("http://a",),
        methods=("PUT", "GET"),
        headers=("x-cos-meta-a",),
        expose=("ETag",),
        max_age=600,
    )
    assert rules == Rules((first, Rule(origins=("*",), methods=("HEAD",))), vary=True)


def test_a_number_may_have_more_zeros_than_python_reads() -> None:
    rules = cors.parse(
        f"<CORSConfiguration><CORSRule><MaxAgeSeconds>{'0' * 5000}60</MaxAgeSeconds></CORSRule></CORSConfiguration>"
    )
    assert rules.rules[0].max_age == 60


ALLOWED = ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods")


@pytest.mark.parametrize(
    ("rule", "pattern", "requested", "expected"),
    [
        (Rule(origins=("*",), methods=("GET",)), "*", (), [("*", "GET")]),
        (
            Rule(
                origins=("http://*",), methods=("GET", "PUT"), headers=("a", "b"), expose=("ETag",), max_age=0
            ),
            "http://*",
            ("a",),
            [
                ("http://page", "GET,PUT"),
                ("Access-Control-Allow-Headers", "a,b"),
                ("Access-Control-Expose-Headers", "ETag"),
                ("Access-Control-Max-Age", "0"),
                ("Access-Control-Allow-Credentials", "true"),
            ],
        ),
        (
            Rule(origins=("*",), methods=("GET",), headers=("a", "*")),
            "*",
            ("x", "authorization"),
            [("*", "GET"), ("Access-Control-Allow-Headers", "x,authorization")],
        ),
    ],
)
def test_the_headers_of_a_match(
    rule: Rule, pattern: str, requested: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    (first, *others) = expected
    given_back = allowing(Match(rule, pattern), "http://page", requested, rule.expose)
    assert given_back == [*zip(ALLOWED, first, strict=True), *others]


class Buckets:
    """Buckets none of which can be read."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    async def find(self, name: str) -> None:
        raise self.problem

    def known(self, name: str) -> None:
        return None


async def finished(problem: Exception) -> Reply:
    call: Any = SimpleNamespace(
        target=SimpleNamespace(method="GET", header={"origin": PAGE}.get),
        place=Place("cos", "cos", "b-1250000000", "k"),
        cross_origin=None,
        request_id="id",
    )
    services: Any = SimpleNamespace(
        buckets=Buckets(problem), config=SimpleNamespace(default_cors="permissive")
    )
    reply = Reply(500, [("Date", "now")])
    await cross_origin.finish(call, reply, services)
    return reply


async def test_an_answer_goes_out_when_the_rules_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert (await finished(OSError("the disk is gone"))).headers == [("Date", "now")]
    assert "the CORS rules cannot be read" in caplog.text


async def test_a_missing_bucket_has_the_default_rule() -> None:
    reply = await finished(Refusal(Kind.BUCKET_MISSING, bucket="b-1250000000"))
    assert dict(reply.headers)["Access-Control-Expose-Headers"] == "Date,Content-Length,*"

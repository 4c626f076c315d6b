"""cos-js-sdk-v5 in Chromium, in a page of another origin (spec: cos.md sections 1.6, 4.3 and 5, ci.md 2 and 3).

The cases are in `browser/*.mjs`; what they shall give is in `cos_js_expected.py`. A relay in front of the emulator
shows what went over the wire: a page sees neither the preflights nor most of the headers that are sent for it.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import browser_keys
import browser_lane
import pytest
from cos_js_expected import BLOCKED, EXPECTED
from sdk_clients import APPID, KEYS, PICTURES, PUBLISHED_KEY, REGION
from wire_tap import Exchange, WireTap

from ci_emulator.testing import Emulator

pytestmark = pytest.mark.timeout(200)


def documents(port):
    """What the page's own server tells it."""
    place = (f"access-{APPID}", "temporary/")

    def form():
        bucket = f"uploads-{APPID}"
        return browser_keys.form(browser_keys.temporary(bucket, "form/"), bucket, "form/")

    return {
        "/settings.json": lambda: {
            "port": port,
            "region": REGION,
            "appid": APPID,
            "keys": {"id": PUBLISHED_KEY.secret_id, "secret": PUBLISHED_KEY.secret_key},
        },
        "/keys.json": lambda: browser_keys.for_sdk(browser_keys.temporary(*place)),
        "/keys-for-one.json": lambda: browser_keys.for_sdk(browser_keys.temporary(*place), ScopeLimit=True),
        # The page believes in it for longer than it lasts.
        "/old-keys.json": lambda: browser_keys.for_sdk(
            browser_keys.temporary(*place, seconds=-5), ExpiredTime=2**31
        ),
        "/form.json": form,
    }


@dataclass(frozen=True)
class Seen:
    """What a page gave, and what went over the wire."""

    cases: dict[str, dict[str, Any]]
    exchanges: list[Exchange]

    def of(self, name: str, method: str, path: str | None = None) -> list[Exchange]:
        """Return what was asked of a module's bucket (with `path` of that target)."""
        return [
            each
            for each in self.exchanges
            if each.method == method
            and each.headers["Host"].startswith(f"{name}-")
            and path in (None, each.target)
        ]

    def preflights(self, name: str, path: str, method: str = "PUT") -> list[Exchange]:
        """Return the preflights of requests to a target."""
        found = self.of(name, "OPTIONS", path)
        return [each for each in found if each.headers["Access-Control-Request-Method"] == method]


def exposed(exchange: Exchange) -> set[str]:
    """Return the headers of an answer that the page may read."""
    return set(exchange.answer["Access-Control-Expose-Headers"].split(","))


def run(page, profile, **settings):
    """Open the page with some modules of cases in a browser of its own."""
    with (
        Emulator(credentials=KEYS, region=REGION, **settings) as emulator,
        WireTap(emulator.port) as tap,
        browser_lane.page_server(documents(tap.port)) as server,
    ):
        found = browser_lane.visit(server, page, profile)
        text = json.dumps(found).replace(f":{tap.port}", ":PORT").replace(server.origin, "ORIGIN")
        return Seen(json.loads(text), tap.exchanges())


@pytest.fixture(scope="module")
def seen(_no_proxy_of_the_machine, tmp_path_factory):
    browser_lane.require()
    seed = [f"pictures-{APPID}={PICTURES}"]
    return run(f"/index.html?run={','.join(EXPECTED)}", tmp_path_factory.mktemp("chromium"), seed=seed)


@pytest.mark.parametrize(
    ("module", "case"), [(module, case) for module, cases in EXPECTED.items() for case in cases]
)
def test_a_case(seen, module, case):
    line = seen.cases[case]
    assert "answer" in line, line["error"]
    assert line["answer"] == EXPECTED[module][case]


def test_every_case_is_expected(seen):
    assert list(seen.cases) == [case for cases in EXPECTED.values() for case in cases]


def test_preflights_are_unsigned_and_say_what_will_be_sent(seen):
    preflights = [each for each in seen.exchanges if each.method == "OPTIONS"]
    assert all(each.headers["Authorization"] is None for each in preflights)
    (asked,) = seen.preflights("access", "/temporary/a")
    assert asked.status == 200
    assert asked.headers["Origin"].startswith("http://127.0.0.1:")
    names = asked.headers["Access-Control-Request-Headers"].split(",")
    assert {"authorization", "x-cos-security-token"} <= set(names)
    assert asked.answer["Access-Control-Allow-Headers"].split(",") == names
    (put,) = seen.of("access", "PUT", "/temporary/a")
    assert put.headers["x-cos-security-token"]
    assert "host" in put.headers["Authorization"].split("q-header-list=")[1].split("&")[0].split(";")


def test_the_browser_remembers_a_preflight_as_long_as_the_rule_says(seen):
    assert len(seen.of("remembered", "PUT", "/p")) == 3
    (asked,) = seen.preflights("remembered", "/p")
    assert asked.answer["Access-Control-Max-Age"] == "600"
    assert len(seen.of("forgotten", "PUT", "/p")) == len(seen.preflights("forgotten", "/p")) == 3


@pytest.mark.parametrize(("name", "path"), [("other", "/p"), ("method", "/p"), ("header", "/q")])
def test_what_a_rule_does_not_allow_is_never_sent(seen, name, path):
    asked = seen.preflights(name, path)
    assert [each.status for each in asked] == [403] * 4  # the SDK takes it for an unreliable network
    assert all(each.answer["Access-Control-Allow-Origin"] is None for each in asked)
    assert seen.of(name, "PUT", path) == []


def test_a_simple_request_needs_no_preflight(seen):
    assert [each.status for each in seen.of("other", "GET", "/k")] == [200, 200]
    assert seen.preflights("other", "/k", "GET") == []
    forms = seen.of("uploads", "POST", "/")
    assert [each.status for each in forms] == [200, 403, 403, 303]
    assert seen.preflights("uploads", "/", "POST") == []
    assert forms[-1].headers["Sec-Fetch-Mode"] == "navigate"


def test_only_the_missing_parts_of_an_upload_are_sent(seen):
    parts = [each.target for each in seen.of("uploads", "PUT") if each.target.startswith("/resumed?")]
    assert sorted(parse_qs(urlsplit(target).query)["partNumber"] for target in parts) == [
        ["1"],
        ["2"],
        ["3"],
        ["4"],
    ]


def test_every_answer_without_rules_of_the_bucket_is_for_every_page(seen):
    found = [
        each
        for module in ("objects", "access", "nosuch")
        for method in ("OPTIONS", "GET", "HEAD", "PUT", "POST", "DELETE")
        for each in seen.of(module, method)
        if each.headers["Origin"]
    ]
    assert {each.status for each in found} >= {200, 204, 304, 400, 403, 404, 409}
    assert all(each.answer["Access-Control-Allow-Origin"] == "*" for each in found)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/mine/label.png"), ("POST", "/qr-url.png?image_process")],
    ids=["upload", "in-place"],
)
def test_a_page_may_send_rules_for_pictures_and_read_all_of_the_answer(seen, method, path):
    (asked,) = seen.preflights("pictures", path, method)
    names = asked.headers["Access-Control-Request-Headers"].split(",")
    assert "pic-operations" in names
    assert asked.answer["Access-Control-Allow-Headers"].split(",") == names
    (sent,) = seen.of("pictures", method, path)
    signed = sent.headers["Authorization"].split("q-header-list=")[1].split("&")[0].split(";")
    assert "pic-operations" in signed
    assert {"x-cos-request-id", "x-ci-request-id"} <= exposed(sent)


def test_a_page_may_read_the_number_of_a_failure(seen):
    (refused,) = seen.of("pictures", "GET", "/text.png?ci-process=QRcode")
    assert (refused.status, refused.answer["X-ErrNo"]) == (400, "-120")
    assert "X-ErrNo" in exposed(refused)


def test_rules_for_pictures_are_not_sent_where_their_header_is_not_allowed(seen):
    asked = seen.preflights("narrow", "/p.png")
    assert [each.status for each in asked] == [403] * 4
    assert seen.of("narrow", "PUT", "/p.png") == []


@pytest.mark.usefixtures("_no_proxy_of_the_machine")
def test_without_the_default_rule_a_page_can_do_nothing(tmp_path):
    browser_lane.require()
    seen = run("/index.html?run=closed", tmp_path, default_cors="none", seed=[f"closed-{APPID}={PICTURES}"])
    assert seen.cases == {"closed": {"answer": {"put": BLOCKED, "read": "TypeError"}}}
    assert [each.status for each in seen.preflights("closed", "/p")] == [403] * 4
    assert seen.of("closed", "PUT") == []

"""Where a request belongs: the vectors of every client setting and rule, and that nothing but a Refusal comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Place
from ci_emulator.core.target import Form, Target, parse_host, split_target
from ci_emulator.protocols.addressing import RULES, Addressing, locate
from ci_emulator.protocols.hosts import SERVICES, read_host

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "addressing.json").read_text("utf-8"))


def target_of(method: str, raw: str, host: str, headers: dict[str, str], port: int = 0) -> Target:
    form, authority, path, query = split_target(method, raw)
    return Target(method, form, authority or host, parse_host(host), path, query, headers, port)


def addressing_of(vector: dict[str, Any]) -> Addressing:
    chosen = vector.get("settings", {})
    return Addressing(
        frozenset(chosen.get("control_hosts", ())), chosen.get("default_bucket"), chosen.get("oss_port", 0)
    )


def answering_rule(target: Target, addressing: Addressing) -> str:
    return next(rule.__name__ for rule in RULES if rule(target, addressing) is not None)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    def located() -> tuple[Target, Place]:
        headers, port = vector.get("headers", {}), vector.get("port", 0)
        target = target_of(vector["method"], vector["target"], vector["host"], headers, port)
        return target, locate(target, addressing_of(vector))

    if "refused" in vector:
        with pytest.raises(Refusal) as caught:
            located()
        assert caught.value.kind == vector["refused"]
        return
    target, place = located()
    assert {name: getattr(place, name) for name in vector["expect"]} == vector["expect"]
    assert answering_rule(target, addressing_of(vector)) == vector["rule"]


def test_every_rule_has_a_vector() -> None:
    assert {rule.__name__ for rule in RULES} == {vector["rule"] for vector in VECTORS} - {""}


def test_every_service_label_has_a_vector() -> None:
    used = {vector["host"].lower() for vector in VECTORS}
    assert not [label for label in SERVICES if not any(f".{label}." in f".{host}" for host in used)]


def test_a_key_without_a_bucket_is_of_the_service_scope() -> None:
    place = locate(target_of("GET", "/mediabucket", "ci.ap-x.myqcloud.com", {}), Addressing())
    assert (place.scope, place.key) == ("service", "mediabucket")


LABELS = st.sampled_from(
    (
        "",
        "-",
        "127",
        "a-",
        "bkt-1250000000",
        "1250000000",
        "service",
        "cos",
        "ci",
        "pic",
        "picgz",
        "cos-website",
        "ap-x",
        "accelerate",
        "myqcloud",
        "tencentcos",
        "com",
        "cn",
        "localhost",
        "tencentcloudapi",
        "ocr",
        "intl",
        "oss",
        "oss-us-west-1",
        "oss--internal",
        "aliyuncs",
    )
)
HOSTS = (
    st.text(max_size=40)
    | st.lists(LABELS, max_size=6).map(".".join)
    | st.sampled_from(
        ["127.0.0.1:9000", "[::1]:9", "[", "[::1", "http://", "http://127.0.0.1/x", "a@b@c", ":", "h:x"]
    )
)
#: What the front makes of arbitrary bytes.
TARGETS = st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")) | st.sampled_from(
    [
        "/",
        "*",
        "http://",
        "http://?",
        "HTTPS://a",
        "/bkt-1250000000",
        "/bkt-1/%",
        "/_emulator/",
        "//",
        "/%ff?%ff=%ff",
    ]
)


@settings(deadline=None, max_examples=400)
@given(
    method=st.sampled_from(["GET", "POST", "OPTIONS", "CONNECT"]),
    raw=TARGETS | TARGETS.map("/".__add__) | HOSTS.map("http://".__add__),
    host=HOSTS,
    headers=st.dictionaries(
        st.sampled_from(["authorization", "content-type", "x-tc-action", "x-oss-date"]),
        st.text(max_size=20) | st.sampled_from(["OSS a:b", "q-sign-algorithm=sha1"]),
        max_size=3,
    ),
    default_bucket=st.none() | st.just("bkt-1250000000"),
    control_hosts=st.frozensets(HOSTS, max_size=2),
)
@example("GET", "/", "picgz.myqcloud.com", {}, None, frozenset())
@example("GET", "/", "h:" + "9" * 5000, {}, None, frozenset())
def test_nothing_but_a_refusal_is_raised(
    method: str,
    raw: str,
    host: str,
    headers: dict[str, str],
    default_bucket: str | None,
    control_hosts: frozenset[str],
) -> None:
    try:
        target = target_of(method, raw, host, headers)
        place = locate(target, Addressing(control_hosts, default_bucket))
    except Refusal:
        return
    assert target.form in (Form.ORIGIN, Form.ABSOLUTE)
    assert place.key != ""
    (place.key or "").encode()


@settings(deadline=None)
@given(st.lists(LABELS, max_size=6).map(".".join))
def test_a_host_names_only_services_that_exist(host: str) -> None:
    facts = read_host(host)
    assert facts is None or facts.service in SERVICES.values()

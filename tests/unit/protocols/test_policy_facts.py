"""The facts of a call that conditions of policies see."""

from types import SimpleNamespace

import pytest

from ci_emulator.core.model import Call
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.protocols.cos.policy_facts import KNOWN, facts


def call(query="", headers=None, *, length=None, peer="192.0.2.7", secure=False):
    host = "b-1250000000.cos.ap-guangzhou.myqcloud.com"
    target = Target("GET", Form.ORIGIN, host, parse_host(host), "/k", query, headers or {})
    body = SimpleNamespace(length=length, chunked=False)
    return Call(target, body, peer, 1_600_000_000.0, secure=secure)


def test_a_bare_request_has_only_what_every_request_has():
    assert facts(call()) == {
        "qcs:ip": ("192.0.2.7",),
        "qcs:current_time": ("2020-09-13T12:26:40Z",),
        "cos:secure-transport": ("false",),
    }
    assert facts(call(secure=True))["cos:secure-transport"] == ("true",)
    assert "qcs:ip" not in facts(call(peer=""))


def test_a_request_with_everything_has_every_known_key_and_no_other():
    plain = ("prefix", "delimiter", "max-keys")
    names = [key.removeprefix("cos:") for key in KNOWN]
    query = "&".join(f"{name}=1" for name in names if name in plain or name.startswith("response-"))
    headers = {name: "1" for name in names if name.startswith("x-cos-") or name == "content-type"}
    found = facts(call(query, headers, length=1), version="1")
    assert found.keys() == KNOWN


@pytest.mark.parametrize("query", ["versionId=a", "VersionId=a", "versionId", ""])
def test_the_version_is_the_one_that_is_asked_about_whatever_the_query_says(query):
    assert "cos:versionid" not in facts(call(query))
    assert facts(call(query), version="x/y")["cos:versionid"] == ("x%2Fy",)


@pytest.mark.parametrize("sent", ["a/b%20c+d", "a%2Fb%20c%20d", "a%2fb+c+d"])
def test_parameters_are_encoded_in_one_way(sent):
    assert facts(call(f"prefix={sent}"))["cos:prefix"] == ("a%2Fb%20c%20d",)


def test_bytes_that_are_no_text_are_encoded():
    assert facts(call("prefix=%FF"))["cos:prefix"] == ("%FF",)


def test_empty_headers_are_lacking_and_the_fields_of_a_form_take_their_place():
    asked = call("", {"content-type": "multipart/form-data", "x-cos-acl": ""})
    assert facts(asked)["cos:content-type"] == ("multipart/form-data",)
    assert "cos:x-cos-acl" not in facts(asked)
    found = facts(asked, {"x-cos-acl": "private"})
    assert found["cos:x-cos-acl"] == ("private",)
    assert "cos:content-type" not in found

"""Policies as Alibaba's Resource Access Management writes them: version 1, `acs:` resources, its operators and keys."""

import json

import pytest

from ci_emulator.auth.policy import Effect, PolicyError, Question, parse

OBJECT = "acs:oss:cn-hangzhou:1250000000:photos/a/b.png"


def decide(statement, action="oss:GetObject", resource=OBJECT, **facts):
    text = json.dumps(
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:GetObject", **statement}]}
    )
    names = {name.replace("__", ":"): (value,) for name, value in facts.items()}
    return parse(text, of_bucket=False).decide(
        Question(("qcs::cam::uin/1:uin/1",), action, (resource,), names)
    )


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("acs:oss:*:*:photos/a/*", True),
        ("acs:oss:*:1250000000:photos/*", True),
        ("acs:oss:::photos/a/b.png", True),
        ("*", True),
        ("acs:oss:*:*:photos", False),
        ("acs:oss:cn-beijing:*:photos/*", False),
        ("acs:imm:*:*:photos/*", False),
        ("qcs::oss:*:*:photos/*", False),
    ],
)
def test_resources(pattern, allowed):
    assert (decide({"Resource": [pattern]}) is Effect.ALLOW) is allowed


def test_a_resource_of_one_cloud_is_none_of_the_other():
    resource = "qcs::cos:ap-guangzhou:uid/1250000000:photos-1250000000/a"
    assert decide({"Action": "*", "Resource": "acs:*:*:*:*"}, "cos:GetObject", resource) is None


@pytest.mark.parametrize(
    ("condition", "facts", "allowed"),
    [
        ({"StringEquals": {"oss:Prefix": "a/"}}, {"oss__prefix": "a/"}, True),
        ({"StringEquals": {"oss:Prefix": "a/"}}, {"oss__prefix": "b/"}, False),
        ({"StringEquals": {"oss:Prefix": "a/"}}, {}, False),
        ({"StringLike": {"oss:Prefix": ["a*", "b*"]}}, {"oss__prefix": "bc"}, True),
        ({"StringNotEquals": {"oss:Delimiter": "/"}}, {"oss__delimiter": "/"}, False),
        ({"IpAddress": {"acs:SourceIp": "192.0.2.0/24"}}, {"acs__sourceip": "192.0.2.9"}, True),
        ({"NotIpAddress": {"acs:SourceIp": ["192.0.2.0/24"]}}, {"acs__sourceip": "192.0.2.9"}, False),
        ({"Bool": {"acs:SecureTransport": "true"}}, {"acs__securetransport": "false"}, False),
        ({"DateLessThan": {"acs:CurrentTime": "2030-01-01T00:00:00Z"}}, {"acs__currenttime": "2026-11-21T00:00:00Z"}, True),
        ({"DateGreaterThanEquals": {"acs:CurrentTime": "2030-01-01T00:00:00Z"}}, {"acs__currenttime": "2026-11-21T00:00:00Z"}, False),
        ({"StringEquals": {"acs:UserAgent": "x"}}, {"acs__useragent": "x"}, False),
    ],
)  # fmt: skip
def test_conditions(condition, facts, allowed):
    assert (decide({"Resource": "*", "Condition": condition}, **facts) is Effect.ALLOW) is allowed


@pytest.mark.parametrize("resource", ["acs:oss:*:photos", "acs:oss:*:*:", "oss:*:*:photos/*"])
def test_what_is_no_resource(resource):
    with pytest.raises(PolicyError):
        decide({"Resource": resource})

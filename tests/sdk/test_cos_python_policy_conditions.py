"""What the policy of a bucket lets others do: every condition key that a request here has (docs 436/46205, 436/46206)."""

import json
import time

import pytest
import requests
from sdk_clients import APPID, PUBLISHED_KEY, REGION, STRANGER
from signed_requests import send

from ci_emulator.config import KeyPair
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

GUEST = {"qcs": [f"qcs::cam::uin/{STRANGER.appid}:root"]}


@pytest.fixture
def allow(emulator, bucket):
    """Sets a policy that lets a stranger do one thing under a condition."""

    def put(action, condition, effect="allow", *more):
        one = {
            "principal": GUEST,
            "effect": effect,
            "action": action,
            "resource": f"qcs::cos::uid/{APPID}:{bucket}/*",
            "condition": condition,
        }
        body = json.dumps({"version": "2.0", "statement": [one, *more]})
        assert send(emulator, "PUT", bucket, "?policy", data=body).status_code == 204

    return put


@pytest.fixture
def ask(emulator, bucket):
    """Sends the stranger's request and returns whether it was allowed."""

    def ask(method, target, key: KeyPair | None = STRANGER, **options):
        answer = send(emulator, method, bucket, target, key, **options)
        assert answer.status_code in (200, 403, 404), answer.text
        return answer.status_code != 403

    return ask


def test_without_a_policy_a_stranger_may_do_nothing(ask):
    assert not ask("GET", "k")


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({}, True),
        ({"ip_equal": {"qcs:ip": "127.0.0.0/8"}}, True),
        ({"ip_equal": {"qcs:ip": "192.0.2.0/24"}}, False),
        ({"bool_equal": {"cos:secure-transport": "false"}}, True),
        ({"bool_equal": {"cos:secure-transport": "true"}}, False),
        ({"date_greater_than": {"qcs:current_time": "2020-01-01T00:00:00Z"}}, True),
        ({"date_less_than": {"qcs:current_time": "2020-01-01T00:00:00Z"}}, False),
        ({"string_equal": {"vpc:requester_vpc": "vpc-1"}}, False),
    ],
)
def test_conditions_that_every_request_has(allow, ask, condition, allowed):
    allow("cos:GetObject", condition)
    assert ask("GET", "k") is allowed


@pytest.mark.parametrize(
    ("action", "condition", "method", "right", "wrong"),
    [
        ("GetBucket", {"string_equal": {"cos:prefix": "docs%2F"}}, "GET", "?prefix=docs/", "?prefix=docs"),
        ("GetBucket", {"string_like": {"cos:prefix": "docs*"}}, "GET", "?prefix=docs/a", "?prefix=a"),
        ("GetBucket", {"string_equal": {"cos:delimiter": "%2F"}}, "GET", "?delimiter=%2F", "?delimiter=."),
        (
            "GetBucket",
            {"numeric_less_than_equal": {"cos:max-keys": 10}},
            "GET",
            "?max-keys=10",
            "?max-keys=11",
        ),
        ("GetBucket", {"null_equal": {"cos:prefix": "true"}}, "GET", "", "?prefix=a"),
        ("GetObject", {"string_equal": {"cos:versionid": "null"}}, "GET", "k?versionId=null", "k"),
        ("GetObject", {"string_equal_if_exist": {"cos:versionid": ""}}, "GET", "k", "k?versionId=null"),
        (
            "GetObject",
            {"string_equal": {"cos:response-content-type": "image%2Fjpeg"}},
            "GET",
            "k?response-content-type=image%2Fjpeg",
            "k?response-content-type=image%2Fpng",
        ),
    ],
)
def test_conditions_on_the_query(allow, ask, action, condition, method, right, wrong):
    allow(f"cos:{action}", condition)
    assert ask(method, right)
    assert not ask(method, wrong)


@pytest.mark.parametrize(
    "query",
    ["versionid=null", "VersionId=null&versionId=a", "versionId=a&versionId=null", "versionId=%00null"],
)
def test_a_condition_sees_the_version_that_is_read(allow, ask, query):
    allow("cos:GetObject", {"string_equal": {"cos:versionid": "null"}})
    assert not ask("GET", f"k?{query}")


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        (
            {"string_equal": {"cos:x-cos-storage-class": "STANDARD_IA"}},
            {"x-cos-storage-class": "STANDARD_IA"},
            {"x-cos-storage-class": "ARCHIVE"},
        ),
        (
            {"string_equal": {"cos:x-cos-acl": "private"}},
            {"x-cos-acl": "private"},
            {"x-cos-acl": "public-read"},
        ),
        ({"string_equal": {"cos:content-type": "text/plain"}}, {"Content-Type": "text/plain"}, {}),
        ({"string_equal": {"cos:x-cos-forbid-overwrite": "true"}}, {"x-cos-forbid-overwrite": "true"}, {}),
        ({"string_like": {"cos:x-cos-tagging": "a=*"}}, {"x-cos-tagging": "a=1"}, {"x-cos-tagging": "b=1"}),
        ({"null_equal": {"cos:x-cos-acl": "true"}}, {}, {"x-cos-acl": "private"}),
    ],
)
def test_conditions_on_the_headers(allow, ask, condition, right, wrong):
    allow("cos:PutObject", condition)
    assert not ask("PUT", "k", headers=wrong, data=b"x")
    assert ask("PUT", "k", headers=right, data=b"x")


def test_the_length_of_what_is_uploaded(allow, ask):
    allow("cos:PutObject", {"numeric_less_than_equal": {"cos:content-length": 10}})
    assert ask("PUT", "k", data=b"x" * 10)
    assert not ask("PUT", "k", data=b"x" * 11)
    assert not ask("PUT", "k", data=iter([b"x"]))


def test_a_condition_that_is_not_evaluated_denies(allow, ask):
    everything = {"principal": "*", "effect": "allow", "action": "*", "resource": "*"}
    allow("cos:GetObject", {"string_equal": {"vpc:requester_vpc": "vpc-1"}}, "deny", everything)
    assert not ask("GET", "k")
    assert ask("GET", "")


def test_nobody_in_particular_may_read_what_anyone_may(emulator, bucket, ask):
    statement = {
        "principal": {"qcs": ["qcs::cam::anyone:anyone"]},
        "effect": "allow",
        "action": "name/cos:GetObject",
        "resource": f"qcs::cos:{REGION}:uid/{APPID}:{bucket}/docs/*",
    }
    send(emulator, "PUT", bucket, "docs/a", data=b"x")
    send(emulator, "PUT", bucket, "?policy", data=json.dumps({"statement": statement}))
    for key in (STRANGER, None):
        assert ask("GET", "docs/a", key)
        assert not ask("GET", "other", key)
        assert not ask("PUT", "docs/a", key, data=b"y")
        assert not ask("DELETE", "docs/a", key)


def test_the_owner_cannot_be_locked_out(emulator, bucket):
    denying = {"principal": "*", "effect": "deny", "action": "*", "resource": "*"}
    assert (
        send(emulator, "PUT", bucket, "?policy", data=json.dumps({"statement": denying})).status_code == 204
    )
    assert send(emulator, "GET", bucket, "").status_code == 403
    assert send(emulator, "GET", bucket, "?policy").status_code == 200
    assert send(emulator, "DELETE", bucket, "?policy").status_code == 204
    assert send(emulator, "GET", bucket, "").status_code == 200


@pytest.mark.parametrize(("trusted", "status"), [(["127.0.0.1"], 404), ([], 403)])
def test_only_a_trusted_proxy_can_say_https(trusted, status):
    bucket = f"secure-{APPID}"
    statement = {
        "principal": "*",
        "effect": "allow",
        "action": "*",
        "resource": "*",
        "condition": {"bool_equal": {"cos:secure-transport": "true"}},
    }
    with Emulator(credentials=[PUBLISHED_KEY, STRANGER], region=REGION, trusted_proxies=trusted) as running:
        assert send(running, "PUT", bucket, "").status_code == 200
        put = send(running, "PUT", bucket, "?policy", data=json.dumps({"statement": statement}))
        assert put.status_code == 204
        assert send(running, "GET", bucket, "k", STRANGER).status_code == 403
        https = send(running, "GET", bucket, "k", STRANGER, headers={"X-Forwarded-Proto": "https"})
        assert https.status_code == status


def test_a_prefix_does_not_turn_a_bucket_into_a_folder(emulator, bucket, ask):
    statement = {"principal": GUEST, "effect": "allow", "action": "cos:*"}
    statement["resource"] = f"qcs::cos::uid/{APPID}:{bucket}/docs/*"
    send(emulator, "PUT", bucket, "?policy", data=json.dumps({"statement": statement}))
    assert ask("GET", "?prefix=docs/")
    assert ask("GET", "?versions&prefix=docs/")
    assert ask("GET", "?uploads&prefix=docs/")
    assert not ask("GET", "?versioning&prefix=docs/")
    assert not ask("GET", "?acl&prefix=docs/")
    assert not ask("DELETE", "?policy&prefix=docs/")
    assert not ask("DELETE", "?prefix=docs/")


def test_the_fields_of_a_form_are_what_its_headers_would_be(emulator, bucket, allow):
    allow("cos:PostObject", {"string_equal": {"cos:x-cos-acl": "private"}})
    headers = {"x-cos-acl": "private"}

    def post(**fields):
        files = {**{name: (None, value) for name, value in {"key": "k", **fields}.items()}, "file": b"x"}
        return send(emulator, "POST", bucket, "", STRANGER, files=files, headers=headers).status_code

    assert post(acl="public-read") == 403
    assert post() == 403
    assert post(acl="private") == 204


def test_the_version_of_a_copied_object_is_what_a_condition_sees(emulator, bucket, allow):
    send(emulator, "PUT", bucket, "k", data=b"x")
    put = {"principal": GUEST, "effect": "allow", "action": "cos:PutObject", "resource": "*"}
    allow("cos:GetObject", {"string_equal": {"cos:versionid": "null"}}, "allow", put)

    def copy(source, query=""):
        source = f"{bucket}.cos.{REGION}.myqcloud.com/{source}"
        headers = {"x-cos-copy-source": source}
        return send(emulator, "PUT", bucket, f"copy{query}", STRANGER, headers=headers).status_code

    assert copy("k?versionId=null") == 200
    assert copy("k") == 403
    # What the query says is about no object that is read here.
    assert copy("k", "?versionId=null") == 403


def test_the_version_of_another_object_is_not_what_a_condition_sees(emulator, bucket, allow, ask):
    """A version in the query that is not the one that is read, or deleted, or that a link leads to."""
    website = "<WebsiteConfiguration><IndexDocument><Suffix>k</Suffix></IndexDocument></WebsiteConfiguration>"
    send(emulator, "PUT", bucket, "k", data=b"x")
    send(emulator, "PUT", bucket, "link?symlink", headers={"x-cos-symlink-target": "k"})
    assert send(emulator, "PUT", bucket, "?website", data=website).status_code == 200
    actions = ["cos:GetObject", "cos:DeleteMultipleObjects"]
    allow(actions, {"string_equal": {"cos:versionid": "null"}})
    assert ask("GET", "k?versionId=null")
    assert not ask("GET", "link?versionId=null")
    host = f"{bucket}.cos-website.{REGION}.myqcloud.com"
    url = presign(STRANGER, "GET", f"http://{host}/k?versionId=null", now=time.time(), seconds=600)
    assert requests.get(url, proxies={"http": emulator.url}, timeout=30).status_code == 403
    document = "<Delete><Object><Key>k</Key></Object></Delete>"
    answer = send(emulator, "POST", bucket, "?delete&versionId=null", STRANGER, data=document)
    assert "<Code>AccessDenied</Code>" in answer.text
    assert send(emulator, "GET", bucket, "k").status_code == 200


def test_who_may_read_only_a_version_of_a_link_may_not_read_what_it_leads_to(emulator, bucket, allow, ask):
    send(emulator, "PUT", bucket, "k", data=b"x")
    send(emulator, "PUT", bucket, "link?symlink", headers={"x-cos-symlink-target": "k"})
    current = {"principal": GUEST, "effect": "allow", "action": "cos:GetObject"}
    current["resource"] = f"qcs::cos::uid/{APPID}:{bucket}/k"
    allow("cos:GetObject", {"string_equal": {"cos:versionid": "null"}}, "allow", current)
    assert ask("GET", "link?versionId=null")

"""The policy of a bucket through cos-python-sdk-v5, and how it is answered (spec: cos.md section 4.2, row policy)."""

import json

import pytest
from sdk_clients import APPID, STRANGER, error_of, refused
from signed_requests import send

ANYBODY = {"qcs": ["qcs::cam::anyone:anyone"]}
NOTICE = "x-ci-emulator-notice"


def policy(bucket, **members):
    """Return a policy with one statement, by default one that lets anybody read."""
    statement = {
        "Principal": ANYBODY,
        "Effect": "allow",
        "Action": ["name/cos:GetObject"],
        "Resource": [f"qcs::cos:ap-guangzhou:uid/{APPID}:{bucket}/*"],
        **members,
    }
    return {"Statement": [statement], "version": "2.0"}


def test_a_policy_comes_back_and_goes(cos, bucket):
    wanted = policy(bucket)
    assert cos.put_bucket_policy(Bucket=bucket, Policy=wanted) is None
    assert json.loads(cos.get_bucket_policy(Bucket=bucket)["Policy"]) == wanted
    other = policy(bucket, Effect="deny", Action="cos:DeleteObject")
    assert cos.put_bucket_policy(Bucket=bucket, Policy=json.dumps(other)) is None
    assert json.loads(cos.get_bucket_policy(Bucket=bucket)["Policy"]) == other
    assert cos.delete_bucket_policy(Bucket=bucket) is None
    with refused("NoSuchBucketPolicy", 404):
        cos.get_bucket_policy(Bucket=bucket)


def test_a_policy_comes_back_byte_for_byte(emulator, bucket):
    body = json.dumps(policy(bucket, Sid="图"), indent=3, ensure_ascii=False).encode() + b"\n"
    put = send(emulator, "PUT", bucket, "?policy", data=body)
    assert (put.status_code, put.content, put.headers.get(NOTICE)) == (204, b"", None)
    answer = send(emulator, "GET", bucket, "?policy")
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers["Content-Type"] == "application/xml"
    assert NOTICE not in answer.headers


def test_deleting_no_policy_is_no_mistake(cos, bucket):
    assert cos.delete_bucket_policy(Bucket=bucket) is None
    with refused("NoSuchBucketPolicy", 404):
        cos.get_bucket_policy(Bucket=bucket)


def test_what_is_not_evaluated_is_said(emulator, bucket):
    condition = {
        "string_equal": {"vpc:requester_vpc": "vpc-1"},
        "no such\r\nX-Injected: 1": {"图": "1"},
        "ip_equal": {"qcs:ip": "127.0.0.0/8"},
    }
    body = json.dumps(policy(bucket, Condition=condition))
    expected = "not evaluated: string_equal:vpc:requester_vpc, no%20such%0D%0Ax-injected:%201:%E5%9B%BE"
    assert send(emulator, "PUT", bucket, "?policy", data=body).headers[NOTICE] == expected
    assert send(emulator, "GET", bucket, "?policy").headers[NOTICE] == expected
    assert NOTICE not in send(emulator, "DELETE", bucket, "?policy").headers


def test_a_long_notice_is_shortened(emulator, bucket):
    condition = {"string_equal": {f"app:{'k' * 30}{n}": "1" for n in range(50)}}
    answer = send(emulator, "PUT", bucket, "?policy", data=json.dumps(policy(bucket, Condition=condition)))
    assert answer.status_code == 204
    assert answer.headers[NOTICE].endswith("...")
    assert len(answer.headers[NOTICE]) < 1100


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The policy is not JSON"),
        (b"\xff{}", "The policy is not UTF-8."),
        (b"<Policy/>", "The policy is not JSON"),
        (b"[]", "The policy is not a JSON object."),
        (b"{}", "The policy has no statement."),
        (b"[" * 10_000, "The policy is nested more than 8 levels deep."),
        (
            b'{"statement": {"effect": "allow", "action": "*", "resource": "*"}}',
            "Statement 1 has no principal.",
        ),
        (
            b'{"statement": {"effect": "x", "action": "*", "resource": "*", "principal": "*"}}',
            'Statement 1, effect is neither allow nor deny: "x".',
        ),
    ],
    ids=range(8),
)
def test_what_is_no_policy_is_refused(emulator, bucket, body, message):
    before = json.dumps(policy(bucket)).encode()
    send(emulator, "PUT", bucket, "?policy", data=before)
    status, code, said = error_of(send(emulator, "PUT", bucket, "?policy", data=body))
    assert (status, code) == (400, "MalformedPolicy")
    assert said.startswith(message)
    assert send(emulator, "GET", bucket, "?policy").content == before


def test_bad_policies_through_the_sdk(cos, bucket):
    with refused("MalformedPolicy", 400) as seen:
        cos.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, Resource=["docs/*"]))
    assert "Statement 1, resource" in seen.error.get_error_msg()
    with refused("MalformedPolicy", 400):
        cos.put_bucket_policy(Bucket=bucket, Policy="no JSON")
    with refused("MalformedPolicy", 400) as seen:
        cos.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, Sid="s" * 4095))
    assert seen.error.get_error_msg() == "Statement 1 has more than 4095 bytes."


def test_a_policy_has_a_largest_size(emulator, bucket):
    body = json.dumps(policy(bucket)).encode()
    largest = body + b" " * (20 * 1024 - len(body))
    assert send(emulator, "PUT", bucket, "?policy", data=largest).status_code == 204
    assert send(emulator, "GET", bucket, "?policy").content == largest
    assert error_of(send(emulator, "PUT", bucket, "?policy", data=largest + b" "))[:2] == (
        400,
        "EntityTooLarge",
    )


def test_an_empty_body_is_refused(emulator, bucket):
    assert error_of(send(emulator, "PUT", bucket, "?policy"))[:2] == (400, "MissingRequestBodyError")


def test_a_wrong_digest_is_refused(emulator, bucket):
    headers = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    answer = send(emulator, "PUT", bucket, "?policy", data=json.dumps(policy(bucket)), headers=headers)
    assert error_of(answer)[:2] == (400, "BadDigest")


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_strangers_have_no_say(emulator, bucket, method):
    for key in (STRANGER, None):
        answer = send(emulator, method, bucket, "?policy", key, data=b"{}" if method == "PUT" else None)
        assert error_of(answer)[:2] == (403, "AccessDenied")


def test_there_must_be_a_bucket(cos):
    missing = f"no-such-bucket-{APPID}"
    with refused("NoSuchBucket", 404):
        cos.get_bucket_policy(Bucket=missing)
    with refused("NoSuchBucket", 404):
        cos.put_bucket_policy(Bucket=missing, Policy=policy(missing))
    with refused("NoSuchBucket", 404):
        cos.delete_bucket_policy(Bucket=missing)

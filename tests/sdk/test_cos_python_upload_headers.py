"""Headers of an upload that mean more than metadata, through cos-python-sdk-v5 (spec: cos.md sections 4.0 and 4.3)."""

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import body_of, error_of, refused, refused_head
from signed_requests import send

SSE = "x-cos-server-side-encryption"
KEY = bytes(range(32))


def customer(key=KEY, **changed):
    """Return the keywords of a request with a customer's key."""
    options = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(key).decode(),
        "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(key).digest()).decode(),
    }
    return options | changed


def encryption_of(answer):
    return {name.lower(): value for name, value in answer.items() if name.lower().startswith(SSE)}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ServerSideEncryption": "AES256"}, {SSE: "AES256"}),
        (
            {"ServerSideEncryption": "cos/kms", "SSEKMSKeyId": "my-key"},
            {SSE: "cos/kms", f"{SSE}-cos-kms-key-id": "my-key"},
        ),
    ],
    ids=["cos", "kms"],
)
def test_encryption_is_told_and_reading_needs_nothing(cos, bucket, options, expected):
    assert encryption_of(cos.put_object(Bucket=bucket, Key="k", Body=b"x", **options)) == expected
    got = cos.get_object(Bucket=bucket, Key="k")
    assert (body_of(got), encryption_of(got)) == (b"x", expected)
    assert encryption_of(cos.head_object(Bucket=bucket, Key="k")) == expected
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert encryption_of(cos.head_object(Bucket=bucket, Key="k")) == {}


def test_a_kms_key_has_a_default(cos, bucket):
    put = cos.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="cos/kms")
    assert encryption_of(put)[f"{SSE}-cos-kms-key-id"]
    assert encryption_of(cos.head_object(Bucket=bucket, Key="k")) == encryption_of(put)


def test_the_id_of_a_kms_key_must_be_utf_8(emulator, cos, bucket):
    headers = {SSE: "cos/kms", f"{SSE}-cos-kms-key-id": b"k\xff"}
    answer = send(emulator, "PUT", bucket, "k", data=b"x", headers=headers)
    assert error_of(answer)[:2] == (400, "InvalidArgument")
    assert not cos.object_exists(Bucket=bucket, Key="k")


def test_a_customers_key_is_needed_for_reading_and_never_told(cos, bucket):
    expected = {
        f"{SSE}-customer-algorithm": "AES256",
        f"{SSE}-customer-key-md5": customer()["SSECustomerKeyMD5"],
    }
    assert encryption_of(cos.put_object(Bucket=bucket, Key="k", Body=b"x", **customer())) == expected
    got = cos.get_object(Bucket=bucket, Key="k", **customer())
    assert (body_of(got), encryption_of(got)) == (b"x", expected)
    assert encryption_of(cos.head_object(Bucket=bucket, Key="k", **customer())) == expected
    for options in ({}, customer(os.urandom(32))):
        with refused("SsecDecryptHeaderInvalid", 400):
            cos.get_object(Bucket=bucket, Key="k", **options)
        with refused_head(400):
            cos.head_object(Bucket=bucket, Key="k", **options)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"ServerSideEncryption": "DES"}, id="algorithm"),
        pytest.param(customer(SSECustomerAlgorithm="AES128"), id="customer-algorithm"),
        pytest.param(
            customer(SSECustomerKeyMD5=customer(b"y" * 32)["SSECustomerKeyMD5"]), id="md5-of-another"
        ),
        pytest.param(customer(b"short"), id="short-key"),
        pytest.param(customer(SSECustomerKey="***"), id="not-base64"),
        pytest.param({**customer(), "ServerSideEncryption": "AES256"}, id="two-kinds"),
    ],
)
def test_encryption_that_is_refused(cos, bucket, options):
    with refused("InvalidArgument", 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", **options)
    assert cos.object_exists(Bucket=bucket, Key="k") is False


def put_once(emulator, bucket, body, value="true"):
    return send(emulator, "PUT", bucket, "k", data=body, headers={"x-cos-forbid-overwrite": value})


def test_an_object_that_must_not_be_overwritten(cos, bucket, emulator):
    assert put_once(emulator, bucket, b"first").status_code == 200
    refusal = put_once(emulator, bucket, b"second")
    assert refusal.status_code == 409
    assert b"<Code>FileAlreadyExists</Code>" in refusal.content
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == b"first"
    assert put_once(emulator, bucket, b"third", "false").status_code == 200
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == b"third"
    cos.delete_object(Bucket=bucket, Key="k")
    assert put_once(emulator, bucket, b"fourth").status_code == 200


def test_of_many_that_must_not_overwrite_one_writes(cos, bucket, emulator):
    bodies = [b"%d" % number * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda body: put_once(emulator, bucket, body), bodies))
    winners = [body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert [body_of(cos.get_object(Bucket=bucket, Key="k"))] == winners


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_where_versions_were_ever_kept_overwriting_is_no_loss(cos, bucket, emulator, status):
    cos.put_object(Bucket=bucket, Key="k", Body=b"first")
    cos.put_bucket_versioning(Bucket=bucket, Status=status)
    assert put_once(emulator, bucket, b"second").status_code == 200
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == b"second"


@pytest.mark.parametrize("limit", ["819200", "838860800"])
def test_a_traffic_limit_is_taken(cos, bucket, limit):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", TrafficLimit=limit)
    assert body_of(cos.get_object(Bucket=bucket, Key="k", TrafficLimit=limit)) == b"x"
    assert "x-cos-traffic-limit" not in cos.head_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize(
    "limit", ["819199", "838860801", "0", "-819200", "1e6", "819200.0", "fast", "9" * 400]
)
def test_a_traffic_limit_that_is_refused(cos, bucket, limit):
    cos.put_object(Bucket=bucket, Key="k", Body=b"before")
    with refused("InvalidArgument", 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", TrafficLimit=limit)
    with pytest.raises(CosServiceError) as raised:
        cos.get_object(Bucket=bucket, Key="k", TrafficLimit=limit)
    assert raised.value.get_error_code() == "InvalidArgument"
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == b"before"


def test_a_refused_header_is_told_before_the_body_is_asked_for(bucket, emulator):
    answer = send(emulator, "PUT", bucket, "k", data=b"x" * 5_000_000, headers={"x-cos-traffic-limit": "1"})
    assert answer.status_code == 400

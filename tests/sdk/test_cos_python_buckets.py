"""Buckets through cos-python-sdk-v5 (spec: cos.md section 4.1)."""

import uuid

import pytest
from sdk_clients import APPID, REGION, SAMPLES, STRANGER, refused, refused_head


@pytest.fixture
def name():
    return f"b{uuid.uuid4().hex[:12]}-{APPID}"


def test_the_life_of_a_bucket(cos, name):
    assert cos.bucket_exists(Bucket=name) is False
    assert cos.create_bucket(Bucket=name) is None
    assert cos.bucket_exists(Bucket=name) is True
    assert cos.head_bucket(Bucket=name)["x-cos-bucket-region"] == REGION
    assert "Contents" not in cos.list_objects(Bucket=name)
    assert cos.delete_bucket(Bucket=name) is None
    assert cos.bucket_exists(Bucket=name) is False


def test_a_bucket_keeps_the_region_of_the_host_that_created_it(make_cos, name):
    client = make_cos(Region="eu-frankfurt")
    client.create_bucket(Bucket=name)
    assert client.head_bucket(Bucket=name)["x-cos-bucket-region"] == "eu-frankfurt"
    client.delete_bucket(Bucket=name)


def test_create_a_bucket_twice(cos, bucket):
    with refused("BucketAlreadyOwnedByYou", 409, resource=f"{bucket}.cos.{REGION}.myqcloud.com/"):
        cos.create_bucket(Bucket=bucket)


def test_create_a_bucket_of_another_account(make_cos, name):
    with refused("AccessDenied", 403):
        make_cos(STRANGER).create_bucket(Bucket=name)


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "authenticated-read"])
def test_create_a_bucket_with_a_canned_acl(cos, name, acl):
    cos.create_bucket(Bucket=name, ACL=acl)
    cos.delete_bucket(Bucket=name)


def test_create_a_bucket_with_an_acl_that_does_not_exist(cos, name):
    with refused("InvalidArgument", 400):
        cos.create_bucket(Bucket=name, ACL="everybody")
    assert cos.bucket_exists(Bucket=name) is False


def test_a_bucket_name_that_is_too_long_for_a_host(cos):
    with refused("BucketNameTooLong", 400):
        cos.create_bucket(Bucket=f"{'long' * 10}-{APPID}")


def test_a_bucket_with_an_object_cannot_be_deleted(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"")
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=bucket)
    assert cos.bucket_exists(Bucket=bucket) is True


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda c, b: c.delete_bucket(Bucket=b), id="delete-bucket"),
        pytest.param(lambda c, b: c.list_objects(Bucket=b), id="list-objects"),
        pytest.param(lambda c, b: c.get_object(Bucket=b, Key="k"), id="get-object"),
        pytest.param(lambda c, b: c.put_object(Bucket=b, Key="k", Body=b"x"), id="put-object"),
        pytest.param(lambda c, b: c.delete_object(Bucket=b, Key="k"), id="delete-object"),
        pytest.param(lambda c, b: c.ci_qrcode_generate(Bucket=b, QrcodeContent="x", Width=90), id="generate"),
    ],
)
def test_a_bucket_that_does_not_exist(cos, name, call):
    with refused("NoSuchBucket", 404):
        call(cos, name)


def test_head_of_what_does_not_exist(cos, name):
    with refused_head(404):
        cos.head_bucket(Bucket=name)
    with refused_head(404):
        cos.head_object(Bucket=SAMPLES, Key="not-there")


def test_head_of_a_bucket_of_another_account(make_cos):
    with refused_head(403):
        make_cos(STRANGER).head_bucket(Bucket=SAMPLES)

"""What is written through one cloud's client is read through the other's (cos-python-sdk-v5 and oss2)."""

import base64
import hashlib

import pytest
from oss_clients import oss_refused
from sdk_clients import body_of, refused

TEN = b"0123456789"

#: Storage classes as the two clouds call them.
CLASSES = [
    ("Standard", None),
    ("IA", "STANDARD_IA"),
    ("Archive", "ARCHIVE"),
    ("DeepColdArchive", "DEEP_ARCHIVE"),
]


def test_put_through_cos_and_read_through_oss(cos, bucket, oss_bucket):
    cos.put_object(
        Bucket=bucket,
        Key="目录/a b",
        Body=TEN,
        ContentType="image/png",
        CacheControl="no-cache",
        Metadata={"x-cos-meta-author": "someone"},
        ACL="public-read",
    )
    cos.put_object_tagging(
        Bucket=bucket, Key="目录/a b", Tagging={"TagSet": {"Tag": [{"Key": "a", "Value": "1"}]}}
    )
    got = oss_bucket.get_object("目录/a b")
    assert got.read() == TEN
    assert (got.content_type, got.headers["Cache-Control"]) == ("image/png", "no-cache")
    assert got.headers["x-oss-meta-author"] == "someone"
    assert "x-cos-meta-author" not in got.headers
    assert got.etag.lower() == cos.head_object(Bucket=bucket, Key="目录/a b")["ETag"].strip('"')
    assert oss_bucket.get_object_acl("目录/a b").acl == "public-read"
    assert oss_bucket.get_object_tagging("目录/a b").tag_set.tagging_rule == {"a": "1"}


def test_put_through_oss_and_read_through_cos(cos, bucket, oss_bucket):
    headers = {
        "Content-Type": "image/png",
        "Cache-Control": "no-cache",
        "x-oss-meta-author": "someone",
        "x-oss-object-acl": "public-read",
        "x-oss-tagging": "a=1",
    }
    put = oss_bucket.put_object("目录/a b", TEN, headers=headers)
    got = cos.get_object(Bucket=bucket, Key="目录/a b")
    assert body_of(got) == TEN
    assert (got["Content-Type"], got["Cache-Control"]) == ("image/png", "no-cache")
    assert got["x-cos-meta-author"] == "someone"
    assert got["ETag"] == f'"{put.etag.lower()}"'
    assert got["x-cos-hash-crc64ecma"] == str(put.crc)
    assert not any(name.lower().startswith("x-oss-") for name in got)
    grants = cos.get_object_acl(Bucket=bucket, Key="目录/a b")["AccessControlList"]["Grant"]
    assert any("groups/global/AllUsers" in str(grant) and grant["Permission"] == "READ" for grant in grants)
    tags = cos.get_object_tagging(Bucket=bucket, Key="目录/a b")["TagSet"]["Tag"]
    assert tags == [{"Key": "a", "Value": "1"}]


@pytest.mark.parametrize(("in_oss", "in_cos"), CLASSES)
def test_storage_classes(cos, bucket, oss_bucket, in_oss, in_cos):
    oss_bucket.put_object("k", TEN, headers={"x-oss-storage-class": in_oss})
    assert cos.head_object(Bucket=bucket, Key="k").get("x-cos-storage-class") == in_cos
    cos.put_object(Bucket=bucket, Key="k", Body=TEN, StorageClass=in_cos or "STANDARD")
    assert oss_bucket.head_object("k").headers["x-oss-storage-class"] == in_oss


def test_what_one_restores_the_other_reads(cos, bucket, oss_bucket):
    oss_bucket.put_object("k", TEN, headers={"x-oss-storage-class": "Archive"})
    with refused("InvalidObjectState", 403):
        cos.get_object(Bucket=bucket, Key="k")
    oss_bucket.restore_object("k")
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == TEN


def test_a_link_and_an_appendable_object(cos, bucket, oss_bucket):
    oss_bucket.append_object("k", 0, b"oss,")
    cos.append_object(Bucket=bucket, Key="k", Position=4, Data=b"cos")
    oss_bucket.put_symlink("k", "link")
    assert body_of(cos.get_object(Bucket=bucket, Key="link")) == b"oss,cos"


def test_an_upload_that_both_make(cos, bucket, oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    first = cos.upload_part(Bucket=bucket, Key="k", Body=b"a" * 1024**2, PartNumber=1, UploadId=upload)
    second = oss_bucket.upload_part("k", upload, 2, b"b")
    cos.complete_multipart_upload(
        Bucket=bucket,
        Key="k",
        UploadId=upload,
        MultipartUpload={
            "Part": [
                {"PartNumber": 1, "ETag": first["ETag"]},
                {"PartNumber": 2, "ETag": second.etag.lower()},
            ]
        },
    )
    assert oss_bucket.get_object("k").read() == b"a" * 1024**2 + b"b"


def test_cos_keeps_its_own_rules_for_parts(cos, bucket, oss_bucket):
    upload = oss_bucket.init_multipart_upload("k").upload_id
    parts = [
        {
            "PartNumber": number,
            "ETag": f'"{oss_bucket.upload_part("k", upload, number, b"a" * 102_400).etag.lower()}"',
        }
        for number in (1, 2)
    ]
    with refused("EntityTooSmall", 400):
        cos.complete_multipart_upload(
            Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Part": parts}
        )
    assert not oss_bucket.object_exists("k")


def test_an_object_with_a_customer_key_is_not_read_without_it(cos, bucket, oss_bucket):
    key = b"k" * 32
    cos.put_object(
        Bucket=bucket,
        Key="k",
        Body=TEN,
        SSECustomerAlgorithm="AES256",
        SSECustomerKey=base64.b64encode(key).decode(),
        SSECustomerKeyMD5=base64.b64encode(hashlib.md5(key).digest()).decode(),
    )
    with oss_refused("InvalidRequest", 400):
        oss_bucket.get_object("k")
    with oss_refused("InvalidRequest", 400):
        oss_bucket.copy_object(oss_bucket.bucket_name, "k", "copy")

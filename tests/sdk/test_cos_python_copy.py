"""Copies of objects, and of ranges as parts, through cos-python-sdk-v5 (spec: cos.md section 4.3)."""

import base64
import hashlib
import random
import re
import uuid
import xml.etree.ElementTree as ET

import pytest
from fastcrc import crc64
from sdk_clients import APPID, REGION, SAMPLES, STRANGER, body_of, error_of, refused
from stored_state import parts_of, send, state_of

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.testing import Emulator

MB = 1024 * 1024
LARGE = random.Random(11).randbytes(5 * MB + 7)
SOURCE = "目录/a b+c%2F.bin"
PAST, FUTURE = "Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
UNKNOWN_VERSION = "MTg0NDUxNTc1NTE5MTc1NjM4MDA"
CUSTOMER_KEY = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": base64.b64encode(b"k" * 32).decode(),
    "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(b"k" * 32).digest()).decode(),
}


def etag(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def of(bucket, key=SOURCE, **more):
    return {"Bucket": bucket, "Key": key, "Region": REGION, **more}


def read(cos, bucket, key="copy", **options):
    return body_of(cos.get_object(Bucket=bucket, Key=key, KeySimplifyCheck=False, **options))


@pytest.fixture
def source(cos, bucket):
    """An object with everything that an object can have."""
    cos.put_object(
        Bucket=bucket,
        Key=SOURCE,
        Body=b"content",
        ContentType="text/css",
        CacheControl="no-cache",
        Metadata={"x-cos-meta-a": "b"},
        StorageClass="STANDARD_IA",
        ACL="public-read",
        Tagging="k=v",
    )


@pytest.fixture
def unchanged(cos, bucket, source):
    """Fails the test when anything of the bucket is different at its end; there is a `copy` already."""
    cos.put_object(Bucket=bucket, Key="copy", Body=b"before")
    before = state_of(cos, bucket)
    yield
    assert state_of(cos, bucket) == before
    assert read(cos, bucket) == b"before"


# Whole objects


def test_a_copy_has_the_content_and_the_metadata(cos, bucket, source):
    copied = cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket))
    assert (copied["ETag"], copied["CRC64"]) == (etag(b"content"), str(crc64.xz(b"content")))
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", copied["LastModified"])
    assert not {"VersionId", "x-cos-copy-source-version-id", "x-cos-version-id"} & set(copied)
    assert read(cos, bucket) == b"content"
    head = cos.head_object(Bucket=bucket, Key="copy")
    expected = {"Content-Type": "text/css", "Cache-Control": "no-cache", "x-cos-meta-a": "b"}
    assert {name: head[name] for name in expected} == expected
    assert (head["ETag"], head["x-cos-tagging-count"]) == (etag(b"content"), "1")
    # Neither the storage class nor the ACL is copied.
    assert "x-cos-storage-class" not in head


def test_the_acl_is_not_copied(make_cos, cos, bucket, source):
    anonymous = make_cos(anonymous=True)
    assert read(anonymous, bucket, SOURCE) == b"content"
    cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket))
    with refused("AccessDenied", 403):
        read(anonymous, bucket)
    cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket), ACL="public-read")
    assert read(anonymous, bucket) == b"content"


def test_a_copy_with_metadata_of_its_own(cos, bucket, source):
    cos.copy_object(
        Bucket=bucket,
        Key="copy",
        CopySource=of(bucket),
        CopyStatus="Replaced",
        ContentType="image/png",
        Metadata={"x-cos-meta-new": "1"},
        StorageClass="INTELLIGENT_TIERING",
        **CUSTOMER_KEY,
    )
    head = cos.head_object(Bucket=bucket, Key="copy", **CUSTOMER_KEY)
    assert (head["Content-Type"], head["x-cos-meta-new"]) == ("image/png", "1")
    assert (head["x-cos-storage-class"], head["x-cos-tagging-count"]) == ("INTELLIGENT_TIERING", "1")
    assert head["x-cos-server-side-encryption-customer-key-MD5"] == CUSTOMER_KEY["SSECustomerKeyMD5"]
    assert not {"Cache-Control", "x-cos-meta-a"} & set(head)


@pytest.mark.parametrize(
    ("directive", "content_type"),
    [("Copy", "text/css"), ("COPY", "text/css"), ("", "text/css"), ("Replaced", "a/b"), ("replaced", "a/b")],
)
def test_a_directive_in_any_case(emulator, cos, bucket, source, directive, content_type):
    headers = {
        "x-cos-copy-source": _location(bucket),
        "x-cos-metadata-directive": directive,
        "x-cos-tagging-directive": directive,
        "x-cos-tagging": "a=1&b=2",
        "Content-Type": "a/b",
    }
    assert send(emulator, "PUT", bucket, "copy", headers=headers).status_code == 200
    head = cos.head_object(Bucket=bucket, Key="copy")
    assert head["Content-Type"] == content_type
    assert head["x-cos-tagging-count"] == ("2" if content_type == "a/b" else "1")


def _location(bucket):
    return f"{bucket}.cos.{REGION}.myqcloud.com/%E7%9B%AE%E5%BD%95/a%20b%2Bc%252F.bin"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", ["x-cos-metadata-directive", "x-cos-tagging-directive"])
def test_a_directive_that_does_not_exist(emulator, bucket, name):
    headers = {"x-cos-copy-source": _location(bucket), name: "Replace"}
    answer = send(emulator, "PUT", bucket, "copy", headers=headers)
    assert error_of(answer)[:2] == (400, "InvalidArgument")


def test_the_document(emulator, bucket, source):
    answer = send(emulator, "PUT", bucket, "copy", headers={"x-cos-copy-source": _location(bucket)})
    root = ET.fromstring(answer.content)
    assert root.tag == "CopyObjectResult"
    assert [child.tag for child in root] == ["ETag", "CRC64", "LastModified"]


@pytest.mark.parametrize("host", ["cos.eu-frankfurt.myqcloud.com", "127.0.0.1:9000", "localhost"])
def test_the_host_of_the_source_does_not_matter(emulator, cos, bucket, source, host):
    location = _location(bucket).replace(f"cos.{REGION}.myqcloud.com", host)
    assert send(emulator, "PUT", bucket, "copy", headers={"x-cos-copy-source": location}).status_code == 200
    assert read(cos, bucket) == b"content"


def test_from_another_bucket(cos, bucket):
    cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(SAMPLES, "qr-url.png"))
    assert read(cos, bucket) == read(cos, SAMPLES, "qr-url.png")


def test_a_large_object_and_one_of_parts(cos, bucket):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="parts", StorageClass="STANDARD")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": cos.upload_part(
                Bucket=bucket, Key="parts", Body=piece, PartNumber=number, UploadId=upload
            )["ETag"],
        }
        for number, piece in enumerate((LARGE[: 2 * MB], LARGE[2 * MB :]), 1)
    ]
    cos.complete_multipart_upload(
        Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Part": parts}
    )
    copied = cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "parts"))
    assert (copied["ETag"], copied["CRC64"]) == (etag(LARGE), str(crc64.xz(LARGE)))
    assert read(cos, bucket) == LARGE
    cos.delete_object(Bucket=bucket, Key="parts")
    assert read(cos, bucket) == LARGE


def test_an_empty_object(cos, bucket):
    cos.put_object(Bucket=bucket, Key="empty", Body=b"")
    copied = cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "empty"))
    assert (copied["ETag"], copied["CRC64"], read(cos, bucket)) == (etag(b""), "0", b"")


# An object onto itself


def test_onto_itself_with_nothing_changed(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"before", Metadata={"x-cos-meta-a": "b"})
    before = state_of(cos, bucket)
    for more in ({}, {"StorageClass": "STANDARD"}, {"ACL": "public-read"}, {"ContentType": "a/b"}):
        with refused("InvalidRequest", 400):
            cos.copy_object(Bucket=bucket, Key="k", CopySource=of(bucket, "k"), **more)
    assert state_of(cos, bucket) == before


@pytest.mark.parametrize("size", [7, len(LARGE)], ids=["small", "large"])
def test_onto_itself_with_something_changed(cos, bucket, size):
    cos.put_object(Bucket=bucket, Key="k", Body=LARGE[:size], Metadata={"x-cos-meta-a": "b"})
    cos.copy_object(Bucket=bucket, Key="k", CopySource=of(bucket, "k"), StorageClass="STANDARD_IA")
    head = cos.head_object(Bucket=bucket, Key="k")
    assert (head["x-cos-storage-class"], head["x-cos-meta-a"]) == ("STANDARD_IA", "b")
    cos.copy_object(Bucket=bucket, Key="k", CopySource=of(bucket, "k"), CopyStatus="Replaced")
    head = cos.head_object(Bucket=bucket, Key="k")
    assert not {"x-cos-storage-class", "x-cos-meta-a"} & set(head)
    assert read(cos, bucket, "k") == LARGE[:size]


def test_change_the_storage_class_and_the_metadata(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"content")
    changed = cos.change_object_storage_class(Bucket=bucket, Key="k", StorageClass="ARCHIVE")
    assert changed["ETag"] == etag(b"content")
    assert cos.head_object(Bucket=bucket, Key="k")["x-cos-storage-class"] == "ARCHIVE"
    with refused("InvalidObjectState", 403):
        cos.change_object_storage_class(Bucket=bucket, Key="k", StorageClass="STANDARD")
    cos.put_object(Bucket=bucket, Key="k", Body=b"content")
    cos.update_object_meta(Bucket=bucket, Key="k", ContentType="text/html", Metadata={"x-cos-meta-new": "1"})
    head = cos.head_object(Bucket=bucket, Key="k")
    assert (head["Content-Type"], head["x-cos-meta-new"]) == ("text/html", "1")
    assert read(cos, bucket, "k") == b"content"


# Preconditions


@pytest.mark.parametrize(
    ("match", "conditions"),
    [
        (True, {"IfMatch": "it"}),
        (False, {"IfMatch": "another"}),
        (True, {"IfNoneMatch": "another"}),
        (False, {"IfNoneMatch": "it"}),
        (True, {"IfModifiedSince": PAST}),
        (False, {"IfModifiedSince": FUTURE}),
        (True, {"IfUnmodifiedSince": FUTURE}),
        (False, {"IfUnmodifiedSince": PAST}),
        (True, {"IfMatch": "it", "IfUnmodifiedSince": PAST}),
        (False, {"IfNoneMatch": "it", "IfModifiedSince": PAST}),
        (False, {"IfMatch": "another", "IfUnmodifiedSince": FUTURE}),
    ],
    ids=str,
)
def test_conditions(cos, bucket, source, match, conditions):
    tags = {"it": etag(b"content"), "another": etag(b"another")}
    options = {f"CopySource{name}": tags.get(value, value) for name, value in conditions.items()}
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]

    def copy():
        return cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket), **options)

    def copy_part():
        return cos.upload_part_copy(
            Bucket=bucket, Key="copy", PartNumber=1, UploadId=upload, CopySource=of(bucket), **options
        )

    for ask in (copy, copy_part):
        if match:
            assert ask()["ETag"] == etag(b"content")
            continue
        before = state_of(cos, bucket)
        with refused("PreconditionFailed", 412) as seen:
            ask()
        assert seen.error.get_error_msg() == "Precondition not match."
        assert state_of(cos, bucket) == before


# Sources that cannot be copied


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("{bucket}", 400, "InvalidCopySource"),
        ("{bucket}.cos.ap-guangzhou.myqcloud.com", 400, "InvalidCopySource"),
        ("{bucket}.cos.ap-guangzhou.myqcloud.com/", 400, "InvalidCopySource"),
        ("{bucket}.cos.ap-guangzhou.myqcloud.com/%ff", 400, "InvalidCopySource"),
        ("cos.ap-guangzhou.myqcloud.com/key", 400, "InvalidCopySource"),
        ("http://{bucket}.cos.ap-guangzhou.myqcloud.com/key", 400, "InvalidCopySource"),
        ("/key", 400, "InvalidCopySource"),
        ("{bucket}.cos.ap-guangzhou.myqcloud.com/missing", 404, "NoSuchKey"),
        ("{bucket}.cos.ap-guangzhou.myqcloud.com/copy?versionId=x", 404, "NoSuchVersion"),
        (f"{{bucket}}.cos.ap-guangzhou.myqcloud.com/copy?versionId={UNKNOWN_VERSION}", 404, "NoSuchVersion"),
        (f"missing-{APPID}.cos.ap-guangzhou.myqcloud.com/key", 404, "NoSuchCopySource"),
    ],
)
def test_a_source_that_is_none(emulator, bucket, text, status, code):
    headers = {"x-cos-copy-source": text.format(bucket=bucket)}
    assert error_of(send(emulator, "PUT", bucket, "copy", headers=headers))[:2] == (status, code)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"Key": "k" * 851}, "KeyTooLong", 400),
        ({"Bucket": f"missing-{APPID}"}, "NoSuchBucket", 404),
        ({"StorageClass": "GLACIER"}, "NotSupportedStorageClass", 400),
        ({"PicOperations": '{"is_pic_info":1}'}, "NotImplemented", 501),
    ],
    ids=["key", "bucket", "class", "picture-operations"],
)
def test_a_destination_that_is_none(cos, bucket, options, code, status):
    with refused(code, status):
        cos.copy_object(**{"Bucket": bucket, "Key": "copy", "CopySource": of(bucket), **options})


@pytest.mark.usefixtures("unchanged")
def test_a_destination_that_must_not_be_overwritten(emulator, bucket):
    headers = {"x-cos-copy-source": _location(bucket), "x-cos-forbid-overwrite": "true"}
    assert send(emulator, "PUT", bucket, "copy", headers=headers).status_code == 409


def test_an_archived_source(cos, bucket):
    cos.put_object(Bucket=bucket, Key="old", Body=b"content", StorageClass="ARCHIVE")
    with refused("InvalidObjectState", 403):
        cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "old"))
    cos.restore_object(
        Bucket=bucket, Key="old", RestoreRequest={"Days": 1, "CASJobParameters": {"Tier": "Expedited"}}
    )
    cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "old"))
    assert read(cos, bucket) == b"content"


def test_a_source_with_a_key_of_the_customer(cos, bucket):
    cos.put_object(Bucket=bucket, Key="secret", Body=b"content", **CUSTOMER_KEY)
    with refused("SsecDecryptHeaderInvalid", 400):
        cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "secret"))
    given = {f"CopySource{name}": value for name, value in CUSTOMER_KEY.items()}
    cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "secret"), **given)
    assert read(cos, bucket) == b"content"


def test_who_may_read_the_source(make_cos, cos, bucket, source):
    cos.put_object(Bucket=bucket, Key="private", Body=b"secret")
    stranger = make_cos(STRANGER)
    own = f"t{uuid.uuid4().hex[:12]}-{STRANGER.appid}"
    stranger.create_bucket(Bucket=own)
    upload = stranger.create_multipart_upload(Bucket=own, Key="copy")["UploadId"]
    for key in ("private", "missing"):
        with refused("AccessDenied", 403):
            stranger.copy_object(Bucket=own, Key="copy", CopySource=of(bucket, key))
        with refused("AccessDenied", 403):
            stranger.upload_part_copy(
                Bucket=own, Key="copy", PartNumber=1, UploadId=upload, CopySource=of(bucket, key)
            )
    assert state_of(stranger, own) == ([], [("copy", upload, [])])
    # What everybody may read, everybody may copy, but not to where only others may write.
    stranger.copy_object(Bucket=own, Key="copy", CopySource=of(bucket))
    assert read(stranger, own) == b"content"
    with refused("AccessDenied", 403):
        stranger.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket))
    with refused("AccessDenied", 403):
        cos.copy_object(Bucket=own, Key="copy", CopySource=of(bucket))
    stranger.abort_multipart_upload(Bucket=own, Key="copy", UploadId=upload)
    stranger.delete_object(Bucket=own, Key="copy")
    stranger.delete_bucket(Bucket=own)


# Versions


def test_versions_of_the_source_and_of_the_copy(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="k", Body=b"first")["x-cos-version-id"]
    second = cos.put_object(Bucket=bucket, Key="k", Body=b"second")["x-cos-version-id"]
    copied = cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "k"))
    assert copied["x-cos-copy-source-version-id"] == second
    assert read(cos, bucket, "copy", VersionId=copied["VersionId"]) == b"second"
    # The old version becomes the current one again: that is a change, though it copies the object onto itself.
    back = cos.copy_object(Bucket=bucket, Key="k", CopySource=of(bucket, "k", VersionId=first))
    assert (back["x-cos-copy-source-version-id"], read(cos, bucket, "k")) == (first, b"first")
    marker = cos.delete_object(Bucket=bucket, Key="k")["x-cos-version-id"]
    with refused("NoSuchKey", 404):
        cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "k"))
    with refused("InvalidRequest", 400):
        cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "k", VersionId=marker))
    upload = cos.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = cos.upload_part_copy(
        Bucket=bucket, Key="k", PartNumber=1, UploadId=upload, CopySource=of(bucket, "k", VersionId=second)
    )
    assert (part["x-cos-copy-source-version-id"], part["ETag"]) == (second, etag(b"second"))
    cos.put_bucket_versioning(Bucket=bucket, Status="Suspended")
    null = cos.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "k", VersionId=first))
    assert "VersionId" not in null
    assert read(cos, bucket, "copy", VersionId="null") == b"first"
    versions = cos.list_objects_versions(Bucket=bucket)
    for entry in versions["Version"] + versions["DeleteMarker"]:
        cos.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])


# Parts


def test_an_object_is_copied_in_parts(cos, bucket):
    cos.put_object(Bucket=bucket, Key="large", Body=LARGE)
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    parts = []
    for number, (first, last) in enumerate([(0, 2 * MB - 1), (2 * MB, len(LARGE) - 1)], 1):
        copied = cos.upload_part_copy(
            Bucket=bucket,
            Key="copy",
            PartNumber=number,
            UploadId=upload,
            CopySource=of(bucket, "large"),
            CopySourceRange=f"bytes={first}-{last}",
        )
        piece = LARGE[first : last + 1]
        assert (copied["ETag"], copied["CRC64"]) == (etag(piece), str(crc64.xz(piece)))
        assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", copied["LastModified"])
        parts.append({"PartNumber": number, "ETag": copied["ETag"]})
    done = cos.complete_multipart_upload(
        Bucket=bucket, Key="copy", UploadId=upload, MultipartUpload={"Part": parts}
    )
    assert done["x-cos-hash-crc64ecma"] == str(crc64.xz(LARGE))
    assert read(cos, bucket) == LARGE


def test_a_part_without_a_range_is_the_whole(cos, bucket, source):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    # The SDK sends the header empty.
    cos.upload_part_copy(
        Bucket=bucket, Key="copy", PartNumber=7, UploadId=upload, CopySource=of(bucket), CopySourceRange=""
    )
    assert parts_of(cos, bucket, upload, "copy") == [(7, etag(b"content"), 7)]


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("bytes=0-7", "InvalidRange", 416),
        ("bytes=7-8", "InvalidRange", 416),
        ("bytes=5-4", "InvalidArgument", 400),
        ("bytes=5-", "InvalidArgument", 400),
        ("bytes=-5", "InvalidArgument", 400),
        ("bytes=0-1,3-4", "InvalidArgument", 400),
        ("0-5", "InvalidArgument", 400),
        ("bytes=" + "9" * 40 + "-" + "9" * 41, "InvalidArgument", 400),
    ],
)
def test_a_range_that_is_none(cos, bucket, source, text, code, status):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    before = state_of(cos, bucket)
    with refused(code, status):
        cos.upload_part_copy(
            Bucket=bucket,
            Key="copy",
            PartNumber=1,
            UploadId=upload,
            CopySource=of(bucket),
            CopySourceRange=text,
        )
    assert state_of(cos, bucket) == before


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"UploadId": "1585130821" + "0" * 64}, "NoSuchUpload", 404),
        ({"Key": "another"}, "NoSuchUpload", 404),
        ({"PartNumber": 0}, "InvalidArgument", 400),
        ({"PartNumber": 10_001}, "InvalidArgument", 400),
        ({"CopySource": of(f"missing-{APPID}")}, "NoSuchCopySource", 404),
    ],
    ids=["upload", "key", "number-0", "number-10001", "source"],
)
def test_a_part_that_is_not_copied(cos, bucket, source, options, code, status):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    before = state_of(cos, bucket)
    asked = {"Bucket": bucket, "Key": "copy", "PartNumber": 1, "UploadId": upload, "CopySource": of(bucket)}
    with refused(code, status):
        cos.upload_part_copy(**{**asked, **options})
    assert state_of(cos, bucket) == before


def test_a_part_of_an_upload_with_a_key_of_the_customer(cos, bucket, source):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="copy", **CUSTOMER_KEY)["UploadId"]
    asked = {"Bucket": bucket, "Key": "copy", "PartNumber": 1, "UploadId": upload, "CopySource": of(bucket)}
    with refused("SsecDecryptHeaderInvalid", 400):
        cos.upload_part_copy(**asked)
    copied = cos.upload_part_copy(**asked, **CUSTOMER_KEY)
    assert copied["x-cos-server-side-encryption-customer-algorithm"] == "AES256"


# The high-level call


@pytest.mark.parametrize("threshold", [MB, 10 * MB], ids=["in-parts", "in-one-go"])
def test_a_copy_that_chooses_its_way(make_cos, cos, bucket, threshold):
    client = make_cos(way="proxies")
    client._conf.set_copy_part_threshold_size(threshold)
    cos.put_object(Bucket=bucket, Key="large", Body=LARGE, StorageClass="STANDARD_IA")
    done = client.copy(
        Bucket=bucket, Key="copy", CopySource=of(bucket, "large"), PartSize=2, StorageClass="STANDARD"
    )
    assert done["ETag"].endswith('-3"') is (threshold == MB)
    assert read(cos, bucket) == LARGE
    assert state_of(cos, bucket)[1] == []


def test_copies_on_the_disk(make_cos, tmp_path):
    with Emulator(
        store="disk", data_dir=str(tmp_path / "data"), credentials=(PUBLISHED_KEY,), region=REGION
    ) as emulator:
        client = make_cos(at=emulator)
        bucket = f"disk-{APPID}"
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="k", Body=LARGE)
        client.copy_object(Bucket=bucket, Key="k", CopySource=of(bucket, "k"), CopyStatus="Replaced")
        client.copy_object(Bucket=bucket, Key="copy", CopySource=of(bucket, "k"))
        client.delete_object(Bucket=bucket, Key="k")
        assert read(client, bucket) == LARGE
    blobs = [path for path in (tmp_path / "data" / "blobs").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in blobs] == [len(LARGE)]

"""Put, get, head and delete objects through cos-python-sdk-v5 (spec: cos.md sections 4.0 and 4.3)."""

import base64
import gzip
import hashlib
import io
import uuid

import pytest
import requests
from fastcrc import crc64
from sdk_clients import SAMPLES, body_of, refused, refused_head

LARGE = bytes(range(256)) * 4096 * 3  # 3 MiB: more than one chunk, and more than is held in memory at once
KEYS = [
    "plain.txt",
    "a b.txt",
    "a+b.txt",
    "100%.txt",
    "a%2Fb.txt",
    "q?x=1&y=2#f",
    "目录/图片 (1).png",
    "dir//double//",
    "dir/./dot",
    "dir/../up",
    "folder/",
    "\N{PILE OF POO}/é/e\N{COMBINING ACUTE ACCENT}",
    "!*'(),:;@$=~_-.",
    "tab\tnewline\n",
    "_emulator/health",
    "k" * 850,
]


def _chunks():
    for at in range(0, len(LARGE), 100_000):
        yield LARGE[at : at + 100_000]


@pytest.mark.parametrize(
    ("make_body", "expected"),
    [
        pytest.param(lambda tmp: "text – 文本", "text – 文本".encode(), id="text"),
        pytest.param(lambda tmp: b"\x00\xff\r\n\r\n", b"\x00\xff\r\n\r\n", id="bytes"),
        pytest.param(lambda tmp: b"", b"", id="empty"),
        pytest.param(lambda tmp: LARGE, LARGE, id="large"),
        pytest.param(lambda tmp: io.BytesIO(LARGE), LARGE, id="stream"),
        pytest.param(lambda tmp: _chunks(), LARGE, id="generator"),
    ],
)
def test_put_and_get_bodies(cos, bucket, tmp_path, make_body, expected):
    put = cos.put_object(Bucket=bucket, Key="k", Body=make_body(tmp_path))
    assert put["ETag"] == f'"{hashlib.md5(expected).hexdigest()}"'
    assert put["x-cos-hash-crc64ecma"] == str(crc64.xz(expected))
    got = cos.get_object(Bucket=bucket, Key="k")
    assert body_of(got) == expected
    assert got["Content-Length"] == str(len(expected))
    assert {name: got[name] for name in ("ETag", "x-cos-hash-crc64ecma")} == {
        name: put[name] for name in ("ETag", "x-cos-hash-crc64ecma")
    }


def test_put_a_file_and_get_it_into_one(cos, bucket, tmp_path):
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_bytes(LARGE)
    with source.open("rb") as file:
        cos.put_object(Bucket=bucket, Key="k", Body=file)
    cos.get_object(Bucket=bucket, Key="k")["Body"].get_stream_to_file(str(copy))
    assert copy.read_bytes() == LARGE


def test_put_what_a_response_streams(cos, bucket, emulator):
    with requests.get(emulator.url + "/_emulator/health", stream=True, timeout=30) as source:
        cos.put_object(Bucket=bucket, Key="k", Body=source)
    assert body_of(cos.get_object(Bucket=bucket, Key="k")).startswith(b"{")


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_odd_keys(cos, bucket, key):
    content = key.encode()
    cos.put_object(Bucket=bucket, Key=key, Body=content)
    assert body_of(cos.get_object(Bucket=bucket, Key=key, KeySimplifyCheck=False)) == content
    assert cos.head_object(Bucket=bucket, Key=key)["Content-Length"] == str(len(content))
    assert [entry["Key"] for entry in cos.list_objects(Bucket=bucket)["Contents"]] == [key]
    cos.delete_object(Bucket=bucket, Key=key)
    assert cos.object_exists(Bucket=bucket, Key=key) is False


def test_a_key_is_not_normalised_into_another(cos, bucket):
    keys = ["a/b", "a//b", "a/./b", "a/../b", "a%2Fb", "A/b"]
    for key in keys:
        cos.put_object(Bucket=bucket, Key=key, Body=key)
    for key in keys:
        assert body_of(cos.get_object(Bucket=bucket, Key=key)).decode() == key


@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param("k" * 851, "KeyTooLong", id="851-bytes"),
        pytest.param("图" * 284, "KeyTooLong", id="852-bytes-of-utf-8"),
        pytest.param("a\x18b", "InvalidObjectName", id="control-character"),
        pytest.param("//slash-first", "InvalidObjectName", id="slash-first"),
        pytest.param("\\backslash-first", "InvalidObjectName", id="backslash-first"),
    ],
)
def test_keys_that_are_refused(cos, bucket, key, code):
    with refused(code, 400):
        cos.put_object(Bucket=bucket, Key=key, Body=b"x")


def test_headers_and_metadata_come_back(cos, bucket):
    cos.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"x",
        ContentType="text/css; charset=utf-8",
        CacheControl="max-age=60",
        ContentDisposition="attachment; filename*=utf-8''%E5%9B%BE.css",
        ContentLanguage="zh-CN",
        Expires="Thu, 01 Jan 2099 00:00:00 GMT",
        Metadata={"x-cos-meta-author": "A. N. Other", "x-cos-meta-Case": "Kept"},
    )
    expected = {
        "Content-Type": "text/css; charset=utf-8",
        "Cache-Control": "max-age=60",
        "Content-Disposition": "attachment; filename*=utf-8''%E5%9B%BE.css",
        "Content-Language": "zh-CN",
        "Expires": "Thu, 01 Jan 2099 00:00:00 GMT",
        "x-cos-meta-author": "A. N. Other",
        "x-cos-meta-case": "Kept",
    }
    for answer in (cos.head_object(Bucket=bucket, Key="k"), cos.get_object(Bucket=bucket, Key="k")):
        assert {name: answer[name] for name in expected} == expected


def test_an_object_without_headers_has_no_headers_of_others(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    head = cos.head_object(Bucket=bucket, Key="k")
    assert head["Content-Type"] == "application/octet-stream"
    absent = {"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}
    assert not absent & set(head)


def test_metadata_over_2_kilobytes(cos, bucket):
    with refused("InvalidArgument", 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"x-cos-meta-big": "m" * 2048})
    assert cos.object_exists(Bucket=bucket, Key="k") is False


@pytest.mark.parametrize("content", [gzip.compress(b"gzip" * 50), b"not gzip at all"], ids=["gzip", "broken"])
def test_an_encoded_body_is_not_touched(cos, bucket, content):
    put = cos.put_object(Bucket=bucket, Key="k", Body=content, ContentEncoding="gzip")
    assert put["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    got = cos.get_object(Bucket=bucket, Key="k")
    assert (body_of(got), got["Content-Encoding"]) == (content, "gzip")


def test_content_md5_that_is_right(cos, bucket):
    cos.put_object(Bucket=bucket, Key="sdk", Body=b"content", EnableMD5=True)
    digest = base64.b64encode(hashlib.md5(b"content").digest()).decode()
    cos.put_object(Bucket=bucket, Key="own", Body=b"content", ContentMD5=digest)
    assert len(cos.list_objects(Bucket=bucket)["Contents"]) == 2


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        pytest.param(base64.b64encode(hashlib.md5(b"other").digest()).decode(), "BadDigest", id="wrong"),
        pytest.param("bm90IHNpeHRlZW4=", "InvalidDigest", id="not-16-bytes"),
        pytest.param("***", "InvalidDigest", id="not-base64"),
    ],
)
def test_content_md5_that_is_wrong(cos, bucket, digest, code):
    cos.put_object(Bucket=bucket, Key="k", Body=b"before")
    with refused(code, 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"after", ContentMD5=digest)
    assert body_of(cos.get_object(Bucket=bucket, Key="k")) == b"before"


@pytest.mark.parametrize("name", ["STANDARD_IA", "INTELLIGENT_TIERING", "MAZ_STANDARD"])
def test_a_storage_class_comes_back(cos, bucket, name):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=name)
    assert cos.head_object(Bucket=bucket, Key="k")["x-cos-storage-class"] == name
    assert cos.list_objects(Bucket=bucket)["Contents"][0]["StorageClass"] == name


def test_the_standard_storage_class_is_told_in_lists_only(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="STANDARD")
    assert "x-cos-storage-class" not in cos.head_object(Bucket=bucket, Key="k")
    assert "x-cos-storage-class" not in cos.get_object(Bucket=bucket, Key="k")
    assert cos.list_objects(Bucket=bucket)["Contents"][0]["StorageClass"] == "STANDARD"


def test_an_archived_object_is_not_read(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="ARCHIVE")
    assert cos.head_object(Bucket=bucket, Key="k")["x-cos-storage-class"] == "ARCHIVE"
    with refused("InvalidObjectState", 403):
        cos.get_object(Bucket=bucket, Key="k")


def test_a_storage_class_that_does_not_exist(cos, bucket):
    with refused("NotSupportedStorageClass", 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="GLACIER")


def test_an_overwritten_object_is_the_new_one(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=LARGE, Metadata={"x-cos-meta-old": "1"})
    cos.put_object(Bucket=bucket, Key="k", Body=b"new", ContentType="text/plain")
    got = cos.get_object(Bucket=bucket, Key="k")
    assert (body_of(got), got["Content-Type"]) == (b"new", "text/plain")
    assert "x-cos-meta-old" not in got


def test_delete_is_repeatable(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    for _ in range(2):
        assert "x-cos-request-id" in cos.delete_object(Bucket=bucket, Key="k")
    with refused("NoSuchKey", 404):
        cos.get_object(Bucket=bucket, Key="k")
    with refused_head(404):
        cos.head_object(Bucket=bucket, Key="k")


def test_a_version_that_does_not_exist(cos):
    with refused("NoSuchVersion", 404):
        cos.get_object(Bucket=SAMPLES, Key="qr-url.png", VersionId="MTg0NDUxNTc1NTE5MTc1NjM4MDA")


def test_an_error_while_a_large_body_is_sent_is_still_read(cos):
    with refused("NoSuchBucket", 404):
        cos.put_object(Bucket=f"b{uuid.uuid4().hex[:12]}-1250000000", Key="k", Body=LARGE * 4)

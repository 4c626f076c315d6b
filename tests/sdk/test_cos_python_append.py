"""Append to objects through cos-python-sdk-v5 (spec: cos.md section 4.3, row append)."""

import base64
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastcrc import crc64
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import APPID, STRANGER, body_of, error_of, refused
from stored_state import send, send_head, state_of

PIECES = [b"first ", b"", b"second " * 100_000, b"third"]


def append(cos, bucket, position, content, key="log", **options):
    return cos.append_object(Bucket=bucket, Key=key, Position=position, Data=content, **options)


@pytest.fixture
def appendable(cos, bucket):
    append(cos, bucket, 0, b"content", ContentType="text/plain", Metadata={"x-cos-meta-a": "b"})


def test_an_object_grows(cos, bucket):
    whole, tags = b"", set()
    for piece in PIECES:
        answer = append(cos, bucket, len(whole), piece)
        whole += piece
        assert answer["x-cos-next-append-position"] == str(len(whole))
        assert answer["x-cos-hash-crc64ecma"] == str(crc64.xz(whole))
        got = cos.get_object(Bucket=bucket, Key="log")
        assert body_of(got) == whole
        assert got["ETag"] == answer["ETag"]
        assert re.fullmatch('"[0-9a-f]{32}"', answer["ETag"])
        assert answer["ETag"] != f'"{hashlib.md5(whole).hexdigest()}"'
        tags.add(answer["ETag"])
    assert len(tags) == len(PIECES)
    head = cos.head_object(Bucket=bucket, Key="log")
    assert (head["x-cos-object-type"], head["x-cos-next-append-position"]) == ("appendable", str(len(whole)))
    part = cos.get_object(Bucket=bucket, Key="log", Range=f"bytes=4-{len(whole) - 4}")
    assert body_of(part) == whole[4:-3]
    assert [entry["Size"] for entry in cos.list_objects(Bucket=bucket)["Contents"]] == [str(len(whole))]


def test_headers_count_at_the_beginning_only(cos, bucket, appendable):
    append(cos, bucket, 7, b"!", ContentType="image/png", Metadata={"x-cos-meta-a": "c"})
    head = cos.head_object(Bucket=bucket, Key="log")
    assert (head["Content-Type"], head["x-cos-meta-a"], head["Content-Length"]) == ("text/plain", "b", "8")


@pytest.mark.parametrize("position", [0, 6, 8, 10**30])
def test_a_position_that_is_not_the_end(cos, bucket, appendable, position):
    before = state_of(cos, bucket)
    with refused("AppendPositionErr", 409):
        append(cos, bucket, position, b"more")
    assert state_of(cos, bucket) == before


def test_a_beginning_that_is_not_at_0(cos, bucket):
    with refused("AppendPositionErr", 409):
        append(cos, bucket, 1, b"more")
    assert state_of(cos, bucket) == ([], [])


@pytest.mark.parametrize("query", ["append", "append&position=", "append=&position=x", "append&position=-1"])
def test_a_position_that_is_none(emulator, cos, bucket, appendable, query):
    before = state_of(cos, bucket)
    assert error_of(send(emulator, "POST", bucket, "log", query, data=b"x"))[:2] == (400, "InvalidArgument")
    assert state_of(cos, bucket) == before


def test_an_object_of_another_kind(cos, bucket):
    cos.put_object(Bucket=bucket, Key="log", Body=b"normal")
    upload = cos.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    tag = cos.upload_part(Bucket=bucket, Key="parts", Body=b"x", PartNumber=1, UploadId=upload)["ETag"]
    cos.complete_multipart_upload(
        Bucket=bucket,
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Part": [{"PartNumber": 1, "ETag": tag}]},
    )
    before = state_of(cos, bucket)
    for key, size in (("log", 6), ("parts", 1)):
        for position in (0, size):
            with refused("ObjectNotAppendable", 409) as seen:
                append(cos, bucket, position, b"more", key)
            assert seen.error.get_error_msg() == (
                "The operation is not valid for the current state of the object."
            )
    assert state_of(cos, bucket) == before


def test_a_put_makes_it_a_normal_object(cos, bucket, appendable):
    cos.put_object(Bucket=bucket, Key="log", Body=b"normal")
    assert "x-cos-next-append-position" not in cos.head_object(Bucket=bucket, Key="log")
    with refused("ObjectNotAppendable", 409):
        append(cos, bucket, 6, b"more")


def test_a_copy_is_a_normal_object(cos, bucket, appendable):
    source = {"Bucket": bucket, "Key": "log", "Region": "ap-guangzhou"}
    copied = cos.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert copied["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"'
    with refused("ObjectNotAppendable", 409):
        append(cos, bucket, 7, b"more", "copy")
    append(cos, bucket, 7, b"more")


def test_a_wrong_digest(cos, bucket, appendable):
    before = state_of(cos, bucket)
    wrong = base64.b64encode(hashlib.md5(b"another").digest()).decode()
    with refused("BadDigest", 400):
        append(cos, bucket, 7, b"more", ContentMD5=wrong)
    assert state_of(cos, bucket) == before
    append(cos, bucket, 7, b"more", ContentMD5=base64.b64encode(hashlib.md5(b"more").digest()).decode())


def test_no_length(emulator, cos, bucket, appendable):
    status, body = send_head(emulator, "POST", bucket, "log", "append&position=7", {})
    assert (status, b"<Code>MissingContentLength</Code>" in body) == (411, True)
    answer = send(emulator, "POST", bucket, "log", "append&position=7", data=iter([b"chunk", b"ed"]))
    assert answer.headers["x-cos-next-append-position"] == "14"
    assert body_of(cos.get_object(Bucket=bucket, Key="log")) == b"contentchunked"


@pytest.mark.parametrize("size", [5 * 1024**3 - 6, 5 * 1024**3 + 1], ids=["with-what-is-there", "alone"])
def test_more_than_5_gigabytes(emulator, cos, bucket, appendable, size):
    before = state_of(cos, bucket)
    headers = {"Content-Length": str(size), "Expect": "100-continue"}
    status, body = send_head(emulator, "POST", bucket, "log", "append&position=7", headers)
    assert (status, b"<Code>EntityTooLarge</Code>" in body) == (400, True)
    assert state_of(cos, bucket) == before


def test_writers_of_one_position(make_cos, cos, bucket):
    def write(letter):
        try:
            return append(make_cos(), bucket, 0, letter * 1000)["x-cos-next-append-position"]
        except CosServiceError as error:
            return error.get_error_code()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(write, [b"a", b"b", b"c", b"d"]))
    assert sorted(answers) == ["1000", *["AppendPositionErr"] * 3]
    content = body_of(cos.get_object(Bucket=bucket, Key="log"))
    assert (len(content), len(set(content))) == (1000, 1)


@pytest.mark.parametrize("who", [{"key": STRANGER}, {"anonymous": True}], ids=["stranger", "anonymous"])
def test_somebody_else(make_cos, cos, bucket, appendable, who):
    before = state_of(cos, bucket)
    for position, key in ((7, "log"), (0, "new")):
        with refused("AccessDenied", 403):
            append(make_cos(**who), bucket, position, b"more", key)
    assert state_of(cos, bucket) == before


@pytest.mark.parametrize(
    ("key", "options", "code"),
    [
        ("k" * 851, {}, "KeyTooLong"),
        ("new", {"StorageClass": "GLACIER"}, "NotSupportedStorageClass"),
        ("new", {"Metadata": {"x-cos-meta-big": "m" * 2048}}, "InvalidArgument"),
    ],
    ids=["key", "class", "metadata"],
)
def test_a_beginning_that_is_refused(cos, bucket, key, options, code):
    with refused(code, 400):
        append(cos, bucket, 0, b"x", key, **options)
    assert state_of(cos, bucket) == ([], [])


def test_picture_rules_are_not_passed_over(cos, bucket):
    with refused("NotImplemented", 501):
        append(cos, bucket, 0, b"x", PicOperations='{"is_pic_info":1}')
    assert state_of(cos, bucket) == ([], [])


def test_a_bucket_that_does_not_exist(cos):
    with refused("NoSuchBucket", 404):
        append(cos, f"missing-{APPID}", 0, b"x")

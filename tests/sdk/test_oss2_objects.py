"""Put, get, head and delete objects through oss2 (aliyun.md section 4)."""

import base64
import hashlib
import http.client
import io
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import oss2
import pytest
from fastcrc import crc64
from oss_clients import oss_error_of, oss_refused, oss_send
from sdk_clients import APPID

LARGE = bytes(range(256)) * 4096 * 3  # 3 MiB: more than one chunk, and more than is held in memory at once
TEN = b"0123456789"
KEYS = [
    "plain.txt",
    "a b+c%2F.txt",
    "目录/图片 (1).png",
    "dir//double//",
    "dir/./../up",
    "\N{PILE OF POO}/é",
    "!*'(),:;@$=~_-.&?#",
    "k" * 1023,
]


def _md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def _seen(answer):
    """The headers of a download; the connection of one that was not read would stay open."""
    answer.read()
    return answer.headers


def _date(**ago):
    return format_datetime(datetime.now(UTC) - timedelta(**ago), usegmt=True)


@pytest.mark.parametrize(
    ("make_body", "expected"),
    [
        pytest.param(lambda: "text – 文本", "text – 文本".encode(), id="text"),
        pytest.param(lambda: b"\x00\xff\r\n\r\n", b"\x00\xff\r\n\r\n", id="bytes"),
        pytest.param(lambda: b"", b"", id="empty"),
        pytest.param(lambda: LARGE, LARGE, id="large"),
        pytest.param(lambda: io.BytesIO(LARGE), LARGE, id="file-like"),
        pytest.param(lambda: iter([b"a", b"b" * 70_000]), b"a" + b"b" * 70_000, id="chunks"),
    ],
)
def test_put_and_get_bodies(oss_bucket, make_body, expected):
    put = oss_bucket.put_object("k", make_body())
    assert put.status == 200
    assert put.etag == hashlib.md5(expected).hexdigest().upper()
    assert put.crc == crc64.xz(expected)
    assert put.headers["Content-MD5"] == _md5(expected)
    got = oss_bucket.get_object("k")
    assert got.read() == expected
    assert got.client_crc == got.server_crc == crc64.xz(expected)
    assert (got.etag, got.content_length) == (put.etag, len(expected))


def test_files_go_there_and_back(oss_bucket, tmp_path):
    source, copy = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(LARGE)
    oss_bucket.put_object_from_file("k", str(source))
    oss_bucket.get_object_to_file("k", str(copy))
    assert copy.read_bytes() == LARGE


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("version", ["v1", "v4"])
def test_keys_mean_what_was_written(oss_bucket, make_oss, key, version):
    client = make_oss(oss_bucket.bucket_name, version=version)
    client.put_object(key, key)
    assert client.get_object(key).read() == key.encode()
    assert [found.key for found in oss2.ObjectIterator(client)] == [key]
    client.delete_object(key)
    assert not client.object_exists(key)


def test_everything_beside_the_bytes_is_given_back(oss_bucket):
    sent = {
        "Content-Type": "image/png",
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="a.png"',
        "Content-Encoding": "identity",
        "Content-Language": "zh-CN",
        "Expires": "Wed, 21 Oct 2030 07:28:00 GMT",
        "x-oss-meta-author": "someone",
        "x-oss-storage-class": "IA",
        "x-oss-tagging": "a=1&b%20c=%2F",
        "x-oss-object-acl": "public-read",
    }
    put = oss_bucket.put_object("k", TEN, headers=sent)
    for seen in (_seen(oss_bucket.get_object("k")), oss_bucket.head_object("k").headers):
        for name in list(sent)[:7]:
            assert seen[name] == sent[name]
        assert seen["x-oss-storage-class"] == "IA"
        assert seen["x-oss-object-type"] == "Normal"
        assert seen["x-oss-tagging-count"] == "2"
        assert seen["Accept-Ranges"] == "bytes"
        assert seen["ETag"] == f'"{put.etag}"'
        assert seen["Content-Length"] == "10"
        assert seen["Content-MD5"] == _md5(TEN)
        assert seen["x-oss-hash-crc64ecma"] == str(crc64.xz(TEN))
        assert seen["Server"] == "AliyunOSS"
        assert seen["Last-Modified"].endswith("GMT")
    assert oss_bucket.get_object_tagging("k").tag_set.tagging_rule == {"a": "1", "b c": "/"}
    assert oss_bucket.get_object_acl("k").acl == "public-read"


def test_what_is_not_said_has_defaults(oss_bucket):
    oss_bucket.put_object("k", TEN)
    seen = oss_bucket.head_object("k").headers
    assert seen["Content-Type"] == "application/octet-stream"
    assert seen["x-oss-storage-class"] == "Standard"
    assert "x-oss-tagging-count" not in seen
    assert "x-oss-version-id" not in seen
    assert oss_bucket.get_object_acl("k").acl == "default"


@pytest.mark.parametrize(
    ("asked", "standard", "status", "expected", "content_range"),
    [
        ("bytes=2-4", False, 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", False, 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", False, 206, b"789", "bytes 7-9/10"),
        ("bytes=0-9", False, 206, TEN, "bytes 0-9/10"),
        ("bytes=1-2,5-6", False, 206, b"12", "bytes 1-2/10"),
        ("bytes=5-10", False, 200, TEN, None),
        ("bytes=5-10", True, 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-20", False, 200, TEN, None),
        ("bytes=-11", False, 200, TEN, None),
        ("bytes=-11", True, 206, TEN, "bytes 0-9/10"),
        ("bytes=4-2", False, 200, TEN, None),
        ("bytes=4-2", True, 200, TEN, None),
        ("byte=0-4", True, 200, TEN, None),
        ("bytes=-0", False, 200, TEN, None),
    ],
)
def test_ranges(oss_bucket, asked, standard, status, expected, content_range):
    oss_bucket.put_object("k", TEN)
    headers = {"Range": asked} | ({"x-oss-range-behavior": "standard"} if standard else {})
    got = oss_bucket.get_object("k", headers=headers)
    assert (got.status, got.read()) == (status, expected)
    assert got.headers.get("Content-Range") == content_range
    # The MD5 would be that of other bytes.
    assert got.headers.get("Content-MD5") == (_md5(TEN) if status == 200 else None)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_standard_range_behind_the_end_is_refused(oss_bucket, asked):
    oss_bucket.put_object("k", TEN)
    with oss_refused("InvalidRange", 416):
        oss_bucket.get_object("k", headers={"Range": asked, "x-oss-range-behavior": "standard"})


def test_a_range_of_nothing_is_the_whole(oss_bucket):
    oss_bucket.put_object("k", b"")
    got = oss_bucket.get_object("k", byte_range=(0, None))
    assert (got.status, got.read()) == (200, b"")


@pytest.mark.parametrize("asked", ["bytes=-1", "bytes=0-", "bytes=0-0"])
def test_an_empty_object_has_no_standard_range(oss_bucket, asked):
    oss_bucket.put_object("k", b"")
    got = oss_bucket.get_object("k", headers={"Range": asked})
    assert (got.status, got.read(), got.headers.get("Content-Range")) == (200, b"", None)
    with oss_refused("InvalidRange", 416):
        oss_bucket.get_object("k", headers={"Range": asked, "x-oss-range-behavior": "standard"})


def test_byte_range_of_a_large_object(oss_bucket):
    oss_bucket.put_object("k", LARGE)
    assert oss_bucket.get_object("k", byte_range=(100, 2_000_000)).read() == LARGE[100:2_000_001]
    assert oss_bucket.get_object("k", byte_range=(None, 300_000)).read() == LARGE[-300_000:]


@pytest.mark.parametrize("call", ["get_object", "head_object"])
@pytest.mark.parametrize(
    ("condition", "code", "status"),
    [
        (lambda etag: {"If-Match": '"0123"'}, "PreconditionFailed", 412),
        (lambda etag: {"If-Unmodified-Since": _date(days=1)}, "PreconditionFailed", 412),
        (lambda etag: {"If-None-Match": f'"{etag}"'}, "", 304),
        (lambda etag: {"If-Modified-Since": _date(days=-1)}, "", 304),
    ],
    ids=["match", "unmodified", "none-match", "modified"],
)
def test_conditions_that_fail(oss_bucket, call, condition, code, status):
    put = oss_bucket.put_object("k", TEN)
    with pytest.raises(oss2.exceptions.ServerError) as raised:
        getattr(oss_bucket, call)("k", headers=condition(put.etag))
    assert raised.value.status == status
    assert raised.value.code == code


def test_conditions_that_hold(oss_bucket):
    put = oss_bucket.put_object("k", TEN)
    for held in (
        {"If-Match": f'"{put.etag}"'},
        {"If-Match": put.etag.lower()},
        {"If-None-Match": '"0123"'},
        {"If-Modified-Since": _date(days=1)},
        {"If-Unmodified-Since": _date(days=-1)},
    ):
        assert oss_bucket.get_object("k", headers=held).read() == TEN


def test_an_unchanged_object_is_not_sent_again(emulator, oss_bucket):
    put = oss_bucket.put_object("k", TEN)
    answer = oss_send(
        emulator, "GET", oss_bucket.bucket_name, "k", headers={"If-None-Match": f'"{put.etag}"'}
    )
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == f'"{put.etag}"'
    assert "Last-Modified" in answer.headers


def test_a_signed_request_may_say_other_headers(oss_bucket):
    oss_bucket.put_object("k", TEN, headers={"Content-Type": "image/png"})
    asked = {
        "response-content-type": "text/plain",
        "response-content-disposition": "attachment",
        "response-cache-control": "no-store",
        "response-content-language": "en",
        "response-expires": "0",
        "response-content-encoding": "identity",
    }
    seen = _seen(oss_bucket.get_object("k", params=asked))
    assert {name: seen[name.removeprefix("response-")] for name in asked} == asked


def test_control_characters_do_not_get_into_headers(oss_bucket):
    oss_bucket.put_object("k", TEN)
    sent = "a\x00b\x01c\td\r\ne\x0bf\x1fg\x7fh"
    seen = _seen(oss_bucket.get_object("k", params={"response-content-disposition": sent}))
    assert seen["content-disposition"] == "a b c\td  e f g h"


def test_a_stranger_may_not_say_other_headers(emulator, oss_bucket, make_oss):
    oss_bucket.put_object("k", TEN, headers={"x-oss-object-acl": "public-read"})
    stranger = make_oss(oss_bucket.bucket_name, None)
    # Without a signature and with no word of OSS the host must say which cloud is meant.
    headers = {"x-oss-range-behavior": "standard"}
    assert stranger.get_object("k", headers=headers).read() == TEN
    with oss_refused("InvalidRequest", 400):
        stranger.get_object("k", params={"response-content-type": "text/html"}, headers=headers)


def test_object_meta(oss_bucket):
    put = oss_bucket.put_object("k", TEN, headers={"x-oss-meta-a": "1"})
    meta = oss_bucket.get_object_meta("k")
    assert (meta.etag, meta.content_length) == (put.etag, 10)
    assert meta.last_modified == oss_bucket.head_object("k").last_modified
    assert "x-oss-meta-a" not in meta.headers
    assert oss_bucket.object_exists("k")
    assert not oss_bucket.object_exists("other")
    with oss_refused("NoSuchKey", 404):
        oss_bucket.get_object_meta("other")


def test_missing_objects_and_buckets(oss_bucket, make_oss):
    with oss_refused("NoSuchKey", 404) as seen:
        oss_bucket.get_object("no/such")
    assert seen.details["Key"] == "no/such"
    with oss_refused("NoSuchKey", 404):
        oss_bucket.head_object("no/such")
    with oss_refused("NoSuchBucket", 404) as seen:
        make_oss("no-such-bucket").put_object("k", b"")
    assert seen.details["BucketName"] == "no-such-bucket"


def test_delete_is_done_even_when_there_is_nothing(oss_bucket):
    oss_bucket.put_object("k", TEN)
    assert oss_bucket.delete_object("k").status == 204
    assert oss_bucket.delete_object("k").status == 204
    assert not oss_bucket.object_exists("k")


def test_overwriting_can_be_forbidden(oss_bucket):
    oss_bucket.put_object("k", TEN, headers={"x-oss-forbid-overwrite": "true"})
    with oss_refused("FileAlreadyExists", 409):
        oss_bucket.put_object("k", b"other", headers={"x-oss-forbid-overwrite": "true"})
    assert oss_bucket.get_object("k").read() == TEN
    oss_bucket.put_object("k", b"other", headers={"x-oss-forbid-overwrite": "false"})
    assert oss_bucket.get_object("k").read() == b"other"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({"Content-MD5": _md5(b"other")}, "InvalidDigest", id="wrong-md5"),
        pytest.param({"Content-MD5": "nonsense"}, "InvalidDigest", id="no-md5"),
        pytest.param({"x-oss-storage-class": "Glacier"}, "InvalidArgument", id="class"),
        pytest.param({"x-oss-object-acl": "everybody"}, "InvalidArgument", id="acl"),
        pytest.param({"x-oss-tagging": "a=1&a=2"}, "InvalidArgument", id="tag-twice"),
        pytest.param({"x-oss-tagging": "a=1%26"}, "InvalidArgument", id="tag-character"),
        pytest.param({"x-oss-tagging": "&".join(f"k{n}=" for n in range(11))}, "InvalidArgument", id="tags"),
        pytest.param({"x-oss-tagging": f"{'k' * 129}=1"}, "InvalidArgument", id="long-tag"),
        pytest.param({"x-oss-traffic-limit": "245759"}, "InvalidArgument", id="traffic-low"),
        pytest.param({"x-oss-traffic-limit": "838860801"}, "InvalidArgument", id="traffic-high"),
        pytest.param({"x-oss-traffic-limit": "fast"}, "InvalidArgument", id="traffic-text"),
        pytest.param({"x-oss-meta-a": "m" * 8192}, "InvalidArgument", id="metadata"),
        pytest.param(
            {"x-oss-server-side-encryption": "DES"}, "InvalidEncryptionAlgorithmError", id="encryption"
        ),
        pytest.param(
            {"x-oss-server-side-encryption": "AES256", "x-oss-server-side-encryption-key-id": "k"},
            "InvalidArgument",
            id="key-without-kms",
        ),
        pytest.param(
            {"x-oss-server-side-encryption": "KMS", "x-oss-server-side-encryption-key-id": b"k\xff"},
            "InvalidArgument",
            id="key-not-utf-8",
        ),
    ],
)
def test_a_put_that_is_refused_leaves_what_was_there(oss_bucket, headers, code):
    oss_bucket.put_object("k", TEN)
    with oss_refused(code, 400):
        oss_bucket.put_object("k", LARGE, headers=headers)
    assert oss_bucket.get_object("k").read() == TEN
    with oss_refused(code, 400):
        oss_bucket.put_object("fresh", LARGE, headers=headers)
    assert not oss_bucket.object_exists("fresh")


def test_a_malformed_tagging_header_has_its_ec(oss_bucket):
    with oss_refused("InvalidArgument", 400, "0010-00000219"):
        oss_bucket.put_object("k", TEN, headers={"x-oss-tagging": "aa=bb=cc"})
    assert not oss_bucket.object_exists("k")


@pytest.mark.parametrize("key", ["/k", "\\k", "k" * 1024])
def test_bad_keys(emulator, oss_bucket, key):
    answer = oss_send(emulator, "PUT", oss_bucket.bucket_name, key, data=b"1")
    assert answer.status_code == 400
    assert oss_error_of(answer)["Code"] == "InvalidObjectName"
    assert not list(oss2.ObjectIterator(oss_bucket))


def test_a_callback_is_refused_and_nothing_stored(oss_bucket):
    with oss_refused("NotImplemented", 501):
        oss_bucket.put_object("k", TEN, headers={"x-oss-callback": "e30="})
    assert not oss_bucket.object_exists("k")


def test_a_length_is_needed(emulator, oss_bucket):
    oss_bucket.put_bucket_acl("public-read-write")
    with closing(http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)) as connection:
        connection.putrequest("PUT", f"/{oss_bucket.bucket_name}/k")
        connection.putheader("x-oss-meta-a", "1")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 411
        assert b"<Code>MissingContentLength</Code>" in answer.read()


@pytest.mark.parametrize(
    ("sent", "key_id"), [("AES256", None), ("SM4", None), ("KMS", "my-key"), ("KMS", None)]
)
def test_encryption_is_told_of(oss_bucket, cos, bucket, sent, key_id):
    headers = {"x-oss-server-side-encryption": sent}
    if key_id:
        headers["x-oss-server-side-encryption-key-id"] = key_id
    put = oss_bucket.put_object("k", TEN, headers=headers)
    got = _seen(oss_bucket.get_object("k"))
    for seen in (put.headers, got, oss_bucket.head_object("k").headers):
        assert seen["x-oss-server-side-encryption"] == sent
        told = seen.get("x-oss-server-side-encryption-key-id")
        assert told == key_id if key_id else (told is not None) == (sent == "KMS")
    in_cos = cos.head_object(Bucket=bucket, Key="k")["x-cos-server-side-encryption"]
    assert in_cos == {"KMS": "cos/kms"}.get(sent, sent)


def test_a_traffic_limit_is_accepted(oss_bucket):
    oss_bucket.put_object("k", TEN, headers={"x-oss-traffic-limit": "245760"})
    assert oss_bucket.get_object("k", params={"x-oss-traffic-limit": "838860800"}).read() == TEN
    with oss_refused("InvalidArgument", 400):
        oss_bucket.get_object("k", params={"x-oss-traffic-limit": "1"})


def test_versions_are_told_and_can_be_named(oss_bucket, cos, bucket, make_oss):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old = oss_bucket.put_object("k", b"old").versionid
    new = oss_bucket.put_object("k", b"new").versionid
    assert old != new
    assert oss_bucket.get_object("k", params={"versionId": old}).read() == b"old"
    assert _seen(oss_bucket.get_object("k"))["x-oss-version-id"] == new
    removed = oss_bucket.delete_object("k")
    assert removed.delete_marker
    with oss_refused("NoSuchKey", 404) as seen:
        oss_bucket.get_object("k")
    assert seen.error.headers["x-oss-delete-marker"] == "true"
    with oss_refused("MethodNotAllowed", 405):
        oss_bucket.get_object("k", params={"versionId": removed.versionid})
    with oss_refused("NoSuchVersion", 404):
        oss_bucket.get_object("k", params={"versionId": "nonsense"})
    with oss_refused("InvalidArgument", 400):
        oss_bucket.get_object("k", params={"versionId": ""})
    assert oss_bucket.delete_object("k", params={"versionId": removed.versionid}).status == 204
    assert oss_bucket.get_object("k").read() == b"new"


def test_bucket_names_of_cos_work_too(make_oss, oss_bucket):
    oss_bucket.put_object("k", TEN)
    assert make_oss(f"{oss_bucket.bucket_name}-{APPID}").get_object("k").read() == TEN

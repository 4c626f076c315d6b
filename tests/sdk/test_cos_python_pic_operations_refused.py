"""Uploads with `Pic-Operations` that are refused: the code, its number, and that nothing is stored (spec: ci.md section 7)."""

import base64
import hashlib
import http.client
import io
from contextlib import closing

import pytest
from drawn_pictures import RGB_SCENE, png, saved
from PIL import Image
from sdk_clients import APPID, REGION, error_of, refused
from stored_state import state_of
from uploaded_pictures import (
    fetch,
    keys_in,
    md5,
    objects_of,
    operations,
    qrcode,
    send,
    signed_headers,
)

MiB = 1024**2
PNG = saved(RGB_SCENE)
JPEG = saved(RGB_SCENE, "JPEG")
KEY = "dir/source.png"
LARGEST_READ, LARGEST = 3 * MiB, 32 * MiB

#: Headers that are refused -> status, code, X-ErrNo and what the message names. The grammar itself is tested as a unit.
HEADERS = {
    "no-json": ("{", 400, "InvalidPicOperations", "-60998", "not valid"),
    "a-list": ("[]", 400, "InvalidPicOperations", "-60998", "not valid"),
    "nested-too-deeply": ('{"a":' + "[" * 5000 + "]" * 5000 + "}", 400, "InvalidPicOperations", "-60998", "deep"),
    "is_pic_info-2": ('{"is_pic_info":2}', 400, "InvalidPicOperations", "-60998", "is_pic_info"),
    "is_pic_info-true": ('{"is_pic_info":true}', 400, "InvalidPicOperations", "-60998", "is_pic_info"),
    "six-rules": (operations(*[qrcode()] * 6), 400, "InvalidPicOperations", "-60997", "6 rules"),
    "eleven-steps": (
        operations({"rule": "|".join(["QRcode"] * 11), "fileid": "x"}),
        400, "InvalidPicOperations", "-60998", "11 steps",
    ),
    "unknown-rule": (operations({"rule": "rotate/90", "fileid": "x"}), 400, "InvalidPicOperations", "-60998", "rotate"),
    "unknown-parameter": (
        operations({"rule": "QRcode/colour/1", "fileid": "x"}), 400, "InvalidPicOperations", "-60998", "colour",
    ),
    "cover-2": (operations(qrcode(cover=2)), 400, "InvalidPicOperations", "-60998", "cover"),
    "size-499": (
        operations({"rule": "QRcode/cover/0/segment/1/size/499", "fileid": "x"}),
        400, "InvalidPicOperations", "-60998", "size",
    ),
    "control-characters": (
        operations({"rule": "QRcode/cover/0/\x01\x1b/1", "fileid": "x"}),
        400, "InvalidPicOperations", "-60998", "parameter",
    ),
    "cover-without-fileid": (operations(qrcode(None)), 400, "InvalidPicOperations", "-60998", "fileid"),
    "fileid-of-a-folder": (operations(qrcode("a/")), 400, "InvalidPicOperations", "-60998", "slash"),
    "fileid-slash": (operations(qrcode("/")), 400, "InvalidPicOperations", "-60998", "slash"),
    "fileid-two-slashes": (operations(qrcode("//x")), 400, "InvalidObjectName", None, "key"),
    "fileid-too-long": (operations(qrcode("/" + "k" * 851)), 400, "KeyTooLong", None, "850"),
    "bucket-without-appid": (
        operations(qrcode(bucket="other")), 400, "InvalidPicOperations", "-60998", "NAME-APPID",
    ),
    "bucket-missing": (operations(qrcode(bucket=f"absent-{APPID}")), 404, "NoSuchBucket", None, "bucket"),
    "imageMogr2": (
        operations(qrcode(), {"rule": "imageMogr2/thumbnail/!50p", "fileid": "x"}),
        501, "NotImplemented", None, "imageMogr2",
    ),
    "a-known-step": (
        operations({"rule": "QRcode/cover/1|imageMogr2/format/png", "fileid": "x"}),
        501, "NotImplemented", None, "imageMogr2",
    ),
    "a-style": (operations({"rule": "style/small", "fileid": "x"}), 501, "NotImplemented", None, "style"),
    "ImageTargetRec": (
        operations({"rule": "ci-process=ImageTargetRec&detect-type=face&cover=1", "fileid": "x"}),
        501, "NotImplemented", None, "ImageTargetRec",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_header(emulator, cos, bucket, name, method):
    header, status, code, number, told = HEADERS[name]
    target = KEY
    if method == "POST":
        cos.put_object(Bucket=bucket, Key=KEY, Body=PNG)
        target = f"{KEY}?image_process"
    before = state_of(cos, bucket)
    answer = send(emulator, bucket, header, PNG if method == "PUT" else b"", method, target)
    assert error_of(answer)[:2] == (status, code)
    assert told in error_of(answer)[2]
    assert answer.headers.get("X-ErrNo") == number
    assert state_of(cos, bucket) == before


@pytest.mark.parametrize(
    "header", [b"\xff\xfe", b'{"rules":[{"rule":"QRcode/cover/0","fileid":"\xe5\x9b"}]}']
)
def test_a_header_that_is_not_utf_8(emulator, cos, bucket, header):
    answer = send(emulator, bucket, header, PNG)
    assert error_of(answer)[:2] == (400, "InvalidPicOperations")
    assert keys_in(cos, bucket) == []


@pytest.mark.parametrize("name", ["six-rules", "imageMogr2", "bucket-missing"])
def test_what_the_sdk_raises(cos, bucket, name):
    header, status, code, _, told = HEADERS[name]
    with refused(code, status, resource=f"{bucket}.cos.{REGION}.myqcloud.com/{KEY}") as seen:
        cos.ci_put_object(Bucket=bucket, Body=PNG, Key=KEY, PicOperations=header)
    assert told in seen.error.get_error_msg()


def padded(size):
    """The scene in a file of this many bytes."""
    return PNG + bytes(size - len(PNG))


#: Files that are refused -> code and X-ErrNo; `rule` those that only the rule refuses.
FILES = {
    "empty": (b"", "InvalidImageFormat", "-60950"),
    "a-text": (b"no picture at all", "InvalidImageFormat", "-62999"),
    "cut-off-in-the-header": (PNG[:20], "InvalidImageFormat", "-62999"),
    "cut-off-jpeg": (JPEG[:200], "InvalidImageFormat", "-62999"),
    "too-many-pixels": (png(30_000, 30_000), "ImageResolutionExceed", "-447"),
    "too-large": (padded(LARGEST + 1), "ImageTooLarge", "-60996"),
}
FILES_FOR_RULES = {
    "cut-off-in-the-pixels": (PNG[:400], "InvalidImageFormat", "-62999"),
    "gif": (saved(RGB_SCENE, "GIF"), "InvalidImageFormat", "-62999"),
    "webp": (saved(RGB_SCENE, "WEBP"), "InvalidImageFormat", "-62999"),
    "larger-than-codes-are-read-in": (padded(LARGEST_READ + 1), "ImageTooLarge", "-60996"),
    "fifty-pixels": (saved(Image.new("L", (50, 200))), "ImageResolutionExceed", "-447"),
    "one-pixel": (saved(Image.new("L", (1, 1))), "ImageResolutionExceed", "-447"),
}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        *((operations(info=1), name) for name in FILES),
        *((operations(qrcode()), name) for name in FILES | FILES_FOR_RULES),
        *((operations(qrcode(None, cover=0)), name) for name in FILES_FOR_RULES),
    ],
)
def test_a_file(emulator, cos, bucket, header, name):
    body, code, number = (FILES | FILES_FOR_RULES)[name]
    cos.put_object(Bucket=bucket, Key=KEY, Body=b"as it was")
    before = state_of(cos, bucket)
    answer = send(emulator, bucket, header, body)
    assert error_of(answer)[:2] == (400, code)
    assert answer.headers["X-ErrNo"] == number
    assert state_of(cos, bucket) == before


def test_the_largest_file(cos, bucket):
    body = padded(LARGEST)
    _, told = cos.ci_put_object(Bucket=bucket, Body=body, Key=KEY, PicOperations=operations(info=1))
    assert told["OriginalInfo"]["ETag"] == md5(body)
    with refused("ImageTooLarge", 400):
        cos.ci_put_object(Bucket=bucket, Body=body + b"\0", Key=KEY, PicOperations=operations(info=1))
    assert cos.head_object(Bucket=bucket, Key=KEY)["ETag"] == md5(body)


def test_the_largest_file_that_codes_are_read_in(cos, bucket):
    body = padded(LARGEST_READ)
    _, told = cos.ci_put_object(Bucket=bucket, Body=body, Key=KEY, PicOperations=operations(qrcode()))
    assert objects_of(told)[0]["CodeStatus"] == "1"


def test_too_large_in_chunks(emulator, cos, bucket):
    """Nothing announces the size, so it is noticed on the way."""
    body = padded(LARGEST + 5 * MiB)
    chunks = (body[start : start + MiB] for start in range(0, len(body), MiB))
    answer = send(emulator, bucket, operations(info=1), chunks)
    assert error_of(answer)[:2] == (400, "ImageTooLarge")
    assert keys_in(cos, bucket) == []
    small = send(emulator, bucket, operations(qrcode()), iter([PNG[:100], PNG[100:]]))
    assert small.status_code == 200
    assert fetch(cos, bucket, KEY) == PNG


@pytest.mark.parametrize(
    ("header", "more", "status"),
    [
        (operations(info=1), {"Content-Length": str(LARGEST + 1)}, 400),
        (operations(qrcode(bucket=f"absent-{APPID}")), {}, 404),
        (operations(qrcode()), {"x-cos-forbid-overwrite": "true"}, 409),
    ],
)
def test_no_byte_is_waited_for(emulator, cos, bucket, header, more, status):
    """What the head alone tells is answered before the body comes."""
    cos.put_object(Bucket=bucket, Key=KEY, Body=PNG)
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=20)
    with closing(connection):
        connection.putrequest("PUT", f"/{KEY}", skip_host=True, skip_accept_encoding=True)
        signed = signed_headers("PUT", bucket, KEY, header)
        for name, value in ({"Content-Length": str(len(PNG))} | signed | more).items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"Content-MD5": base64.b64encode(hashlib.md5(b"other").digest()).decode()}, 400, "BadDigest"),
        ({"Content-MD5": "x"}, 400, "InvalidDigest"),
        ({"x-cos-content-sha1": hashlib.sha1(b"other").hexdigest()}, 400, "InvalidSHA1Digest"),
        ({"x-cos-storage-class": "NONE"}, 400, "NotSupportedStorageClass"),
        ({"x-cos-meta-a": "x" * 3000}, 400, "InvalidArgument"),
        ({"x-cos-acl": "nobody"}, 400, "InvalidArgument"),
    ],
)
def test_what_any_upload_is_refused_for(emulator, cos, bucket, sent, status, code):
    answer = send(emulator, bucket, operations(qrcode()), PNG, **sent)
    assert error_of(answer)[:2] == (status, code)
    assert keys_in(cos, bucket) == []


def test_forbidding_to_overwrite_is_about_the_original(cos, bucket):
    forbid = {"Metadata": {"x-cos-forbid-overwrite": "true"}}
    cos.put_object(Bucket=bucket, Key="dir/result.png", Body=b"old")

    def put(fileid):
        return cos.ci_put_object(
            Bucket=bucket, Body=PNG, Key=KEY, PicOperations=operations(qrcode(fileid)), **forbid
        )

    put("result.png")
    assert fetch(cos, bucket, "dir/result.png") != b"old"
    before = state_of(cos, bucket)
    for fileid in ("source.png", "another.png"):
        with refused("FileAlreadyExists", 409):
            put(fileid)
    assert state_of(cos, bucket) == before
    cos.delete_object(Bucket=bucket, Key=KEY)
    _, told = put("source.png")
    assert told["OriginalInfo"]["ETag"] == md5(fetch(cos, bucket, KEY)) != md5(PNG)


@pytest.mark.parametrize("at", range(3))
def test_one_bad_rule_among_good_ones(cos, bucket, at):
    rules = [qrcode(f"{number}.png") for number in range(3)]
    rules[at]["fileid"] = "/" * 2
    with refused("InvalidPicOperations", 400):
        cos.ci_put_object(Bucket=bucket, Body=PNG, Key=KEY, PicOperations=operations(*rules))
    assert keys_in(cos, bucket) == []


def test_a_copy_has_no_rules(emulator, cos, bucket):
    cos.put_object(Bucket=bucket, Key="old", Body=PNG)
    source = f"{bucket}.cos.{REGION}.myqcloud.com/old"
    answer = send(emulator, bucket, operations(qrcode()), b"", **{"x-cos-copy-source": source})
    assert error_of(answer)[:2] == (501, "NotImplemented")
    assert keys_in(cos, bucket) == ["old"]


def test_a_stream_that_is_cut_off(cos, bucket):
    with refused("InvalidImageFormat", 400):
        cos.ci_put_object(
            Bucket=bucket, Body=io.BytesIO(JPEG[:300]), Key=KEY, PicOperations=operations(qrcode())
        )
    assert keys_in(cos, bucket) == []

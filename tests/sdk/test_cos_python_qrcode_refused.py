"""What `?ci-process=QRcode` does not take: each with its code, status, number and document (spec: ci.md sections 2 and 7)."""

import random
from typing import NamedTuple
from urllib.parse import quote

import pytest
from drawn_pictures import TEXT, chunk, png, saved, scene
from PIL import Image
from qcloud_cos.cos_auth import CosS3Auth
from recognised_codes import codes_of, recognise, texts
from sdk_clients import APPID, HOST, PICTURES, REGION, SAMPLES, error_of, refused, refused_head, through_proxy
from signed_requests import send

from ci_emulator.testing import Emulator

KEY = "qr-url.png"
QUERY = "?ci-process=QRcode"
LARGEST = 3 * 1024 * 1024
NUMBER = "X-ErrNo"

PNG = (PICTURES / KEY).read_bytes()
PHOTO = (PICTURES / "qr-poster-photo.jpg").read_bytes()


def noise(length):
    return random.Random(1).randbytes(length)


def padded(size):
    """A PNG of the scene with so many bytes: it has a chunk that no reader knows."""
    picture = saved(scene())
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk(b"ciEm", noise(size - len(picture) - 12)) + picture[end:]


def blank(width, height, kind="PNG"):
    return saved(Image.new("L", (width, height), 255), kind)


class Bad(NamedTuple):
    """An object that is refused, and how; `said` is part of the message."""

    body: bytes
    code: str
    number: str
    said: str


def unreadable(body):
    return Bad(body, "InvalidImageFormat", "-120", "image")


def other_format(kind):
    return Bad(saved(scene(), kind), "InvalidImageFormat", "-443", "image")


def small(width, height, kind="PNG"):
    return Bad(blank(width, height, kind), "ImageResolutionExceed", "-447", "more than 50 pixels")


def large(body):
    return Bad(body, "ImageTooLarge", "-167", f"more than {LARGEST} bytes")


BAD = {
    "empty": Bad(b"", "InvalidImageFormat", "-40168", "empty"),
    "text": unreadable(b"no picture at all"),
    "one-byte": unreadable(b"\x89"),
    "only-a-signature": unreadable(PNG[:8]),
    "noise": unreadable(noise(10_000)),
    "xml": unreadable(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "png-cut-in-its-header": unreadable(PNG[:20]),
    "jpeg-cut-in-its-header": unreadable(PHOTO[:200]),
    "png-without-its-palette": unreadable(saved(scene().convert("P")).replace(b"PLTE", b"pLTe")),
    "png-cut-in-its-pixels": unreadable(PNG[: len(PNG) // 2]),
    "jpeg-cut-in-its-pixels": unreadable(PHOTO[: len(PHOTO) * 9 // 10]),
    "gif": other_format("GIF"),
    "webp": other_format("WEBP"),
    "bmp": other_format("BMP"),
    "tiff": other_format("TIFF"),
    "width-50": small(50, 400),
    "height-50": small(400, 50),
    "one-pixel": small(1, 1),
    "jpeg-of-50": small(50, 50, "JPEG"),
    "one-byte-too-large": large(padded(LARGEST + 1)),
    "large-and-no-picture": large(noise(LARGEST + 1)),
    "more-pixels-than-may-be": Bad(png(20_000, 20_000), "ImageResolutionExceed", "-447", "pixels"),
}


@pytest.mark.parametrize("cover", [0, 1])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_object(cos, emulator, bucket, name, cover):
    bad = BAD[name]
    cos.put_object(Bucket=bucket, Key="图 1.png", Body=bad.body)
    resource = f"{bucket}.cos.{REGION}.myqcloud.com/{quote('图 1.png')}"
    with refused(bad.code, 400, resource=resource) as seen:
        cos.ci_get_object_qrcode(Bucket=bucket, Key="图 1.png", Cover=cover)
    assert bad.said in seen.error.get_error_msg()
    with refused(bad.code, 400, resource=resource):
        cos.ci_process(bucket, "图 1.png", "QRcode", Params={"cover": cover})
    answer = send(emulator, "GET", bucket, f"{quote('图 1.png')}{QUERY}&cover={cover}")
    assert error_of(answer)[:2] == (400, bad.code)
    assert answer.headers[NUMBER] == bad.number
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        pytest.param(padded(LARGEST), [TEXT], id="as-large-as-may-be"),
        pytest.param(blank(51, 51), [], id="as-small-as-may-be"),
        pytest.param(blank(51, 51, "JPEG"), [], id="as-small-a-jpeg"),
        pytest.param(blank(51, 3000), [], id="as-narrow-as-may-be"),
        pytest.param(saved(scene()) + b"something behind its end", [TEXT], id="more-behind-its-end"),
    ],
)
def test_what_is_just_good_enough(cos, bucket, body, codes):
    cos.put_object(Bucket=bucket, Key="picture", Body=body)
    assert texts(recognise(cos, bucket, "picture")) == codes


PARAMETERS = {
    "cover-2": ("cover", "2"),
    "cover-negative": ("cover", "-1"),
    "cover-empty": ("cover", ""),
    "cover-a-word": ("cover", "true"),
    "cover-another-spelling": ("cover", "01"),
    "cover-with-blanks": ("cover", " 1"),
    "bar-type-3": ("bar-type", "3"),
    "bar-type-empty": ("bar-type", ""),
    "bar-type-a-word": ("bar-type", "qr"),
    "segment-2": ("segment", "2"),
    "segment-a-word": ("segment", "yes"),
    "size-499": ("size", "499"),
    "size-0": ("size", "0"),
    "size-negative": ("size", "-1000"),
    "size-empty": ("size", ""),
    "size-a-word": ("size", "large"),
    "size-a-fraction": ("size", "1000.5"),
    "size-in-other-digits": ("size", "１０００"),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_bad_parameter(cos, name):
    parameter, value = PARAMETERS[name]
    with refused("InvalidArgument", 400, resource=f"{HOST}/{KEY}") as seen:
        cos.ci_process(SAMPLES, KEY, "QRcode", Params={"segment": 1, parameter: value})
    assert f"The parameter {parameter} must be" in seen.error.get_error_msg()


def test_parameters_through_the_method_for_codes(cos):
    for options in ({"Cover": 2}, {"Cover": 0, "BarType": 3}):
        with refused("InvalidArgument", 400):
            cos.ci_get_object_qrcode(Bucket=SAMPLES, Key=KEY, **options)


def test_parameters_that_nobody_knows_are_ignored(cos):
    answer = cos.ci_process(SAMPLES, KEY, "QRcode", Params={"Cover": "7", "detect-url": "x", "width": "no"})
    assert texts(codes_of(answer)) == ["https://www.example.com"]


@pytest.mark.parametrize("size", [2**31, 2**64, 10**99])
def test_a_huge_size_is_a_number_too(cos, size):
    answer = cos.ci_process(SAMPLES, KEY, "QRcode", Params={"segment": 1, "size": size})
    assert texts(codes_of(answer)) == ["https://www.example.com"]


def test_no_object(cos):
    with refused("NoSuchKey", 404, resource=f"{HOST}/no%20such%20key"):
        recognise(cos, SAMPLES, "no such key")
    with refused("NoSuchBucket", 404):
        recognise(cos, f"no-such-bucket-{APPID}", KEY)
    with refused("NoSuchVersion", 404):
        recognise(cos, SAMPLES, KEY, VersionId="MTg0NDUxNjQ4NTY4NjE3NTg3MTI")


def test_a_deleted_object(cos, emulator, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG)
    marker = cos.delete_object(Bucket=bucket, Key="picture")["x-cos-version-id"]
    with refused("NoSuchKey", 404):
        recognise(cos, bucket, "picture")
    with refused("MethodNotAllowed", 405):
        recognise(cos, bucket, "picture", VersionId=marker)
    for query, status in (("", 404), (f"&versionId={marker}", 405)):
        answer = send(emulator, "GET", bucket, f"picture{QUERY}{query}")
        assert (answer.status_code, answer.headers["x-cos-delete-marker"]) == (status, "true")


@pytest.mark.parametrize("storage_class", ["ARCHIVE", "DEEP_ARCHIVE"])
def test_an_archived_object(cos, bucket, storage_class):
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG, StorageClass=storage_class)
    with refused("InvalidObjectState", 403):
        recognise(cos, bucket, "picture")


def test_an_object_under_a_customer_key_that_is_not_given(cos, bucket):
    key = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=",
        "SSECustomerKeyMD5": "U5L61r7jcwdNvT7frmUG8g==",
    }
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG, **key)
    with refused("SsecDecryptHeaderInvalid", 400):
        recognise(cos, bucket, "picture")


def test_a_link_that_leads_nowhere(cos, bucket):
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="no-such-key")
    with refused("NoSuchKey", 404):
        recognise(cos, bucket, "link")
    cos.put_symlink(Bucket=bucket, SymlinkName="round", SymlinkTarget="link")
    with refused("InvalidRequest", 400):
        recognise(cos, bucket, "round")


@pytest.mark.parametrize("key", ["picture", "no-such-key"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "HEAD", "PATCH"])
def test_a_wrong_method_changes_nothing(cos, emulator, bucket, method, key):
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG)
    body = b"other" if method in ("PUT", "POST", "PATCH") else None
    answer = send(emulator, method, bucket, f"{key}{QUERY}&cover=0", data=body)
    if method == "HEAD":
        assert (answer.status_code, answer.content) == (405, b"")
    else:
        assert error_of(answer)[:2] == (405, "MethodNotAllowed")
    assert [found["Key"] for found in cos.list_objects(Bucket=bucket)["Contents"]] == ["picture"]
    assert texts(recognise(cos, bucket, "picture")) == ["https://www.example.com"]


def test_head_through_the_sdk(make_cos):
    client, params = make_cos(way="proxies"), {"ci-process": "QRcode"}
    with refused_head(405):
        client.send_request(
            method="HEAD",
            url=f"http://{HOST}/{KEY}",
            bucket=SAMPLES,
            auth=CosS3Auth(client._conf, KEY, params=params),
            params=params,
            headers={},
        )


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_on_a_bucket(cos, emulator, bucket, method):
    status, code, message = error_of(send(emulator, method, bucket, QUERY))
    assert (status, code) == (400, "InvalidArgument")
    assert message == "ci-process=QRcode is for a request on the object, not on the bucket."
    assert cos.bucket_exists(Bucket=bucket)


def test_without_a_bucket(emulator, make_cos):
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_download_url(Bucket=None, Key="/", Params={"ci-process": "QRcode"})
    assert error_of(through_proxy(emulator, "GET", url))[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize("process", ["qrcode", "QRCODE", "QRCode", "QRcode ", "Qr", "", "cover"])
def test_another_spelling(cos, process):
    with refused("InvalidArgument", 400, resource=f"{HOST}/{KEY}") as seen:
        cos.ci_process(SAMPLES, KEY, process)
    assert "is not known here" in seen.error.get_error_msg()


def test_a_process_that_is_not_carried_out(cos):
    with refused("NotImplemented", 501) as seen:
        cos.ci_process(SAMPLES, KEY, "DetectFace")
    assert "DetectFace" in seen.error.get_error_msg()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_another_spelling_never_writes(cos, emulator, bucket, method):
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG)
    answer = send(emulator, method, bucket, "picture?ci-process=qrcode", data=b"other")
    assert error_of(answer)[:2] == (400, "InvalidArgument")
    assert texts(recognise(cos, bucket, "picture")) == ["https://www.example.com"]


def test_on_the_host_of_cloud_infinite(emulator, make_cos):
    client = make_cos(way="proxies")
    url = client.get_presigned_url(
        Bucket=SAMPLES, Key=KEY, Method="GET", Params={"ci-process": "QRcode"}, UseCiEndPoint=True
    )
    assert f"{SAMPLES}.ci.{REGION}.myqcloud.com" in url
    assert "<CodeStatus>1</CodeStatus>" in through_proxy(emulator, "GET", url).text


def test_where_binding_is_explicit_nothing_is_recognised_before(make_cos):
    with Emulator(ci_binding="explicit", seed=[f"{SAMPLES}={PICTURES}"], region=REGION) as strict:
        with refused("NoProcessAuthority", 403):
            recognise(make_cos(at=strict), SAMPLES, KEY)
        answer = send(strict, "GET", SAMPLES, KEY + QUERY)
        assert (error_of(answer)[0], answer.headers[NUMBER]) == (403, "-163")


def test_a_picture_that_takes_too_long(make_cos):
    with Emulator(job_seconds=0.01, seed=[f"{SAMPLES}={PICTURES}"], region=REGION) as hasty:
        name = "desk-with-five-codes.jpg"
        with refused("InvalidImageFormat", 400):
            recognise(make_cos(at=hasty), SAMPLES, name)
        assert send(hasty, "GET", SAMPLES, name + QUERY).headers[NUMBER] == "-901"


def test_the_server_survives_all_of_it(cos, bucket):
    for bad in BAD.values():
        cos.put_object(Bucket=bucket, Key="picture", Body=bad.body)
        with refused(bad.code, 400):
            recognise(cos, bucket, "picture")
    cos.put_object(Bucket=bucket, Key="picture", Body=PNG)
    assert texts(recognise(cos, bucket, "picture")) == ["https://www.example.com"]

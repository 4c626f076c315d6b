"""What pictures tell about themselves, asked through cos-python-sdk-v5: imageInfo, exif, imageAve."""

import hashlib
import io
import json
import zlib

import pytest
import requests
from drawn_pictures import chunk, png
from exif_blocks import CAMERA, block, camera, picture, short, text
from PIL import Image
from sdk_clients import PICTURES, REGION, SAMPLES, STRANGER, error_of, refused
from signed_requests import send

from ci_emulator.testing import Emulator

#: The three, as the SDK calls them.
CALLS = {
    "imageInfo": "ci_get_image_info",
    "exif": "ci_get_image_exif_info",
    "imageAve": "ci_get_image_ave_info",
}


def ask(client, name, bucket, key, **options):
    """Return the headers and the body of an answer."""
    return getattr(client, CALLS[name])(Bucket=bucket, Key=key, **options)


def check_headers(headers, body):
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(body))
    assert "Transfer-Encoding" not in headers
    assert "ETag" not in headers
    assert headers["Server"] == "tencent-ci"
    assert headers["x-ci-request-id"] == headers["x-cos-request-id"]


def stored(cos, bucket, data, key="picture", **options):
    cos.put_object(Bucket=bucket, Key=key, Body=data, **options)
    return key


def test_image_info(cos, bucket):
    data = picture(None, "JPEG", dpi=(118, 118))
    headers, body = ask(cos, "imageInfo", bucket, stored(cos, bucket, data))
    check_headers(headers, body)
    md5 = hashlib.md5(data).hexdigest()
    assert body.decode() == (
        f'{{"format": "jpeg", "width": "48", "height": "32", "size": "{len(data)}", "md5": "{md5}", '
        '"dynamic_range": "unknow", "frame_count": "1", "bit_depth": "8", "vertical_dpi": "118", '
        '"horizontal_dpi": "118"}'
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("JPEG", "jpeg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp"), ("BMP", "bmp"), ("TIFF", "tiff"),
        ("AVIF", "avif"), ("JPEG2000", "jp2"),
    ],
)  # fmt: skip
def test_the_format_whatever_the_key_says(cos, bucket, kind, name):
    key = stored(cos, bucket, picture(None, kind), key="picture.txt", ContentType="text/plain")
    assert json.loads(ask(cos, "imageInfo", bucket, key)[1])["format"] == name


def test_the_frames_of_an_animation(cos, bucket):
    frames = [Image.new("L", (20, 20), value) for value in (0, 90, 180)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    told = json.loads(ask(cos, "imageInfo", bucket, stored(cos, bucket, file.getvalue()))[1])
    assert (told["format"], told["frame_count"]) == ("gif", "3")


def test_the_size_is_the_stored_one_before_any_turning(cos):
    told = json.loads(ask(cos, "imageInfo", SAMPLES, "qr-exif-orientation-6.jpg")[1])
    assert (told["width"], told["height"]) == ("800", "600")


def test_the_md5_of_what_came_in_parts(cos, bucket):
    data = picture(None)
    upload = cos.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    # The only part is the last one, which may be short.
    part = cos.upload_part(Bucket=bucket, Key="parts", Body=data, PartNumber=1, UploadId=upload)
    parts = {"Part": [{"ETag": part["ETag"], "PartNumber": 1}]}
    cos.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    told = json.loads(ask(cos, "imageInfo", bucket, "parts")[1])
    assert told["md5"] == hashlib.md5(data).hexdigest()


def test_exif(cos, bucket):
    headers, body = ask(cos, "exif", bucket, stored(cos, bucket, picture(camera())))
    check_headers(headers, body)
    assert body.startswith(b'{"ApertureValue": {"val": "483328/65536"}, "ColorSpace": {"val": "sRGB"}, ')
    told = json.loads(body)
    assert told == {name: {"val": value} for name, value in CAMERA.items()}
    assert list(told) == sorted(told)


def test_exif_with_text_beyond_ascii(cos, bucket):
    exif = block({0x010F: text('图片 "q" \\ \x07'), 0x0112: short(1)})
    body = ask(cos, "exif", bucket, stored(cos, bucket, picture(exif)))[1]
    assert json.loads(body)["Make"] == {"val": '图片 "q" \\ \x07'}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_no_exif(cos, bucket, kind):
    data = picture(None, kind) if kind != "JPEG" else picture(b"damaged")
    headers, body = ask(cos, "exif", bucket, stored(cos, bucket, data))
    check_headers(headers, body)
    assert body == b'{"error" : "no exif data"}'


def test_the_main_colour(cos, bucket):
    # 0xabcdef, to see the case of the letters
    file = io.BytesIO()
    Image.new("RGB", (30, 30), (0xAB, 0xCD, 0xEF)).save(file, "PNG")
    headers, body = ask(cos, "imageAve", bucket, stored(cos, bucket, file.getvalue()))
    check_headers(headers, body)
    assert body == b'{"RGB": "0xabcdef"}'


@pytest.mark.parametrize("name", CALLS)
def test_a_version(cos, bucket, name):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="k", Body=picture(camera()))["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key="k", Body=(PICTURES / "qr-chinese.png").read_bytes())
    old = ask(cos, name, bucket, "k", VersionId=first)[1]
    new = ask(cos, name, bucket, "k")[1]
    assert old != new
    cos.delete_object(Bucket=bucket, Key="k")
    with refused("NoSuchKey", 404):
        ask(cos, name, bucket, "k")
    assert ask(cos, name, bucket, "k", VersionId=first)[1] == old
    with refused("NoSuchVersion", 404):
        ask(cos, name, bucket, "k", VersionId="MTg0NDUxNTc1NjIzMTQ1MDAwODg")


@pytest.mark.parametrize("name", CALLS)
def test_conditions_and_ranges_do_not_count(cos, name):
    told = ask(cos, name, SAMPLES, "no-code.jpg")[1]
    for headers in (
        {"Range": "bytes=0-3"},
        {"Range": "bytes=99999999-"},
        {"IfMatch": '"other"'},
        {"IfNoneMatch": "*"},
    ):
        assert ask(cos, name, SAMPLES, "no-code.jpg", **headers)[1] == told


#: Ways to write a query that mean the same; {0} is the name.
SPELLINGS = {
    "bare": "{0}",
    "equals-sign": "{0}=",
    "percent-encoded": "{1}",
    "percent-encoded-equals-sign": "{1}=",
    "with-a-value": "{0}=1",
    "between-others": "response-cache-control=x&{0}&x=y",
    "repeated": "{0}&{0}",
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_the_query(emulator, name, spelling):
    encoded = "".join(f"%{ord(letter):02x}" for letter in name)
    query = SPELLINGS[spelling].format(name, encoded)
    answer = send(emulator, "GET", SAMPLES, f"no-code.jpg?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("name", CALLS)
def test_a_link_of_which_the_operation_is_no_signed_part(make_cos, emulator, name):
    """The documented link: a signature for the plain object, and the operation added to it."""
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_download_url(Bucket=SAMPLES, Key="no-code.jpg")
    answer = requests.get(f"{url}&{name}", proxies={"http": emulator.url}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("name", CALLS)
def test_anonymously_on_an_object_for_everybody(cos, emulator, bucket, name):
    stored(cos, bucket, picture(camera()), ACL="public-read")
    url = f"{emulator.url}/{bucket}/picture?{name}"
    answer = requests.get(url, headers={"Accept": "*/*", "User-Agent": "curl/8.5.0"}, timeout=30)
    assert answer.status_code == 200
    check_headers(answer.headers, answer.content)
    assert answer.content == ask(cos, name, bucket, "picture")[1]


@pytest.mark.parametrize("name", CALLS)
def test_anonymously_on_a_private_object(emulator, name):
    answer = send(emulator, "GET", SAMPLES, f"no-code.jpg?{name}", None)
    assert error_of(answer)[:2] == (403, "AccessDenied")


@pytest.mark.parametrize("name", CALLS)
def test_another_account(make_cos, name):
    with refused("AccessDenied", 403):
        ask(make_cos(STRANGER), name, SAMPLES, "no-code.jpg")


def _many_frames() -> bytes:
    frames = [Image.new("L", (2, 2), value % 256) for value in range(301)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


#: What is stored, the code of the error and its number.
BAD = {
    "empty": (b"", "InvalidImageFormat", "-40168"),
    "no-picture": (b"plain text, and nothing but text", "InvalidImageFormat", "-120"),
    "head-only": (b"\x89PNG\r\n\x1a\n", "InvalidImageFormat", "-120"),
    "unknown-format": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "InvalidImageFormat", "-120"),
    "too-long": (
        png(60_000, 10, chunk(b"IDAT", zlib.compress(bytes(60_001 * 10)))),
        "ImageResolutionExceed",
        "-447",
    ),
    "bomb": (png(65_535, 65_535), "ImageResolutionExceed", "-447"),
    "too-many-frames": (_many_frames(), "ImageResolutionExceed", "-447"),
    "too-many-bytes": (b"\x89PNG\r\n\x1a\n" + bytes(32 * 1024 * 1024), "ImageTooLarge", "-167"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_pictures(cos, emulator, bucket, what):
    data, code, number = BAD[what]
    stored(cos, bucket, data)
    for name in CALLS:
        with refused(code, 400, resource=f"{bucket}.cos.{REGION}.myqcloud.com/picture"):
            ask(cos, name, bucket, "picture")
        answer = send(emulator, "GET", bucket, f"picture?{name}")
        assert answer.headers["X-ErrNo"] == number
        assert error_of(answer)[:2] == (400, code)


def test_the_pixels_count_for_the_main_colour_only(cos, emulator, bucket):
    whole = (PICTURES / "qr-chinese.png").read_bytes()
    stored(cos, bucket, whole[: len(whole) // 2])
    assert json.loads(ask(cos, "imageInfo", bucket, "picture")[1])["width"] == "490"
    answer = send(emulator, "GET", bucket, "picture?imageAve")
    assert (*error_of(answer)[:2], answer.headers["X-ErrNo"]) == (400, "InvalidImageFormat", "-120")


@pytest.mark.parametrize("name", CALLS)
def test_an_archived_picture(cos, bucket, name):
    stored(cos, bucket, picture(None), StorageClass="ARCHIVE")
    with refused("InvalidObjectState", 403):
        ask(cos, name, bucket, "picture")
    cos.restore_object(
        Bucket=bucket, Key="picture", RestoreRequest={"Days": 1, "CASJobParameters": {"Tier": "Expedited"}}
    )
    assert ask(cos, name, bucket, "picture")[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", CALLS)
def test_what_is_not_there(cos, name):
    with refused("NoSuchKey", 404):
        ask(cos, name, SAMPLES, "no-such-key")
    with refused("NoSuchBucket", 404):
        ask(cos, name, "no-such-bucket-1250000000", "key")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("method", ["HEAD", "PUT", "POST", "DELETE", "PATCH"])
def test_another_method(emulator, name, method):
    answer = send(emulator, method, SAMPLES, f"no-code.jpg?{name}")
    assert answer.status_code == 405
    if method == "HEAD":
        assert answer.content == b""
    else:
        assert error_of(answer)[1] == "MethodNotAllowed"


@pytest.mark.parametrize("name", CALLS)
def test_a_bucket_is_no_picture(emulator, name):
    assert send(emulator, "GET", SAMPLES, f"?{name}").status_code in (400, 405, 501)


@pytest.mark.parametrize("name", CALLS)
def test_a_bucket_that_is_not_bound(make_cos, name):
    with Emulator(seed=[f"{SAMPLES}={PICTURES}"], ci_binding="explicit") as strict:
        with refused("NoProcessAuthority", 403) as seen:
            ask(make_cos(at=strict), name, SAMPLES, "no-code.jpg")
        assert seen.error.get_error_msg()

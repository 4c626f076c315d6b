"""`GET /<key>?ci-process=QRcode` through cos-python-sdk-v5: what is read, and where (spec: ci.md section 2)."""

import io
import math

import pytest
import zxingcpp
from drawn_pictures import CORNERS, SIDE, SYMBOL, TEXT, saved, scene, symbol
from drawn_symbols import draw
from PIL import Image, ImageOps
from recognised_codes import codes_of, near, picture_in, recognise, still_readable, texts
from sdk_clients import HOST, PICTURES, SAMPLES, STRANGER, is_cos_request_id, through_proxy
from sdk_pictures import MANIFEST

F = zxingcpp.BarcodeFormat
QR = "qr-url.png"
URL = "https://www.example.com"
CUSTOMER = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=",
    "SSECustomerKeyMD5": "U5L61r7jcwdNvT7frmUG8g==",
}


def put(cos, bucket, body, key="picture", **options):
    return cos.put_object(Bucket=bucket, Key=key, Body=body, **options)


def listed(picture):
    """The codes of a picture of the manifest, with an add-on as one of its own."""
    return [each for code in picture["codes"] for each in (code, code.get("add_on")) if each]


@pytest.mark.parametrize("name", MANIFEST)
def test_a_sample_picture(cos, name):
    wanted = {code["text"]: code for code in listed(MANIFEST[name])}
    found = recognise(cos, SAMPLES, name)
    assert sorted(texts(found)) == sorted(wanted)
    for code in found:
        assert near(code.points, wanted[code.text]["corners"], 6), code


def test_a_picture_without_a_code(cos):
    headers, answer = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key="no-code.jpg", Cover=0)
    assert answer == {"CodeStatus": "0"}
    assert headers["Content-Type"] == "application/xml"
    assert headers["Server"] == "tencent-ci"
    assert headers["x-ci-request-id"] == headers["x-cos-request-id"]
    assert is_cos_request_id(headers["x-cos-request-id"])


def test_one_code_is_no_list_and_several_are_one(cos):
    one = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key=QR, Cover=0)[1]
    points = ["40,40", "40,290", "290,290", "290,40"]
    info = {"CodeUrl": URL, "CodeLocation": {"Point": points}}
    assert one == {"CodeStatus": "1", "QRcodeInfo": info}
    several = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key="shipping-label.png", Cover=0)[1]
    assert isinstance(several["QRcodeInfo"], list)
    assert len(several["QRcodeInfo"]) == 3


def test_ci_process_of_the_sdk_parses_the_answer_too(cos):
    headers, answer = cos.ci_process(SAMPLES, QR, "QRcode", NeedHeader=True)
    assert answer == cos.ci_get_object_qrcode(Bucket=SAMPLES, Key=QR, Cover=0)[1]
    assert int(headers["Content-Length"]) > 0


BAR_TYPES = {
    0: ["QR_CODE", "CODE_128", "PDF_417"],
    1: ["QR_CODE", "PDF_417"],
    2: ["CODE_128"],
}


@pytest.mark.parametrize("bar_type", BAR_TYPES)
def test_the_bar_type_says_what_is_recognised(cos, bar_type):
    symbologies = {code["text"]: code["symbology"] for code in MANIFEST["shipping-label.png"]["codes"]}
    found = recognise(cos, SAMPLES, "shipping-label.png", BarType=bar_type)
    assert [symbologies[text] for text in texts(found)] == BAR_TYPES[bar_type]
    missing = recognise(cos, SAMPLES, "code-128.png" if bar_type == 1 else QR, BarType=bar_type)
    assert len(missing) == (bar_type == 0)


@pytest.mark.parametrize("name", [name for name, picture in MANIFEST.items() if picture["codes"]])
def test_a_mosaic_over_every_code(cos, name):
    headers, answer = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key=name, Cover=1)
    assert codes_of(answer) == recognise(cos, SAMPLES, name)
    assert list(answer) == ["CodeStatus", "QRcodeInfo", "ResultImage"]
    assert int(headers["Content-Length"]) > len(answer["ResultImage"])
    with Image.open(PICTURES / name) as original:
        covered = picture_in(answer)
        assert (covered.format, covered.size) == (original.format, original.size)
    assert still_readable(covered) == []


@pytest.mark.parametrize(("bar_type", "left"), [(1, ["Code128"]), (2, ["PDF417", "QRCode"])])
def test_the_mosaic_covers_the_bar_type_only(cos, bar_type, left):
    _, answer = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key="shipping-label.png", Cover=1, BarType=bar_type)
    assert sorted(name for name, _ in still_readable(picture_in(answer))) == left


def test_with_nothing_to_cover_the_picture_itself_comes_back(cos):
    _, answer = cos.ci_get_object_qrcode(Bucket=SAMPLES, Key="no-code.jpg", Cover=1)
    assert list(answer) == ["CodeStatus", "ResultImage"]
    assert picture_in(answer).tobytes() == Image.open(PICTURES / "no-code.jpg").tobytes()


@pytest.mark.parametrize("size", [None, 500, 1000, 100_000])
@pytest.mark.parametrize("segment", [0, 1])
def test_tiles_find_what_the_whole_picture_shows(cos, segment, size):
    params = {"segment": segment, **({"size": size} if size else {})}
    answer = cos.ci_process(SAMPLES, "desk-with-five-codes.jpg", "QRcode", Params=params)
    found = codes_of(answer)
    assert sorted(texts(found)) == sorted(c["text"] for c in MANIFEST["desk-with-five-codes.jpg"]["codes"])


@pytest.mark.parametrize("size", ["500", "none at all", "1"])
def test_the_size_is_checked_even_where_it_does_not_count(cos, size):
    params = {"segment": 0, "size": size}
    if size == "500":
        assert texts(codes_of(cos.ci_process(SAMPLES, QR, "QRcode", Params=params))) == [URL]
        return
    with pytest.raises(Exception, match="The parameter size must be"):
        cos.ci_process(SAMPLES, QR, "QRcode", Params=params)


TEXTS = {
    "chinese": "你好，世界！二维码",
    "markup": "<a href=\"x\">&amp; 'y' ]]></a>",
    "looks-like-the-answer": "</CodeUrl></QRcodeInfo><CodeStatus>0</CodeStatus>",
    "blanks": "  two before and after  ",
    "line-ends": "one\ntwo\r\nthree\rfour\tfive",
    "emoji": "😀 and 𠀀",
    "not-a-character-of-xml-but-of-unicode": "\x7f\x85\u2028\ufeffx",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_comes_as_it_is(cos, bucket, name):
    put(cos, bucket, draw(TEXTS[name].encode(), F.QRCode, eci="UTF-8").png)
    assert texts(recognise(cos, bucket, "picture")) == [TEXTS[name]]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a\x01b\x1fc", "a\ufffdb\ufffdc"),
        ("10ABC\x1d21", "10ABC\ufffd21"),
        ("nul \0 inside", "nul \ufffd inside"),
        ("last \uffff of a plane", "last \ufffd of a plane"),
    ],
)
def test_what_xml_cannot_hold_is_replaced(cos, bucket, written, said):
    put(cos, bucket, draw(written.encode(), F.QRCode, eci="UTF-8").png)
    assert texts(recognise(cos, bucket, "picture")) == [said]


def test_the_same_text_twice_is_two_codes(cos, bucket):
    picture = scene((400, 180))
    picture.paste(SYMBOL, (240, 30))
    put(cos, bucket, saved(picture))
    left, right = recognise(cos, bucket, "picture")
    assert (left.text, right.text) == (TEXT, TEXT)
    assert near(left.points, CORNERS)
    assert near(right.points, [(x + 200, y) for x, y in CORNERS])


def test_many_codes_come_in_reading_order(cos, bucket):
    picture = Image.new("L", (800, 600), 255)
    for row in range(3):
        for column in range(4):
            picture.paste(symbol(f"{row}.{column}"), (40 + 190 * column, 40 + 190 * row))
    put(cos, bucket, saved(picture))
    wanted = [f"{row}.{column}" for row in range(3) for column in range(4)]
    assert texts(recognise(cos, bucket, "picture")) == wanted


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135, 180, 250, 270])
def test_the_first_point_is_where_the_code_begins_however_it_lies(cos, bucket, degrees):
    card = Image.new("L", (300, 300), 255)
    card.paste(SYMBOL, (90, 90))
    put(cos, bucket, saved(card.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)))
    (found,) = recognise(cos, bucket, "picture")
    angle = math.radians(degrees)
    corners = [(90, 90), (90 + SIDE, 90), (90 + SIDE, 90 + SIDE), (90, 90 + SIDE)]
    turned = [
        (
            150 + (x - 150) * math.cos(angle) + (y - 150) * math.sin(angle),
            150 - (x - 150) * math.sin(angle) + (y - 150) * math.cos(angle),
        )
        for x, y in corners
    ]
    assert found.text == TEXT
    assert near(found.points, turned)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_are_where_a_viewer_sees_them(cos, bucket, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    body = saved(scene(), kind, exif=exif)
    put(cos, bucket, body)
    (found,) = recognise(cos, bucket, "picture")
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    dark = ImageOps.invert(seen.convert("L")).point(lambda value: 255 * (value > 128)).getbbox()
    xs, ys = [x for x, _ in found.points], [y for _, y in found.points]
    for measured, real in zip((min(xs), min(ys), max(xs), max(ys)), dark, strict=True):
        assert abs(measured - real) <= 3
    assert found.text == TEXT


def test_the_name_and_the_type_of_an_object_do_not_matter(cos, bucket):
    key = "目录/图 1+%&=?#<>.txt"
    put(cos, bucket, saved(scene()), key, ContentType="text/plain", ContentEncoding="gzip")
    assert texts(recognise(cos, bucket, key)) == [TEXT]


def test_conditions_and_ranges_are_for_downloads(cos):
    options = {"Range": "bytes=0-9", "IfNoneMatch": "*", "IfMatch": '"other"'}
    assert texts(recognise(cos, SAMPLES, QR, **options)) == [URL]


def test_response_parameters_do_not_change_the_answer(cos):
    headers, answer = cos.ci_get_object_qrcode(
        Bucket=SAMPLES, Key=QR, Cover=0, ResponseContentType="text/html", ResponseCacheControl="no-store"
    )
    assert (headers["Content-Type"], texts(codes_of(answer))) == ("application/xml", [URL])
    assert "Cache-Control" not in headers


def test_every_version_is_read_by_its_id(cos, bucket):
    put(cos, bucket, draw("before", F.QRCode).png)
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = put(cos, bucket, draw("first", F.QRCode).png)["x-cos-version-id"]
    second = put(cos, bucket, draw("second", F.QRCode).png)["x-cos-version-id"]
    for version, text in ((None, "second"), ("null", "before"), (first, "first"), (second, "second")):
        named = {} if version is None else {"VersionId": version}
        assert texts(recognise(cos, bucket, "picture", **named)) == [text]
    cos.delete_object(Bucket=bucket, Key="picture")
    assert texts(recognise(cos, bucket, "picture", VersionId=first)) == ["first"]


def test_a_link_is_followed(cos, bucket):
    put(cos, bucket, draw("target", F.QRCode).png, "target.png")
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="target.png")
    assert texts(recognise(cos, bucket, "link")) == ["target"]


def test_an_object_under_a_customer_key(cos, bucket):
    put(cos, bucket, saved(scene()), **CUSTOMER)
    assert texts(recognise(cos, bucket, "picture", **CUSTOMER)) == [TEXT]


def test_an_archived_object_that_was_restored(cos, bucket):
    put(cos, bucket, saved(scene()), StorageClass="ARCHIVE")
    request = {"Days": 1, "CASJobParameters": {"Tier": "Expedited"}}
    cos.restore_object(Bucket=bucket, Key="picture", RestoreRequest=request)
    assert texts(recognise(cos, bucket, "picture")) == [TEXT]


def test_an_object_that_was_overwritten(cos, bucket):
    for text in ("one", "two", "one"):
        put(cos, bucket, draw(text, F.QRCode).png)
        assert texts(recognise(cos, bucket, "picture")) == [text]


def test_an_object_that_came_in_parts(cos, bucket):
    body = saved(scene())
    upload = cos.create_multipart_upload(Bucket=bucket, Key="picture")["UploadId"]
    part = cos.upload_part(Bucket=bucket, Key="picture", Body=body, PartNumber=1, UploadId=upload)
    cos.complete_multipart_upload(
        Bucket=bucket,
        Key="picture",
        UploadId=upload,
        MultipartUpload={"Part": [{"ETag": part["ETag"], "PartNumber": 1}]},
    )
    assert texts(recognise(cos, bucket, "picture")) == [TEXT]


def test_a_presigned_url(emulator, make_cos):
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_url(
        Bucket=SAMPLES, Key=QR, Method="GET", Params={"ci-process": "QRcode", "cover": "0"}
    )
    assert url.startswith(f"http://{HOST}/")
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
    assert f"<CodeUrl>{URL}</CodeUrl>" in answer.text
    altered = through_proxy(emulator, "GET", url.replace("cover=0", "cover=1"))
    assert altered.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in altered.text


def test_another_account_reads_a_public_object(cos, make_cos, bucket):
    put(cos, bucket, saved(scene()), ACL="public-read")
    assert not bucket.endswith(STRANGER.appid)
    assert texts(recognise(make_cos(STRANGER), bucket, "picture")) == [TEXT]

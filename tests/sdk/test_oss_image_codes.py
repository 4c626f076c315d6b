"""`x-oss-process=image/codes` through oss2 and alibabacloud_oss_v2 (spec: aliyun.md section 3)."""

import json
import re

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from drawn_pictures import CORNERS, TEXT, saved, scene, symbol
from oss2.credentials import EnvironmentVariableCredentialsProvider
from oss_clients import OSS_REGION, oss_refused, temporary_key
from PIL import Image
from sdk_clients import APPID, PUBLISHED_KEY, SAMPLES
from sdk_pictures import MANIFEST

SAMPLE = "samples"
CODES = "image/codes"
LEFT, TOP = CORNERS[0]
SIDE = CORNERS[2][0] - LEFT
BOX = {"Width": SIDE, "Height": SIDE, "Left": LEFT, "Top": TOP}
ANSWER = [{"Content": TEXT, "Boundary": BOX}]


def codes_in(body):
    """Return the codes of an answer; keys and their order are those of the documentation."""
    answer = json.loads(body)
    assert list(answer) == ["RequestId", "Codes"]
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", answer["RequestId"])
    for code in answer["Codes"]:
        assert list(code) == ["Content", "Boundary"]
        assert list(code["Boundary"]) == ["Width", "Height", "Left", "Top"]
        assert {type(number) for number in code["Boundary"].values()} == {int}
    return answer["Codes"]


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("name", MANIFEST)
def test_oss2_reads_the_codes_of_every_sample(make_oss, name, version):
    found = codes_in(make_oss(SAMPLE, version=version).get_object(name, process=CODES).read())
    drawn = MANIFEST[name]["codes"]
    expected = drawn + [code["add_on"] for code in drawn if "add_on" in code]
    assert sorted(code["Content"] for code in found) == sorted(code["text"] for code in expected)
    for code in found:
        box = code["Boundary"]
        corners = next(known["corners"] for known in expected if known["text"] == code["Content"])
        real = [min(at[0] for at in corners), min(at[1] for at in corners)]
        assert [box["Left"], box["Top"]] == pytest.approx(real, abs=4)


def test_the_headers_are_the_documented_ones(oss_bucket):
    put = oss_bucket.put_object("a.png", saved(scene()))
    answer = oss_bucket.get_object("a.png", process=CODES)
    headers = dict(answer.headers)
    body = answer.read()
    assert codes_in(body) == ANSWER
    assert headers.pop("x-oss-request-id") == answer.request_id
    assert headers.pop("ETag") == f'"{put.etag}"'
    assert headers.pop("Content-Length") == str(len(body))
    for name in ("Date", "Last-Modified"):
        assert headers.pop(name).endswith(" GMT")
    assert int(headers.pop("x-oss-server-time")) >= 0
    headers.pop("Connection", None)
    assert headers == {
        "Content-Type": "application/json;charset=utf-8",
        "Server": "AliyunOSS",
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "x-oss-ec": "0048-00000104",
        "Content-Disposition": "attachment",
        "x-oss-force-download": "true",
    }


def test_oss2_gets_the_answer_as_a_file(oss_bucket, tmp_path):
    """It compares any checksum that is sent with the bytes that came: the source's would not hold."""
    assert oss_bucket.enable_crc
    oss_bucket.put_object("a.png", saved(scene()))
    file = tmp_path / "codes.json"
    oss_bucket.get_object_to_file("a.png", str(file), process=CODES)
    assert codes_in(file.read_bytes()) == ANSWER


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_signed_url_of_oss2(oss_bucket, make_oss, version):
    oss_bucket.put_object("sub dir/二维码.png", saved(scene()))
    client = make_oss(oss_bucket.bucket_name, version=version)
    url = client.sign_url("GET", "sub dir/二维码.png", 60, params={"x-oss-process": CODES}, slash_safe=True)
    assert codes_in(requests.get(url, timeout=30).content) == ANSWER
    other = requests.get(url.replace("codes", "info"), timeout=30)
    assert (other.status_code, "SignatureDoesNotMatch" in other.text) == (403, True)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_alibabacloud_oss_v2(make_oss_v2, version):
    """Its V1 signer leaves `x-oss-process` out of what it signs."""
    client = make_oss_v2(version=version)
    request = oss.GetObjectRequest(bucket=SAMPLE, key="qr-url.png", process=CODES)
    found = codes_in(client.get_object(request).body.read())
    assert [code["Content"] for code in found] == ["https://www.example.com"]


def test_alibabacloud_oss_v2_gets_the_answer_as_a_file(make_oss_v2, tmp_path):
    file = tmp_path / "codes.json"
    # With a single attempt this method never sends anything.
    client = make_oss_v2(retryer=oss.retry.StandardRetryer(max_attempts=2))
    request = oss.GetObjectRequest(bucket=SAMPLE, key="qr-url.png", process=CODES)
    client.get_object_to_file(request, str(file))
    assert [code["Content"] for code in codes_in(file.read_bytes())] == ["https://www.example.com"]


def test_a_presigned_url_of_alibabacloud_oss_v2(make_oss_v2):
    request = oss.GetObjectRequest(bucket=SAMPLE, key="qr-url.png", process=CODES)
    url = make_oss_v2().presign(request).url
    assert len(codes_in(requests.get(url, timeout=30).content)) == 1


def test_the_sample_code_of_the_documentation(emulator, monkeypatch, capsys):
    """Keys from the environment, V4 with a region; only endpoint and bucket are another's."""
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", PUBLISHED_KEY.secret_id)
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", PUBLISHED_KEY.secret_key)
    auth = oss2.ProviderAuthV4(EnvironmentVariableCredentialsProvider())
    bucket = oss2.Bucket(auth, emulator.url, SAMPLE, region=OSS_REGION)
    try:
        result = bucket.get_object("qr-url.png", process="image/codes")
        print(result.read().decode("utf-8"))
    finally:
        bucket.session.session.close()
    assert len(codes_in(capsys.readouterr().out)) == 1


def test_a_temporary_key(make_oss):
    client = make_oss(SAMPLE, temporary_key())
    assert len(codes_in(client.get_object("qr-url.png", process=CODES).read())) == 1


def test_of_more_than_five_codes_the_first_in_reading_order_are_told(oss_bucket):
    picture = Image.new("L", (640, 640), 255)
    for at in range(9):
        picture.paste(symbol(f"code {at}", 120), (40 + at % 3 * 200, 40 + at // 3 * 200))
    oss_bucket.put_object("nine.png", saved(picture))
    found = codes_in(oss_bucket.get_object("nine.png", process=CODES).read())
    assert [code["Content"] for code in found] == [f"code {at}" for at in range(5)]


def test_no_code(oss_bucket):
    oss_bucket.put_object("none.png", saved(Image.new("L", (60, 60), 255)))
    assert codes_in(oss_bucket.get_object("none.png", process=CODES).read()) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_format_of_the_engine_is_read(oss_bucket, kind):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    oss_bucket.put_object("named.txt", saved(scene(), kind, **options))
    found = codes_in(oss_bucket.get_object("named.txt", process=CODES).read())
    assert [code["Content"] for code in found] == [TEXT]
    for name, value in BOX.items():
        assert found[0]["Boundary"][name] == pytest.approx(value, abs=2)


def test_of_an_animation_the_first_frame_is_read(oss_bucket):
    empty = Image.new("L", scene().size, 255)
    for name, frames in (("first", [scene(), empty]), ("second", [empty, scene()])):
        oss_bucket.put_object(name, saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    told = {name: codes_in(oss_bucket.get_object(name, process=CODES).read()) for name in ("first", "second")}
    assert told == {"first": ANSWER, "second": []}


def test_boxes_are_upright_and_in_the_frame_that_a_viewer_sees(oss_bucket):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: what is stored at (x, y) is seen at (height - y, x)
    oss_bucket.put_object("turned.png", saved(scene(), exif=exif))
    found = codes_in(oss_bucket.get_object("turned.png", process=CODES).read())
    left = scene().height - TOP - SIDE
    assert found == [
        {"Content": TEXT, "Boundary": {"Width": SIDE, "Height": SIDE, "Left": left, "Top": LEFT}}
    ]


def test_what_a_download_can_ask_for_beside_it(oss_bucket):
    """A range means nothing, conditions hold, and headers are not replaced."""
    etag = oss_bucket.put_object("a.png", saved(scene())).etag
    ranged = oss_bucket.get_object("a.png", byte_range=(0, 9), process=CODES)
    assert (ranged.status, codes_in(ranged.read())) == (200, ANSWER)
    named = oss_bucket.get_object("a.png", process=CODES, params={"response-content-type": "text/plain"})
    assert named.headers["Content-Type"] == "application/json;charset=utf-8"
    assert oss_bucket.get_object("a.png", headers={"If-Match": etag}, process=CODES).status == 200
    with pytest.raises(oss2.exceptions.NotModified):
        oss_bucket.get_object("a.png", headers={"If-None-Match": f'"{etag}"'}, process=CODES)
    with pytest.raises(oss2.exceptions.PreconditionFailed):
        oss_bucket.get_object("a.png", headers={"If-Match": '"other"'}, process=CODES)


def test_what_cos_puts_oss_reads(cos, bucket, make_oss):
    cos.put_object(Bucket=bucket, Key="a.png", Body=saved(scene()))
    client = make_oss(bucket.removesuffix(f"-{APPID}"))
    assert codes_in(client.get_object("a.png", process=CODES).read()) == ANSWER


def test_what_oss_puts_cos_reads(cos, bucket, oss_bucket):
    oss_bucket.put_object("a.png", saved(scene()))
    _, answer = cos.ci_get_object_qrcode(Bucket=bucket, Key="a.png", Cover=0)
    assert answer["QRcodeInfo"]["CodeUrl"] == TEXT


def test_a_bucket_may_be_called_by_its_full_name(make_oss):
    assert len(codes_in(make_oss(SAMPLES).get_object("qr-url.png", process=CODES).read())) == 1


def test_a_symbolic_link_is_followed(cos, bucket, oss_bucket):
    oss_bucket.put_object("a.png", saved(scene()))
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="a.png")
    assert codes_in(oss_bucket.get_object("link", process=CODES).read()) == ANSWER


def test_a_version(cos, bucket, oss_bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="it", Body=saved(scene()))["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key="it", Body=saved(Image.new("L", (60, 60), 255)))
    now = oss_bucket.get_object("it", process=CODES)
    then = oss_bucket.get_object("it", process=CODES, params={"versionId": first})
    assert (codes_in(now.read()), codes_in(then.read())) == ([], ANSWER)
    assert then.headers["x-oss-version-id"] == first
    cos.delete_object(Bucket=bucket, Key="it")
    with oss_refused("NoSuchKey", 404):
        oss_bucket.get_object("it", process=CODES)

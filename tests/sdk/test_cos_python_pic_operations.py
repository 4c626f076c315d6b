"""Pictures that are processed while they are uploaded, through cos-python-sdk-v5 (spec: ci.md section 3)."""

import io
import json
from urllib.parse import quote

import pytest
from drawn_pictures import HEIGHT, RGB_SCENE, TEXT, WIDTH, saved
from fastcrc import crc64
from PIL import Image
from recognised_codes import codes_of
from sdk_clients import APPID, REGION
from uploaded_pictures import (
    IMAGE_INFO,
    OBJECT,
    fetch,
    keys_in,
    md5,
    objects_of,
    operations,
    qrcode,
    read_codes,
    readable,
)

PNG = saved(RGB_SCENE)
JPEG = saved(RGB_SCENE, "JPEG", quality=83)
BLANK = saved(Image.new("RGB", (80, 60), (10, 20, 30)))
KEY = "dir/source.png"


def place(bucket, key):
    return f"{bucket}.cos.{REGION}.myqcloud.com/{quote(key)}"


@pytest.fixture
def put(cos, bucket):
    """Puts a picture with rules into the test's bucket; returns the headers and the document of the answer."""

    def run(*rules, body=PNG, key=KEY, info=None, **options):
        header = operations(*rules, info=info)
        return cos.ci_put_object(Bucket=bucket, Body=body, Key=key, PicOperations=header, **options)

    return run


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_codes_are_told_and_covered(cos, bucket, put, kind):
    body = {"PNG": PNG, "JPEG": JPEG}[kind]
    headers, told = put(qrcode(), body=body, info=1)
    covered = fetch(cos, bucket, "dir/result.png")
    assert fetch(cos, bucket, KEY) == body
    assert readable(body) == [("QRCode", TEXT)]
    assert readable(covered) == []
    assert headers["Content-Type"] == "application/xml"
    assert headers["ETag"] == md5(body)
    assert headers["x-cos-hash-crc64ecma"] == str(crc64.xz(body))
    assert headers["x-ci-request-id"] == headers["x-cos-request-id"]
    assert list(told) == ["OriginalInfo", "ProcessResults"]
    original = told["OriginalInfo"]
    assert list(original) == ["Key", "Location", "ETag", "ImageInfo"]
    assert (original["Key"], original["Location"]) == (KEY, place(bucket, KEY))
    assert original["ETag"] == md5(body)
    assert list(original["ImageInfo"]) == IMAGE_INFO
    quality = {"PNG": "100", "JPEG": "83"}[kind]
    assert original["ImageInfo"] == {
        "Format": kind,
        "Width": str(WIDTH),
        "Height": str(HEIGHT),
        "Quality": quality,
        "Ave": original["ImageInfo"]["Ave"],
        "Orientation": "1",
        "FrameCount": "1",
    }
    # The mean of a picture that is white but for its code; all channels are alike.
    average = int(original["ImageInfo"]["Ave"], 16)
    assert original["ImageInfo"]["Ave"] == f"0x{average:06x}"
    assert average % 0x010101 == 0
    assert 0xC0 < average & 0xFF < 0xFF
    (result,) = objects_of(told)
    assert {name: result[name] for name in OBJECT} == {
        "Key": "dir/result.png",
        "Location": place(bucket, "dir/result.png"),
        "Format": kind.lower(),
        "Width": str(WIDTH),
        "Height": str(HEIGHT),
        "Size": str(len(covered)),
        "Quality": result["Quality"],
        "ETag": md5(covered),
    }
    assert abs(int(result["Quality"]) - int(quality)) <= 1
    assert read_codes(result) == [TEXT]
    head = cos.head_object(Bucket=bucket, Key="dir/result.png")
    assert head["Content-Type"] == f"image/{kind.lower()}"
    assert (head["ETag"], head["Content-Length"]) == (md5(covered), str(len(covered)))


def test_the_answer_is_the_one_of_a_download(cos, bucket, put):
    _, told = put(qrcode(None, cover=0))
    (result,) = objects_of(told)
    _, downloaded = cos.ci_get_object_qrcode(Bucket=bucket, Key=KEY, Cover=0)
    assert codes_of({name: result[name] for name in ("CodeStatus", "QRcodeInfo")}) == codes_of(downloaded)


@pytest.mark.parametrize(
    "method", ["ci_put_object_from_local_file", "ci_put_object_from_local_file_and_get_qrcode"]
)
def test_a_local_file(cos, bucket, tmp_path, method):
    path = tmp_path / "local.png"
    path.write_bytes(PNG)
    _, told = getattr(cos, method)(
        Bucket=bucket,
        LocalFilePath=str(path),
        Key=KEY,
        EnableMD5=True,
        PicOperations=operations(qrcode("format.png", cover=0), info=1),
    )
    (result,) = objects_of(told)
    assert read_codes(result) == [TEXT]
    assert fetch(cos, bucket, KEY) == fetch(cos, bucket, "dir/format.png") == PNG
    assert result["ETag"] == told["OriginalInfo"]["ETag"] == md5(PNG)


def test_a_picture_without_a_code(cos, bucket, put):
    _, told = put(qrcode(), body=BLANK)
    (result,) = objects_of(told)
    assert result["CodeStatus"] == "0"
    assert "QRcodeInfo" not in result
    assert fetch(cos, bucket, "dir/result.png") == BLANK


@pytest.mark.parametrize(
    ("info", "described"), [(None, False), (0, False), (1, True), ("0", False), ("1", True)]
)
def test_the_original_is_described_when_that_is_asked_for(put, info, described):
    _, told = put(qrcode(cover=0), info=info)
    assert ("ImageInfo" in told["OriginalInfo"]) is described


@pytest.mark.parametrize("header", ["{}", '{"rules":null}', '{"rules":[]}', '{"is_pic_info":0}'])
def test_a_header_that_asks_for_nothing(cos, bucket, header):
    headers, told = cos.ci_put_object(Bucket=bucket, Body=b"no picture", Key=KEY, PicOperations=header)
    assert told == {"OriginalInfo": {"Key": KEY, "Location": place(bucket, KEY), "ETag": md5(b"no picture")}}
    assert headers["ETag"] == md5(b"no picture")
    assert fetch(cos, bucket, KEY) == b"no picture"


def test_an_original_of_another_format_can_be_described(put):
    frames = [Image.new("L", (30, 20), shade) for shade in (0, 200)]
    animation = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    _, told = put(body=animation, info=1)
    assert told["OriginalInfo"]["ImageInfo"]["Format"] == "GIF"
    assert told["OriginalInfo"]["ImageInfo"]["FrameCount"] == "2"
    assert "ProcessResults" not in told


@pytest.mark.parametrize(
    ("fileid", "target"),
    [
        ("result.png", "dir/result.png"),
        ("/result.png", "result.png"),
        ("sub/result.png", "dir/sub/result.png"),
        ("/other/result.png", "other/result.png"),
        ("/图 1+&<>'.png", "图 1+&<>'.png"),
    ],
)
def test_where_a_result_goes(cos, bucket, put, fileid, target):
    _, told = put(qrcode(fileid))
    (result,) = objects_of(told)
    assert (result["Key"], result["Location"]) == (target, place(bucket, target))
    assert keys_in(cos, bucket) == sorted([KEY, target], key=str.encode)
    assert readable(fetch(cos, bucket, target)) == []


def test_a_fileid_in_utf_8_without_escapes(cos, bucket):
    header = json.dumps({"rules": [qrcode("/图.png")]}, ensure_ascii=False)
    cos.ci_put_object(Bucket=bucket, Body=PNG, Key=KEY, PicOperations=header)
    assert keys_in(cos, bucket) == [KEY, "图.png"]


def test_another_bucket(cos, bucket, put):
    other = f"other-{bucket}"
    cos.create_bucket(Bucket=other)
    _, told = put(qrcode(bucket=other))
    (result,) = objects_of(told)
    assert result["Location"] == place(other, "dir/result.png")
    assert keys_in(cos, bucket) == [KEY]
    assert keys_in(cos, other) == ["dir/result.png"]
    # The same key in another bucket is not the original.
    _, told = put(qrcode("source.png", bucket=other))
    assert told["OriginalInfo"]["ETag"] == md5(PNG) == md5(fetch(cos, bucket, KEY))
    for key in keys_in(cos, other):
        cos.delete_object(Bucket=other, Key=key)
    cos.delete_bucket(Bucket=other)


@pytest.mark.parametrize(
    "rule",
    [
        " QRcode/cover/1",
        "QRcode/cover/1/",
        "QRcode/cover/1/segmente/1/size/500",
        "QRcode/cover/0|QRcode/cover/1",
    ],
)
def test_spellings_of_documents_and_sdks(cos, bucket, put, rule):
    _, told = put({"rule": rule, "fileid": "result.png"})
    assert read_codes(objects_of(told)[0]) == [TEXT]
    assert readable(fetch(cos, bucket, "dir/result.png")) == []


def test_a_later_step_tells_what_is_left(put):
    _, told = put({"rule": "QRcode/cover/1|QRcode/cover/0", "fileid": "result.png"})
    (result,) = objects_of(told)
    assert result["CodeStatus"] == "0"


@pytest.mark.parametrize(("kind", "found"), [(0, 1), (1, 1), (2, 0)])
def test_bar_type(cos, bucket, put, kind, found):
    _, told = put({"rule": f"QRcode/cover/1/bar-type/{kind}", "fileid": "result.png"})
    assert len(read_codes(objects_of(told)[0])) == found
    assert len(readable(fetch(cos, bucket, "dir/result.png"))) == 1 - found


def test_five_rules(cos, bucket, put):
    rules = [qrcode(f"{number}.png", cover=number % 2) for number in range(5)]
    _, told = put(*rules)
    objects = objects_of(told)
    assert [each["Key"] for each in objects] == [f"dir/{number}.png" for number in range(5)]
    assert keys_in(cos, bucket) == [*(f"dir/{number}.png" for number in range(5)), KEY]
    # Each rule works on the original, not on what the one before it made.
    assert [read_codes(each) for each in objects] == [[TEXT]] * 5


def test_two_rules_to_one_key(cos, bucket, put):
    _, told = put(qrcode(cover=1), qrcode(cover=0))
    first, second = objects_of(told)
    assert first["Key"] == second["Key"]
    assert second["ETag"] == md5(PNG) != first["ETag"]
    assert fetch(cos, bucket, "dir/result.png") == PNG


def test_a_rule_without_a_result(cos, bucket, put):
    _, told = put(qrcode(None, cover=0))
    (result,) = objects_of(told)
    assert (result["Key"], result["ETag"], result["Size"]) == (KEY, md5(PNG), str(len(PNG)))
    assert read_codes(result) == [TEXT]
    assert keys_in(cos, bucket) == [KEY]


# The result in the place of the original

LIKE = {
    # The SDK sends what stands here as headers of these names.
    "Metadata": {"x-cos-meta-a": "b", "x-cos-tagging": "a=b"},
    "ContentType": "text/x-wrong",
    "CacheControl": "max-age=7",
    "StorageClass": "STANDARD_IA",
    "ACL": "public-read",
    "ServerSideEncryption": "AES256",
}


def check_like(cos, bucket, key, content_type):
    head = cos.head_object(Bucket=bucket, Key=key)
    assert head["x-cos-meta-a"] == "b"
    assert head["Content-Type"] == content_type
    assert head["Cache-Control"] == "max-age=7"
    assert head["x-cos-storage-class"] == "STANDARD_IA"
    assert head["x-cos-server-side-encryption"] == "AES256"
    grants = cos.get_object_acl(Bucket=bucket, Key=key)["AccessControlList"]["Grant"]
    assert "READ" in [grant["Permission"] for grant in grants]
    assert cos.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]["Tag"] == [{"Key": "a", "Value": "b"}]


def test_what_the_upload_says_of_the_original(cos, bucket, put):
    put(qrcode(), **LIKE)
    check_like(cos, bucket, KEY, "text/x-wrong")
    result = cos.head_object(Bucket=bucket, Key="dir/result.png")
    assert result["Content-Type"] == "image/png"
    for name in ("x-cos-meta-a", "x-cos-storage-class", "Cache-Control"):
        assert name not in result
    # What is protected stays protected.
    assert result["x-cos-server-side-encryption"] == LIKE["ServerSideEncryption"]
    assert "Tag" not in (cos.get_object_tagging(Bucket=bucket, Key="dir/result.png")["TagSet"] or {})


@pytest.mark.parametrize("fileid", ["source.png", f"/{KEY}"])
def test_a_result_in_the_place_of_the_original(cos, bucket, put, fileid):
    headers, told = put(qrcode(fileid), info=1, **LIKE)
    stored = fetch(cos, bucket, KEY)
    assert keys_in(cos, bucket) == [KEY]
    assert readable(stored) == []
    # The SDKs compare these with what they sent.
    assert headers["ETag"] == md5(PNG)
    assert headers["x-cos-hash-crc64ecma"] == str(crc64.xz(PNG))
    (result,) = objects_of(told)
    assert told["OriginalInfo"]["ETag"] == result["ETag"] == md5(stored)
    assert read_codes(result) == [TEXT]
    check_like(cos, bucket, KEY, "image/png")


def test_what_is_told_of_the_others_when_one_takes_the_place(cos, bucket, put):
    _, told = put(qrcode(None, cover=0), qrcode("source.png"), qrcode("kept.png", cover=0))
    unkept, replacing, kept = objects_of(told)
    assert unkept["ETag"] == replacing["ETag"] == md5(fetch(cos, bucket, KEY))
    assert kept["ETag"] == md5(PNG) == md5(fetch(cos, bucket, "dir/kept.png"))


@pytest.mark.parametrize(("status", "versions"), [("Enabled", 2), ("Suspended", 1)])
def test_versions_when_a_result_takes_the_place(cos, bucket, put, status, versions):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    if status == "Suspended":
        cos.put_bucket_versioning(Bucket=bucket, Status=status)
    headers, told = put(qrcode("source.png"))
    listed = cos.list_objects_versions(Bucket=bucket)["Version"]
    assert [entry["ETag"] for entry in listed] == [told["OriginalInfo"]["ETag"], md5(PNG)][:versions]
    assert [entry["IsLatest"] for entry in listed] == ["true", "false"][:versions]
    if status == "Enabled":
        # What was sent is the older version; the answer names the one that stands in its place.
        assert listed[0]["VersionId"] == headers["x-cos-version-id"]
        assert fetch(cos, bucket, KEY, VersionId=listed[1]["VersionId"]) == PNG
    else:
        assert listed[0]["VersionId"] == "null"
        assert "x-cos-version-id" not in headers


def test_a_result_over_another_object_is_an_object_of_its_own(cos, bucket, put):
    cos.put_object(Bucket=bucket, Key="dir/result.png", Body=b"old", Metadata={"x-cos-meta-old": "1"})
    put(qrcode())
    assert "x-cos-meta-old" not in cos.head_object(Bucket=bucket, Key="dir/result.png")
    assert readable(fetch(cos, bucket, "dir/result.png")) == []


def test_a_stream(cos, bucket):
    cos.ci_put_object(Bucket=bucket, Body=io.BytesIO(PNG), Key=KEY, PicOperations=operations(qrcode()))
    assert keys_in(cos, bucket) == ["dir/result.png", KEY]


@pytest.mark.parametrize("quality", [5, 60, 95])
def test_a_picture_in_the_format_of_some_cameras(cos, bucket, put, quality):
    """A file of several JPEGs is read and covered like its first one."""
    file = io.BytesIO()
    RGB_SCENE.save(file, "MPO", save_all=True, append_images=[RGB_SCENE], quality=quality)
    _, told = put(qrcode(), body=file.getvalue(), info=1)
    (result,) = objects_of(told)
    assert (told["OriginalInfo"]["ImageInfo"]["Format"], result["Format"]) == ("JPEG", "jpeg")
    assert cos.head_object(Bucket=bucket, Key="dir/result.png")["Content-Type"] == "image/jpeg"


def test_the_owner_of_all_of_it(cos, bucket, put):
    put(qrcode())
    owners = {entry["Owner"]["ID"] for entry in cos.list_objects(Bucket=bucket)["Contents"]}
    assert len(owners) == 1
    assert APPID in owners.pop()

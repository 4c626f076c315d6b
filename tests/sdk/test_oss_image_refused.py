"""What `x-oss-process` refuses, and how (spec: aliyun.md sections 3.1, 3.3 and 3.4; pictures.md section B.9)."""

import json
import re
import struct
import zlib

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from drawn_pictures import saved, scene
from oss_clients import oss_error_of, oss_refused, oss_send, temporary_key
from PIL import Image
from sdk_clients import PICTURES, SAMPLES, STRANGER

from ci_emulator.testing import Emulator

CODES, INFO, HUE = "image/codes", "image/info", "image/average-hue"
KNOWN = [CODES, INFO, HUE]
MESSAGE = re.compile(
    r"(InvalidArgument|ResourceNotFound), [^\n]+\. [0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"
)
IMM, FAILED, TOO_LARGE = "Imm Client", "0056-00000001", "0056-00000002"

JPEG = saved(scene().convert("RGB"), "JPEG", quality=95)
PNG = saved(scene())


def header(width, height):
    """A PNG of which only the header tells something."""
    facts = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", facts), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


TALL_JPEG = saved(Image.new("L", (16, 30_001), 255), "JPEG")
TALL_TIFF = saved(Image.new("L", (8, 16_385), 255), "TIFF", compression="tiff_lzw")
BIG = PNG + b"\0" * (20 * 1024 * 1024 + 1 - len(PNG))

NO_PICTURES = {"empty": b"", "text": b"no picture", "pdf": b"%PDF-1.7\n", "html": b"<html></html>"}
DAMAGED = {"cut-jpeg": JPEG[:300], "cut-png": PNG[:20], "png-of-text": PNG[:8] + b"text" * 50}


def imm_refused(client, key, ec):
    with oss_refused(IMM, 400, ec) as seen:
        client.get_object(key, process=CODES)
    assert MESSAGE.fullmatch(seen.error.message), seen.error.message
    return seen.error.message


@pytest.mark.parametrize("name", [*NO_PICTURES, *DAMAGED])
def test_codes_of_what_cannot_be_read(oss_bucket, name):
    oss_bucket.put_object("it", (NO_PICTURES | DAMAGED)[name])
    assert imm_refused(oss_bucket, "it", FAILED).startswith("InvalidArgument, ")


@pytest.mark.parametrize("kind", ["PPM", "JPEG2000"])
@pytest.mark.parametrize("process", KNOWN)
def test_formats_that_oss_does_not_know(oss_bucket, kind, process):
    oss_bucket.put_object("it", saved(scene(), kind))
    code, ec = (IMM, FAILED) if process == CODES else ("BadRequest", "0040-00000005")
    with oss_refused(code, 400, ec):
        oss_bucket.get_object("it", process=process)


@pytest.mark.parametrize("process", [INFO, HUE])
@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture(oss_bucket, name, process):
    oss_bucket.put_object("it", NO_PICTURES[name])
    with oss_refused("BadRequest", 400, "0040-00000005") as seen:
        oss_bucket.get_object("it", process=process)
    assert seen.error.message == "not supported format."


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_picture(oss_bucket, name):
    oss_bucket.put_object("it", DAMAGED[name])
    with oss_refused("ImageDamage", 403) as seen:
        oss_bucket.get_object("it", process=HUE)
    assert seen.error.message == "The image file may be damaged."


def test_too_many_bytes(oss_bucket):
    oss_bucket.put_object("just", BIG[:-1])
    assert len(json.loads(oss_bucket.get_object("just", process=CODES).read())["Codes"]) == 1
    oss_bucket.put_object("big", BIG)
    assert "20971520 bytes" in imm_refused(oss_bucket, "big", TOO_LARGE)
    for process in (INFO, HUE):
        with oss_refused("ImageTooLarge", 400) as seen:
            oss_bucket.get_object("big", process=process)
        assert seen.error.message.startswith("Maximal size of image supported is ")


@pytest.mark.parametrize(
    ("picture", "ec"),
    [
        (TALL_JPEG, "0040-00000019"),
        (TALL_TIFF, "0040-00000018"),
        (header(20_000, 20_000), "0040-00000012"),
    ],
    ids=["jpeg-30001-high", "tiff-16385-high", "400-megapixels"],
)
def test_too_many_pixels(oss_bucket, picture, ec):
    oss_bucket.put_object("it", picture)
    for process in (INFO, HUE):
        with oss_refused("ImageTooLarge", 400, ec) as seen:
            oss_bucket.get_object("it", process=process)
        assert seen.error.message.startswith("Maximal size of image supported is ")


def test_the_pixels_of_all_frames_count(oss_bucket):
    frames = [Image.new("P", (8, 8), colour) for colour in range(6)]
    small = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, optimize=False)
    for side, allowed in ((6000, True), (7000, False)):  # 216 and 294 million pixels
        oss_bucket.put_object("it", small[:6] + struct.pack("<HH", side, side) + small[10:])
        if allowed:
            found = json.loads(oss_bucket.get_object("it", process=INFO).read())
            assert (found["FrameCount"]["value"], found["ImageWidth"]["value"]) == ("6", "6000")
        else:
            with oss_refused("ImageTooLarge", 400, "0040-00000012"):
                oss_bucket.get_object("it", process=INFO)


@pytest.mark.parametrize("size", [(100, 30_001), (20_000, 20_000)])
def test_codes_of_a_picture_with_too_many_pixels(oss_bucket, size):
    oss_bucket.put_object("it", saved(Image.new("1", size, 1)) if size[0] == 100 else header(*size))
    assert "pixels" in imm_refused(oss_bucket, "it", FAILED)


def test_codes_of_a_tiny_picture(oss_bucket):
    oss_bucket.put_object("it", saved(Image.new("L", (40, 40), 255)))
    assert json.loads(oss_bucket.get_object("it", process=CODES).read())["Codes"] == []
    oss_bucket.put_object("it", saved(Image.new("L", (39, 400), 255)))
    assert "40 pixels" in imm_refused(oss_bucket, "it", FAILED)


def test_a_bucket_without_a_project(make_oss):
    with Emulator(imm_binding="none", seed=[f"{SAMPLES}={PICTURES}"]) as unbound:
        client = make_oss("samples", at=unbound)
        message = imm_refused(client, "qr-url.png", FAILED)
        assert message.startswith("ResourceNotFound, The specified resource Attachment is not found. ")
        assert client.get_object("qr-url.png", process=INFO).status == 200
        with oss_refused("NoSuchKey", 404):
            client.get_object("missing", process=CODES)


@pytest.mark.parametrize("process", KNOWN)
def test_nothing_there(oss_bucket, make_oss, process):
    with oss_refused("NoSuchKey", 404) as seen:
        oss_bucket.get_object("missing", process=process)
    assert seen.details["Key"] == "missing"
    with oss_refused("NoSuchBucket", 404):
        make_oss("no-such-bucket").get_object("a", process=process)


@pytest.mark.parametrize("process", KNOWN)
def test_an_archived_object(oss_bucket, process):
    oss_bucket.put_object("it", PNG, headers={"x-oss-storage-class": "Archive"})
    with oss_refused("InvalidObjectState", 403):
        oss_bucket.get_object("it", process=process)


def test_strangers_may_describe_what_is_public_but_not_read_its_codes(emulator, oss_bucket, make_oss):
    oss_bucket.put_object("it", PNG, headers={"x-oss-object-acl": "public-read"})
    nobody = make_oss(oss_bucket.bucket_name, None)
    for process in (INFO, HUE):
        assert nobody.get_object("it", process=process).status == 200
    with oss_refused("AccessDenied", 403) as seen:
        nobody.get_object("it", process=CODES)
    assert seen.error.message == "Anonymous access is forbidden for this operation."
    other = make_oss(oss_bucket.bucket_name, STRANGER)
    assert len(json.loads(other.get_object("it", process=CODES).read())["Codes"]) == 1


@pytest.mark.parametrize("process", KNOWN)
def test_strangers_get_nothing_of_what_is_private(oss_bucket, make_oss, process):
    oss_bucket.put_object("it", PNG)
    for key in (None, STRANGER):
        with oss_refused("AccessDenied", 403):
            make_oss(oss_bucket.bucket_name, key).get_object("it", process=process)


NEEDED = ["oss:GetObject", "oss:ProcessImm", "imm:DetectImageCodes"]


def allowing(*actions, resource="*"):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": [resource]}
    return json.dumps({"Version": "1", "Statement": [statement]})


@pytest.mark.parametrize("missing", [None, *NEEDED])
def test_codes_need_three_permissions(oss_bucket, make_oss, missing):
    oss_bucket.put_object("it", PNG)
    held = [name for name in NEEDED if name != missing]
    client = make_oss(oss_bucket.bucket_name, temporary_key(allowing(*held)))
    if missing is None:
        assert client.get_object("it", process=CODES).status == 200
    else:
        with oss_refused("AccessDenied", 403):
            client.get_object("it", process=CODES)


def test_codes_of_what_a_link_leads_to_need_them_too(cos, bucket, oss_bucket, make_oss):
    oss_bucket.put_object("it", PNG)
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="it")
    name = oss_bucket.bucket_name
    whole = allowing(*NEEDED, resource=f"acs:*:*:*:{name}/*")
    assert make_oss(name, temporary_key(whole)).get_object("link", process=CODES).status == 200
    link_only = allowing(*NEEDED, resource=f"acs:*:*:*:{name}/link")
    with oss_refused("AccessDenied", 403):
        make_oss(name, temporary_key(link_only)).get_object("link", process=CODES)
    imm_link_only = json.dumps(
        {
            "Version": "1",
            "Statement": [
                {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": ["*"]},
                {"Effect": "Allow", "Action": NEEDED[1:], "Resource": [f"acs:*:*:*:{name}/link"]},
            ],
        }
    )
    with oss_refused("AccessDenied", 403):
        make_oss(name, temporary_key(imm_link_only)).get_object("link", process=CODES)


def test_the_other_two_need_but_one(oss_bucket, make_oss):
    oss_bucket.put_object("it", PNG)
    client = make_oss(oss_bucket.bucket_name, temporary_key(allowing("oss:GetObject")))
    for process in (INFO, HUE):
        assert client.get_object("it", process=process).status == 200


@pytest.mark.parametrize(
    "process",
    [
        "image/resize,w_100",
        "image/resize,w_100/average-hue",
        "image/crop,w_1|image/rotate,90",
        "image/faces",
        "style/small",
        "doc/preview",
        "video/snapshot,t_1",
    ],
)
def test_what_is_known_but_missing_is_told_by_its_name(oss_bucket, process):
    oss_bucket.put_object("it", PNG)
    with oss_refused("NotImplemented", 501) as seen:
        oss_bucket.get_object("it", process=process)
    assert process.partition(",")[0].partition("/average")[0] in seen.error.message


def test_mistakes_are_told_before_the_object_is_looked_for(oss_bucket):
    with oss_refused("InvalidArgument", 400, "0040-00000213"):
        oss_bucket.get_object("missing", process="image/nothing")
    with oss_refused("TooManyPipes", 400, "0040-00000211"):
        oss_bucket.get_object("missing", process="|".join(["image/resize,w_1"] * 6))


def test_results_are_not_stored(oss_bucket):
    oss_bucket.put_object("it", PNG)
    with oss_refused("NotImplemented", 501) as seen:
        oss_bucket.process_object("it", "image/resize,w_9|sys/saveas,o_b3V0")
    assert "image/resize" in seen.error.message
    with oss_refused("InvalidArgument", 400):
        oss_bucket.get_object("it", process="image/resize,w_9|sys/saveas,o_b3V0")
    with oss_refused("InvalidArgument", 400, "0040-00000212"):
        oss_bucket.process_object("it", "")
    assert [entry.key for entry in oss2.ObjectIteratorV2(oss_bucket)] == ["it"]


def test_nothing_is_done_later(oss_bucket):
    oss_bucket.put_object("it", PNG)
    with oss_refused("InvalidArgument", 400) as seen:
        oss_bucket.async_process_object("it", CODES)
    assert "asynchronous" in seen.error.message
    with oss_refused("NotImplemented", 501) as seen:
        oss_bucket.async_process_object("it", "video/convert,f_mp4|sys/saveas,o_b3V0")
    assert "video/convert" in seen.error.message


def test_alibabacloud_oss_v2_hears_the_same(oss_bucket, make_oss_v2):
    oss_bucket.put_object("it", PNG)
    client, place = make_oss_v2(), {"bucket": oss_bucket.bucket_name, "key": "it"}
    with oss_refused("NotImplemented", 501):
        client.process_object(oss.ProcessObjectRequest(process="image/resize,w_9|sys/saveas,o_YQ", **place))
    with oss_refused("InvalidArgument", 400):
        client.async_process_object(oss.AsyncProcessObjectRequest(process=CODES, **place))
    with oss_refused("NotImplemented", 501):
        client.get_object(oss.GetObjectRequest(process="image/resize,w_9", **place))
    with oss_refused(IMM, 400, FAILED):
        oss_bucket.put_object("it", b"text")
        client.get_object(oss.GetObjectRequest(process=CODES, **place))


def test_who_may_not_process_does_not_learn_what_is_missing(oss_bucket, make_oss):
    oss_bucket.put_object("it", PNG, headers={"x-oss-object-acl": "public-read"})
    nobody = make_oss(oss_bucket.bucket_name, None)
    for ask in (nobody.process_object, nobody.async_process_object):
        with oss_refused("AccessDenied", 403):
            ask("it", "image/resize,w_1")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_other_methods_do_nothing(emulator, oss_bucket, method):
    oss_bucket.put_object("it", PNG)
    name = oss_bucket.bucket_name
    data = b"other" if method == "PUT" else None
    answer = oss_send(emulator, method, name, "it", params={"x-oss-process": CODES}, data=data)
    assert answer.status_code == 405
    if method != "HEAD":
        assert oss_error_of(answer)["Code"] == "MethodNotAllowed"
    assert oss_bucket.get_object("it").read() == PNG


def test_a_bucket_is_no_object(emulator, oss_bucket):
    for name in (oss_bucket.bucket_name, None):
        answer = oss_send(emulator, "GET", name, params={"x-oss-process": CODES})
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument")


def test_hostile_texts(emulator, oss_bucket):
    oss_bucket.put_object("it", PNG, headers={"x-oss-object-acl": "public-read"})
    url = f"{emulator.url}/{oss_bucket.bucket_name}/it?x-oss-process="
    for text in ("%FF/x", "image/%00", "image/%EF%BF%BE", "image/%3C%26%3E%0D%0Ax", "image/%ED%A0%80"):
        answer = requests.get(url + text, timeout=30)
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument"), text
    twice = requests.get(url + "image/info&x-oss-process=image/nothing", timeout=30)
    assert twice.status_code == 200

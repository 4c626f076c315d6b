"""`image/info` and `image/average-hue` (spec: pictures.md sections B.5 and C.3)."""

import json

import pytest
from drawn_pictures import saved
from PIL import Image, TiffImagePlugin

ORIENTATION, SOFTWARE, UNIT, ACROSS, DOWN = 0x0112, 0x0131, 0x0128, 0x011A, 0x011B


def told(client, key, process):
    answer = client.get_object(key, process=process)
    body = answer.read()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["x-oss-object-type"] == "Normal"
    assert "x-oss-hash-crc64ecma" not in answer.headers
    assert "x-oss-ec" not in answer.headers
    return json.loads(body), len(body) == int(answer.headers["Content-Length"])


def info(client, key):
    found, whole = told(client, key, "image/info")
    assert whole
    assert list(found) == sorted(found)
    assert all(list(value) == ["value"] and type(value["value"]) is str for value in found.values())
    return {name: value["value"] for name, value in found.items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("BMP", "bmp"),
        ("GIF", "gif"),
        ("WEBP", "webp"),
        ("TIFF", "tiff"),
        ("AVIF", "avif"),
    ],
)
def test_every_format(oss_bucket, kind, name):
    picture = saved(Image.new("RGB", (60, 40), "red"), kind)
    oss_bucket.put_object("it", picture)
    found = info(oss_bucket, "it")
    assert {key: found[key] for key in ("FileSize", "Format", "FrameCount", "ImageHeight", "ImageWidth")} == {
        "FileSize": str(len(picture)),
        "Format": name,
        "FrameCount": "1",
        "ImageHeight": "40",
        "ImageWidth": "60",
    }


def test_tags_and_the_frame_of_the_stored_pixels(oss_bucket):
    exif = Image.Exif()
    exif[ORIENTATION], exif[SOFTWARE], exif[UNIT] = 6, "draw <&>", 2
    exif[ACROSS] = exif[DOWN] = TiffImagePlugin.IFDRational(96, 1)
    oss_bucket.put_object("it", saved(Image.new("RGB", (60, 40)), "JPEG", exif=exif))
    found = info(oss_bucket, "it")
    assert found["Orientation"] == "6"
    assert found["Software"] == "draw <&>"
    assert (found["ResolutionUnit"], found["XResolution"], found["YResolution"]) == ("2", "96/1", "96/1")
    assert (found["ImageWidth"], found["ImageHeight"]) == ("60", "40")


def test_resolution_without_exif(oss_bucket):
    oss_bucket.put_object("it", saved(Image.new("RGB", (60, 40)), "JPEG", dpi=(72, 144)))
    found = info(oss_bucket, "it")
    assert (found["ResolutionUnit"], found["XResolution"], found["YResolution"]) == ("2", "72/1", "144/1")


def test_a_png_tells_no_exif(oss_bucket):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    oss_bucket.put_object("it", saved(Image.new("RGB", (60, 40)), "PNG", exif=exif, dpi=(72, 72)))
    assert sorted(info(oss_bucket, "it")) == ["FileSize", "Format", "FrameCount", "ImageHeight", "ImageWidth"]


def test_frames_are_counted(oss_bucket):
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    oss_bucket.put_object("it", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert info(oss_bucket, "it")["FrameCount"] == "3"


def test_the_main_colour(oss_bucket):
    """Mostly one green, and a little of a colour that is far from it."""
    picture = Image.new("RGB", (100, 100), (92, 120, 59))
    picture.paste((10, 20, 200), (0, 0, 5, 5))
    oss_bucket.put_object("it", saved(picture))
    assert told(oss_bucket, "it", "image/average-hue") == ({"RGB": "0x5c783b"}, True)


def test_both_clouds_have_the_same_main_colour(cos, bucket, oss_bucket):
    picture = Image.linear_gradient("L").convert("RGB")
    picture.paste((200, 30, 40), (10, 10, 150, 150))
    oss_bucket.put_object("it", saved(picture))
    _, by_cos = cos.ci_get_image_ave_info(Bucket=bucket, Key="it")
    found, _ = told(oss_bucket, "it", "image/average-hue")
    assert found == json.loads(by_cos)
    assert list(found) == ["RGB"]

"""What may be in ImageBase64: how it is written, which formats, how large, how it lies (tencentcloud-api3.md section 2)."""

import base64
import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from api3 import URL_IN_QR, caller, encoded, sample, send
from PIL import Image, ImageOps
from sdk_pictures import MANIFEST

from ci_emulator.testing import Emulator

DECODE = "FailedOperation.ImageDecodeFailed"
EMPTY = "FailedOperation.EmptyImageError"
TOO_LARGE = "FailedOperation.ImageSizeTooLarge"

PNG = sample()
QR = Image.open(io.BytesIO(PNG))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def ask(emulator, picture):
    text = picture if isinstance(picture, str) else encoded(picture)
    return send(emulator, caller(emulator).tc3({"ImageBase64": text}))


TEXT = encoded(PNG)

WRITTEN = {
    "plain": TEXT,
    "data-png": "data:image/png;base64," + TEXT,
    "data-jpeg": "data:image/jpeg;base64," + TEXT,
    "data-bare": "data:," + TEXT,
    "data-parameters": "data:image/png;name=a.png;base64," + TEXT,
    "data-upper-case": "DATA:IMAGE/PNG;BASE64," + TEXT,
    "lines-of-76": "\r\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)) + "\r\n",
    "lines-of-64": "\n".join(TEXT[at : at + 64] for at in range(0, len(TEXT), 64)),
    "data-and-lines": "data:image/png;base64,\n" + TEXT[:100] + "\n" + TEXT[100:],
    "blanks-and-tabs": " \t" + TEXT[:10] + " " + TEXT[10:] + "\t",
    "no-padding": TEXT.rstrip("="),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_base64_is_read_as_clients_write_it(emulator, name):
    assert ask(emulator, WRITTEN[name]).texts == [URL_IN_QR]


NOT_BASE64 = {
    "url-safe": base64.urlsafe_b64encode(b"\xfb\xff\xfe" * 100).decode(),
    "other-characters": "ünïcödé",
    "chinese": "图片",
    "html": "<img src=''>",
    "one-character": "A",
    "one-too-many": TEXT.rstrip("=") + "A" * ((1 - len(TEXT.rstrip("="))) % 4),
    "padding-in-the-middle": "QUJD=" + TEXT,
    "only-padding": "====",
    "too-much-padding": TEXT.rstrip("=") + "====",
    "a-nul": TEXT[:8] + "\x00" + TEXT[8:],
    "data-without-a-comma": "data:image/png;base64",
    "data-twice": "data:image/png;base64,data:image/png;base64," + TEXT,
    "a-path": "/home/user/a.png.",
}


@pytest.mark.parametrize("name", NOT_BASE64)
def test_base64_that_is_none(emulator, name):
    assert ask(emulator, NOT_BASE64[name]).code == DECODE


@pytest.mark.parametrize("text", ["data:image/png;base64,", "data:,", " \n", "data:,\r\n"])
def test_a_picture_of_no_bytes(emulator, text):
    assert ask(emulator, text).code == EMPTY


TAKEN = {
    "png": PNG,
    "png-rgb": saved(QR.convert("RGB"), "PNG"),
    "png-grey": saved(QR.convert("L"), "PNG"),
    "png-16-bit": saved(QR.convert("I;16") if QR.mode == "I" else QR.convert("L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
    "png-palette": saved(QR.convert("P"), "PNG"),
    "png-rgba": saved(QR.convert("RGBA"), "PNG"),
    "png-with-something-behind": PNG + b"x" * 1000,
    "apng": saved(QR.convert("L"), "PNG", save_all=True, append_images=[Image.new("L", QR.size, 255)]),
    "jpeg": saved(QR.convert("RGB"), "JPEG"),
    "jpeg-grey": saved(QR.convert("L"), "JPEG"),
    "jpeg-progressive": saved(QR.convert("RGB"), "JPEG", progressive=True),
    "jpeg-cmyk": saved(QR.convert("CMYK"), "JPEG"),
    "jpeg-with-something-behind": saved(QR.convert("RGB"), "JPEG") + PNG,
    "jpeg-of-a-telephone": saved(QR.convert("RGB"), "MPO", save_all=True, append_images=[QR.convert("RGB").resize((40, 40))]),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_png_and_jpeg_of_every_kind(emulator, name):
    answer = ask(emulator, TAKEN[name])
    assert answer.texts == [URL_IN_QR]
    assert answer.response["ImgSize"] == {"Wide": 330, "High": 330}


OTHERS = {
    "gif": saved(QR.convert("L"), "GIF"),
    "bmp": saved(QR, "BMP"),
    "webp": saved(QR.convert("RGB"), "WEBP"),
    "tiff": saved(QR, "TIFF"),
    "pdf": saved(QR.convert("RGB"), "PDF"),
    "ico": saved(QR, "ICO"),
    "ppm": saved(QR, "PPM"),
    "tga": saved(QR.convert("L"), "TGA"),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    "eps": saved(QR.convert("L"), "EPS"),
    "html": b"<!doctype html><img src='a.png'>",
    "zip": b"PK\x03\x04" + b"\x00" * 100,
    "text": b"just some text",
    "zeros": b"\x00" * 1000,
    "one-byte": b"\x89",
    "png-signature": PNG[:8],
    "jpeg-signature": b"\xff\xd8\xff\xe0",
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_format(emulator, name):
    answer = ask(emulator, OTHERS[name])
    assert (answer.code, answer.message) == (DECODE, "The image could not be decoded.")


JPEG = sample("qr-poster-photo.jpg")


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    "picture", [PNG, saved(QR.convert("RGB"), "PNG"), JPEG], ids=["png", "png-rgb", "jpeg"]
)
def test_a_picture_that_was_cut_off(emulator, picture, part):
    assert ask(emulator, picture[: int(len(picture) * part)]).code == DECODE


def test_a_picture_that_was_damaged(emulator):
    middle = len(PNG) // 2
    assert ask(emulator, PNG[:middle] + bytes(40) + PNG[middle + 40 :]).code == DECODE


# Size


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that says how large it is, and has hardly any pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")


def jpeg_header(width: int, height: int) -> bytes:
    size = struct.pack(">HH", height, width)
    at = (whole := saved(Image.new("L", (8, 8)), "JPEG")).index(b"\xff\xc0") + 5
    return whole[:at] + size + whole[at + 4 :]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(png_header(8001, 8000), id="png-64-mpx"),
        pytest.param(png_header(30_000, 30_000), id="png-900-mpx"),
        pytest.param(png_header(2**31 - 1, 2**31 - 1), id="png-largest"),
        pytest.param(jpeg_header(65_500, 65_500), id="jpeg-largest"),
        pytest.param(jpeg_header(13_400, 13_400), id="jpeg-180-mpx"),
    ],
)
def test_too_many_pixels(emulator, picture):
    ask(emulator, PNG)  # a worker is up
    began = time.monotonic()
    answer = ask(emulator, picture)
    assert answer.code == TOO_LARGE
    assert time.monotonic() - began < 2.0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="not applicable: no /proc to ask")
def test_a_bomb_takes_no_memory():
    """A small PNG that holds 400 Mpx is refused by its header, so that no worker ever has them in memory."""
    rows = zlib.compressobj(1)
    pixels = b"".join(rows.compress(bytes(20_001)) for _ in range(20_000)) + rows.flush()
    bomb = png_header(20_000, 20_000, chunk(b"IDAT", pixels))
    with Emulator(workers=1) as emulator:
        ask(emulator, PNG)
        (worker,) = emulator.running.services.pool.status().workers
        before = most_memory(worker.pid)
        assert ask(emulator, bomb).code == TOO_LARGE
        assert most_memory(worker.pid) - before < 30 * 2**20


def most_memory(pid):
    """The most resident memory that a process ever had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize(("limit", "code"), [(330 * 330, ""), (330 * 330 - 1, TOO_LARGE)])
def test_the_limit_is_a_setting(limit, code):
    with Emulator(max_pixels=limit) as emulator:
        assert ask(emulator, PNG).code == code


def test_metadata_that_is_a_bomb(emulator):
    text = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200 * 2**20), 9))
    profile = chunk(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(200 * 2**20), 9))
    at = 33  # behind IHDR
    began = time.monotonic()
    for extra in (text, profile):
        assert ask(emulator, PNG[:at] + extra + PNG[at:]).code in ("", DECODE)
    assert time.monotonic() - began < 10.0


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (19, 19)])
def test_a_tiny_picture(emulator, size):
    assert ask(emulator, saved(Image.new("L", size, 255), "PNG")).code == "FailedOperation.ImageNoText"


# How it lies

UPRIGHT = Image.new("L", (500, 400), 255)
UPRIGHT.paste(QR.convert("L"), (50, 20))
CORNERS = {
    "LeftTop": (90, 60),
    "RightTop": (340, 60),
    "RightBottom": (340, 310),
    "LeftBottom": (90, 310),
}
#: EXIF orientation → what brings upright pixels to how they are stored.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_picture_is_seen_as_a_viewer_sees_it(emulator, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    stored = UPRIGHT if turn is None else UPRIGHT.transpose(turn)
    picture = saved(stored, kind, exif=exif)
    assert ImageOps.exif_transpose(Image.open(io.BytesIO(picture))).size == UPRIGHT.size
    answer = ask(emulator, picture)
    assert answer.response["ImgSize"] == {"Wide": 500, "High": 400}
    (code,) = answer.response["CodeResults"]
    for name, (x, y) in CORNERS.items():
        point = code["Position"][name]
        assert abs(point["X"] - x) <= 3, name
        assert abs(point["Y"] - y) <= 3, name


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist(emulator, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert ask(emulator, saved(UPRIGHT, "JPEG", exif=exif)).response["ImgSize"] == {"Wide": 500, "High": 400}


def test_damaged_metadata(emulator):
    picture = saved(UPRIGHT, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 50)
    assert ask(emulator, picture).texts == [URL_IN_QR]


# What is found


def test_integers_in_the_picture(emulator):
    for name in ("desk-with-five-codes.jpg", "qr-rotated.png", "shipping-label.png"):
        for code in ask(emulator, sample(name)).response["CodeResults"]:
            points = [(point["X"], point["Y"]) for point in code["Position"].values()]
            assert all(type(value) is int for point in points for value in point)
            if points != [(-1, -1)] * 4:
                assert all(
                    0 <= x <= MANIFEST[name]["width"] and 0 <= y <= MANIFEST[name]["height"]
                    for x, y in points
                )


@pytest.mark.parametrize("form", ["tc3", "v1"])
def test_nothing_found(emulator, form):
    def answer(server):
        return send(server, getattr(caller(server), form)({"ImageBase64": encoded(sample("no-code.jpg"))}))

    assert answer(emulator).code == "FailedOperation.ImageNoText"
    with Emulator(qrcode_ocr_nothing="empty") as lenient:
        found = answer(lenient)
    assert found.texts == []
    assert found.response["ImgSize"] == {
        "Wide": MANIFEST["no-code.jpg"]["width"],
        "High": MANIFEST["no-code.jpg"]["height"],
    }

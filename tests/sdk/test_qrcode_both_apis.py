"""The same pictures through QrcodeOCR and through `?ci-process=QRcode`: one and the same set of codes, in one order."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from drawn_pictures import saved
from drawn_symbols import draw
from PIL import Image
from recognised_codes import recognise
from sdk_clients import PICTURES, ocr_client, qrcode_request
from sdk_pictures import MANIFEST
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119.ocr_client import OcrClient

F = zxingcpp.BarcodeFormat
CORNERS = ("LeftTop", "RightTop", "RightBottom", "LeftBottom")
NOWHERE = [(-1, -1)] * 4

CARDS = {
    "qr": draw("hello", F.QRCode),
    "micro-qr": draw("HELLO", F.MicroQRCode),
    "rmqr": draw("HELLO", F.RMQRCode),
    "data-matrix": draw("hello", F.DataMatrix),
    "data-matrix-wide": draw("hello", F.DataMatrix, version=30),
    "pdf417": draw("hello", F.PDF417),
    "pdf417-compact": draw("hello", F.CompactPDF417),
    "micro-pdf417": draw("hello", F.MicroPDF417),
    "aztec": draw("hello", F.Aztec),
    "aztec-rune": draw("25", F.AztecRune),
    "maxicode": draw("hello", F.MaxiCode),
    "maxicode-with-separators": draw(
        "[)>\x1e01\x1d96123456789\x1d840\x1d001\x1d1Z1234\x1dUPSN\x1d", F.MaxiCode
    ),
    "ean-13": draw("4006381333931", F.EAN13),
    "ean-13-ean-5": draw("9783161484100+52495", F.EAN13),
    "ean-8": draw("96385074", F.EAN8),
    "upc-a": draw("036000291452", F.UPCA),
    "upc-e": draw("01234565", F.UPCE),
    "code-39": draw("HELLO-39", F.Code39Std),
    "code-93": draw("HELLO-93", F.Code93),
    "code-128": draw("hello, world", F.Code128),
    "code-128-control-characters": draw("AB\x01\x1fC", F.Code128),
    "gs1-128": draw("(01)09501101530003(10)ABC(21)12", F.Code128, gs1=True),
    "itf": draw("12345678", F.ITF),
    "codabar": draw("A12345A", F.Codabar),
    "databar": draw("12345678901231", F.DataBarOmni),
    "databar-limited": draw("12345678901231", F.DataBarLtd),
    "databar-expanded": draw("(01)12345678901231(10)ABC", F.DataBarExp),
}
TURNS = {
    "upright": None,
    "left": Image.Transpose.ROTATE_90,
    "upside-down": Image.Transpose.ROTATE_180,
    "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
}


def together(names: list[str], columns: int = 2) -> Image.Image:
    """Several cards in one picture, in rows."""
    images = [CARDS[name].image for name in names]
    width, height = max(image.width for image in images), max(image.height for image in images)
    rows = -(-len(images) // columns)
    sheet = Image.new("L", (width * columns, height * rows), 255)
    for at, image in enumerate(images):
        sheet.paste(image, (width * (at % columns), height * (at // columns)))
    return sheet


SHEETS = {
    "two-dimensional": ["qr", "data-matrix", "aztec", "pdf417"],
    "bar-codes": ["ean-13-ean-5", "code-128", "upc-e", "code-39", "itf", "codabar"],
    "both-kinds": ["qr", "ean-13", "data-matrix", "code-93", "micro-qr", "databar"],
    "the-same-twice": ["qr", "qr", "ean-8", "ean-8"],
    "control-characters": ["gs1-128", "maxicode-with-separators", "code-128-control-characters"],
}


def pictures() -> dict[str, bytes]:
    found = {f"sample-{name}": (PICTURES / name).read_bytes() for name in MANIFEST}
    for name, card in CARDS.items():
        found[f"{name}"] = card.png
    for name in ("qr", "data-matrix", "aztec", "code-128", "ean-13"):
        for turn, how in TURNS.items():
            if how is not None:
                found[f"{name}-{turn}"] = saved(CARDS[name].turned(how).image)
        found[f"{name}-inverted"] = saved(CARDS[name].inverted().image)
    for name, cards in SHEETS.items():
        sheet = together(cards)
        found[f"sheet-{name}"] = saved(sheet)
        found[f"sheet-{name}-jpeg"] = saved(sheet, "JPEG", quality=80)
        found[f"sheet-{name}-aslant"] = saved(
            sheet.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        )
    turned = Image.Exif()
    turned[0x0112] = 8
    found["sheet-both-kinds-exif"] = saved(together(SHEETS["both-kinds"]), "JPEG", exif=turned)
    found["nothing"] = saved(Image.new("L", (200, 200), 255))
    return found


DRAWN = pictures()


def by_ocr(emulator, picture):
    """What QrcodeOCR says: (text, corners), where it gives corners at all."""
    try:
        answer = ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(picture))
    except TencentCloudSDKException as error:
        if error.get_code() != "FailedOperation.ImageNoText":
            raise
        return []
    points = [[getattr(code.Position, corner) for corner in CORNERS] for code in answer.CodeResults]
    return [
        (code.Url, [(point.X, point.Y) for point in corners])
        for code, corners in zip(answer.CodeResults, points, strict=True)
    ]


def in_xml(text: str) -> str:
    """Return a text without what XML cannot hold, as the answer of QRcode has it."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", "\N{REPLACEMENT CHARACTER}", text)


@pytest.mark.parametrize("name", DRAWN)
def test_both_apis_say_the_same(emulator, cos, bucket, name):
    cos.put_object(Bucket=bucket, Key="picture", Body=DRAWN[name])
    by_ci = recognise(cos, bucket, "picture")
    asked = by_ocr(emulator, DRAWN[name])
    assert [code.text for code in by_ci] == [in_xml(text) for text, _ in asked]
    assert [
        code.points if known != NOWHERE else known for code, (_, known) in zip(by_ci, asked, strict=True)
    ] == [known for _, known in asked]


def test_the_comparison_is_not_of_nothing_with_nothing(emulator):
    """Of every kind of picture most are read, so that equal answers mean something."""
    found = {name: len(by_ocr(emulator, picture)) for name, picture in DRAWN.items()}
    assert sorted(name for name, count in found.items() if not count) == ["nothing", "sample-no-code.jpg"]
    for name, cards in SHEETS.items():
        assert found[f"sheet-{name}"] >= len(cards)
    with Image.open(io.BytesIO(DRAWN["sheet-both-kinds-exif"])) as picture:
        assert picture.getexif()[0x0112] == 8

"""Every symbology that QrcodeOCR reads, drawn here, through tencentcloud-sdk-python: text, TypeName and corners."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import qrcode.util
import zxingcpp
from drawn_symbols import SCALE, Card, Points, draw, on_card
from PIL import Image
from sdk_clients import ocr_client, qrcode_request
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119.ocr_client import OcrClient

from ci_emulator.testing import Emulator

F = zxingcpp.BarcodeFormat
CHINESE = "你好，世界"
GS1 = "(01)09501101530003(10)ABC(21)12"
GS1_TEXT = "010950110153000310ABC\x1d2112"
"""Without brackets, and FNC1 as the separator behind an element of no fixed length (ISO/IEC 15424, "GS")."""
SHIPMENT = "[)>\x1e01\x1d96123456789\x1d840\x1d001\x1d1Z12345675\x1dUPSN\x1d"
NONE_FOUND = "FailedOperation.ImageNoText"

Found = list[tuple[str, str, Points]]
Look = Callable[[Card], Found]


class Symbol(NamedTuple):
    """What to draw, and what is to be said of it: (TypeName, text) of each code."""

    content: str | bytes
    format: zxingcpp.BarcodeFormat
    expected: list[tuple[str, str]]
    options: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it

    def draw(self) -> Card:
        return draw(self.content, self.format, **self.options)


def one(
    content: str, format_: zxingcpp.BarcodeFormat, type_name: str, text: str | None = None, **options: Any
) -> Symbol:
    """A symbol that is one code, whose text is the content unless said otherwise."""
    return Symbol(content, format_, [(type_name, content if text is None else text)], options)


MATRIX = {
    "qr": one("hello", F.QRCode, "QR_CODE"),
    "micro-qr-m1": one("12345", F.MicroQRCode, "QR_CODE", version=1),
    "micro-qr-m2": one("HELLO", F.MicroQRCode, "QR_CODE", version=2),
    "micro-qr-m3": one("hello", F.MicroQRCode, "QR_CODE", version=3),
    "micro-qr-m4": one("hello, world", F.MicroQRCode, "QR_CODE", version=4),
    "rmqr-7x43": one("HELLO", F.RMQRCode, "RMQR_CODE", version=1),
    "rmqr-11x27": one("HELLO", F.RMQRCode, "RMQR_CODE", version=11),
    "rmqr-17x139": one("HELLO", F.RMQRCode, "RMQR_CODE", version=32),
    "data-matrix": one("hello", F.DataMatrix, "DATA_MATRIX"),
    "data-matrix-10x10": one("123456", F.DataMatrix, "DATA_MATRIX", version=1),
    "data-matrix-32x32": one("hello", F.DataMatrix, "DATA_MATRIX", version=10),
    "data-matrix-144x144": one("hello", F.DataMatrix, "DATA_MATRIX", version=24),
    "data-matrix-8x18": one("hello", F.DataMatrix, "DATA_MATRIX", version=25),
    "data-matrix-16x48": one("hello", F.DataMatrix, "DATA_MATRIX", version=30),
    "pdf417": one("hello", F.PDF417, "PDF_417"),
    "pdf417-9-columns": one("hello" * 40, F.PDF417, "PDF_417", columns=9),
    "pdf417-compact": one("hello", F.CompactPDF417, "PDF_417"),
    "micro-pdf417": one("hello", F.MicroPDF417, "MICRO_PDF_417"),
    "micro-pdf417-1-column": one("hello", F.MicroPDF417, "MICRO_PDF_417", columns=1),
    "micro-pdf417-4-columns": one("hello" * 10, F.MicroPDF417, "MICRO_PDF_417", columns=4),
    **{
        f"aztec-compact-{layers}": one("hello", F.Aztec, "AZTEC", version=layers) for layers in range(1, 5)
    },
    # The creator numbers the full symbols on behind the compact ones.
    **{
        f"aztec-full-{layers}": one("hello", F.Aztec, "AZTEC", version=4 + layers)
        for layers in (1, 4, 5, 22, 32)
    },
    **{f"aztec-rune-{value}": one(str(value), F.AztecRune, "AZTEC", f"{value:03}") for value in (0, 25, 255)},
    "maxicode-mode-4": one("hello", F.MaxiCode, "MAXICODE"),
    "maxicode-lower-and-digits": one("Hello 123456789 world", F.MaxiCode, "MAXICODE"),
    "maxicode-shipment": one(SHIPMENT, F.MaxiCode, "MAXICODE"),
}  # fmt: skip

LINEAR = {
    "ean-13": one("4006381333931", F.EAN13, "EAN-13"),
    "ean-13-isbn": one("9783161484100", F.ISBN, "EAN-13"),
    "ean-13-ean-2": Symbol("4006381333931+12", F.EAN13, [("EAN-13", "4006381333931"), ("EAN-2", "12")]),
    "ean-13-ean-5": Symbol("9783161484100+52495", F.EAN13, [("EAN-13", "9783161484100"), ("EAN_5", "52495")]),
    "ean-8": one("96385074", F.EAN8, "EAN-8"),
    "ean-8-ean-2": Symbol("96385074+05", F.EAN8, [("EAN-8", "96385074"), ("EAN-2", "05")]),
    "ean-8-ean-5": Symbol("96385074+00123", F.EAN8, [("EAN-8", "96385074"), ("EAN_5", "00123")]),
    "upc-a": one("036000291452", F.UPCA, "UPC-A"),
    # Bar for bar the same symbol.
    "ean-13-that-begins-with-0": one("0036000291452", F.EAN13, "UPC-A", "036000291452"),
    "upc-a-ean-2": Symbol("036000291452+34", F.UPCA, [("UPC-A", "036000291452"), ("EAN-2", "34")]),
    "upc-a-ean-5": Symbol("036000291452+12345", F.UPCA, [("UPC-A", "036000291452"), ("EAN_5", "12345")]),
    "upc-e": one("01234565", F.UPCE, "UPC-E"),
    "upc-e-number-system-1": one("11234562", F.UPCE, "UPC-E"),
    "upc-e-ean-2": Symbol("01234565+12", F.UPCE, [("UPC-E", "01234565"), ("EAN-2", "12")]),
    "upc-e-ean-5": Symbol("01234565+12345", F.UPCE, [("UPC-E", "01234565"), ("EAN_5", "12345")]),
    "code-39": one("HELLO-39. $/+%", F.Code39Std, "CODE-39"),
    "code-39-full-ascii": one("Hello, World!", F.Code39Ext, "CODE-39"),
    "code-32": one("12345678", F.Code32, "CODE-39", "A123456788"),
    "code-93": one("HELLO-93. $/+%", F.Code93, "CODE-93"),
    "code-93-full-ascii": one("Hello, World!", F.Code93, "CODE-93"),
    "code-128-a": one("AB\x01\x1fC", F.Code128, "CODE-128"),
    "code-128-b": one("hello, world", F.Code128, "CODE-128"),
    "code-128-c": one("1234567890", F.Code128, "CODE-128"),
    "code-128-a-b-c": one("AB\x01cd1234567890", F.Code128, "CODE-128"),
    "gs1-128": one(GS1, F.Code128, "CODE-128", GS1_TEXT, gs1=True),
    "itf": one("12345678", F.ITF, "ITF"),
    "itf-14": one("12345678901231", F.ITF14, "ITF"),
    "codabar": one("A12345A", F.Codabar, "CODABAR"),
    "codabar-every-sign": one("B1-2$3:4/5.6+7D", F.Codabar, "CODABAR"),
    "databar-omnidirectional": one("12345678901231", F.DataBarOmni, "DATABAR", "0112345678901231"),
    "databar-stacked": one("12345678901231", F.DataBarStk, "DATABAR", "0112345678901231"),
    "databar-stacked-omnidirectional": one(
        "12345678901231", F.DataBarStkOmni, "DATABAR", "0112345678901231"
    ),
    "databar-limited": one("12345678901231", F.DataBarLtd, "DATABAR_LIMITED", "0112345678901231"),
    "databar-expanded": one(
        "(01)12345678901231(10)ABC", F.DataBarExp, "DATABAR_EXPANDED", "011234567890123110ABC"
    ),
    "databar-expanded-stacked": one(
        GS1, F.DataBarExpStk, "DATABAR_EXPANDED", GS1_TEXT, columns=2
    ),
    "telepen": one("HELLO", F.TelepenAlpha, "TELEPEN"),
}  # fmt: skip

SYMBOLS = MATRIX | LINEAR
every_symbol = pytest.mark.parametrize("name", SYMBOLS)


@pytest.fixture
def look(emulator: Emulator) -> Look:
    """Shows a card to QrcodeOCR and returns (TypeName, Url, corners) of each code; nothing found is an empty list."""
    client = ocr_client(OcrClient, emulator)

    def ask(card: Card) -> Found:
        try:
            answer = client.QrcodeOCR(qrcode_request(card.png))
        except TencentCloudSDKException as error:
            if error.code != NONE_FOUND:
                raise
            return []
        assert (answer.ImgSize.Wide, answer.ImgSize.High) == card.image.size
        return [(code.TypeName, code.Url, _points(code.Position)) for code in answer.CodeResults]

    return ask


def _points(position: Any) -> Points:
    corners = (position.LeftTop, position.RightTop, position.RightBottom, position.LeftBottom)
    return [(corner.X, corner.Y) for corner in corners]


def named(found: Found) -> list[tuple[str, str]]:
    return [(type_name, text) for type_name, text, _ in found]


def assert_at(found: Found, card: Card, *, matrix: bool) -> None:
    """A matrix code is where it was drawn; of a bar code the action tells no position.

    The corners of a mirrored code go round it too, but from which one and which way round depends on the symbology.
    """
    for type_name, _, corners in found:
        if not matrix:
            assert corners == [(-1, -1)] * 4
            continue
        expected = [card.corners]
        if not is_clockwise(card.corners):
            expected = [
                order[first:] + order[:first] for order in both_ways(card.corners) for first in range(4)
            ]
        # The end of a PDF417 is taken within its last module.
        modules = 1.2 if type_name == "PDF_417" else 0.75
        off = min(
            max(math.dist(seen, drawn) for seen, drawn in zip(corners, order, strict=True))
            for order in expected
        )
        assert off <= modules * SCALE, (type_name, corners, card.corners)


def is_clockwise(corners: Points) -> bool:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs) > 0


def both_ways(corners: Points) -> list[Points]:
    return [corners, corners[::-1]]


# Every symbology, as it is and however it lies


@every_symbol
def test_a_symbology(look: Look, name: str) -> None:
    card = SYMBOLS[name].draw()
    found = look(card)
    assert named(found) == SYMBOLS[name].expected
    assert_at(found, card, matrix=name in MATRIX)


WAYS: dict[str, Callable[[Card], Card]] = {
    "90": lambda card: card.turned(Image.Transpose.ROTATE_90),
    "180": lambda card: card.turned(Image.Transpose.ROTATE_180),
    "270": lambda card: card.turned(Image.Transpose.ROTATE_270),
    "mirrored": lambda card: card.turned(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside-down-mirrored": lambda card: card.turned(Image.Transpose.FLIP_TOP_BOTTOM),
    "inverted": Card.inverted,
}


@pytest.mark.parametrize("way", WAYS)
@every_symbol
def test_a_symbology_however_it_lies(look: Look, name: str, way: str) -> None:
    card = WAYS[way](SYMBOLS[name].draw())
    found = look(card)
    if is_unread(name, way):
        assert found == [], "this is read now: take it off the list, and off docs/features/recognition.md"
        return
    assert sorted(named(found)) == sorted(SYMBOLS[name].expected)
    assert_at(found, card, matrix=name in MATRIX)


MIRRORED = frozenset({"mirrored", "upside-down-mirrored"})

#: What is not read when it lies so: beginning of the name, ways.
UNREAD = {
    "rmqr": MIRRORED,
    "data-matrix-8x18": MIRRORED,
    "micro-pdf417": MIRRORED,
    "maxicode": MIRRORED,
}


def is_unread(name: str, way: str) -> bool:
    return any(name.startswith(start) and way in ways for start, ways in UNREAD.items())


# QR codes: every version, level and mode


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_of_a_qr_code(look: Look, version: int) -> None:
    card = draw("hello", F.QRCode, version=version, ec_level="LMQH"[version % 4])
    assert card.corners[1][0] - card.corners[0][0] == SCALE * (17 + 4 * version)
    found = look(card)
    assert named(found) == [("QR_CODE", "hello")]
    assert_at(found, card, matrix=True)


# What version 5 holds (ISO/IEC 18004 table 7): full, so that no other level and no other mode would do.
CAPACITY = {
    "L": {"1": 255, "A": 154, "a": 106, "日": 65},
    "M": {"1": 202, "A": 122, "a": 84, "日": 52},
    "Q": {"1": 144, "A": 87, "a": 60, "日": 37},
    "H": {"1": 106, "A": 64, "a": 44, "日": 27},
}


@pytest.mark.parametrize("sign", ["1", "A", "a", "日"], ids=["numeric", "alphanumeric", "byte", "kanji"])
@pytest.mark.parametrize("level", CAPACITY)
def test_every_level_and_mode_of_a_qr_code_that_is_full(look: Look, level: str, sign: str) -> None:
    text = sign * CAPACITY[level][sign]
    card = draw(text, F.QRCode, version=5, ec_level=level)
    assert card.corners[1][0] - card.corners[0][0] == SCALE * 37
    assert named(look(card)) == [("QR_CODE", text)]


@pytest.mark.parametrize(
    ("sign", "number"), [("1", 7089), ("A", 4296), ("a", 2953), ("日", 1817)],
    ids=["numeric", "alphanumeric", "byte", "kanji"],
)  # fmt: skip
def test_the_most_that_a_qr_code_holds(look: Look, sign: str, number: int) -> None:
    assert named(look(draw(sign * number, F.QRCode, version=40, ec_level="L"))) == [
        ("QR_CODE", sign * number)
    ]


# Charsets


def without_eci(payload: bytes) -> Card:
    """A QR code whose bytes say nothing about their charset, as most writers make them."""
    code = qrcode.QRCode(border=0, box_size=SCALE, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(payload, optimize=0)
    return on_card(code.make_image().get_image().convert("L"))


@pytest.mark.parametrize(
    "text", [CHINESE, "你好", "北京", "微信", "é", "ｱｲｳ", "한국", "Привет", "😀", "e\u0301"]
)
def test_utf_8_without_an_eci(look: Look, text: str) -> None:
    assert named(look(without_eci(text.encode()))) == [("QR_CODE", text)]


@pytest.mark.parametrize(
    "charset", ["UTF-8", "GB18030", "GB2312", "Big5", "Shift_JIS", "EUC-KR", "ISO-8859-1", "UTF-16BE"]
)
def test_the_charset_that_an_eci_names(look: Look, charset: str) -> None:
    text = {"Shift_JIS": "日本語", "EUC-KR": "한국", "ISO-8859-1": "Ünïcödé", "Big5": "臺灣"}.get(
        charset, CHINESE
    )
    assert named(look(draw(text, F.QRCode, eci=charset))) == [("QR_CODE", text)]


@pytest.mark.parametrize(
    ("format_", "type_name"),
    [
        (F.QRCode, "QR_CODE"), (F.RMQRCode, "RMQR_CODE"), (F.DataMatrix, "DATA_MATRIX"), (F.PDF417, "PDF_417"),
        (F.MicroPDF417, "MICRO_PDF_417"), (F.Aztec, "AZTEC"), (F.MaxiCode, "MAXICODE"),
    ],
    ids=str,
)  # fmt: skip
def test_chinese_in_every_symbology_that_can_hold_it(
    look: Look, format_: zxingcpp.BarcodeFormat, type_name: str
) -> None:
    assert named(look(draw(CHINESE, format_))) == [(type_name, CHINESE)]


class Header:
    """The header of a structured append sequence (ISO/IEC 18004 section 8), in front of the data of a symbol."""

    mode = qrcode.util.MODE_8BIT_BYTE

    def __init__(self, index: int, total: int, parity: int) -> None:
        self._fields = ((0b0011, 4), (index, 4), (total - 1, 4), (parity, 8))

    def __len__(self) -> int:
        return 0

    def write(self, buffer: qrcode.util.BitBuffer) -> None:
        buffer.buffer, buffer.length = (
            [],
            0,
        )  # the writer has put the mode and the length of an ordinary segment
        for value, bits in self._fields:
            buffer.put(value, bits)


def test_each_part_of_a_structured_append_sequence_is_a_code(look: Look) -> None:
    texts = [b"one, ", b"two, ", b"three"]
    parity = functools.reduce(operator.xor, b"".join(texts))
    cards = []
    for index, text in enumerate(texts):
        code = qrcode.QRCode(version=2, border=0, box_size=SCALE)
        code.data_list = [Header(index, len(texts), parity), qrcode.util.QRData(text)]
        cards.append(on_card(code.make_image().get_image().convert("L")))
    width = cards[0].image.width
    image = Image.new("L", (width * len(cards), cards[0].image.height), 255)
    for index, card in enumerate(cards):
        image.paste(card.image, (width * index, 0))
    assert named(look(Card(image, []))) == [("QR_CODE", text.decode()) for text in texts]


# Payloads that are no text, and texts that are hardly any

BINARY = {F.QRCode: "QR_CODE", F.DataMatrix: "DATA_MATRIX", F.PDF417: "PDF_417", F.Aztec: "AZTEC"}


@pytest.mark.parametrize("format_", BINARY, ids=str)
def test_bytes_that_are_no_text_come_as_latin_1(look: Look, format_: zxingcpp.BarcodeFormat) -> None:
    payload = bytes(range(256))
    (code,) = look(draw(payload, format_))
    assert code[:2] == (BINARY[format_], payload.decode("latin-1"))


@pytest.mark.parametrize("format_", BINARY, ids=str)
@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "\x00" * 9, " ", "  a  ", "\n", "\r\n", "\t", "\x1d", "\x7f", "0", "a" * 200]
)
def test_texts_that_are_easily_lost(look: Look, format_: zxingcpp.BarcodeFormat, text: str) -> None:
    assert named(look(draw(text, format_))) == [(BINARY[format_], text)]


@pytest.mark.parametrize("format_", [F.QRCode, F.DataMatrix, F.Aztec, F.Code128], ids=str)
def test_gs1_elements_keep_their_separator(look: Look, format_: zxingcpp.BarcodeFormat) -> None:
    (code,) = look(draw(GS1, format_, gs1=True))
    assert code[1] == GS1_TEXT

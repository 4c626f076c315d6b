"""Reading codes from pictures drawn here: every symbology, every way a picture lies, every way it is stored."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.chain import ABSENT
from ci_emulator.engines.codes.model import Corners, Reading, Symbology
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.codes.readers import opencv, zbar, zxing
from ci_emulator.engines.codes.write import write_barcode, write_qr

MANY = 40_000_000
TEXT = "https://a.example/你好"

needs_zbar = pytest.mark.skipif(zbar.status().startswith(ABSENT), reason="libzbar is not installed")
needs_opencv = pytest.mark.skipif(opencv.status().startswith(ABSENT), reason="OpenCV is not installed")
every_reader = pytest.mark.parametrize(
    "reader", ["zxing", pytest.param("pyzbar", marks=needs_zbar), pytest.param("opencv", marks=needs_opencv)]
)

TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How to store a picture so that the EXIF orientation turns it back."""


def saved(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def drawn(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def qr(text: str = TEXT, width: int = 200) -> Image.Image:
    return drawn(write_qr(text, width, writer="zxing"))


def symbol(content: str, format_: zxingcpp.BarcodeFormat, scale: int = 4) -> Image.Image:
    barcode = zxingcpp.create_barcode(content, format_)
    pixels = memoryview(barcode.to_image(scale=scale))
    height, width = pixels.shape  # type: ignore[misc]
    return ImageOps.expand(Image.frombytes("L", (width, height), pixels.tobytes()), 40, 255)


def card(*parts: tuple[Image.Image, tuple[int, int]], size: tuple[int, int]) -> Image.Image:
    image = Image.new("L", size, 255)
    for part, place in parts:
        image.paste(part, place)
    return image


def texts(reading: Reading) -> list[str]:
    return [code.text for code in reading.codes]


def near(corners: Corners, expected: list[tuple[float, float]], tolerance: float) -> bool:
    return all(
        abs(point.x - x) <= tolerance and abs(point.y - y) <= tolerance
        for point, (x, y) in zip(corners, expected, strict=True)
    )


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom edge of what is not white."""
    box = ImageChops.invert(image).getbbox()
    assert box is not None
    return box


FORMATS = zxingcpp.BarcodeFormat


@pytest.mark.parametrize(
    ("format_", "content", "symbology", "text"),
    [
        (FORMATS.QRCode, "hello", Symbology.QR_CODE, "hello"),
        (FORMATS.MicroQRCode, "12", Symbology.MICRO_QR_CODE, "12"),
        (FORMATS.RMQRCode, "hello", Symbology.RMQR_CODE, "hello"),
        (FORMATS.DataMatrix, "hello", Symbology.DATA_MATRIX, "hello"),
        (FORMATS.PDF417, "hello", Symbology.PDF_417, "hello"),
        (FORMATS.MicroPDF417, "hello", Symbology.MICRO_PDF_417, "hello"),
        (FORMATS.Aztec, "hello", Symbology.AZTEC, "hello"),
        (FORMATS.MaxiCode, "hello", Symbology.MAXICODE, "hello"),
        (FORMATS.EAN13, "4006381333931", Symbology.EAN_13, "4006381333931"),
        (FORMATS.EAN8, "96385074", Symbology.EAN_8, "96385074"),
        (FORMATS.UPCA, "012345678905", Symbology.UPC_A, "012345678905"),
        (FORMATS.UPCE, "01234565", Symbology.UPC_E, "01234565"),
        (FORMATS.Code39, "HELLO", Symbology.CODE_39, "HELLO"),
        (FORMATS.Code93, "HELLO", Symbology.CODE_93, "HELLO"),
        (FORMATS.Code128, "hello", Symbology.CODE_128, "hello"),
        (FORMATS.ITF, "12345678", Symbology.ITF, "12345678"),
        (FORMATS.Codabar, "A12345A", Symbology.CODABAR, "A12345A"),
        (FORMATS.DataBar, "0112345678901231", Symbology.DATABAR, "0112345678901231"),
        (FORMATS.DataBarLtd, "0112345678901231", Symbology.DATABAR_LIMITED, "0112345678901231"),
        (FORMATS.DataBarExp, "(01)12345678901231", Symbology.DATABAR_EXPANDED, "0112345678901231"),
        (FORMATS.Telepen, "HELLO", Symbology.TELEPEN, "HELLO"),
    ],
)
def test_each_symbology(
    format_: zxingcpp.BarcodeFormat, content: str, symbology: Symbology, text: str
) -> None:
    data = saved(symbol(content, format_))
    (code,) = read_codes(data, max_pixels=MANY).codes
    assert (code.symbology, code.text, code.raw) == (symbology, text, text.encode())
    for only in ("linear", "matrix"):
        expected = [text] if (only == "linear") == symbology.is_linear else []
        assert texts(read_codes(data, readers=["zxing"], only=only, max_pixels=MANY)) == expected


@needs_zbar
@pytest.mark.parametrize(
    ("format_", "content", "symbology", "text"),
    [
        (FORMATS.EAN13, "4006381333931", Symbology.EAN_13, "4006381333931"),
        (FORMATS.EAN8, "96385074", Symbology.EAN_8, "96385074"),
        (FORMATS.UPCA, "012345678905", Symbology.UPC_A, "012345678905"),
        (FORMATS.UPCE, "01234565", Symbology.UPC_E, "01234565"),
        (FORMATS.Code39, "HELLO", Symbology.CODE_39, "HELLO"),
        (FORMATS.Code93, "HELLO", Symbology.CODE_93, "HELLO"),
        (FORMATS.Code128, "hello", Symbology.CODE_128, "hello"),
        (FORMATS.ITF, "12345678", Symbology.ITF, "12345678"),
        (FORMATS.Codabar, "A12345A", Symbology.CODABAR, "A12345A"),
        (FORMATS.QRCode, "hello", Symbology.QR_CODE, "hello"),
    ],
)
def test_zbar_names_them_alike(
    format_: zxingcpp.BarcodeFormat, content: str, symbology: Symbology, text: str
) -> None:
    reading = read_codes(saved(symbol(content, format_)), readers=["pyzbar"], max_pixels=MANY)
    assert [(code.symbology, code.text) for code in reading.codes] == [(symbology, text)]


@needs_zbar
def test_a_short_itf_is_taken_for_an_accident() -> None:
    assert (
        read_codes(saved(symbol("1234", FORMATS.ITF)), readers=["zxing", "pyzbar"], max_pixels=MANY).codes
        == ()
    )


@every_reader
@pytest.mark.parametrize("text", ["你好", "北京", "微信", "é", "ｱｲｳ"])
def test_utf_8_without_a_charset_is_read_as_utf_8(reader: str, text: str) -> None:
    from qrcode import QRCode

    plain = QRCode(border=4, box_size=5)
    plain.add_data(text.encode(), optimize=0)
    out = io.BytesIO()
    plain.make_image().save(out)
    reading = read_codes(out.getvalue(), readers=[reader], max_pixels=MANY)
    assert [(code.text, code.raw) for code in reading.codes] == [(text, text.encode())]


@needs_zbar
@pytest.mark.parametrize("text", ["日本語", "é", "Привет"])
def test_zbar_reads_kanji_mode_and_latin_1_too(text: str) -> None:
    picture = symbol(text, FORMATS.QRCode)  # zxing-cpp left to itself writes Shift_JIS and ISO-8859-1
    assert texts(read_codes(saved(picture), readers=["pyzbar"], max_pixels=MANY)) == [text]


@every_reader
@pytest.mark.parametrize("quarter", range(4))
def test_corners_of_a_qr_code_follow_the_code(reader: str, quarter: int) -> None:
    image = card((qr(), (50, 70)), size=(300, 340))
    turned = image.rotate(-90 * quarter, expand=True)
    left, top, right, bottom = ink(turned)
    clockwise = [(left, top), (right, top), (right, bottom), (left, bottom)]
    (code,) = read_codes(saved(turned), readers=[reader], max_pixels=MANY).codes
    assert near(code.corners, clockwise[quarter:] + clockwise[:quarter], 2.5 if reader == "pyzbar" else 1.01)
    assert code.reader == reader


@pytest.mark.parametrize("reader", ["zxing", pytest.param("pyzbar", marks=needs_zbar)])
@pytest.mark.parametrize("quarter", range(4))
def test_corners_of_a_bar_code_follow_the_code(reader: str, quarter: int) -> None:
    bars = drawn(write_barcode("400638133393", 226, symbology="EAN_13"))
    turned = card((bars, (30, 50)), size=(300, 240)).rotate(-90 * quarter, expand=True)
    left, top, right, bottom = ink(turned)
    clockwise = [(left, top), (right, top), (right, bottom), (left, bottom)]
    (code,) = read_codes(saved(turned), readers=[reader], max_pixels=MANY).codes
    assert near(code.corners, clockwise[quarter:] + clockwise[:quarter], 2.01)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_exif_corners_are_those_that_a_viewer_sees(format_: str, orientation: int) -> None:
    upright = card((qr(), (50, 20)), size=(400, 300))
    turn = TURNS[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    reading = read_codes(saved(stored, format_, exif=exif), max_pixels=MANY)
    left, top, right, bottom = ink(upright)
    assert (reading.width, reading.height) == (400, 300)
    (code,) = reading.codes
    assert code.text == TEXT
    assert near(code.corners, [(left, top), (right, top), (right, bottom), (left, bottom)], 1.01)


def cut_out(image: Image.Image, *, dark: bool) -> Image.Image:
    """Return a card that is opaque only where the code is dark (or only where it is light)."""
    colour = (0, 0, 0, 0) if dark else (255, 255, 255, 0)
    result = Image.new("RGBA", image.size, colour)
    result.putalpha(ImageChops.invert(image) if dark else image)
    return result


def stored_in_many_ways() -> Iterator[tuple[str, bytes]]:
    code = qr()
    yield "alpha, black on nothing", saved(cut_out(code, dark=True))
    yield "alpha, white on nothing", saved(cut_out(code, dark=False))
    yield "grey and alpha", saved(cut_out(code, dark=True).convert("LA"))
    transparent = code.point(lambda level: int(level > 127)).convert("L")
    palette = Image.frombytes("P", code.size, transparent.tobytes())
    palette.putpalette([0, 0, 0, 0, 0, 0])
    yield "palette transparency", saved(palette, transparency=1)
    yield "CMYK", saved(code.convert("CMYK"), "JPEG")
    yield "1 bit", saved(code.convert("1"))
    yield "inverted", saved(ImageChops.invert(code))
    yield "16 bit", saved(code.convert("I").point(lambda level: level * 257).convert("I;16"))
    yield "16 bit, low range", saved(code.convert("I").point(lambda level: level * 2 + 9).convert("I;16"))
    yield "WebP", saved(code.convert("RGB"), "WEBP", quality=50)
    yield "GIF", saved(code, "GIF")
    yield "BMP", saved(code, "BMP")
    yield "TIFF G4", saved(code.convert("1"), "TIFF", compression="group4")
    yield "coloured", saved(ImageOps.colorize(code, "#602020", "#ffe0a0"))
    yield "large", saved(code.resize((3000, 3000), Image.Resampling.NEAREST))


@pytest.mark.parametrize(("name", "data"), [pytest.param(*way, id=way[0]) for way in stored_in_many_ways()])
def test_however_it_is_stored(name: str, data: bytes) -> None:
    assert texts(read_codes(data, max_pixels=MANY)) == [TEXT]


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 5000), (20000, 2)])
@every_reader
def test_pictures_too_small_for_any_code_hold_none(reader: str, size: tuple[int, int]) -> None:
    for shade in (0, 255):
        reading = read_codes(saved(Image.new("L", size, shade)), readers=[reader], max_pixels=MANY)
        assert reading == Reading(size[0], size[1], ())


@every_reader
def test_flat_pictures_and_noise_hold_none(reader: str) -> None:
    for image in (
        Image.new("RGB", (400, 300), "white"),
        Image.frombytes("L", (640, 480), random.Random(5).randbytes(640 * 480)),
        Image.linear_gradient("L"),
    ):
        assert read_codes(saved(image), readers=[reader], max_pixels=MANY).codes == ()


def test_refusals_come_through() -> None:
    for data, formats, pixels, kind in (
        (b"", None, MANY, Kind.IMAGE_EMPTY),
        (b"x", None, MANY, Kind.IMAGE_UNREADABLE),
        (saved(qr(), "GIF"), frozenset({"PNG"}), MANY, Kind.IMAGE_FORMAT_UNSUPPORTED),
        (saved(qr()), None, 200 * 200 - 1, Kind.IMAGE_TOO_MANY_PIXELS),
    ):
        with pytest.raises(Refusal) as caught:
            read_codes(data, formats=formats, max_pixels=pixels)
        assert caught.value.kind is kind


def test_codes_come_in_reading_order() -> None:
    parts = {"a": (20, 40), "b": (300, 20), "c": (20, 300), "d": (300, 320)}
    image = card(*((qr(text, 180), place) for text, place in parts.items()), size=(520, 540))
    assert texts(read_codes(saved(image), max_pixels=MANY)) == ["a", "b", "c", "d"]


def test_the_same_text_twice_is_two_codes() -> None:
    image = card((qr("same", 180), (0, 0)), (qr("same", 180), (200, 0)), size=(400, 180))
    assert texts(read_codes(saved(image), max_pixels=MANY)) == ["same", "same"]


def test_a_bar_code_inside_a_qr_code_is_an_accident() -> None:
    data = write_qr("é" * 1164 + "x", 740)  # zxing-cpp 3.1.1 finds a UPC-A with a right check digit in it
    assert Symbology.UPC_A in {code.symbology for code in zxing.read(drawn(data), None)}
    assert len(read_codes(data, max_pixels=MANY).codes) == 1
    assert read_codes(data, readers=["zxing"], only="linear", max_pixels=MANY).codes == ()


def test_there_is_one_bar_code_at_one_place() -> None:
    data = write_barcode("402000100000", 554, symbology="EAN_13")  # zxing-cpp 3.1.1 also reads 0010082000003
    assert len(zxing.read(drawn(data), None)) == 2
    assert texts(read_codes(data, max_pixels=MANY)) == ["4020001000003"]


def test_bar_codes_side_by_side_are_all_kept() -> None:
    bars = {text: drawn(write_barcode(text, 250, symbology="CODE_128")) for text in ("A1", "B2", "C3")}
    image = card((bars["A1"], (0, 0)), (bars["B2"], (250, 0)), (bars["C3"], (0, 110)), size=(500, 220))
    assert texts(read_codes(saved(image), max_pixels=MANY)) == ["A1", "B2", "C3"]


def test_a_large_picture_keeps_its_coordinates() -> None:
    image = card((qr(width=1000), (3000, 1500)), size=(4200, 2600))
    left, top, right, bottom = ink(image)
    (code,) = read_codes(saved(image), max_pixels=MANY).codes
    assert near(code.corners, [(left, top), (right, top), (right, bottom), (left, bottom)], 3)


def test_a_small_code_in_a_large_picture_is_found_at_full_size() -> None:
    image = card((qr("tiny", 33), (3000, 1500)), size=(6400, 3000))
    assert texts(read_codes(saved(image), readers=["zxing", "full"], max_pixels=MANY)) == ["tiny"]


def test_a_reading_travels_as_msgpack() -> None:
    reading = read_codes(saved(qr()), max_pixels=MANY)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=Reading) == reading

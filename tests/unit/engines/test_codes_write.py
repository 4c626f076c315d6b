"""What is drawn decodes to the same text, is exactly as wide as asked, and what cannot be drawn is refused by kind."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence

import pytest
import zxingcpp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.model import Symbology
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.codes.readers import zbar
from ci_emulator.engines.codes.write import bar_height, write_barcode, write_qr

WRITERS = ("qrcode", "zxing")
HAS_ZBAR = not zbar.status().startswith("absent")
READERS = ("zxing", "pyzbar") if HAS_ZBAR else ("zxing",)

needs_zbar = pytest.mark.skipif(not HAS_ZBAR, reason="libzbar is not installed")
property_test = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])

# Each alphabet is one that some reader's charset guesser could take for another.
_ALPHABETS = [
    st.characters(exclude_categories=["Cs"]),
    st.characters(min_codepoint=0, max_codepoint=0x7F),
    st.characters(min_codepoint=0x80, max_codepoint=0xFF),
    st.characters(min_codepoint=0xFF61, max_codepoint=0xFF9F),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x3040, max_codepoint=0x30FF),
    st.characters(min_codepoint=0x400, max_codepoint=0x45F),
    st.characters(min_codepoint=0x1F300, max_codepoint=0x1F64F),
    st.sampled_from("0123456789"),
    st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"),
]
texts = st.one_of(*(st.text(alphabet, min_size=1, max_size=60) for alphabet in _ALPHABETS))
ascii_texts = st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=50)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def refused(call: object, *args: object, **kwargs: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value


def module_count(content: str) -> int:
    return int(refused(write_qr, content, 1, writer="zxing").facts["minimum"])


def assert_reads(png: bytes, text: str, symbology: Symbology, readers: Sequence[str] = READERS) -> None:
    for reader in readers:
        codes = read_codes(png, readers=[reader], max_pixels=10**7).codes
        found = [(code.text, code.symbology, code.raw) for code in codes]
        assert found == [(text, symbology, text.encode())], reader


@pytest.mark.parametrize("writer", WRITERS)
def test_a_qr_code_of_any_text_reads_back(writer: str) -> None:
    @property_test
    @given(texts, st.integers(2, 9), st.integers(0, 60))
    @example("你好", 4, 0)
    @example("\ufeff中", 4, 0)
    @example("\ufeff\ufeffé", 4, 0)
    @example("é", 3, 1)
    @example("ｱｲｳ", 3, 1)
    @example("\x00", 3, 1)
    @example("a\x00中\x1b$B", 3, 1)
    @example("12345678901234567890中12345678901234567890", 3, 1)
    def check(text: str, pixels: int, more: int) -> None:
        width = (module_count(text) + 8) * pixels + more
        png = write_qr(text, width, writer=writer)
        image = opened(png)
        assert image.size == (width, width)
        assert image.mode == "1"
        assert_reads(png, text, Symbology.QR_CODE)

    check()


@needs_zbar
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "text", ["你好", "北京", "微信", "é", "ÄÖÜ", "ｱｲｳ", "Привет", "中文 https://a.example/?q=1", "🙂"]
)
def test_plain_pyzbar_reads_text_beyond_ascii_too(writer: str, text: str) -> None:
    from pyzbar import pyzbar

    image = opened(write_qr(text, 300, writer=writer))
    assert [found.data.decode() for found in pyzbar.decode(image.convert("L"))] == [text]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_code_128_of_any_ascii_text_reads_back(writer: str) -> None:
    @property_test
    @given(ascii_texts, st.integers(1, 3), st.integers(0, 60))
    @example("99", 2, 0)
    @example("9912", 2, 0)
    @example("99abc", 2, 0)
    @example("a\x00b\x01", 2, 0)
    @example("\x7f\x1f\x00", 2, 0)
    def check(text: str, pixels: int, more: int) -> None:
        bars = int(refused(write_barcode, text, 1, symbology="CODE_128").facts["minimum"])
        width = (bars + 20) * pixels + more
        png = write_barcode(text, width, symbology="CODE_128", writer=writer)
        image = opened(png)
        assert image.size == (width, bar_height(width))
        assert image.mode == "1"
        # zbar needs two pixels a module to read bars.
        assert_reads(png, text, Symbology.CODE_128, READERS if pixels > 1 else ("zxing",))

    check()


@pytest.mark.parametrize("writer", WRITERS)
def test_an_ean_13_of_any_digits_reads_back(writer: str) -> None:
    @settings(property_test, max_examples=100)
    @given(st.text("0123456789", min_size=12, max_size=12), st.integers(113, 600))
    def check(digits: str, width: int) -> None:
        png = write_barcode(digits, width, symbology="EAN_13", writer=writer)
        assert opened(png).size == (width, bar_height(width))
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        readers = READERS if width >= 2 * 113 else ("zxing",)
        number = f"{digits}{-total % 10}"
        # Bar for bar the two are the same symbol.
        if number.startswith("0"):
            assert_reads(png, number[1:], Symbology.UPC_A, readers)
        else:
            assert_reads(png, number, Symbology.EAN_13, readers)

    check()


@pytest.mark.parametrize("writer", WRITERS)
def test_the_check_digit_of_a_known_ean(writer: str) -> None:
    png = write_barcode("400638133393", 200, symbology="EAN_13", writer=writer)
    assert_reads(png, "4006381333931", Symbology.EAN_13)


def test_both_writers_draw_the_same_size_of_symbol() -> None:
    for text in ("a", "你好", "x" * 300, "7" * 500, "A" * 200):
        minima = {refused(write_qr, text, 1, writer=writer).facts["minimum"] for writer in WRITERS}
        assert len(minima) == 1, text


@pytest.mark.parametrize("writer", WRITERS)
def test_error_correction_is_level_m_however_short_the_text(writer: str) -> None:
    for text in ("a", "hello", "x" * 60):
        (found,) = zxingcpp.read_barcodes(opened(write_qr(text, 300, writer=writer)))
        assert found.ec_level == "M"


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "text",
    ["7" * 5596, "A" * 3391, "x" * 2331, "中" * 776, "é" * 1164 + "x"],
    ids=["digits", "alnum", "bytes", "zh", "eci"],
)
def test_version_40_holds_what_the_standard_says(writer: str, text: str) -> None:
    assert_reads(write_qr(text, 740, writer=writer), text, Symbology.QR_CODE, ("zxing",))


def test_the_charset_is_left_out_where_only_it_does_not_fit() -> None:
    text = "中" * 777  # 2331 bytes, exactly what version 40 holds
    assert_reads(write_qr(text, 740, writer="qrcode"), text, Symbology.QR_CODE)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", Kind.CONTENT_UNENCODABLE),
        ("\ud800", Kind.CONTENT_UNENCODABLE),
        ("a\udfff", Kind.CONTENT_UNENCODABLE),
        ("7" * 5597, Kind.CONTENT_TOO_LONG),
        ("A" * 3392, Kind.CONTENT_TOO_LONG),
        ("x" * 2332, Kind.CONTENT_TOO_LONG),
        ("龜" * 2000, Kind.CONTENT_TOO_LONG),
        ("x" * 1_000_000, Kind.CONTENT_TOO_LONG),
    ],
)
def test_content_that_no_qr_code_holds(writer: str, content: str, kind: Kind) -> None:
    assert refused(write_qr, content, 1000, writer=writer).kind is kind


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("symbology", "content", "kind"),
    [
        ("EAN_13", "", Kind.CONTENT_UNENCODABLE),
        ("EAN_13", "12345678901", Kind.CONTENT_UNENCODABLE),
        ("EAN_13", "1234567890128", Kind.CONTENT_UNENCODABLE),
        ("EAN_13", "12345678901x", Kind.CONTENT_UNENCODABLE),
        ("EAN_13", "١٢٣٤٥٦٧٨٩٠١٢", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "é", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "ñ", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "中", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "\udc00", Kind.CONTENT_UNENCODABLE),
        ("CODE_128", "a" * 102, Kind.CONTENT_TOO_LONG),
        ("CODE_128", "7" * 203, Kind.CONTENT_TOO_LONG),
        ("CODE_128", "a\x00" * 40, Kind.CONTENT_TOO_LONG),
        ("CODE_128", "a" * 1_000_000, Kind.CONTENT_TOO_LONG),
    ],
)
def test_content_that_no_bar_code_holds(writer: str, symbology: str, content: str, kind: Kind) -> None:
    assert refused(write_barcode, content, 5000, symbology=symbology, writer=writer).kind is kind


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("width", [20, 1, 0, -5])
def test_a_width_below_the_symbol(writer: str, width: int) -> None:
    refusal = refused(write_qr, "a", width, writer=writer)
    assert refusal.kind is Kind.WIDTH_TOO_SMALL
    assert refusal.facts == {"width": str(width), "minimum": "21"}
    assert opened(write_qr("a", 21, writer=writer)).size == (21, 21)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_width_below_the_bars(writer: str) -> None:
    refusal = refused(write_barcode, "400638133393", 94, symbology="EAN_13", writer=writer)
    assert (refusal.kind, refusal.facts["minimum"]) == (Kind.WIDTH_TOO_SMALL, "95")
    assert opened(write_barcode("400638133393", 95, symbology="EAN_13", writer=writer)).size == (95, 38)


def test_a_width_above_the_limit() -> None:
    assert refused(write_qr, "a", 301, max_width=300).kind is Kind.PARAMETER_INVALID
    assert (
        refused(write_barcode, "a", 301, symbology="CODE_128", max_width=300).kind is Kind.PARAMETER_INVALID
    )
    assert refused(write_qr, "a", 10**12).kind is Kind.PARAMETER_INVALID


def test_ten_thousand_pixels_cost_little() -> None:
    write_qr("a", 100, writer="zxing")
    start = time.process_time()
    png = write_qr("x" * 1000, 10_000, writer="zxing")
    assert time.process_time() - start < 0.5  # measured 0.04 s; a machine under load gets some slack
    assert len(png) < 100_000

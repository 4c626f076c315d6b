"""The mosaic over codes: nobody reads them any more, however they lie and whatever they are."""

from __future__ import annotations

import math
import time

import pytest
import zxingcpp
from mosaic_checks import MANY, TEXT, codes_of, covered, drawn, everything_read, opened, saved, turned
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines import image as files
from ci_emulator.engines import mosaic
from ci_emulator.engines.codes.geometry import overlap
from ci_emulator.engines.codes.model import Code, Point, Symbology
from ci_emulator.engines.covering import check
from ci_emulator.engines.covering.areas import area_of
from ci_emulator.engines.covering.plane import quad_of
from ci_emulator.engines.mosaic import cover

FORMATS = zxingcpp.BarcodeFormat


@pytest.mark.parametrize("ground", [0, 255])
def test_light_codes_on_dark_ground_are_covered(ground: int) -> None:
    symbol = drawn(FORMATS.QRCode, TEXT).point(lambda value: 255 - value)
    picture = Image.new("L", (symbol.width + 80, symbol.height + 80), ground)
    picture.paste(symbol, (40, 40))
    assert everything_read(covered(saved(picture))) == set()


def test_a_mosaic_lies_along_the_axes_of_its_code() -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT, 8), 30).convert("RGB"))
    (code,) = codes_of(data)
    after = opened(cover(data, [code], max_pixels=MANY)).convert("L")
    corner, right = code.corners[0], code.corners[1]
    side = math.dist((corner.x, corner.y), (right.x, right.y))
    along = ((right.x - corner.x) / side, (right.y - corner.y) / side)
    down = (-along[1], along[0])

    def place(x: float, y: float) -> tuple[int, int]:
        return int(corner.x + along[0] * x + down[0] * y), int(corner.y + along[1] * x + down[1] * y)

    def at(x: float, y: float) -> int:
        value = after.getpixel(place(x - edge, y - edge))
        assert isinstance(value, int)
        return value

    edge = side / 21
    cell = (side + 2 * edge) / 7
    for column, row in ((0, 0), (3, 2), (6, 6)):
        inside = {
            at((column + dx) * cell, (row + dy) * cell) for dx in (0.15, 0.5, 0.85) for dy in (0.15, 0.85)
        }
        assert len(inside) == 1
    assert len({at((column + 0.5) * cell, (row + 0.5) * cell) for column in range(7) for row in range(7)}) > 2


def test_bars_are_covered_as_high_as_they_are_when_only_a_line_of_them_is_told() -> None:
    symbol = drawn(FORMATS.Code128, "TALL-0042").resize((700, 560), Image.Resampling.NEAREST)
    data = saved(symbol)
    (code,) = codes_of(data)
    left, right = code.corners[0].x, code.corners[1].x
    line = Code(
        code.text,
        code.raw,
        code.symbology,
        (Point(left, 300), Point(right, 300), Point(right, 301), Point(left, 301)),
        "zxing",
    )

    assert everything_read(cover(data, [line], max_pixels=MANY)) == set()


def test_a_place_that_misses_half_of_the_code_grows_until_it_is_covered() -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT * 12, 6), 0))
    (code,) = codes_of(data)
    xs, ys = [point.x for point in code.corners], [point.y for point in code.corners]
    left, top, middle = min(xs), max(ys) - 12, min(xs) + 40
    low = max(ys)
    small = Code(
        code.text,
        code.raw,
        code.symbology,
        (Point(middle, top), Point(middle + 12, top), Point(middle + 12, low), Point(middle, low)),
        "zxing",
    )
    assert left < middle

    assert everything_read(cover(data, [small], max_pixels=MANY)) == set()


@pytest.mark.parametrize("told", [True, False])
def test_codes_that_are_not_to_be_covered_are_still_read(told: bool) -> None:
    picture = Image.new("L", (700, 300), 255)
    for index, content in enumerate(("stays", "goes", "stays too")):
        picture.paste(drawn(FORMATS.QRCode, content, 4), (20 + 220 * index, 30))
    data = saved(picture)
    codes = codes_of(data)
    goes = [code for code in codes if code.text == "goes"]
    others = [code for code in codes if code.text != "goes"] if told else []

    result = cover(data, goes, others=others, max_pixels=MANY)

    assert {code.text for code in codes_of(result)} == {"stays", "stays too"}


def test_of_two_codes_with_the_same_text_only_the_one_that_is_given_is_covered() -> None:
    picture = Image.new("L", (500, 260), 255)
    for left in (20, 260):
        picture.paste(drawn(FORMATS.QRCode, "twice", 4), (left, 20))
    data = saved(picture)
    first, second = codes_of(data)

    (left,) = codes_of(cover(data, [first], max_pixels=MANY))

    assert overlap(left.corners, second.corners)


def test_the_edge_of_a_mosaic_keeps_off_a_code_beside_it() -> None:
    symbol = drawn(FORMATS.QRCode, TEXT, 6)
    tight = symbol.crop((60, 60, symbol.width - 60, symbol.height - 60))
    other = drawn(FORMATS.DataMatrix, "beside", 6).crop((54, 54, 1000, 1000))
    picture = Image.new("L", (tight.width + 300, tight.height + 200), 255)
    picture.paste(tight, (60, 60))
    picture.paste(other, (60 + tight.width + 3, 60))
    data = saved(picture)
    codes = codes_of(data)
    assert len(codes) == 2, codes
    qr = [code for code in codes if code.symbology is Symbology.QR_CODE]
    beside = [code for code in codes if code.symbology is not Symbology.QR_CODE]

    result = cover(data, qr, others=beside, max_pixels=MANY)

    assert {code.text for code in codes_of(result)} == {"beside"}


def test_a_mosaic_is_repeatable() -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 17))
    assert covered(data) == covered(data)


def test_nothing_to_cover_gives_the_file_itself() -> None:
    data = saved(Image.new("RGB", (80, 80), "white"))
    assert cover(data, [], max_pixels=MANY) == data


def test_when_the_time_is_up_the_code_is_one_flat_colour() -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))
    (code,) = codes_of(data)
    after = opened(cover(data, [code], max_pixels=MANY, seconds=0.0))
    assert len(set(inside(after, code))) == 1


def inside(picture: Image.Image, code: Code) -> bytes:
    first, third = code.corners[0], code.corners[2]
    return picture.crop((int(first.x) + 1, int(first.y) + 1, int(third.x) - 1, int(third.y) - 1)).tobytes()


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, seconds: float) -> list[object]:
    """Count the calls of a function, and let so much time pass in each of them."""
    calls: list[object] = []
    real = getattr(owner, name)

    def counting(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        time.sleep(seconds)
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, counting)
    return calls


def test_a_result_is_not_read_again_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))
    codes = codes_of(data)
    written = counted(monkeypatch, Image.Image, "save", 0.0)
    read = counted(monkeypatch, check, "read_again", 0.6)
    decoded = counted(monkeypatch, files, "load", 0.0)
    whole = counted(monkeypatch, mosaic, "read_codes", 0.0)

    after = opened(cover(data, codes, max_pixels=MANY, seconds=0.5))

    assert len(set(inside(after, codes[0]))) == 1
    assert (len(read), len(decoded), len(whole)) == (1, 0, 0)
    assert len(written) == 2


def test_readers_end_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))
    areas = [area_of(code, quad_of(code.corners), ()) for code in codes_of(data)]
    calls = counted(monkeypatch, zxingcpp, "read_barcodes", 0.3)

    found, late = check.read_again(data, areas, (), max_pixels=MANY, deadline=time.monotonic() + 0.45)

    assert late
    assert len(calls) == 2
    assert {code.text for code in found} == {TEXT}


def test_a_picture_that_takes_long_to_open_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))
    codes = codes_of(data)
    read = counted(monkeypatch, check, "read_again", 0.0)
    counted(monkeypatch, files, "open_colour", 0.6)

    after = opened(cover(data, codes, max_pixels=MANY, seconds=1.0))

    assert len(set(inside(after, codes[0]))) == 1
    assert read == []


def test_what_goes_wrong_in_writing_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))

    def broken(*_: object, **__: object) -> None:
        raise UnboundLocalError("palette")

    codes = codes_of(data)
    monkeypatch.setattr(Image.Image, "save", broken)
    with pytest.raises(Refusal) as refused:
        cover(data, codes, max_pixels=MANY)
    assert refused.value.kind is Kind.IMAGE_UNREADABLE


def test_corners_outside_the_picture_do_no_harm() -> None:
    data = saved(turned(drawn(FORMATS.QRCode, TEXT), 0))
    size = opened(data).size
    for low, high in ((-50.0, 60.0), (-500.0, -400.0), (1e6, 1e7), (0.0, 0.0)):
        place = (Point(low, low), Point(high, low), Point(high, high), Point(low, high))
        result = cover(data, [Code("x", b"x", Symbology.QR_CODE, place, "zxing")], max_pixels=MANY)
        assert opened(result).size == size


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.IMAGE_EMPTY),
        (b"no picture", Kind.IMAGE_UNREADABLE),
        (saved(Image.new("L", (60, 60)), "GIF"), Kind.IMAGE_FORMAT_UNSUPPORTED),
        (saved(Image.new("L", (60, 60)))[:-30], Kind.IMAGE_UNREADABLE),
        (saved(Image.new("L", (600, 600)), "JPEG")[:300], Kind.IMAGE_UNREADABLE),
        (saved(Image.new("L", (9000, 9000))), Kind.IMAGE_TOO_MANY_PIXELS),
        (saved(Image.new("L", (9000, 9000)), "JPEG"), Kind.IMAGE_TOO_MANY_PIXELS),
    ],
    ids=["empty", "no picture", "gif", "cut png", "cut jpeg", "large png", "large jpeg"],
)
def test_what_cannot_be_covered_is_refused(data: bytes, kind: Kind) -> None:
    place = (Point(0, 0), Point(50, 0), Point(50, 50), Point(0, 50))
    with pytest.raises(Refusal) as refused:
        cover(data, [Code("x", b"x", Symbology.QR_CODE, place, "zxing")], max_pixels=MANY)
    assert refused.value.kind is kind

"""Reading in tiles: never fewer codes than without, more where they are small in a large picture."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
import zxingcpp
from mosaic_checks import MANY, drawn, saved
from PIL import Image

from ci_emulator.engines.codes import chain, tiles
from ci_emulator.engines.codes.read import read_codes

FORMATS = zxingcpp.BarcodeFormat


def sheet(count: int, scale: int, width: int = 4000, height: int = 3000) -> Image.Image:
    """A large picture with small codes all over, each with a text of its own."""
    picture = Image.new("L", (width, height), 230)
    columns = width // 400
    kinds = (FORMATS.QRCode, FORMATS.DataMatrix, FORMATS.Code128)
    for index in range(count):
        symbol = drawn(kinds[index % 3], f"item {index}", scale)
        place = (20 + 400 * (index % columns), 20 + 400 * (index // columns))
        picture.paste(
            symbol.crop((6 * scale, 6 * scale, symbol.width - 6 * scale, symbol.height - 6 * scale)), place
        )
    return picture


def texts(data: bytes, tile: int | None) -> list[str]:
    return [code.text for code in read_codes(data, max_pixels=MANY, seconds=30, tile=tile).codes]


@pytest.mark.parametrize("tile", [500, 1000, 2000])
def test_small_codes_in_a_large_picture_are_found_in_tiles(tile: int) -> None:
    data = saved(sheet(40, 2), "JPEG", quality=90)
    expected = {f"item {index}" for index in range(40)}
    if tile == 500:
        # Its bars are wider than what two tiles share, and lie across the border of both.
        expected.remove("item 26")
    without = texts(data, None)

    found = texts(data, tile)

    assert set(without) <= set(found) == expected
    assert len(found) == len(expected), "each code once"
    assert len(without) < 25, "they are too small for the picture as a whole"


def test_a_code_larger_than_a_tile_is_found_as_before() -> None:
    picture = Image.new("L", (1800, 1800), 255)
    picture.paste(drawn(FORMATS.QRCode, "large", 30), (100, 100))
    data = saved(picture)
    assert texts(data, 500) == texts(data, None) == ["large"]


def test_places_are_those_of_the_whole_picture() -> None:
    data = saved(sheet(40, 4, 4200))
    whole = {code.text: code.corners for code in read_codes(data, max_pixels=MANY, seconds=30).codes}
    tiled = {
        code.text: code.corners for code in read_codes(data, max_pixels=MANY, seconds=30, tile=1600).codes
    }
    assert len(tiled) == 40
    for text, place in whole.items():
        for one, other in zip(place, tiled[text], strict=True):
            assert abs(one.x - other.x) < 6
            assert abs(one.y - other.y) < 6


def test_places_are_upright_in_a_picture_that_is_stored_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = sheet(12, 2, 3200, 2400)
    data = saved(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=92, exif=exif)
    plain = saved(upright, "JPEG", quality=92)
    turned = {code.text: code.corners[0] for code in read_codes(data, max_pixels=MANY, tile=800).codes}
    straight = {code.text: code.corners[0] for code in read_codes(plain, max_pixels=MANY, tile=800).codes}
    assert len(straight) == 12
    assert turned.keys() == straight.keys()
    assert all(abs(turned[text].x - straight[text].x) < 3 for text in turned)
    assert all(abs(turned[text].y - straight[text].y) < 3 for text in turned)


def test_a_picture_of_one_tile_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    run = chain.run
    monkeypatch.setattr(chain, "run", lambda *args: runs.append(args[0].size) or run(*args))
    data = saved(sheet(4, 4, 900, 800))
    assert len(texts(data, 1000)) == 4
    assert runs == [(900, 800)]


def test_time_ends_the_tiles_and_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    run = chain.run

    def slow(*args: object) -> object:
        time.sleep(0.05)
        return run(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(chain, "run", slow)
    data = saved(sheet(40, 2), "JPEG", quality=90)
    began = time.monotonic()
    reading = read_codes(data, max_pixels=MANY, seconds=0.8, tile=500)
    assert reading.cut
    assert time.monotonic() - began < 2.5


def test_a_bar_code_that_a_tile_cuts_is_not_read_as_another_one() -> None:
    """An ITF has no ends of its own: any even part of it reads as a shorter one."""
    symbol = drawn(FORMATS.ITF, "12345678901234567890123456789012345678901234567890", 3)
    picture = Image.new("L", (2600, 900), 255)
    for index in range(6):
        picture.paste(symbol.resize((symbol.width, 90)), (40 + 170 * index, 20 + 140 * index))
    data = saved(picture)
    allowed = {"12345678901234567890123456789012345678901234567890"}
    assert set(texts(data, 600)) <= allowed
    assert set(texts(data, 600)) >= set(texts(data, None))


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(1001, 10, 1000), (5200, 3900, 1000), (8000, 8000, 500), (20000, 60, 500), (501, 501, 500), (5, 5, 1)],
)
def test_tiles_cover_the_picture_and_overlap(width: int, height: int, size: int) -> None:
    boxes = tiles.boxes(width, height, size)
    assert 1 < len(boxes) <= tiles.MOST
    lefts = sorted({(left, right) for left, _, right, _ in boxes})
    tops = sorted({(top, bottom) for _, top, _, bottom in boxes})
    assert len(boxes) == len(lefts) * len(tops)
    for spans, length in ((lefts, width), (tops, height)):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        for (start, end), (following, _) in pairwise(spans):
            assert end - following >= (end - start) // tiles.OVERLAP


def test_no_tiles_of_a_small_picture() -> None:
    assert tiles.boxes(1000, 700, 1000) == []

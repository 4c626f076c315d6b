"""Module by module: where the pixels of a drawn symbol are."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.draw import draw_bars, draw_square


def pixels(png: bytes) -> list[str]:
    """Return the rows of a picture, `#` for black."""
    image = Image.open(io.BytesIO(png))
    assert image.mode == "1"
    image.load()
    marks = ["." if pixel else "#" for pixel in image.convert("L").tobytes()]
    return ["".join(marks[start : start + image.width]) for start in range(0, len(marks), image.width)]


def test_a_quiet_zone_of_whole_modules_and_the_odd_pixel_at_the_end() -> None:
    assert pixels(draw_square([b"\1\0", b"\0\1"], 9, quiet=1)) == [
        ".........",
        ".........",
        "..##.....",
        "..##.....",
        "....##...",
        "....##...",
        ".........",
        ".........",
        ".........",
    ]


def test_the_quiet_zone_shrinks_before_a_module_does() -> None:
    assert pixels(draw_square([b"\1\1", b"\1\1"], 5)) == [".....", ".##..", ".##..", ".....", "....."]
    assert pixels(draw_square([b"\1\1", b"\1\1"], 2)) == ["##", "##"]


def test_the_unequal_quiet_zones_of_a_bar_code() -> None:
    assert pixels(draw_bars(b"\1\0\1", 9, 2, quiet=(3, 2))) == ["...#.#..."] * 2
    assert pixels(draw_bars(b"\1\0\1", 16, 1, quiet=(3, 2))) == ["......##..##...."]
    assert pixels(draw_bars(b"\1\0\1", 5, 1, quiet=(3, 2))) == [".#.#."]
    assert pixels(draw_bars(b"\1\0\1", 3, 1, quiet=(3, 2))) == ["#.#"]


def test_less_than_a_pixel_a_module_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        draw_bars(b"\1\0\1", 2, 1, quiet=(3, 2))
    assert caught.value.kind is Kind.WIDTH_TOO_SMALL
    assert caught.value.facts == {"width": "2", "minimum": "3"}


@settings(deadline=None, max_examples=200)
@given(st.data(), st.integers(1, 12), st.integers(0, 90), st.integers(0, 5))
def test_any_matrix_at_any_width(data: st.DataObject, size: int, more: int, quiet: int) -> None:
    rows = data.draw(st.lists(st.binary(min_size=size, max_size=size), min_size=size, max_size=size))
    rows = [bytes(module & 1 for module in row) for row in rows]
    width = size + more
    drawn = pixels(draw_square(rows, width, quiet=quiet or 4))
    scale = max(1, width // (size + 2 * (quiet or 4)))
    before = (width - scale * size) // 2
    assert len(drawn) == width
    for y, row in enumerate(drawn):
        for x, mark in enumerate(row):
            column, line = (x - before) // scale, (y - before) // scale
            inside = 0 <= column < size and 0 <= line < size
            assert (mark == "#") == (inside and rows[line][column] == 1)

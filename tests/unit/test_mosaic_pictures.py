"""The pictures of the mosaic in the documentation show codes on the left and none that can be read on the right."""

from __future__ import annotations

from pathlib import Path

import pytest
from mosaic_checks import everything_read, saved
from PIL import Image

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


@pytest.mark.parametrize(("name", "codes"), [("mosaic-desk", 4), ("mosaic-rotated", 1), ("mosaic-label", 2)])
def test_before_and_after(name: str, codes: int) -> None:
    with Image.open(IMAGES / f"{name}.png") as picture:
        colours = picture.convert("RGB")
    middle = colours.width // 2
    left, right = (colours.crop((start, 0, start + middle, colours.height)) for start in (0, middle))
    assert len(everything_read(saved(left))) >= codes
    assert everything_read(saved(right)) == set()

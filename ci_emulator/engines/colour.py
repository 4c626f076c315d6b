"""Decoded pictures of any mode become 8-bit RGB, a band of rows at a time (see `grey` for why)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ci_emulator.engines.grey import bands, grey_and_opacity

if TYPE_CHECKING:
    from PIL import Image

_WHITE = (255, 255, 255)


def rgb_bands(image: Image.Image) -> Iterator[Image.Image]:
    """Yield a loaded picture in mode RGB, laid on white where it can be seen through, from the top to the bottom.

    Deep grey (16 and 32 bit) is spread over 8 bits as in `grey`; of CIE L*a*b* only the lightness is taken.

    Raises:
        ValueError: a mode that Pillow cannot convert.
    """
    if image.mode == "LAB" or image.mode.startswith(("I", "F")):
        image = grey_and_opacity(image)[0]
    see_through = image.has_transparency_data
    for _, band in bands(image):
        yield _on_white(band) if see_through else band.convert("RGB")


def _on_white(band: Image.Image) -> Image.Image:
    from PIL import Image

    seen = band.convert("RGBA")
    ground = Image.new("RGB", seen.size, _WHITE)
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground

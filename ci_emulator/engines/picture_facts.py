"""What a picture file tells about itself: format, size, frames, quality, resolution, main colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ci_emulator.engines.image import open_colour, open_header, refusing
from ci_emulator.engines.jpeg_quality import jpeg_quality
from ci_emulator.engines.main_colour import main_colour
from ci_emulator.engines.picture_depth import bits
from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.engines.picture_resolution import resolution

if TYPE_CHECKING:
    from PIL import Image

REDUCED_ABOVE = 16_000_000
"""Pixels of a JPEG above which the main colour is that of a copy reduced to a half, a quarter or an eighth."""


def describe(data: bytes, *, average: bool, max_pixels: int) -> PictureFacts:
    """Describe a picture file; its pixels are decoded only for the `average`.

    Raises:
        Refusal: those of `image.inspect`.
    """
    header = open_header(data, max_pixels=max_pixels)
    with refusing():
        horizontal, vertical = resolution(data, header.image)
        facts = PictureFacts(
            format=header.facts.format,
            width=header.facts.width,
            height=header.facts.height,
            frames=_frames(data, header.image),
            quality=_quality(header.image),
            orientation=header.orientation,
            bits=bits(data, header.image),
            horizontal_dpi=horizontal,
            vertical_dpi=vertical,
        )
    if not average:
        return facts
    coloured = open_colour(data, max_pixels=max_pixels, most=REDUCED_ABOVE)
    with refusing():
        return msgspec.structs.replace(facts, average=main_colour(coloured.image))


def _frames(data: bytes, image: Image.Image) -> int:
    frames = int(getattr(image, "n_frames", 1))
    # A PNG only announces how many frames it has; each that is there begins with a chunk of this name.
    return max(1, min(frames, data.count(b"fcTL") + 1)) if image.format == "PNG" else frames


def _quality(image: Image.Image) -> int:
    return jpeg_quality(getattr(image, "quantization", {})) if image.format == "JPEG" else 100

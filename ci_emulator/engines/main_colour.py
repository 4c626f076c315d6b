"""The main colour of a picture: the mean of what is near its mean hue (spec: pictures.md C.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_emulator.engines.colour import rgb_bands

if TYPE_CHECKING:
    from PIL import Image

NEAR = 32
"""How far from the mean a hue still counts, on a scale of 256 for the whole circle: 45 degrees."""


def main_colour(image: Image.Image) -> tuple[int, int, int]:
    """Return the main colour of a loaded picture of any mode: red, green and blue, 0 to 255.

    The hues are taken as numbers from 0 to 255, as the one published answer is reproduced that way: the circle is not closed, and
    grey counts as red. A picture without a pixel near the mean has its plain mean colour.

    Raises:
        ValueError: a mode that Pillow cannot convert.
    """
    counts = [0] * 256
    for band in rgb_bands(image):
        counts = [sum(pair) for pair in zip(counts, _hues(band).histogram(), strict=True)]
    mean = sum(hue * count for hue, count in enumerate(counts)) / sum(counts)
    near = [abs(hue - mean) < NEAR for hue in range(256)]
    if not any(count for hue, count in enumerate(counts) if near[hue]):
        near = [True] * 256
    mask = [255 if counted else 0 for counted in near]
    totals, pixels = [0, 0, 0], sum(count for hue, count in enumerate(counts) if near[hue])
    for band in rgb_bands(image):
        histogram = band.histogram(_hues(band).point(mask))
        for channel in range(3):
            values = histogram[256 * channel : 256 * (channel + 1)]
            totals[channel] += sum(value * count for value, count in enumerate(values))
    red, green, blue = (total // pixels for total in totals)
    return red, green, blue


def _hues(band: Image.Image) -> Image.Image:
    return band.convert("HSV").getchannel("H")

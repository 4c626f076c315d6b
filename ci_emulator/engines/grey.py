"""Decoded pictures of any mode become 8-bit grey and opacity, a band of rows at a time.

In bands the peak memory is the decoded picture plus two bytes a pixel; a conversion at once would hold it two or three
times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_BAND = 1 << 20
"""About how many pixels are converted at a time."""


def grey_and_opacity(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the brightness and the opacity (0 to 255) of a loaded picture, both in mode L and of its size.

    The opacity is None when the whole picture is opaque. Transparent parts keep the brightness that they hide. Deep
    grey (16 and 32 bit) is spread over 8 bits; scanners often use only the low end of the range.

    Raises:
        ValueError: a mode that Pillow cannot convert.
    """
    deep = image.mode.startswith(("I", "F"))
    # A transparent level of deep grey is not looked at: Pillow cannot convert it, and nobody writes it.
    seen_through = not deep and image.has_transparency_data
    if image.mode == "L" and not seen_through:
        return image, None
    from PIL import Image

    stretch = _stretch(image) if deep else (1.0, 0.0)
    grey = Image.new("L", image.size)
    opacity = Image.new("L", image.size) if seen_through else None
    for top, band in bands(image):
        grey.paste(_stretched(band, *stretch) if deep else _brightness(band), (0, top))
        if opacity is not None:
            opacity.paste(_opacity(band), (0, top))
    if opacity is not None and opacity.getextrema() == (255, 255):
        opacity = None
    return grey, opacity


def bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Yield a picture in bands of whole rows, from the top, each with the row at which it begins."""
    rows = max(1, _BAND // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _brightness(image: Image.Image) -> Image.Image:
    if image.mode in {"LAB", "YCbCr", "LA", "La"}:
        return image.getchannel(0)
    if image.mode in {"1", "L"} or (image.mode == "P" and "transparency" not in image.info):
        return image.convert("L")
    return image.convert("RGB").convert("L")


def _opacity(image: Image.Image) -> Image.Image:
    bands = image.getbands()
    if bands[-1] in {"A", "a"} and image.mode not in {"P", "PA"}:
        return image.getchannel(bands[-1])
    return image.convert("RGBA").getchannel("A")


def _stretch(image: Image.Image) -> tuple[float, float]:
    """Return the factor and the offset that spread the values of a picture over 0 to 255."""
    lows, highs = [], []
    for _, band in bands(image):
        low, high = _deep(band).getextrema()
        if not isinstance(low, tuple) and not isinstance(high, tuple):
            lows.append(float(low))
            highs.append(float(high))
    lowest, highest = min(lows), max(highs)
    # Also false for a picture that holds "not a number".
    factor = 255.0 / (highest - lowest) if highest > lowest else 0.0
    return factor, 0.5 - lowest * factor


def _stretched(image: Image.Image, factor: float, offset: float) -> Image.Image:
    return _deep(image).point(lambda value: value * factor + offset).convert("L")


def _deep(image: Image.Image) -> Image.Image:
    return image if image.mode in {"I", "F"} else image.convert("I")

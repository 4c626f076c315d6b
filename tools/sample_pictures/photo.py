"""Scenes that look like photographs: sheets laid down by a homography, then light, blur and noise."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sample_pictures.geometry import Homography, Quad, homography, mapped, rectangle, scaled
from sample_pictures.sheet import PlacedCode, Sheet

_FINE = 2
"""The scene is composed at this multiple of its size and reduced at the end, which smooths every edge."""

_MARGIN = 2
"""Pixels around a sheet's outline."""


class Photo:
    """A scene of the size of `background`; positions are edge coordinates of the finished picture."""

    def __init__(self, background: Image.Image) -> None:
        self.size = background.size
        fine_size = (background.width * _FINE, background.height * _FINE)
        self._fine = background.convert("RGB").resize(fine_size, Image.Resampling.BICUBIC)
        self.codes: list[PlacedCode] = []

    def lay(self, sheet: Sheet, onto: Quad, *, radius: int = 0, shadow: float = 0.0, drop: int = 8) -> None:
        """Lay the sheet so that its four corners come to `onto`.

        `radius` rounds the sheet's corners (pixels of the sheet); `shadow` is its darkness, 0 to 1, and `drop` how
        far it falls to the lower right (pixels of the picture).
        """
        width, height = sheet.image.size
        # A margin in the sheet's own colours lets the interpolation fade the sheet out at its edges.
        padded = sheet.image.resize((width + 2 * _MARGIN, height + 2 * _MARGIN), Image.Resampling.NEAREST)
        padded.paste(sheet.image, (_MARGIN, _MARGIN))
        shape = Image.new("L", padded.size, 0)
        inner = (_MARGIN, _MARGIN, _MARGIN + width - 1, _MARGIN + height - 1)
        ImageDraw.Draw(shape).rounded_rectangle(inner, radius, 255)
        back = homography(scaled(onto, _FINE), rectangle(_MARGIN, _MARGIN, width, height))
        size, perspective = self._fine.size, Image.Transform.PERSPECTIVE
        mask = shape.transform(size, perspective, back, Image.Resampling.BILINEAR)
        if shadow:
            shade = ImageChops.offset(mask, drop * _FINE, drop * _FINE).filter(
                ImageFilter.GaussianBlur(drop * _FINE)
            )
            self._fine.paste((20, 18, 16), (0, 0), shade.point([int(value * shadow) for value in range(256)]))
        self._fine.paste(padded.transform(size, perspective, back, Image.Resampling.BICUBIC), (0, 0), mask)
        forth = homography(rectangle(0, 0, width, height), onto)
        self.codes += [_moved(code, forth) for code in sheet.codes]

    def developed(self) -> Image.Image:
        """The picture at its own size."""
        return self._fine.reduce(_FINE)


def lit(image: Image.Image, left: int, right: int, top: int, bottom: int) -> Image.Image:
    """Multiply by a light that runs evenly across and down; the four values are 0..255 (255 = full light)."""
    down = _ramp(top, bottom).resize(image.size, Image.Resampling.BICUBIC)
    across = (
        _ramp(left, right).transpose(Image.Transpose.ROTATE_90).resize(image.size, Image.Resampling.BICUBIC)
    )
    light = Image.blend(across, down, 0.5)
    return ImageChops.multiply(image, Image.merge("RGB", (light, light, light)))


def grainy(image: Image.Image, amplitude: int, seed: int) -> Image.Image:
    """Add noise to each channel: the mean of two uniform fields, from -amplitude/2 to +amplitude/2 levels."""
    source = random.Random(seed)
    channels = []
    for channel in image.split():
        fields = [
            Image.frombytes("L", image.size, source.randbytes(image.width * image.height)) for _ in range(2)
        ]
        grain = Image.blend(fields[0], fields[1], 0.5).point(
            [value * amplitude // 255 for value in range(256)]
        )
        channels.append(ImageChops.add(channel, grain, 1.0, -(amplitude // 2)))
    return Image.merge("RGB", channels)


def soft(image: Image.Image, radius: float) -> Image.Image:
    """A lens that is not quite sharp."""
    return image.filter(ImageFilter.GaussianBlur(radius))


def _moved(code: PlacedCode, by: Homography) -> PlacedCode:
    add_on = None if code.add_on is None else _moved(code.add_on, by)
    return PlacedCode(code.symbol, mapped(by, code.corners), add_on)


def _ramp(first: int, last: int) -> Image.Image:
    levels = [first + (last - first) * value // 255 for value in range(256)]
    return Image.linear_gradient("L").point(levels)

"""Symbols that zxing-cpp draws, on a white card, and where they lie on it."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import zxingcpp
from PIL import Image, ImageChops

SCALE = 4
"""Pixels a module has."""

MARGIN = 20 * SCALE

Points = list[tuple[int, int]]


class Card(NamedTuple):
    """A picture, and the symbol's own corners in it: top left, top right, bottom right, bottom left."""

    image: Image.Image
    corners: Points

    @property
    def png(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self.image.save(out, "PNG")
        return out.getvalue()

    def turned(self, turn: Image.Transpose) -> Card:
        """Return the card turned by quarters or mirrored, with the corners where they have come."""
        width, height = self.image.size
        moves = {
            Image.Transpose.ROTATE_90: lambda x, y: (y, width - x),
            Image.Transpose.ROTATE_180: lambda x, y: (width - x, height - y),
            Image.Transpose.ROTATE_270: lambda x, y: (height - y, x),
            Image.Transpose.FLIP_LEFT_RIGHT: lambda x, y: (width - x, y),
            Image.Transpose.FLIP_TOP_BOTTOM: lambda x, y: (x, height - y),
        }
        return Card(self.image.transpose(turn), [moves[turn](x, y) for x, y in self.corners])

    def inverted(self) -> Card:
        """Return the card with black and white exchanged."""
        return Card(ImageChops.invert(self.image), self.corners)


def draw(content: str | bytes, format_: zxingcpp.BarcodeFormat, **options: Any) -> Card:
    """Draw a symbol; `options` are those of zxing-cpp's creator: `ec_level`, `version`, `eci`, `gs1`, `columns`…"""
    barcode = zxingcpp.create_barcode(content, format_, **options)
    # The bearer bars of an ITF-14 enclose its quiet zones.
    quiet = format_ is zxingcpp.BarcodeFormat.ITF14
    pixels = memoryview(barcode.to_image(scale=SCALE, add_quiet_zones=quiet))
    height, width = pixels.shape
    return on_card(Image.frombytes("L", (width, height), pixels.tobytes()))


def on_card(symbol: Image.Image) -> Card:
    """Put a symbol without a margin on a white card."""
    left = top = MARGIN
    right, bottom = left + symbol.width, top + symbol.height
    image = Image.new("L", (right + MARGIN, bottom + MARGIN), 255)
    image.paste(symbol, (left, top))
    return Card(image, [(left, top), (right, top), (right, bottom), (left, bottom)])

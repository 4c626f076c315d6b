"""A flat sheet of artwork that remembers where each code was drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from sample_pictures.geometry import Point, Quad, rectangle
from sample_pictures.symbols import Symbol

Colour = tuple[int, int, int]
Anchor = Literal["lm", "mm", "rm", "la", "ma", "ra", "ms"]

WHITE: Colour = (255, 255, 255)
PAPER: Colour = (250, 248, 242)
INK: Colour = (24, 33, 43)
GREY: Colour = (196, 202, 208)
SLATE: Colour = (95, 108, 121)
TEAL: Colour = (18, 110, 114)
CORAL: Colour = (226, 98, 78)
SUN: Colour = (245, 190, 80)
NAVY: Colour = (27, 52, 94)


@dataclass(frozen=True)
class PlacedCode:
    """A code and its corners in the frame of the picture that holds it; `add_on` is a retail code's EAN-2."""

    symbol: Symbol
    corners: Quad
    add_on: PlacedCode | None = None


@dataclass(frozen=True)
class _RetailPrint:
    """How a retail code is printed: long bars as (first, end) modules, and the centre of each digit in modules."""

    guards: tuple[tuple[int, int], ...]
    digits: tuple[float, ...]


def _slots(first: int, count: int) -> tuple[float, ...]:
    return tuple(first + 7 * index + 3.5 for index in range(count))


_RETAIL = {
    "EAN_13": _RetailPrint(((0, 3), (45, 50), (92, 95)), (-5.5, *_slots(3, 6), *_slots(50, 6))),
    "EAN_8": _RetailPrint(((0, 3), (31, 36), (64, 67)), (*_slots(3, 4), *_slots(36, 4))),
    "UPC_A": _RetailPrint(((0, 10), (45, 50), (85, 95)), (-5.5, *_slots(10, 5), *_slots(50, 5), 100.5)),
    "UPC_E": _RetailPrint(((0, 3), (45, 51)), (-5.5, *_slots(3, 6), 56.5)),
}
_SHIFT = {"l": 0.0, "m": 0.5, "r": 1.0}
"""How much of its width a text lies to the left of its anchor."""
_SMOOTH = 4
"""Curved and slanting shapes are painted at this multiple of their size."""
_ADD_ON_GAP = 9
"""Modules between a retail code and its add-on (the standard allows 7 to 12)."""


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's built-in font in the basic layout, which does not depend on libraries of the system."""
    built_in = ImageFont.load_default(size)
    if not isinstance(built_in, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType")
    return built_in.font_variant(layout_engine=ImageFont.Layout.BASIC)


class Sheet:
    """A drawing surface in RGB. All lengths are pixels of the sheet, all positions edge coordinates."""

    def __init__(self, width: int, height: int, paper: Colour = PAPER) -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self.codes: list[PlacedCode] = []

    def box(self, x: int, y: int, width: int, height: int, fill: Colour, *, radius: int = 0) -> None:
        """A filled rectangle, its corners rounded if there is a radius."""
        if radius:
            outline = (0, 0, width * _SMOOTH - 1, height * _SMOOTH - 1)
            self._smooth(
                x, y, width, height, fill, lambda pen: pen.rounded_rectangle(outline, radius * _SMOOTH, 255)
            )
        else:
            self.image.paste(fill, (x, y, x + width, y + height))

    def disc(self, x: int, y: int, diameter: int, fill: Colour) -> None:
        """A filled circle by the top left corner of its square."""
        outline = (0, 0, diameter * _SMOOTH - 1, diameter * _SMOOTH - 1)
        self._smooth(x, y, diameter, diameter, fill, lambda pen: pen.ellipse(outline, 255))

    def polygon(self, corners: Sequence[Point], fill: Colour) -> None:
        """A filled polygon."""
        fine = [(x * _SMOOTH, y * _SMOOTH) for x, y in corners]
        self._smooth(0, 0, *self.image.size, fill, lambda pen: pen.polygon(fine, 255))

    def stroke(self, points: Sequence[Point], colour: Colour, width: int) -> None:
        """A line through the points."""
        fine = [(x * _SMOOTH, y * _SMOOTH) for x, y in points]
        self._smooth(
            0, 0, *self.image.size, colour, lambda pen: pen.line(fine, 255, width * _SMOOTH, "curve")
        )

    def text(
        self,
        at: Point,
        words: str,
        size: int,
        colour: Colour = INK,
        *,
        anchor: Anchor = "lm",
        bold: bool = False,
    ) -> None:
        """One line of ASCII text; the anchor is Pillow's. Bold is the one built-in weight with a stroke around it."""
        pen = ImageDraw.Draw(self.image)
        if not bold:
            pen.text(at, words, colour, font(size), anchor)
            return
        stroke = max(1, size // 28)
        steps = [font(size).getlength(letter) + stroke for letter in words]
        x = at[0] - sum(steps) * _SHIFT[anchor[0]]
        for letter, step in zip(words, steps, strict=True):
            pen.text(
                (x, at[1]),
                letter,
                colour,
                font(size),
                "l" + anchor[1],
                stroke_width=stroke,
                stroke_fill=colour,
            )
            x += step

    def lines(self, x: int, y: int, widths: tuple[int, ...], pitch: int = 22, colour: Colour = GREY) -> None:
        """Bars that stand for lines of small print."""
        for index, width in enumerate(widths):
            self.box(x, y + index * pitch, width, max(4, pitch // 3), colour, radius=pitch // 6)

    def matrix(self, symbol: Symbol, x: int, y: int, module: int, colour: Colour = INK) -> None:
        """A two-dimensional code with its top left corner at (x, y)."""
        width, height = symbol.modules.width * module, symbol.modules.height * module
        self._stamp(symbol.modules.resize((width, height), Image.Resampling.NEAREST), x, y, colour)
        self.codes.append(PlacedCode(symbol, rectangle(x, y, width, height)))

    def bars(
        self,
        symbol: Symbol,
        x: int,
        y: int,
        module: int,
        height: int,
        *,
        colour: Colour = INK,
        caption: bool = True,
    ) -> None:
        """A linear code with its text centred below."""
        self._bars(symbol, x, y, module, height, colour)
        width = symbol.modules.width * module
        if caption:
            self.text((x + width / 2, y + height + 8), symbol.text, 9 * module, colour, anchor="ma")
        self.codes.append(PlacedCode(symbol, rectangle(x, y, width, height)))

    def retail(
        self,
        symbol: Symbol,
        x: int,
        y: int,
        module: int,
        height: int,
        *,
        add_on: Symbol | None = None,
        colour: Colour = INK,
    ) -> None:
        """An EAN or UPC code with long guard bars and digits; `height` is that of the guard bars."""
        layout = _RETAIL[symbol.symbology]
        drop = 5 * module
        self._bars(symbol, x, y, module, height - drop, colour)
        for first, end in layout.guards:
            guard = symbol.modules.crop((first, 0, end, 1)).resize(
                ((end - first) * module, height), Image.Resampling.NEAREST
            )
            self._stamp(guard, x + first * module, y, colour)
        for digit, slot in zip(symbol.text, layout.digits, strict=True):
            self.text((x + slot * module, y + height + 3 * module), digit, 9 * module, colour, anchor="ms")
        width = symbol.modules.width * module
        placed_add_on = None
        if add_on is not None:
            left, top = x + width + _ADD_ON_GAP * module, y + 8 * module
            self._bars(add_on, left, top, module, height - 8 * module, colour)
            add_on_width = add_on.modules.width * module
            self.text(
                (left + add_on_width / 2, top - 2 * module), add_on.text, 8 * module, colour, anchor="ms"
            )
            placed_add_on = PlacedCode(add_on, rectangle(left, top, add_on_width, height - 8 * module))
        self.codes.append(PlacedCode(symbol, rectangle(x, y, width, height), placed_add_on))

    def _bars(self, symbol: Symbol, x: int, y: int, module: int, height: int, colour: Colour) -> None:
        size = (symbol.modules.width * module, height)
        self._stamp(symbol.modules.resize(size, Image.Resampling.NEAREST), x, y, colour)

    def _smooth(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        fill: Colour,
        paint: Callable[[ImageDraw.ImageDraw], None],
    ) -> None:
        """Paint a shape with smooth edges: at a multiple of its size, then reduced."""
        fine = Image.new("L", (width * _SMOOTH, height * _SMOOTH), 0)
        paint(ImageDraw.Draw(fine))
        self.image.paste(fill, (x, y), fine.reduce(_SMOOTH))

    def _stamp(self, pattern: Image.Image, x: int, y: int, colour: Colour) -> None:
        dark = pattern.point([255] + 255 * [0])
        self.image.paste(colour, (x, y, x + pattern.width, y + pattern.height), dark)

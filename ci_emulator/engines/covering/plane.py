"""Quadrilaterals in a picture: the projective map onto one, growing it, and where it lies in the stored pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from ci_emulator.engines.codes.model import Corners

XY: TypeAlias = tuple[float, float]
Quad: TypeAlias = tuple[XY, XY, XY, XY]
"""Top left, top right, bottom right, bottom left of something as it was printed; edge coordinates."""


class Projection(NamedTuple):
    """A projective map of the plane: x' = (a x + b y + c) / (g x + h y + i), y' = (d x + e y + f) / (g x + h y + i)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    g: float
    h: float
    i: float

    def __call__(self, x: float, y: float) -> XY:
        """Return where a point goes; one at the horizon goes very far."""
        depth = self.g * x + self.h * y + self.i or 1e-12
        return (self.a * x + self.b * y + self.c) / depth, (self.d * x + self.e * y + self.f) / depth

    def after_scaling(self, x: float, y: float) -> Projection:
        """Return the map that first multiplies the coordinates."""
        return Projection(
            self.a * x, self.b * y, self.c, self.d * x, self.e * y, self.f, self.g * x, self.h * y, self.i
        )

    def scaled(self, x: float, y: float) -> Projection:
        """Return the map that multiplies the coordinates afterwards."""
        a, b, c, d, e, f, g, h, i = self
        return Projection(a * x, b * x, c * x, d * y, e * y, f * y, g, h, i)

    def inverse(self) -> Projection:
        """Return the map back."""
        a, b, c, d, e, f, g, h, i = self
        return Projection(
            e * i - f * h, c * h - b * i, b * f - c * e,
            f * g - d * i, a * i - c * g, c * d - a * f,
            d * h - e * g, b * g - a * h, a * e - b * d,
        )  # fmt: skip

    def coefficients(self) -> tuple[float, ...]:
        """Return the eight numbers that Pillow's `Transform.PERSPECTIVE` takes."""
        return tuple(number / (self.i or 1e-12) for number in self[:8])


def onto(quad: Quad) -> Projection:
    """Return the map from the unit square onto a convex quadrilateral (Heckbert 1989); corners keep their order."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    left, top, right, bottom = x1 - x2, y1 - y2, x3 - x2, y3 - y2
    slant_x, slant_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    area = left * bottom - right * top
    g = (slant_x * bottom - right * slant_y) / area if area else 0.0
    h = (left * slant_y - slant_x * top) / area if area else 0.0
    return Projection(
        x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1.0
    )


def quad_of(place: Corners) -> Quad:
    """Return the corners of a code as pairs."""
    top_left, top_right, bottom_right, bottom_left = ((point.x, point.y) for point in place)
    return top_left, top_right, bottom_right, bottom_left


def quad(points: Iterable[XY]) -> Quad:
    """Build a quadrilateral from four pairs."""
    first, second, third, fourth = points
    return first, second, third, fourth


def sides(place: Quad) -> tuple[float, float]:
    """Return the longer one of top and bottom, and the longer one of left and right, in pixels."""
    top, right, bottom, left = (
        math.dist(start, end) for start, end in zip(place, place[1:] + place[:1], strict=True)
    )
    return max(top, bottom), max(left, right)


def grown(place: Quad, by: float) -> Quad:
    """Return the quadrilateral with its sides moved outwards by so many pixels, at right angles exactly."""
    moved = []
    for index, (x, y) in enumerate(place):
        for neighbour in (place[index - 1], place[(index + 1) % 4]):
            length = math.dist(place[index], neighbour)
            if length:
                x += by * (place[index][0] - neighbour[0]) / length
                y += by * (place[index][1] - neighbour[1]) / length
        moved.append((x, y))
    return quad(moved)


def with_height(place: Quad, least: float) -> Quad:
    """Return a quadrilateral that is at least so many pixels high: zxing-cpp may tell of a bar code a mere line."""
    width, height = sides(place)
    if height >= least or width == 0:
        return place
    (x0, y0), (x1, y1) = place[0], place[1]
    down_x, down_y = (y0 - y1) / width * least, (x1 - x0) / width * least
    return (
        (x0 - down_x / 2, y0 - down_y / 2),
        (x1 - down_x / 2, y1 - down_y / 2),
        (x1 + down_x / 2, y1 + down_y / 2),
        (x0 + down_x / 2, y0 + down_y / 2),
    )


_STORED: dict[int, Callable[[float, float, float, float], XY]] = {
    2: lambda x, y, width, height: (width - x, y),
    3: lambda x, y, width, height: (width - x, height - y),
    4: lambda x, y, width, height: (x, height - y),
    5: lambda x, y, width, height: (y, x),
    6: lambda x, y, width, height: (y, height - x),
    7: lambda x, y, width, height: (width - y, height - x),
    8: lambda x, y, width, height: (width - y, x),
}


def stored(place: Quad, orientation: int, width: int, height: int) -> Quad:
    """Return where a place in the upright picture lies in the stored pixels; `width` and `height` are as stored."""
    move = _STORED.get(orientation)
    return place if move is None else quad(move(x, y, width, height) for x, y in place)

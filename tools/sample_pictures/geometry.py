"""Plane geometry: quads, and the homography that takes one to another.

Coordinates are pixel edges: x = 0 is the left edge of the first pixel column, x = width the right edge of the last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left, as named by the thing itself and not by the page."""
Homography = tuple[float, float, float, float, float, float, float, float]
"""a..h of x' = (ax + by + c) / (gx + hy + 1), y' = (dx + ey + f) / (gx + hy + 1): Pillow's own order."""


def rectangle(x: float, y: float, width: float, height: float) -> Quad:
    """An upright rectangle by its top left corner and its size."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def turned_rectangle(centre: Point, width: float, height: float, degrees: float) -> Quad:
    """A rectangle turned clockwise (as seen on the screen, y down) about its centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    half_w, half_h = width / 2, height / 2
    top_left, top_right, bottom_right, bottom_left = (
        (centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos)
        for x, y in ((-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h))
    )
    return (top_left, top_right, bottom_right, bottom_left)


def scaled(quad: Quad, factor: float) -> Quad:
    """The quad enlarged about the origin."""
    a, b, c, d = ((x * factor, y * factor) for x, y in quad)
    return (a, b, c, d)


def homography(source: Quad, target: Quad) -> Homography:
    """The homography that takes the four corners of `source` to those of `target`."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    a, b, c, d, e, f, g, h = _solve(rows)
    return (a, b, c, d, e, f, g, h)


def mapped(matrix: Homography, quad: Quad) -> Quad:
    """The quad's corners after the homography."""
    first, second, third, fourth = (_mapped_point(matrix, point) for point in quad)
    return (first, second, third, fourth)


def _mapped_point(matrix: Homography, point: Point) -> Point:
    a, b, c, d, e, f, g, h = matrix
    x, y = point
    depth = g * x + h * y + 1
    return ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)


def _solve(rows: Sequence[list[float]]) -> list[float]:
    """Gauss-Jordan elimination with pivoting of an n x (n + 1) system."""
    table = [list(row) for row in rows]
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda index: abs(table[index][column]))
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column][column]
        table[column] = [value / lead for value in table[column]]
        for index, row in enumerate(table):
            if index != column:
                factor = row[column]
                table[index] = [value - factor * own for value, own in zip(row, table[column], strict=True)]
    return [row[-1] for row in table]

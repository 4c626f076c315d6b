"""Where codes lie: scaling, overlap, reading order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from ci_emulator.engines.codes.model import Code, Corners, Point, Symbology


def corners(points: Iterable[tuple[float, float]]) -> Corners:
    """Build the corners of a code from four pairs: top left, top right, bottom right, bottom left."""
    top_left, top_right, bottom_right, bottom_left = (Point(float(x), float(y)) for x, y in points)
    return top_left, top_right, bottom_right, bottom_left


def scaled(code: Code, x_factor: float, y_factor: float) -> Code:
    """Return the code with its corners moved from a reduced picture to the picture it was made from."""
    moved = corners((point.x * x_factor, point.y * y_factor) for point in code.corners)
    return msgspec.structs.replace(code, corners=moved)


def edges_of_pixels(pixels: Sequence[tuple[float, float]]) -> Corners:
    """Turn corners that name the outermost pixels of a code into edge coordinates, one pixel further right and down."""
    middle_x = sum(x for x, _ in pixels) / 4
    middle_y = sum(y for _, y in pixels) / 4
    return corners((x + (x > middle_x), y + (y > middle_y)) for x, y in pixels)


def is_clockwise(points: Sequence[tuple[float, float]]) -> bool:
    """Tell which way round the corners are named, as one sees it: y grows downwards."""
    ends = [*points[1:], points[0]]
    return sum(x * end_y - y * end_x for (x, y), (end_x, end_y) in zip(points, ends, strict=True)) >= 0


def are_alike(place: Corners, factor: float) -> bool:
    """Tell whether opposite sides of a place differ by less than a factor, as those of a rectangle seen at an angle do."""
    top, right, bottom, left = (
        math.hypot(end.x - start.x, end.y - start.y)
        for start, end in zip(place, place[1:] + place[:1], strict=True)
    )
    return max(top, bottom) < factor * min(top, bottom) and max(left, right) < factor * min(left, right)


def overlap(one: Corners, other: Corners) -> bool:
    """Tell whether two convex quadrilaterals share some area or, when they are thin as a line, some length.

    They do not when some straight line separates them; the candidates are the directions of all sides.
    """
    for quad in (one, other):
        for start, end in zip(quad, quad[1:] + quad[:1], strict=True):
            along = (end.x - start.x, end.y - start.y)
            if along == (0.0, 0.0):
                continue
            if _separated(one, other, along) or _separated(one, other, (-along[1], along[0])):
                return False
    return True


def _separated(one: Corners, other: Corners, axis: tuple[float, float]) -> bool:
    first = [point.x * axis[0] + point.y * axis[1] for point in one]
    second = [point.x * axis[0] + point.y * axis[1] for point in other]
    return max(first) < min(second) or max(second) < min(first)


def without_duplicates(codes: Iterable[Code]) -> list[Code]:
    """Keep the first of several codes with the same text and symbology whose places overlap."""
    kept: list[Code] = []
    for code in codes:
        if not any(
            code.text == seen.text
            and code.symbology is seen.symbology
            and overlap(code.corners, seen.corners)
            for seen in kept
        ):
            kept.append(code)
    return kept


# Shorter interleaved 2 of 5 "codes" are pieces of other codes: all 13 wrong reads of zbar in spec engines.md part B, and
# zxing-cpp finds "63" in a QR code now and then.
_SHORTEST_ITF = 6


def without_accidents(codes: Iterable[Code]) -> list[Code]:
    """Leave out bar codes that are none: a short ITF, and what lies inside a two-dimensional or an earlier bar code.

    Dense QR codes hold rows that happen to read as an EAN-13, check digit included, and an EAN-13 may read as another
    one in the reduced copy that comes last in the answer (both measured with zxing-cpp 3.1.1).
    """
    found = list(codes)
    taken = [code.corners for code in found if not code.symbology.is_linear]
    kept = []
    for code in found:
        if code.symbology.is_linear:
            short = code.symbology is Symbology.ITF and len(code.text) < _SHORTEST_ITF
            if short or any(_inside(_middle(code), place) for place in taken):
                continue
            taken.append(code.corners)
        kept.append(code)
    return kept


def _inside(point: Point, quad: Corners) -> bool:
    """Tell whether a point lies in a convex quadrilateral: on the same side of all its sides."""
    turns = [
        (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)
        for start, end in zip(quad, quad[1:] + quad[:1], strict=True)
    ]
    return min(turns) >= 0 or max(turns) <= 0


def in_reading_order(codes: Iterable[Code]) -> tuple[Code, ...]:
    """Sort top to bottom by rows, left to right in a row; a row holds what is level with its topmost code."""
    rows: list[list[Code]] = []
    for code in sorted(codes, key=lambda code: min(point.y for point in code.corners)):
        if rows and _middle(code).y <= max(point.y for point in rows[-1][0].corners):
            rows[-1].append(code)
        else:
            rows.append([code])
    return tuple(code for row in rows for code in sorted(row, key=lambda code: _middle(code).x))


def _middle(code: Code) -> Point:
    return Point(sum(point.x for point in code.corners) / 4, sum(point.y for point in code.corners) / 4)

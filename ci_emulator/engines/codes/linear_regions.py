"""Finds where bar codes may lie: regions of parallel edges, many along one axis and the same on every line across it.

The measure is the structure tensor, the mean of the products of the brightness differences. It is averaged over cells of
the picture and the differences are taken between neighbours of the full-size picture, at every second to fourth pixel
only: a reduced copy would be as cheap but would lose the bars of narrow modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan, cos, hypot, sin
from typing import Any, NamedTuple

from ci_emulator.engines.codes.bar_lines import (
    Axis,
    agreement,
    axis_corners,
    contrast,
    edges_along,
    levelled,
    sampled_lines,
)
from ci_emulator.engines.codes.model import Corners, Point

# A difference is taken at about this many places along the longer side of the picture.
_SAMPLES = 480

# Samples along the side of a cell.
_CELL = 3

# Over how many cells the tensor is averaged: fewer do not bridge wide bars, more do not follow small codes.
_WINDOW = 5

# Mean square difference of neighbours (grey levels) below which a window is flat.
_FLAT = 40.0

# How far one direction must outweigh the other (0 is none, 1 a pure hatching).
_COHERENCE = 0.66

_SMALLEST_AREA = 9  # cells
_SMALLEST_LENGTH = 30.0  # pixels: an EAN-8 of half a pixel a module
_SMALLEST_HEIGHT = 6.0  # pixels
_LOWEST_FILL = 0.4

# Of the strongest cell nearby, what a cell must have.
_PART_OF_STRENGTH = 0.4

# Length of the mean of the doubled directions of neighbouring cells.
_STEADY = 0.95

# So many regions are looked at, the strongest first, and so many are returned in all.
_LOOKED_AT = 14
_RETURNED = 8

# Edges along the axis: a UPC-E, the shortest code, has 34, of which blur may swallow half.
_FEWEST_EDGES = 15

# The level of a line through the middle.
_MIDDLE = (0.0,)

# Mean correlation of neighbouring lines across the axis, which lines of text and PDF417 do not reach.
_LEAST_AGREEMENT = 0.55


class Bars(NamedTuple):
    """A region of parallel bars: corners in edge coordinates, `along` the angle of the axis in radians.

    The axis crosses the bars, from the first corner to the second; which end is the beginning is not known.
    """

    corners: Corners
    along: float


class _Region(NamedTuple):
    axis: Axis
    weight: float


def find_bars(grey: Any, taken: Sequence[Corners]) -> list[Bars]:
    """Return regions that may be bar codes, the best first, at most 8.

    `grey` is an 8-bit array (height, width); places in `taken`, corners of codes that are known, are left out.
    """
    import cv2

    if min(grey.shape) < _SMALLEST_HEIGHT or max(grey.shape) < _SMALLEST_LENGTH:
        return []
    try:
        return _find(cv2, grey, taken)
    except cv2.error:
        return []


def _find(cv2: Any, grey: Any, taken: Sequence[Corners]) -> list[Bars]:
    step = max(2, -(-max(grey.shape) // _SAMPLES))
    cell = step * _CELL
    tensor = _tensor(cv2, grey, step)
    if tensor is None:
        return []
    free = _free_cells(cv2, tensor[0].shape, taken, cell)
    scored: list[tuple[float, Axis]] = []
    for region in _regions(cv2, tensor, free, cell):
        if any(_explains(quad, region.axis) for quad in taken):
            continue
        score, axis = _scored(grey, region)
        if score > 0:
            scored.append((score, axis))
    scored.sort(key=lambda pair: -pair[0])
    kept: list[Axis] = []
    for _, axis in scored:
        if len(kept) < _RETURNED and not any(_same_place(axis, other) for other in kept):
            kept.append(axis)
    return [Bars(axis_corners(axis), axis.angle) for axis in kept]


def _tensor(cv2: Any, grey: Any, step: int) -> Any:
    """Return (xx - yy, 2 xy, xx + yy) for each cell as float32 arrays, or None for a picture of less than a cell."""
    import numpy as np

    height, width = (max(0, side - 2) // step // _CELL for side in grey.shape)
    if not height or not width:
        return None
    # Every step-th pixel in both directions, then the one after and the one before it.
    count = height * _CELL, width * _CELL

    def taken(row: int, column: int) -> Any:
        return np.ascontiguousarray(grey[row::step, column::step][: count[0], : count[1]])

    across = cv2.subtract(taken(1, 2), taken(1, 0), dtype=cv2.CV_32F)
    down = cv2.subtract(taken(2, 1), taken(0, 1), dtype=cv2.CV_32F)
    size = (width, height)
    xx, yy, xy = (
        cv2.resize(product, size, interpolation=cv2.INTER_AREA)
        for product in (across * across, down * down, across * down)
    )
    return xx - yy, 2 * xy, xx + yy


def _free_cells(cv2: Any, shape: tuple[int, int], taken: Sequence[Corners], cell: int) -> Any:
    """Return a mask of the cells outside the known codes, which are taken a little larger than they are."""
    import numpy as np

    free = np.ones(shape, np.uint8)
    for quad in taken:
        points = np.array([[point.x, point.y] for point in quad]) / cell
        middle = points.mean(axis=0)
        reach = np.hypot(*(points - middle).T)[:, None]
        points += (points - middle) / np.maximum(reach, 1e-6) * 1.5
        cv2.fillConvexPoly(free, np.rint(points - 0.5).astype(np.int32), 0)
    return free


def _regions(cv2: Any, tensor: Any, free: Any, cell: int) -> list[_Region]:
    """Return the connected regions of one direction, the strongest first."""
    import numpy as np

    size = (_WINDOW, _WINDOW)
    cosine, sine, total = (cv2.blur(part, size) for part in tensor)
    strength = cv2.magnitude(cosine, sine)
    # What flat parts of the picture have is noise, which is the same in all directions.
    noise = float(np.partition(total.ravel(), total.size // 10)[total.size // 10])
    mask = (strength > _FLAT) & (strength > _COHERENCE * (total - noise))
    # A window that looks over the edge of the bars by half still has their direction, at half the strength.
    around = cv2.dilate(strength, np.ones((5, 5), np.uint8))
    mask &= strength > _PART_OF_STRENGTH * around
    # Where the direction changes, one thing ends and another begins.
    unit = np.maximum(strength, 1e-6)
    steady = cv2.magnitude(cv2.blur(cosine / unit, (3, 3)), cv2.blur(sine / unit, (3, 3)))
    mask &= steady > _STEADY
    mask = mask.view(np.uint8) & free
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    areas = boxes[1:, cv2.CC_STAT_AREA]
    large = np.flatnonzero(areas >= _SMALLEST_AREA)
    large = large[np.argsort(-areas[large], kind="stable")][:_LOOKED_AT]
    regions = []
    for label in large + 1:
        left, top, width, height, area = (int(value) for value in boxes[label])
        part = np.s_[top : top + height, left : left + width]
        inside = labels[part] == label
        weight = strength[part][inside]
        angle = 0.5 * float(np.arctan2(sine[part][inside].sum(), cosine[part][inside].sum()))
        rows, columns = np.nonzero(inside)
        along = (columns + left) * np.cos(angle) + (rows + top) * np.sin(angle)
        across = (rows + top) * np.cos(angle) - (columns + left) * np.sin(angle)
        first, last = along.min(), along.max()
        lowest, highest = across.min(), across.max()
        length, tall = last - first + 1, highest - lowest + 1
        if length * cell < _SMALLEST_LENGTH or tall * cell < _SMALLEST_HEIGHT:
            continue
        fill = area / (length * tall)
        if fill < _LOWEST_FILL:
            continue
        middle, level = (first + last) / 2, (lowest + highest) / 2
        x = (middle * np.cos(angle) - level * np.sin(angle) + 0.5) * cell
        y = (middle * np.sin(angle) + level * np.cos(angle) + 0.5) * cell
        axis = Axis(float(x), float(y), angle, float(length * cell), float(tall * cell))
        coherence = float((weight / total[part][inside]).mean())
        regions.append(_Region(axis, coherence * min(fill, 1.0)))
    return regions


def _scored(grey: Any, region: _Region) -> tuple[float, Axis]:
    """Return coherence x fill x contrast x edges, 0 for what is no bar code, and the axis at its exact angle."""
    axis = region.axis
    # Most regions are single edges and letters, which one line tells.
    if edges_along(sampled_lines(grey, axis, _MIDDLE)) < _FEWEST_EDGES // 2:
        return 0.0, axis
    # Differences between pixels turn the direction of fine bars towards the diagonal, by up to 6 degrees.
    axis = axis._replace(angle=axis.angle - atan(levelled(grey, axis).lean))
    lines = sampled_lines(grey, axis)
    edges = edges_along(lines)
    if edges < _FEWEST_EDGES:
        return 0.0, axis
    agreed = agreement(lines)
    if agreed < _LEAST_AGREEMENT:
        return 0.0, axis
    return region.weight * agreed * contrast(lines) * min(edges, 80), axis


def _explains(quad: Corners, axis: Axis) -> bool:
    """Tell whether a known code is the region itself: readers name only the scan lines that they used."""
    x, y = sum(point.x for point in quad) / 4, sum(point.y for point in quad) / 4
    if not _holds(axis, x, y):
        return False
    sides = [_distance(quad[index], quad[(index + 1) % 4]) for index in range(4)]
    across, along = sides[0] + sides[2], sides[1] + sides[3]
    return min(across, along) < 0.25 * max(across, along)


def _same_place(one: Axis, other: Axis) -> bool:
    return _holds(one, other.x, other.y) or _holds(other, one.x, one.y)


def _holds(axis: Axis, x: float, y: float) -> bool:
    right, down = x - axis.x, y - axis.y
    along = right * cos(axis.angle) + down * sin(axis.angle)
    across = down * cos(axis.angle) - right * sin(axis.angle)
    return abs(along) <= axis.length / 2 and abs(across) <= axis.height / 2


def _distance(one: Point, other: Point) -> float:
    return hypot(one.x - other.x, one.y - other.y)

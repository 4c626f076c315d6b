"""The exact rectangle of a bar code around a scan line: no library gives more than the lines that it happened to read.

From the scan line outwards the bars are followed along their own direction for as long as each part of the line looks as it
does on the scan line. Digits between the bars and borders of the label differ from what most parts do, so the edges are
fitted to what most parts agree on; the longer guard bars of retail codes are looked at apart.
"""

from __future__ import annotations

from math import atan, atan2, cos, hypot
from typing import Any

from ci_emulator.engines.codes.bar_ends import (
    CORE,
    Ends,
    Line,
    ended,
    fit,
    guards_ended,
    profile_of,
    roughly_ended,
)
from ci_emulator.engines.codes.bar_lines import Axis, Ruled, edges_along, levelled
from ci_emulator.engines.codes.bar_slopes import outermost, rises
from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.model import Corners, Symbology
from ci_emulator.engines.codes.retail import RETAIL

_SHORTEST = 20.0  # pixels

# How far from the scan line the bars are followed, as parts of the length: first to learn how they lean, then for good.
_NEAR, _FAR = 0.3, 1.3

_LOWEST = 3.0  # pixels

# The reader may be wrong by this part of the length about where the first bar begins and the last one ends.
_END_ERROR = 0.03

# Modules from one bar's beginning to the next one's by which the code still goes on; beside an EAN-13 lie 7 or more to
# its add-on, and borders of labels may lie nearer than the symbologies allow.
_WIDEST_GAP = 4.5

# GS1 DataBar needs no quiet zone, so the border of a label may lie as near as bars of the code do. Readers leave out no
# more than the guard of two modules.
_DATABAR = frozenset({Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED})
_DATABAR_GUARD = 2.2

# Modules between two edges, on average over the symbologies.
_MODULES_AN_EDGE = 1.7

_LEAST_CONTRAST = 12  # grey levels

# Levels at which the first and the last edge are measured.
_LEVELS = 11


def bars_rectangle(grey: Any, rough: Corners, symbology: Symbology | None = None) -> Corners | None:
    """Return the corners of the bars in an 8-bit array (height, width), or None when they are not found for sure.

    `rough` is what a reader gives: its left side is where the code begins, its height may be that of one scan line. The
    corners are edge coordinates, top left, top right, bottom right, bottom left in the reader's direction. Those of a
    retail code are where its guard bars end.
    """
    import cv2
    import numpy as np

    try:
        return _rectangle(grey, rough, symbology)
    except (cv2.error, np.linalg.LinAlgError):
        return None


def _rectangle(grey: Any, rough: Corners, symbology: Symbology | None) -> Corners | None:
    axis = _along_scan_line(rough)
    if axis.length < _SHORTEST:
        return None
    known_height = axis.height
    ruled = _across_the_bars(grey, axis)
    if ruled is None:
        return None
    # Twice, because only from the very ends of the bars is it sure what lies beside them.
    for beyond in (_DATABAR_GUARD, 0.5) if symbology in _DATABAR else (None, None):
        trimmed = _trimmed(grey, ruled, beyond)
        if trimmed is None:
            return None
        ruled, inverted = trimmed
    rough_ends = roughly_ended(grey, ruled, _NEAR)
    if rough_ends is None or _height(rough_ends) < _LOWEST:
        return None
    ruled = _levelled_between(grey, ruled, rough_ends)
    ends = ended(grey, ruled, rough_ends, _FAR)
    # What was read may be higher than these bars: several rows, or not these bars.
    if ends is None or _height(ends) < max(_LOWEST, 0.6 * min(known_height, 0.5 * axis.length)):
        return None
    sides = _sides(grey, ruled, ends, inverted)
    if sides is None:
        return None
    return _quad(ruled, sides, guards_ended(grey, ruled, ends) if symbology in RETAIL else ends)


def _height(ends: Ends) -> float:
    return ends[1].offset - ends[0].offset


def _along_scan_line(rough: Corners) -> Axis:
    top_left, top_right, bottom_right, bottom_left = rough
    begin = (top_left.x + bottom_left.x) / 2, (top_left.y + bottom_left.y) / 2
    end = (top_right.x + bottom_right.x) / 2, (top_right.y + bottom_right.y) / 2
    length = hypot(end[0] - begin[0], end[1] - begin[1])
    height = (
        hypot(bottom_left.x - top_left.x, bottom_left.y - top_left.y)
        + hypot(bottom_right.x - top_right.x, bottom_right.y - top_right.y)
    ) / 2
    angle = atan2(end[1] - begin[1], end[0] - begin[0])
    return Axis((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2, angle, length, height)


def _across_the_bars(grey: Any, axis: Axis) -> Ruled | None:
    """Turn the axis so that it crosses the bars at right angles, about the middle of the scan line."""
    height = max(4.0, CORE * 2 * axis.length)
    for _ in range(3):
        ruled = levelled(grey, axis._replace(height=height))
        turn = -atan(ruled.lean)
        if abs(turn) > 1.0:
            return None
        axis = axis._replace(angle=axis.angle + turn, length=axis.length * cos(turn))
        # The lines that are looked at next are near enough for what is left of a small turn.
        if abs(turn) < 0.01:
            break
    return Ruled(axis._replace(height=height), 0.0, ruled.spread)


def _trimmed(grey: Any, ruled: Ruled, beyond: float | None) -> tuple[Ruled, bool] | None:
    """Move the ends of the axis to the first and the last edge; tell whether the bars are light on dark.

    They are no further out than `beyond` modules, unless that is None.
    """
    import numpy as np

    axis = ruled.axis
    half = axis.length / 2
    pitch = min(0.5, axis.length / 400)
    along = np.arange(-1.25 * half, 1.25 * half + pitch, pitch)
    profile = profile_of(grey, ruled, along)
    inside = profile[np.abs(along) < half]
    low, high = np.percentile(inside, [5, 95])
    if high - low < _LEAST_CONTRAST:
        return None
    margin = _END_ERROR * axis.length + 3.0
    before = (along < -half - 0.5 * margin) & (along > -half - 3 * margin)
    after = (along > half + 0.5 * margin) & (along < half + 3 * margin)
    quiet = float(np.median(profile[before]) + np.median(profile[after])) / 2
    inverted = quiet < (low + high) / 2
    module = axis.length / (_MODULES_AN_EDGE * max(10, edges_along(inside[None, :])))
    most = half if beyond is None else beyond * module + 1.0
    margin = min(margin, most)
    rising = profile if inverted else -profile
    begin = outermost(along, rising, -half, margin, _WIDEST_GAP * module, most)
    end = outermost(along, rising[::-1], -half, margin, _WIDEST_GAP * module, most)
    if begin is None or end is None or -end - begin < 0.7 * axis.length:
        return None
    end = -end
    x, y = ruled.places(np.float64((begin + end) / 2), np.float64(0.0))
    moved = axis._replace(x=float(x), y=float(y), length=end - begin)
    return Ruled(moved, ruled.lean + ruled.spread * (begin + end) / 2, ruled.spread), inverted


def _levelled_between(grey: Any, ruled: Ruled, ends: Ends) -> Ruled:
    """Measure again how the bars lean, over all of the height that is known by now."""
    axis = ruled.axis
    top, bottom = ends
    above = max(top.at(-axis.length / 2), top.at(axis.length / 2))
    below = min(bottom.at(-axis.length / 2), bottom.at(axis.length / 2))
    half = 0.9 * min(-above, below)
    if 2 * half <= axis.height:
        return ruled
    again = levelled(grey, axis._replace(height=2 * half / 0.7))
    return Ruled(axis, again.lean, again.spread)


def _sides(grey: Any, ruled: Ruled, ends: Ends, inverted: bool) -> tuple[Line, Line] | None:
    """Return the left edge of the first bar and the right edge of the last one, by the place across the axis."""
    import numpy as np

    length = ruled.axis.length
    margin = max(2.0, 0.015 * length)
    top, bottom = ends
    sides = []
    for place in (-length / 2, length / 2):
        sign = 1.0 if inverted == (place < 0) else -1.0
        upper, lower = top.at(place), bottom.at(place)
        levels = np.linspace(upper + 0.06 * (lower - upper), lower - 0.06 * (lower - upper), _LEVELS)
        thick = max(1.0, (lower - upper) / _LEVELS / 2)
        along = np.arange(place - 2 * margin, place + 2 * margin, min(0.5, margin / 8))
        across = (levels[:, None] + np.array([-thick, 0.0, thick])).ravel()
        profiles = ruled.sampled(grey, along, across).reshape(_LEVELS, 3, -1).mean(axis=1)
        rows, edges = rises(along, sign * profiles, place, margin)
        side = fit(levels[rows], edges, 0.4, _LEVELS)
        if side is None:
            return None
        sides.append(side)
    return sides[0], sides[1]


def _quad(ruled: Ruled, sides: tuple[Line, Line], ends: Ends) -> Corners:
    length = ruled.axis.length
    left, right = (
        _image_line(ruled, [(side.at(level), level) for level in (ends[0].at(0), ends[1].at(0))])
        for side in sides
    )
    above, below = (
        _image_line(ruled, [(place, end.at(place)) for place in (-length / 2, length / 2)]) for end in ends
    )
    pairs = ((left, above), (right, above), (right, below), (left, below))
    return corners(_crossing(one, other) for one, other in pairs)


def _image_line(ruled: Ruled, points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return (a, b, c) of the line a x + b y = c in the picture through two places of the rectangle."""
    (x1, y1), (x2, y2) = (ruled.places(along, across) for along, across in points)
    a, b = float(y2 - y1), float(x1 - x2)
    return a, b, float(a * x1 + b * y1)


def _crossing(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float]:
    # Never zero: sides lean against ends by far less than a right angle.
    area = one[0] * other[1] - other[0] * one[1]
    return (one[2] * other[1] - other[2] * one[1]) / area, (one[0] * other[2] - other[0] * one[2]) / area

"""Finds the places of a picture that look like a two-dimensional code, whether or not anybody can read it.

A code is a compact patch full of strong edges that run in more than one direction; printed text is that too, but most of
its area is paper, while about half of a code is dark. Looked at in cells of 4 x 4 pixels: the picture as it is, and once
more reduced to a quarter for codes whose modules are larger than a cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ci_emulator.engines.codes.geometry import are_alike, corners
from ci_emulator.engines.codes.model import Corners

#: Beyond this longest side the picture is reduced first: what has been found is enlarged from the original anyway.
_LONGEST = 2000

#: What a patch must have to look like a code, from those that did: its edges run in all directions (the weakest mean
#: against the strongest), it fills its rectangle, it changes so often between dark and light, which is evenly spread.
_EVEN, _FULL, _CHANGES, _UNEVEN = 0.25, 0.65, 3.5, 0.28

#: What part of it must be dark: half of a code less the paper around it, but a sixth of most printed text.
_LIGHTEST, _DARKEST = 0.19, 0.75

#: Of each level so many patches are judged, the largest first: a page of text has hundreds.
_JUDGED = 12

#: Side of a cell in pixels.
_CELL = 4

#: So many places are returned at most.
_MOST = 6

#: How much stronger than the last the contours are at which places are looked for: a low one follows the whole of a pale
#: code, a high one separates a code from what is printed beside it.
_LEVELS = (1.0, 2.4)

#: The sum of four mean edges that a cell must have, however smooth the rest of the picture is, and that is always enough.
_FAINTEST, _PLAIN = 24, 80

#: Side of the smallest code in cells: a Micro QR code has 11 modules, which nobody reads below 1.3 pixels.
_FEWEST_CELLS = 3

#: The score of a place that a reader has located, above all others.
LOCATED = 4.0

#: How often one of two opposite sides of a place may be the other; some that zxing-cpp reports are no rectangles at all.
_CROOKED = 2.5

#: Longest side of a patch whose pixels are looked at; larger ones are looked at reduced.
_PATCH = 240


class Region(NamedTuple):
    """A place that looks like a code.

    `box` is left, top, right, bottom in edge coordinates; `angle` the direction of its rows in radians clockwise as one
    sees it, known but for quarter turns and None where nobody has looked; `quad` its corners where a reader has located
    but not decoded it. The higher the `score` the more it looks like a code.
    """

    box: tuple[float, float, float, float]
    angle: float | None
    score: float
    quad: Corners | None = None


def find_matrices(grey: Any, taken: Sequence[Corners]) -> list[Region]:
    """Return places that look like a two-dimensional code and are not yet explained, the most promising first.

    `grey` is an 8-bit array of shape (height, width), `taken` the places of codes that were found.
    """
    import cv2

    height, width = grey.shape
    factor = min(1.0, _LONGEST / max(height, width))
    if min(height, width) * factor < _CELL * _FEWEST_CELLS:
        return []
    if factor < 1.0:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    places = [corners((point.x * factor, point.y * factor) for point in place) for place in taken]
    found: list[Region] = []
    for scale in (1, 4):
        if min(grey.shape) < 8 * _CELL * scale:
            break
        view = grey if scale == 1 else _quarter(grey)
        found += (scaled(region, scale) for region in _regions(view, scale, places))
    best = _without_repetitions(sorted(found, key=lambda region: -region.score))
    return [scaled(region, 1 / factor) for region in best[:_MOST]]


def regions_of_errors(size: tuple[int, int], results: Iterable[Any]) -> list[Region]:
    """Return the places of two-dimensional codes that zxing-cpp located but could not decode.

    `results` are its barcodes in a picture of a size (width, height), read with `return_errors=True`; those that are valid or linear are passed over.
    """
    import zxingcpp

    matrix = zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllMatrix))
    width, height = size
    regions = []
    for barcode in results:
        if barcode.valid or barcode.format not in matrix:
            continue
        position = barcode.position
        place = corners(
            (point.x, point.y)
            for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
        )
        columns, rows = [point.x for point in place], [point.y for point in place]
        box = (max(0.0, min(columns)), max(0.0, min(rows)), min(width, max(columns)), min(height, max(rows)))
        if min(box[2] - box[0], box[3] - box[1]) >= _CELL * _FEWEST_CELLS and are_alike(place, _CROOKED):
            regions.append(Region(box, None, LOCATED, place))
    return regions


def scaled(region: Region, factor: float) -> Region:
    """Return a region as it lies in a picture that is larger by a factor."""
    left, top, right, bottom = (edge * factor for edge in region.box)
    quad = None
    if region.quad is not None:
        quad = corners((point.x * factor, point.y * factor) for point in region.quad)
    return region._replace(box=(left, top, right, bottom), quad=quad)


def _quarter(grey: Any) -> Any:
    import cv2

    height, width = (side // 4 * 4 for side in grey.shape)
    half = cv2.resize(grey[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(half, (width // 4, height // 4), interpolation=cv2.INTER_AREA)


def edge_maps(grey: Any) -> list[Any]:
    """Return the mean strength of the edges in each cell, seen in four directions: across, down and both diagonals.

    Differences of pixels that are two apart, because they are a tenth of the price of a gradient, and on every second
    line only: the mean of eight is as good as that of sixteen.
    """
    import cv2

    height, width = ((side - 2) // _CELL * _CELL for side in grey.shape)
    maps = []
    for (y, x), (end_y, end_x) in (((1, 0), (1, 2)), ((0, 1), (2, 1)), ((0, 0), (2, 2)), ((0, 2), (2, 0))):
        difference = cv2.absdiff(
            grey[y : y + height : 2, x : x + width], grey[end_y : end_y + height : 2, end_x : end_x + width]
        )
        half = cv2.resize(difference, (width // 2, height // 4), interpolation=cv2.INTER_AREA)
        maps.append(cv2.resize(half, (width // 4, height // 4), interpolation=cv2.INTER_AREA))
    return maps


def _regions(grey: Any, scale: int, taken: Sequence[Corners]) -> Iterator[Region]:
    """Yield the places found in a picture; `taken` are in the pixels of the picture `scale` times as large."""
    import cv2
    import numpy

    maps = edge_maps(grey)
    strength = cv2.blur(cv2.add(cv2.add(maps[0], maps[1]), cv2.add(maps[2], maps[3])), (3, 3))
    for place in taken:
        quad = numpy.array([[point.x, point.y] for point in place]) / (scale * _CELL)
        middle = quad.mean(0)
        cv2.fillConvexPoly(strength, numpy.round(middle + (quad - middle) * 1.2).astype(numpy.int32), (0.0,))
    # The lower third of the cells is background, unless the picture is nothing but a code.
    counts = numpy.cumsum(cv2.calcHist([strength], [0], None, [256], [0, 256]))
    background = int(numpy.searchsorted(counts, counts[-1] / 3))
    floor = min(max(_FAINTEST, 2 * background), _PLAIN)
    for level in _LEVELS:
        _, mask = cv2.threshold(strength, floor * level, 1, cv2.THRESH_BINARY)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, numpy.ones((3, 3), numpy.uint8))  # lines and outlines
        x, y, wide, high = cv2.boundingRect(mask)
        if not wide:
            break  # nothing is stronger either
        mask = mask[y : y + high, x : x + wide]
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4, ltype=cv2.CV_16U)
        stats[:, :2] += (x, y)
        columns, rows, areas = stats[1:, 2], stats[1:, 3], stats[1:, 4]
        wanted = (numpy.minimum(columns, rows) >= _FEWEST_CELLS) & (areas > 0.25 * columns * rows)
        candidates = numpy.flatnonzero(wanted)
        largest = candidates[numpy.argsort(-areas[candidates], kind="stable")][:_JUDGED]
        for label in largest + 1:
            region = _judged(grey, maps, labels, (x, y), stats[label], int(label))
            if region is not None:
                yield region


def _judged(
    grey: Any, maps: Sequence[Any], labels: Any, origin: tuple[int, int], stats: Any, label: int
) -> Region | None:
    """Return a connected patch of cells as a region, or None when it does not look like a code.

    `labels` are those of the cells from `origin` (column, row) on.
    """
    import cv2
    import numpy

    left, top, columns, rows, area = (int(value) for value in stats)
    within = (slice(top, top + rows), slice(left, left + columns))
    x, y = left - origin[0], top - origin[1]
    inside = (labels[y : y + rows, x : x + columns] == label).astype(numpy.uint8)
    ways = [cv2.mean(one[within], inside)[0] for one in maps]
    evenness = min(ways) / max(ways)
    if evenness < _EVEN:
        return None  # bars, or the edge of something
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(inside))
    fill = area / ((sides[0] + 1) * (sides[1] + 1))
    if fill < _FULL:
        return None
    height, width = grey.shape
    x, y = left * _CELL, top * _CELL
    end_x, end_y = min(width, (left + columns) * _CELL + 2), min(height, (top + rows) * _CELL + 2)
    changes, unevenness, dark = _texture(grey[y:end_y, x:end_x])
    if changes < _CHANGES or unevenness > _UNEVEN or not _LIGHTEST <= dark <= _DARKEST:
        return None
    score = min(changes, 10.0) / 10 + fill + evenness - 3 * unevenness
    return Region((float(x), float(y), float(end_x), float(end_y)), None, score)


def _texture(patch: Any) -> tuple[float, float, float]:
    """Return how often a patch changes between dark and light, how unevenly the dark is spread, and what part is dark.

    The first is the mean number of changes along a row or along a column, whichever is less; the second the standard
    deviation of the dark part, seen through a window of a quarter of the patch.
    """
    import cv2

    longest = max(patch.shape)
    if longest > 2 * _PATCH:
        factor = _PATCH / longest
        patch = cv2.resize(patch, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    _, mask = cv2.threshold(patch, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    rows, columns = mask.shape
    across = cv2.countNonZero(cv2.absdiff(mask[:, 1:], mask[:, :-1])) / rows
    down = cv2.countNonZero(cv2.absdiff(mask[1:], mask[:-1])) / columns
    spread = cv2.blur(mask, (max(3, columns // 4), max(3, rows // 4)))
    _, deviation = cv2.meanStdDev(spread)
    dark = 1.0 - cv2.countNonZero(mask) / mask.size
    return min(across, down), float(deviation[0][0]) / 255, dark


def rows_of(patch: Any) -> tuple[float, float]:
    """Return the direction of a code's rows, from -pi/4 to pi/4, and how orderly its edges are, from 0 to 1.

    The edges of a code run in two directions at right angles, so four times their angle is one direction.
    """
    import cv2
    import numpy

    smooth = cv2.GaussianBlur(patch, (3, 3), 0)
    across = cv2.Scharr(smooth, cv2.CV_32F, 1, 0)
    down = cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    twice_real, twice_imaginary = across * across - down * down, 2.0 * across * down
    length = across * across + down * down + 1e-3
    real = float(numpy.sum((twice_real * twice_real - twice_imaginary * twice_imaginary) / length))
    imaginary = float(numpy.sum(2.0 * twice_real * twice_imaginary / length))
    return math.atan2(imaginary, real) / 4, math.hypot(real, imaginary) / float(numpy.sum(length))


def _without_repetitions(regions: Sequence[Region]) -> list[Region]:
    kept: list[Region] = []
    for region in regions:
        if not any(_same(region.box, other.box) for other in kept):
            kept.append(region)
    return kept


def _same(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Tell whether two boxes share more than half of what they cover together."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return False
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height > 0.5 * (areas - width * height)

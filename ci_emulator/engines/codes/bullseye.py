"""Reads MaxiCodes, which zxing-cpp does only where a picture holds nothing else and the symbol lies upright in it.

The outline of the dark pixels gives the rectangle of the symbol, the rings in its middle tell that it is one, and each
of the four ways in which it may lie is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.matrix_regions import Region
from ci_emulator.engines.codes.model import Code, Symbology

#: Size of the upright copy in pixels, in the proportions of the symbol (ISO/IEC 16023: 25.50 mm x 24.38 mm), and its margin.
_WIDTH, _HEIGHT, _MARGIN = 300, 287, 40

#: Where the rings of the bullseye end, in parts of the symbol's width; the innermost disc is light (ISO/IEC 16023).
_RINGS = (0.0200, 0.0463, 0.0729, 0.0992, 0.1255, 0.1518)

#: How well the middle must correlate with the rings; other codes stay below 0.25.
_VISIBLE = 0.35


def read_maxicode(grey: Any, region: Region) -> list[Code]:
    """Return the MaxiCode at a place of an 8-bit array of shape (height, width), or nothing.

    Its corners are estimated from its outline, in edge coordinates.
    """
    import cv2
    import numpy
    import zxingcpp

    from ci_emulator.engines.codes.readers import zxing

    for quad in _outlines(grey, region):
        if not _has_rings(_upright(grey, quad)):
            continue
        for turns in range(4):
            turned = numpy.roll(quad, -turns, axis=0)
            copy = _upright(grey, turned)
            _, copy = cv2.threshold(copy, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
            alone = numpy.full_like(copy, 255)
            inner = slice(_MARGIN - 4, 4 - _MARGIN)
            alone[inner, inner] = copy[inner, inner]
            for code in zxing.read(alone, None, zxingcpp.BarcodeFormat.MaxiCode):
                if code.symbology is Symbology.MAXICODE:
                    return [
                        msgspec.structs.replace(
                            code, corners=corners(turned.tolist()), note="corners estimated"
                        )
                    ]
    return []


def _outlines(grey: Any, region: Region) -> Iterator[Any]:
    """Yield rectangles around the dark pixels of the place: four corners clockwise, in edge coordinates."""
    import cv2
    import numpy

    left, top, right, bottom = region.box
    if not 0.6 < (right - left) / (bottom - top) < 1.7:
        return
    margin = 0.1 * (right - left) + 4
    x, y = max(0, int(left - margin)), max(0, int(top - margin))
    patch = grey[y : int(bottom + margin), x : int(right + margin)]
    zoom = 240 / max(patch.shape)
    patch = cv2.resize(
        patch, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
    )
    _, dark = cv2.threshold(patch, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    # Modules that touch make one patch; what is printed beside the symbol stays apart.
    reach = max(3, int(0.06 * min((right - left), (bottom - top)) * zoom) | 1)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, numpy.ones((reach, reach), numpy.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    if len(stats) < 2:
        return
    biggest = 1 + int(numpy.argmax(stats[1:, 4]))
    hull = cv2.convexHull(cv2.findNonZero(((labels == biggest) & (dark > 0)).astype(numpy.uint8)))
    shapes = [cv2.boxPoints(cv2.minAreaRect(hull))]
    if len(hull) > 4:
        shapes.append(cv2.approxPolyN(hull, 4).reshape(4, 2))
    for shape in shapes:
        quad = ((shape + 0.5) / zoom + (x, y)).astype(numpy.float32)
        yield quad if cv2.contourArea(quad, oriented=True) > 0 else quad[::-1]


def _upright(grey: Any, quad: Any) -> Any:
    import cv2
    import numpy

    rectangle = numpy.array([[0, 0], [_WIDTH, 0], [_WIDTH, _HEIGHT], [0, _HEIGHT]], numpy.float32) + _MARGIN
    forth = cv2.getPerspectiveTransform(quad - numpy.float32(0.5), rectangle - numpy.float32(0.5))
    size = (_WIDTH + 2 * _MARGIN, _HEIGHT + 2 * _MARGIN)
    return cv2.warpPerspective(grey, forth, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _has_rings(copy: Any) -> bool:
    """Tell whether there is a bullseye in the middle of an upright copy, give or take a module."""
    import cv2

    rings = _bullseye()
    reach = rings.shape[0] // 2 + _WIDTH // 30
    x, y = _MARGIN + _WIDTH // 2, _MARGIN + _HEIGHT // 2
    middle = copy[y - reach : y + reach + 1, x - reach : x + reach + 1]
    return float(cv2.matchTemplate(middle, rings, cv2.TM_CCOEFF_NORMED).max()) >= _VISIBLE


@cache
def _bullseye() -> Any:
    """Return the rings as they look in an upright copy; the corners of the square are grey."""
    import numpy

    radius = int(_RINGS[-1] * _WIDTH)
    offsets = numpy.arange(-radius, radius + 1)
    distance = numpy.hypot(offsets[:, None], offsets[None, :]) / _WIDTH
    levels = numpy.array([255, 0, 255, 0, 255, 0, 128], numpy.uint8)
    return levels[numpy.searchsorted(numpy.array(_RINGS), distance)]

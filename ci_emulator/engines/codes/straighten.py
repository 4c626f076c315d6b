"""Reads a bar code in a region of parallel bars: straightened, averaged along the bars, enlarged, sharpened.

Averaging along the bars takes the noise away, so that the profile bears the sharpening that blurred bars need. Retail codes,
ITF, Codabar and Code 39 misread easily, so a text counts only when it was read twice from different pixels or from
differently prepared ones, and no other text was read besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot
from typing import Any, NamedTuple

import msgspec

from ci_emulator.engines.codes.bar_lines import Axis, Ruled, edges_along, levelled
from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.linear_regions import Bars
from ci_emulator.engines.codes.model import Code, Corners, Symbology
from ci_emulator.engines.codes.readers import zxing
from ci_emulator.engines.codes.retail import ADD_ONS, RETAIL

# Pixels a module has in the profile that is read.
_MODULE = 4.0

_LONGEST_PROFILE = 3000

# Pixels that any bar code is long.
_SHORTEST_AXIS = 16.0

# Modules between two edges, on average over the symbologies.
_MODULES_AN_EDGE = 1.7

# Lines across the bars that are averaged.
_LINES = 40

# Correlation with the mean of all lines that a line of the code has, and one of the text below it has not.
_SAME_BARS = 0.6

_SHORTEST_ITF = 6

# Shorter ones are found in hatchings and in the bars of other codes.
_SHORTEST_TEXT = 3


# Bars and spaces of a retail code over which its module is measured.
_NEIGHBOURS = 15

# Root mean square of what bars and spaces of a retail code may differ from their width, in modules.
_LARGEST_ERROR = 0.4


class _Strip(NamedTuple):
    """Lines along the axis: where their samples lie, and the means of all, of the upper and of the lower lines."""

    ruled: Ruled
    begin: float
    pitch: float
    levels: tuple[float, float]
    profiles: Any
    module: float


def read_bars(grey: Any, bars: Bars) -> list[Code]:
    """Return the bar code (with its add-on, if any) in a region of an 8-bit array (height, width), or nothing.

    The corners are those of the region, as far along the axis as the reader says that the code reaches.
    """
    import cv2

    try:
        strip = _straightened(grey, bars)
        return _confirmed(strip) if strip is not None else []
    except cv2.error:
        return []


def _straightened(grey: Any, bars: Bars) -> _Strip | None:
    import numpy as np

    if _axis(bars).length < _SHORTEST_AXIS:
        return None  # zbar's place of a code may be a point
    ruled = levelled(grey, _axis(bars))
    axis = ruled.axis
    across = (np.arange(_LINES) / (_LINES - 1) - 0.5) * 0.8 * axis.height
    rough = ruled.sampled(
        grey, np.linspace(-0.5, 0.5, int(min(640, max(32, axis.length)))) * axis.length, across[::8]
    )
    edges = edges_along(rough)
    if edges < 10:
        return None
    module = axis.length / (edges * _MODULES_AN_EDGE)
    # The region may end before the bars do where the outermost bars are far apart.
    reach = axis.length * 0.65 + 12 * module
    pitch = min(max(module / _MODULE, 0.2), 2.0)
    count = int(min(_LONGEST_PROFILE, 2 * reach / pitch))
    pitch = 2 * reach / count
    along = (np.arange(count) + 0.5) * pitch - reach
    lines = ruled.sampled(grey, along, across, smooth=True)
    flat = lines - lines.mean(axis=1, keepdims=True)
    inside = np.s_[int(count * 0.1) : int(count * 0.9)]
    core = flat[_LINES // 4 : -_LINES // 4, inside].mean(axis=0)
    part = flat[:, inside]
    similar = part @ core / np.maximum(np.sqrt((part * part).sum(axis=1) * (core @ core)), 1e-6)
    good = np.flatnonzero(similar > _SAME_BARS)
    if len(good) < 4:
        return None
    half = len(good) // 2
    profiles = np.stack(
        [lines[good].mean(axis=0), lines[good[:half]].mean(axis=0), lines[good[half:]].mean(axis=0)]
    )
    levels = (float(across[good[0]]), float(across[good[-1]]))
    return _Strip(ruled, -reach, pitch, levels, profiles, module / pitch)


def _axis(bars: Bars) -> Axis:
    top_left, top_right, _, bottom_left = bars.corners
    length = hypot(top_right.x - top_left.x, top_right.y - top_left.y)
    height = hypot(bottom_left.x - top_left.x, bottom_left.y - top_left.y)
    x = sum(point.x for point in bars.corners) / 4
    y = sum(point.y for point in bars.corners) / 4
    return Axis(x, y, bars.along, length, height)


def _confirmed(strip: _Strip) -> list[Code]:
    """Return what two readings agree on, unless a third says something else."""
    formats = _formats()
    seen: dict[tuple[tuple[str, Symbology], ...], int] = {}
    first: dict[tuple[tuple[str, Symbology], ...], list[Code]] = {}
    for prepared in _preparations(strip):
        for row in prepared:
            codes = _read(row, formats)
            if not codes:
                if not seen:
                    break  # the mean of all lines shows no code: neither will a part of them
                continue
            key = tuple((code.text, code.symbology) for code in codes)
            seen[key] = seen.get(key, 0) + 1
            first.setdefault(key, codes)
        if len(seen) > 1:
            return []
        if seen and max(seen.values()) >= 2:
            break
    if len(seen) != 1 or max(seen.values()) < 2:
        return []
    (codes,) = first.values()
    return [_placed(code, strip) for code in codes]


def _preparations(strip: _Strip) -> Iterator[Any]:
    """Yield uint8 arrays (3, samples), black and white, each time prepared in another way."""
    import cv2
    import numpy as np

    profiles = strip.profiles
    for sharpening in (0.0, 1.0, 2.5):
        sharp = profiles
        if sharpening:
            blurred = _smooth(cv2, profiles, strip.module * 1.2)
            sharp = profiles + sharpening * (profiles - blurred)
        for modules in (7.0, 14.0, 40.0):
            width = int(strip.module * modules) | 1
            kernel = np.ones((1, width), np.uint8)
            high, low = cv2.dilate(sharp, kernel), cv2.erode(sharp, kernel)
            range_ = high - low
            middle = (high + low) / 2
            # In the quiet zone there are no bars to lie between, and it may be as dark as they are elsewhere.
            lively = range_ > 0.25 * np.median(range_, axis=1, keepdims=True)
            threshold = np.where(lively, middle, np.median(middle, axis=1, keepdims=True))
            yield np.where(sharp > threshold, 255, 0).astype(np.uint8)
    for modules in (1.5, 2.5):
        yield np.where(profiles > _smooth(cv2, profiles, strip.module * modules), 255, 0).astype(np.uint8)


def _smooth(cv2: Any, profiles: Any, sigma: float) -> Any:
    size = int(sigma * 6) | 1
    return cv2.GaussianBlur(profiles, (size, 1), sigma)


def _formats() -> Any:
    import zxingcpp

    kinds = zxingcpp.BarcodeFormat
    return [
        kinds.EANUPC, kinds.Code39, kinds.Code93, kinds.Code128, kinds.ITF, kinds.Codabar,
        kinds.DataBarOmni, kinds.DataBarLtd, kinds.DataBarExp,
    ]  # fmt: skip


def _read(row: Any, formats: Any) -> list[Code]:
    import numpy as np

    # zxing-cpp turns only two-dimensional codes from light on dark to dark on light.
    found = zxing.read(np.repeat(np.stack([row, 255 - row]), 4, axis=0), "linear", formats)
    return [code for code in found if _plausible(code, row)]


def _plausible(code: Code, row: Any) -> bool:
    if code.symbology in RETAIL and not _looks_like(code, row):
        return False
    if code.symbology in ADD_ONS.values():
        return True  # read only beside a code that is plausible
    return len(code.text) >= (_SHORTEST_ITF if code.symbology is Symbology.ITF else _SHORTEST_TEXT)


def _looks_like(code: Code, row: Any) -> bool:
    """Tell whether the bars are as wide as those of a retail code with this number are.

    Readers take the nearest digit for each four bars and spaces, however wide they are together: one row of chance bars in
    some hundred reads as an EAN-13 with a correct check digit.
    """
    import numpy as np
    import zxingcpp

    kinds = zxingcpp.BarcodeFormat
    kind = {
        Symbology.EAN_13: kinds.EAN13,
        Symbology.EAN_8: kinds.EAN8,
        Symbology.UPC_A: kinds.UPCA,
        Symbology.UPC_E: kinds.UPCE,
    }[code.symbology]
    try:
        drawn = zxingcpp.create_barcode(code.text, kind).to_image(scale=1, add_quiet_zones=False)
    except ValueError:
        return False
    expected = _runs(np.asarray(drawn)[0])
    begin, end = code.corners[0].x, code.corners[1].x
    if begin > end:
        row, begin = row[::-1], len(row) - begin
    edges = 1 + np.flatnonzero(row[1:] != row[:-1])
    if len(edges) <= len(expected):
        return False
    first = int(np.argmin(np.abs(edges - begin)))
    found = np.diff(edges[first : first + len(expected) + 1]).astype(np.float64)
    if len(found) < len(expected):
        return False
    # Perspective makes modules wider at one end, so they are measured in the neighbourhood of each bar.
    around = np.ones(_NEIGHBOURS)
    module = np.convolve(found, around, "same") / np.convolve(expected, around, "same")
    return float(np.sqrt(np.mean((found / module - expected) ** 2))) < _LARGEST_ERROR


def _runs(row: Any) -> Any:
    """Return how wide the dark and light runs of a row are, from its first dark pixel to its last."""
    import numpy as np

    dark = np.flatnonzero(row < 128)
    padded = np.concatenate([[255], row[dark[0] : dark[-1] + 1], [255]]) < 128
    return np.diff(np.flatnonzero(padded[1:] != padded[:-1])).astype(np.float64)


def _placed(code: Code, strip: _Strip) -> Code:
    """Move a code from the profile to the picture."""
    xs = [point.x for point in code.corners]
    begin, end = (xs[0] + xs[3]) / 2, (xs[1] + xs[2]) / 2
    top, bottom = strip.levels if begin < end else strip.levels[::-1]
    quad: Corners = corners(
        strip.ruled.places(strip.begin + x * strip.pitch, across)
        for x, across in ((begin, top), (end, top), (end, bottom), (begin, bottom))
    )
    return msgspec.structs.replace(code, corners=quad)

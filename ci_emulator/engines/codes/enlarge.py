"""Reads a place that looks like a two-dimensional code: turned upright, enlarged, sharpened, and read again.

zxing-cpp wants modules of three pixels and rows that lie level: half of the codes it misses in hard pictures, most of
them small, blurred or (PDF417, rMQR) askew, are read that way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from ci_emulator.engines.codes.bullseye import read_maxicode
from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.matrix_regions import Region, rows_of
from ci_emulator.engines.codes.model import Code, Corners, Symbology

#: The longest side that an enlarged place may have, and how much at most it is enlarged.
_LONGEST, _MOST = 720, 3.0

#: Places with a longer side get two looks instead of four.
_LARGE = 240

#: What must be read alike in two looks: a PDF417 code of little error correction can be corrected into another text.
DOUBTFUL = frozenset({Symbology.PDF_417, Symbology.MICRO_PDF_417})

#: Below this angle in radians rows count as level.
_LEVEL = 0.035


def read_region(grey: Any, region: Region, *, thorough: bool = True) -> list[Code]:
    """Return the two-dimensional codes read at a place of an 8-bit array of shape (height, width).

    Their corners are edge coordinates in `grey`; `note` says that the place was enlarged. Unless `thorough`, it is looked
    at in the most promising ways only.
    """
    import cv2
    import zxingcpp

    from ci_emulator.engines.codes.readers import zxing

    seen: set[str] = set()
    try:
        for look, back in _looks(grey, region):
            found = zxing.read(look, None, zxingcpp.BarcodeFormat.AllMatrix)
            found = [code for code in found if not _is_smallest_micro_qr(code)]
            sure = [code for code in found if code.symbology not in DOUBTFUL or code.text in seen]
            if sure:
                return [_moved(code, back) for code in sure]
            seen.update(code.text for code in found)
            if not (thorough or seen):
                break
        return [] if region.quad else read_maxicode(grey, region)
    except cv2.error:
        return []  # a place of odd proportions


def _is_smallest_micro_qr(code: Code) -> bool:
    """Tell whether a code may be a Micro QR code of version M1, of which noise has many: it can only detect errors."""
    return code.symbology is Symbology.MICRO_QR_CODE and len(code.text) <= 5 and code.text.isdigit()


def _looks(grey: Any, region: Region) -> Iterator[tuple[Any, Any]]:
    """Yield copies of the place, the most promising first, each with the matrix that leads back to the picture."""
    upright, back, zoom = _straightened(grey, region.quad) if region.quad else _upright(grey, region)
    yield _sharpened(upright, zoom), back
    yield upright, back
    if max(region.box[2] - region.box[0], region.box[3] - region.box[1]) > _LARGE:
        return  # it cannot be made much larger
    plain, back, zoom = _copy(grey, region.box, 0.0, 2.0)
    yield _sharpened(plain, zoom), back
    plain, back, zoom = _copy(grey, region.box, 0.0, 4.0)
    yield plain, back


def _upright(grey: Any, region: Region) -> tuple[Any, Any, float]:
    angle = region.angle
    if angle is None:
        left, top, right, bottom = (int(edge) for edge in region.box)
        angle, _ = rows_of(grey[top:bottom, left:right])
    return _copy(grey, region.box, angle if abs(angle) > _LEVEL else 0.0, _MOST)


def _copy(
    grey: Any, box: tuple[float, float, float, float], angle: float, most: float
) -> tuple[Any, Any, float]:
    """Return an enlarged copy of a box with some margin, turned so that rows at `angle` lie level.

    With it come the matrix that leads back and by how much it was enlarged.
    """
    import numpy

    left, top, right, bottom = box
    width, height = right - left, bottom - top
    margin = max(8.0, 0.12 * max(width, height))
    width, height = width + 2 * margin, height + 2 * margin
    cos, sin = math.cos(angle), math.sin(angle)
    turned_width = width * abs(cos) + height * abs(sin)
    turned_height = width * abs(sin) + height * abs(cos)
    zoom = min(most, _LONGEST / max(turned_width, turned_height))
    columns, rows = max(1, round(turned_width * zoom)), max(1, round(turned_height * zoom))
    # From edge coordinates of the copy to edge coordinates of the picture.
    back = numpy.array(
        [
            [cos / zoom, -sin / zoom, (left + right) / 2 - (cos * columns - sin * rows) / (2 * zoom)],
            [sin / zoom, cos / zoom, (top + bottom) / 2 - (sin * columns + cos * rows) / (2 * zoom)],
            [0.0, 0.0, 1.0],
        ]
    )
    return _warped(grey, back, columns, rows), back, zoom


def _straightened(grey: Any, place: Corners) -> tuple[Any, Any, float]:
    """Return the inside of a quadrilateral as an upright rectangle with some margin."""
    import cv2
    import numpy

    quad = numpy.array([[point.x, point.y] for point in place], numpy.float32)
    sides = numpy.linalg.norm(quad - numpy.roll(quad, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2], 1.0), max(sides[1], sides[3], 1.0)
    margin = max(8.0, 0.12 * max(width, height))
    zoom = min(_MOST, _LONGEST / (max(width, height) + 2 * margin))
    rectangle = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32) + margin
    back = cv2.getPerspectiveTransform(rectangle * zoom, quad)
    columns, rows = round((width + 2 * margin) * zoom), round((height + 2 * margin) * zoom)
    return _warped(grey, back, columns, rows), back, zoom


def _warped(grey: Any, back: Any, columns: int, rows: int) -> Any:
    import cv2
    import numpy

    # OpenCV counts from the middle of the first pixel.
    half = numpy.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    return cv2.warpPerspective(
        grey,
        numpy.linalg.inv(half) @ back @ half,
        (columns, rows),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _sharpened(copy: Any, zoom: float) -> Any:
    import cv2

    blurred = cv2.GaussianBlur(copy, (0, 0), 1.2 * max(zoom, 1.0))
    return cv2.addWeighted(copy, 2.5, blurred, -1.5, 0.0)


def _moved(code: Code, back: Any) -> Code:
    """Return a code that was read in a copy with its corners in the picture."""
    return msgspec.structs.replace(code, corners=_carried(code.corners, back), note="enlarged")


def _carried(place: Corners, back: Any) -> Corners:
    import numpy

    points = numpy.array([[point.x, point.y, 1.0] for point in place]) @ back.T
    return corners((x / w, y / w) for x, y, w in points.tolist())

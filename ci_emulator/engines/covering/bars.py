"""How tall the bars of a bar code are: readers tell of the lines that they read along, which may be one of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_emulator.engines.covering.plane import Quad, onto, quad, sides, with_height

if TYPE_CHECKING:
    from PIL import Image

_SAMPLES = 400  # along the bars
_ROWS = 400  # in each direction
_TALLEST = 3.0  # times the width
_ALIKE = 0.45  # of how much the bars differ from their mean; text and ground differ by about all of it
_GAP = 3  # rows that may differ: scratches, noise


def whole_bars(grey: Image.Image, place: Quad) -> Quad:
    """Return the quadrilateral of a bar code made higher as far as the same bars go on, above and below.

    `grey` is the upright picture in 8-bit grey. A place without width comes back as it is.
    """
    from PIL import Image, ImageChops, ImageStat

    line = with_height(place, 2.0)
    width, height = sides(line)
    if width < 8:
        return place
    samples = min(_SAMPLES, int(width) + 1)
    reach = _TALLEST * width / height  # in heights of the line
    how = onto(line)
    step = max(1.0, _TALLEST * width / _ROWS) / height
    rows = int(reach / step)
    if rows < 1:
        return place

    def strip(start: float, end: float, count: int) -> Image.Image:
        area = quad(how(x, y) for x, y in ((0, start), (1, start), (1, end), (0, end)))
        spread = onto(area).after_scaling(1 / samples, 1 / count).coefficients()
        return grey.transform(
            (samples, count), Image.Transform.PERSPECTIVE, spread, Image.Resampling.BILINEAR, fillcolor=128
        )

    bars = strip(0.0, 1.0, max(1, min(64, int(height)))).resize((samples, 1), Image.Resampling.BOX)
    mean = int(ImageStat.Stat(bars).mean[0] + 0.5)
    contrast = ImageStat.Stat(ImageChops.difference(bars, Image.new("L", bars.size, mean))).mean[0]
    if contrast < 4:
        return place

    def same(start: float, end: float) -> int:
        block = strip(start, end, rows)
        differing = ImageChops.difference(block, bars.resize(block.size, Image.Resampling.NEAREST))
        column = differing.resize((1, rows), Image.Resampling.BOX).tobytes()
        last = 0
        for index, value in enumerate(column):
            if value < _ALIKE * contrast:
                last = index + 1
            elif index - last >= _GAP:
                break
        return last

    above = same(0.0, -rows * step) * step
    below = same(1.0, 1.0 + rows * step) * step
    return quad(how(x, y) for x, y in ((0, -above), (1, -above), (1, 1 + below), (0, 1 + below)))

"""Lines across the bars of a bar code: where they lie, how they look, whether neighbours show the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, cos, sin, tan
from operator import mul
from typing import Any, NamedTuple

from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.model import Corners


class Axis(NamedTuple):
    """A rectangle around bars, in edge coordinates: its middle, the angle of the axis (radians), length and height.

    The length is measured along the axis, which crosses the bars, the height along the bars.
    """

    x: float
    y: float
    angle: float
    length: float
    height: float


# Where lines are taken, as parts of the height from the middle.
LEVELS = (-0.24, -0.12, 0.0, 0.12, 0.24)

_LONGEST_LINE = 512  # samples

# Neighbouring lines may be shifted against each other by so many samples: the angle is not exact yet.
_SHIFT = 4

# How far a bar must differ from the mean around it, in standard deviations of the line.
_DEAD_ZONE = 0.4


def axis_corners(axis: Axis) -> Corners:
    """Return the four corners of the rectangle, clockwise, from the beginning of the axis."""
    right, down = cos(axis.angle) / 2, sin(axis.angle) / 2
    return corners(
        (
            axis.x + right * along * axis.length - down * across * axis.height,
            axis.y + down * along * axis.length + right * across * axis.height,
        )
        for along, across in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )


def sampled_lines(grey: Any, axis: Axis, levels: Sequence[float] = LEVELS) -> Any:
    """Return lines along the axis as float32 (levels, samples), about one sample a pixel.

    The levels are parts of the height from the middle.
    """
    import cv2
    import numpy as np

    count = int(min(_LONGEST_LINE, max(16.0, axis.length)))
    along = (np.arange(count, dtype=np.float32) + 0.5) * (axis.length / count) - axis.length / 2
    across = np.array(levels, np.float32)[:, None] * axis.height
    columns = axis.x - 0.5 + along * cos(axis.angle) - across * sin(axis.angle)
    rows = axis.y - 0.5 + along * sin(axis.angle) + across * cos(axis.angle)
    lines = cv2.remap(
        grey,
        columns.astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return lines.astype(np.float32)


def edges_along(lines: Any) -> int:
    """Return how often the median line changes between dark and light."""
    import cv2
    import numpy as np

    width = max(9, lines.shape[1] // 12) | 1
    local = lines - cv2.blur(lines, (width, 1))
    dead = _DEAD_ZONE * local.std(axis=1)
    counts = []
    for line, zone in zip(local, dead, strict=True):
        marks = line[np.abs(line) > zone] > 0
        counts.append(int(np.count_nonzero(marks[1:] != marks[:-1])))
    return sorted(counts)[len(counts) // 2]


def contrast(lines: Any) -> float:
    """Return the standard deviation of the lines, between 0 and 1 for 64 grey levels and more."""
    return min(1.0, float(lines.std(axis=1).mean()) / 64)


def agreement(lines: Any) -> float:
    """Return the mean correlation of neighbouring lines, each pair shifted as it fits best."""
    import numpy as np

    width = lines.shape[1] - 2 * _SHIFT
    total = []
    for one, other in pairwise(lines):
        fixed = one[_SHIFT:-_SHIFT] - one[_SHIFT:-_SHIFT].mean()
        windows = np.lib.stride_tricks.sliding_window_view(other, width)
        moved = windows - windows.mean(axis=1, keepdims=True)
        norms = np.sqrt((moved * moved).sum(axis=1) * (fixed * fixed).sum())
        total.append(float((moved @ fixed / np.maximum(norms, 1e-6)).max()))
    return sum(total) / len(total)


class Ruled(NamedTuple):
    """The bars of a rectangle as a bundle of lines that need not be parallel, as perspective has them.

    The bar that crosses the axis `along` pixels from its middle leans `lean + spread * along` pixels against the axis
    for every pixel across it.
    """

    axis: Axis
    lean: float
    spread: float

    def places(self, along: Any, across: Any) -> tuple[Any, Any]:
        """Return the edge coordinates x and y of places given along the axis and along the bars, from the middle."""
        slid = along + across * (self.lean + self.spread * along)
        x, y, right, down = self.axis.x, self.axis.y, cos(self.axis.angle), sin(self.axis.angle)
        return slid * right + (x - across * down), slid * down + (y + across * right)

    def sampled(
        self, grey: Any, along: Any, across: Any, *, smooth: bool = False, outside: int | None = None
    ) -> Any:
        """Return the grey levels at a grid of places as float32 (len(across), len(along)).

        Outside the picture lies the grey level `outside`, or what is on its edge when that is None.
        """
        import cv2
        import numpy as np

        # In numbers of pixels, whose middles are at halves of edge coordinates.
        middles = self._replace(axis=self.axis._replace(x=self.axis.x - 0.5, y=self.axis.y - 0.5))
        x, y = middles.places(np.asarray(along, np.float32)[None, :], np.asarray(across, np.float32)[:, None])
        method = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
        border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
        pixels = cv2.remap(
            grey,
            x,
            y,
            method,
            borderMode=border,
            borderValue=outside or 0,
        )
        return pixels.astype(np.float32)


_THIRDS = 3


def levelled(grey: Any, axis: Axis) -> Ruled:
    """Measure how the bars in a rectangle lean, at its beginning, in its middle and at its end."""
    import numpy as np

    columns = int(min(480.0, max(24.0, axis.length)))
    pitch = axis.length / columns
    rows = int(min(48.0, max(5.0, 0.7 * axis.height / pitch)))
    along = (np.arange(columns) + 0.5) * pitch - axis.length / 2
    across = (np.arange(rows) - (rows - 1) / 2) * pitch
    pixels = Ruled(axis, 0.0, 0.0).sampled(grey, along, across)
    # Differences over the same four pixels, so that both are of the same place.
    right = pixels[:, 1:] - pixels[:, :-1]
    down = pixels[1:] - pixels[:-1]
    right, down = right[1:] + right[:-1], down[:, 1:] + down[:, :-1]
    width = right.shape[1] // _THIRDS
    leans, weights, places = [], [], []
    for third in range(_THIRDS):
        part = np.s_[:, third * width : (third + 1) * width]
        xx = float((right[part] ** 2).sum())
        yy = float((down[part] ** 2).sum())
        xy = float((right[part] * down[part]).sum())
        # The bar runs at right angles to the direction of the differences.
        leans.append(-tan(0.5 * atan2(2 * xy, max(xx - yy, 1e-6))))
        weights.append(xx)
        places.append(float(along[int((third + 0.5) * width)]))
    if min(weights) <= 0.02 * max(weights) or not max(weights):
        middle = float(np.average(leans, weights=weights)) if max(weights) else 0.0
        return Ruled(axis, middle, 0.0)
    # The line through the three of least squares.
    total = sum(weights)
    place = sum(map(mul, weights, places)) / total
    lean = sum(map(mul, weights, leans)) / total
    apart = [one - place for one in places]
    spread = sum(map(mul, map(mul, weights, apart), leans)) / sum(map(mul, map(mul, weights, apart), apart))
    return Ruled(axis, lean - spread * place, spread)

"""How a label lies in the picture: size, rotation, perspective and the curve of a bottle, with exact coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.quality.labels import Label
from bench.quality.truth import Floats, Quad

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pose:
    """`size` is pixels of the picture per pixel of the label, `angle` and `bend` radians.

    `bend` is the angle on the cylinder between the middle of the label and its ends, 0 for a flat label; `upright`
    bends the height instead of the length. `corners` are how much each corner is drawn towards the middle, 0 to 1.
    """

    size: float
    angle: float
    corners: tuple[float, float, float, float]
    bend: float
    upright: bool


class Warp:
    """Maps points of a label to the picture and draws it there."""

    def __init__(self, label: Label, pose: Pose) -> None:
        self._label = label
        self._pose = pose
        width, height = label.size
        # The outline of the flat (or bent, seen from the front) label around (0, 0), in pixels of the picture.
        half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2.0
        outline = half * (1 - np.array(pose.corners))[:, np.newaxis] * pose.size
        cosine, sine = math.cos(pose.angle), math.sin(pose.angle)
        self.outline: Points = outline @ np.array([[cosine, sine], [-sine, cosine]])
        self._half = half

    def moved(self, x: float, y: float) -> None:
        """Move the label by so many pixels of the picture."""
        self.outline = self.outline + np.array([x, y])

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the outline, in edge coordinates."""
        (left, top), (right, bottom) = self.outline.min(axis=0), self.outline.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    def quad(self) -> Quad:
        """The corners of the code in the picture, in the code's own order."""
        left, top, right, bottom = self._label.box
        width, height = self._label.size
        points = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        points = self._bent(points - (width / 2, height / 2))
        found = cv2.perspectiveTransform(points[np.newaxis].astype(np.float64), self._homography())[0]
        a, b, c, d = ((float(x), float(y)) for x, y in found)
        return a, b, c, d

    def draw(self, levels: Floats, picture: Floats, oversampling: int) -> None:
        """Draw the label with these grey levels (its size) into the picture, each pixel an average over its area."""
        height, width = picture.shape
        left, top, right, bottom = self.bounds()
        x0, y0 = max(0, math.floor(left)), max(0, math.floor(top))
        x1, y1 = min(width, math.ceil(right)), min(height, math.ceil(bottom))
        size = ((x1 - x0) * oversampling, (y1 - y0) * oversampling)
        pixels = np.clip(levels, 0, 255).astype(np.uint8)
        fine, mask = self._resampled(pixels, (x0, y0), size, oversampling)
        area = (x1 - x0, y1 - y0)
        ink = cv2.resize(fine, area, interpolation=cv2.INTER_AREA).astype(np.float32)
        share = cv2.resize(mask, area, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        place = picture[y0:y1, x0:x1]
        place *= 1 - share
        place += ink

    def _homography(self) -> Any:
        return cv2.getPerspectiveTransform(self._half.astype(np.float32), self.outline.astype(np.float32))

    def _radius(self) -> float:
        """Of the cylinder, in pixels of the label, such that the seen outline keeps its size."""
        extent = float(np.abs(self._half[:, 1 if self._pose.upright else 0]).max())
        return extent / math.sin(self._pose.bend)

    def _bent(self, points: Points) -> Points:
        """Where points of the paper (relative to its middle) are seen from the front."""
        if not self._pose.bend:
            return points
        axis = 1 if self._pose.upright else 0
        extent = float(np.abs(self._half[:, axis]).max())
        bent = points.copy()
        bent[:, axis] = self._radius() * np.sin(points[:, axis] / extent * self._pose.bend)
        return bent

    def _resampled(
        self, pixels: NDArray[np.uint8], origin: tuple[int, int], size: tuple[int, int], oversampling: int
    ) -> tuple[Any, Any]:
        width, height = self._label.size
        # OpenCV counts from the middle of a pixel, everything else here from its edge.
        to_label = _shift(width / 2 - 0.5, height / 2 - 0.5)
        to_fine = (
            _shift(-0.5, -0.5) @ np.diag([oversampling, oversampling, 1.0]) @ _shift(-origin[0], -origin[1])
        )
        matrix = to_fine @ self._homography()
        opaque = np.full_like(pixels, 255)
        if not self._pose.bend:
            full = matrix @ np.linalg.inv(to_label)
            return (
                cv2.warpPerspective(pixels, full, size, flags=cv2.INTER_LINEAR),
                cv2.warpPerspective(opaque, full, size, flags=cv2.INTER_LINEAR),
            )
        x, y = self._unbent_map(np.linalg.inv(matrix), size)
        x += np.float32(width / 2 - 0.5)
        y += np.float32(height / 2 - 0.5)
        first, second = cv2.convertMaps(x, y, cv2.CV_16SC2)
        return (
            cv2.remap(pixels, first, second, cv2.INTER_LINEAR),
            cv2.remap(opaque, first, second, cv2.INTER_LINEAR),
        )

    def _unbent_map(self, inverse: Points, size: tuple[int, int]) -> tuple[Floats, Floats]:
        """For each fine pixel the point of the paper, relative to its middle; far away where there is none."""
        columns = np.arange(size[0], dtype=np.float32)[np.newaxis]
        rows = np.arange(size[1], dtype=np.float32)[:, np.newaxis]
        a = inverse.astype(np.float32)
        depth = a[2, 0] * columns + a[2, 1] * rows + a[2, 2]
        x = (a[0, 0] * columns + a[0, 1] * rows + a[0, 2]) / depth
        y = (a[1, 0] * columns + a[1, 1] * rows + a[1, 2]) / depth
        seen = y if self._pose.upright else x
        extent = float(np.abs(self._half[:, 1 if self._pose.upright else 0]).max())
        ratio = seen / np.float32(self._radius())
        paper = np.arcsin(np.clip(ratio, -1, 1)) * np.float32(extent / self._pose.bend)
        paper[np.abs(seen) > extent] = -1e5
        return (x, paper) if self._pose.upright else (paper, y)

    def shading(self) -> Floats:
        """How bright the bent paper is, 1 in the middle; of the label's size."""
        width, height = self._label.size
        if not self._pose.bend:
            return np.ones((1, 1), np.float32)
        count = height if self._pose.upright else width
        line = np.cos(np.linspace(-1, 1, count, dtype=np.float32) * np.float32(self._pose.bend)) ** 0.5
        across: Floats = line.astype(np.float32)[:, np.newaxis]
        return across if self._pose.upright else across.T


def _shift(x: float, y: float) -> Points:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def pose(draw: Random, *, size: float, angle: float, perspective: float, bend: float, upright: bool) -> Pose:
    """Return a pose with corners drawn in by up to `perspective`."""
    a, b, c, d = (perspective * draw.random() for _ in range(4))
    return Pose(size, angle, (a, b, c, d), bend, upright)

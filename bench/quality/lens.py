"""From a scene to a file: light that falls off, blur, noise, colour and compression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

from bench.quality import grounds
from bench.quality.conditions import Range
from bench.quality.truth import Floats, Grey


@dataclass(frozen=True, slots=True)
class Lens:
    """`gradient` is the change of light over half the picture, `defocus` and `motion` pixels, `noise` grey levels."""

    gradient: tuple[float, float]
    defocus: float
    motion: float
    motion_angle: float
    noise: float
    quality: int
    file: str


def draw_lens(draw: Random, limits: Range, module: float, megapixels: float) -> Lens:
    """Draw what happens to a picture whose smallest code has so many pixels a module."""
    strength, direction = draw.uniform(0, limits.gradient), draw.uniform(0, 2 * math.pi)
    blurred = draw.random()
    defocus = 0.0 if blurred < 0.25 else draw.uniform(*limits.defocus) * module
    motion = draw.uniform(0.5, 1.6) * module if draw.random() < limits.motion else 0.0
    return Lens(
        gradient=(strength * math.cos(direction), strength * math.sin(direction)),
        # A bar code of 6 px a module is not photographed at a blur that a small one would not survive.
        defocus=min(defocus, 2.5),
        motion=min(motion, 6.0),
        motion_angle=draw.uniform(0, math.pi),
        noise=draw.uniform(*limits.noise),
        quality=draw.randint(*limits.jpeg),
        file="PNG" if megapixels < 0.5 and draw.random() < 0.3 else "JPEG",
    )


def photograph(draw: Random, light: Floats, lens: Lens) -> Grey:
    """Return the picture as (height, width, 3): light, blur and noise, tinted a little."""
    height, width = light.shape
    across = np.linspace(-1, 1, width, dtype=np.float32)[np.newaxis] * np.float32(lens.gradient[0])
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, np.newaxis] * np.float32(lens.gradient[1])
    light = light * (1 + across + down)
    if lens.defocus > 0.15:
        light = cv2.GaussianBlur(light, (0, 0), lens.defocus).astype(np.float32, copy=False)
    if lens.motion > 1:
        streak = _streak(lens.motion, lens.motion_angle)
        light = cv2.filter2D(light, -1, streak).astype(np.float32, copy=False)
    if lens.noise > 0.1:
        light = light + grounds.grain(draw, width, height) * np.float32(lens.noise)
    grey = np.clip(light, 0, 255).astype(np.uint8)
    tables = [np.clip(np.arange(256) * draw.uniform(0.94, 1.04), 0, 255).astype(np.uint8) for _ in range(3)]
    return np.dstack([table[grey] for table in tables])


def encode(pixels: Grey, lens: Lens) -> bytes:
    """Return the file."""
    if lens.file == "PNG":
        return bytes(cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, lens.quality])[1])


def _streak(length: float, angle: float) -> Floats:
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side * 8, side * 8), np.float32)
    middle = side * 4
    x, y = math.cos(angle) * length * 4, math.sin(angle) * length * 4
    cv2.line(kernel, (round(middle - x), round(middle - y)), (round(middle + x), round(middle + y)), 1.0, 8)
    small = cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small / small.sum(), dtype=np.float32)

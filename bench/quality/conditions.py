"""What a scene is put through, by difficulty: sizes in pixels, angles in degrees, grey levels 0 to 255."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bench.quality.truth import Difficulty


@dataclass(frozen=True, slots=True)
class Range:
    """What one difficulty draws from."""

    module: tuple[float, float]
    free_angle: float
    tilt: float
    perspective: float
    bent: float
    bend: float
    inverted: float
    contrast: tuple[float, float]
    gradient: float
    defocus: tuple[float, float]
    motion: float
    noise: tuple[float, float]
    jpeg: tuple[int, int]


# `defocus` is the standard deviation in modules of the smallest code, `motion` the share of pictures with motion blur,
# `free_angle` the share of labels that lie at any angle; the others are off a side by up to `tilt`.
RANGES = {
    Difficulty.EASY: Range(
        module=(3.2, 6.0),
        free_angle=0.0,
        tilt=4.0,
        perspective=0.02,
        bent=0.0,
        bend=0.0,
        inverted=0.0,
        contrast=(140, 230),
        gradient=0.12,
        defocus=(0.0, 0.2),
        motion=0.0,
        noise=(0.0, 3.0),
        jpeg=(80, 96),
    ),
    Difficulty.MEDIUM: Range(
        module=(2.5, 5.0),
        free_angle=0.2,
        tilt=8.0,
        perspective=0.08,
        bent=0.08,
        bend=0.7,
        inverted=0.03,
        contrast=(90, 200),
        gradient=0.35,
        defocus=(0.0, 0.32),
        motion=0.04,
        noise=(1.0, 6.0),
        jpeg=(65, 92),
    ),
    Difficulty.HARD: Range(
        module=(1.8, 3.6),
        free_angle=0.5,
        tilt=12.0,
        perspective=0.2,
        bent=0.15,
        bend=1.0,
        inverted=0.06,
        contrast=(55, 160),
        gradient=0.5,
        defocus=(0.1, 0.5),
        motion=0.12,
        noise=(2.0, 9.0),
        jpeg=(45, 88),
    ),
}

_SIZES = ((640, 480), (1024, 768), (1280, 960), (1600, 1250))


def picture_size(draw: Random, share: float = 1.0, least: float = 0.0) -> tuple[int, int]:
    """Width and height of a picture such that `share` of its shorter side is at least `least` pixels, if any is.

    More than a third have 2 Mpx, less than a third stand upright.
    """
    width, height = draw.choices(_SIZES, weights=(3, 3, 2, 4))[0]
    if share * height < least:
        width, height = _SIZES[-1]
    return (height, width) if draw.random() < 0.3 else (width, height)


def angle(draw: Random, limits: Range) -> float:
    """Any angle, or one along a side of the picture give or take a little."""
    if draw.random() < limits.free_angle:
        return draw.uniform(0, 360)
    return draw.choice((0, 0, 0, 90, 180, 270)) + draw.choice((0.0, draw.uniform(-limits.tilt, limits.tilt)))

"""What is behind the labels: paper, textures, printed matter, clutter."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random

import cv2
import numpy as np

from bench.quality.truth import Floats, Grey


def generator(draw: Random) -> np.random.Generator:
    """Return numpy's generator, seeded from the scene's."""
    return np.random.default_rng(draw.randrange(2**32))


def cloudy(draw: Random, width: int, height: int, grain: int) -> Floats:
    """Smooth random values around 0, with a standard deviation near 1 and hills of `grain` pixels."""
    numbers = generator(draw)
    rows, columns = max(2, height // grain), max(2, width // grain)
    coarse = numbers.standard_normal((rows, columns), dtype=np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32, copy=False)


def grain(draw: Random, width: int, height: int) -> Floats:
    """White noise with standard deviation 1, made of one tile shifted about."""
    numbers = generator(draw)
    tile = numbers.standard_normal((509, 509), dtype=np.float32)
    return np.tile(tile, (height // 509 + 1, width // 509 + 1))[:height, :width]


def _paper(draw: Random, width: int, height: int) -> Floats:
    ground = cloudy(draw, width, height, 200) * draw.uniform(1, 5)
    ground += draw.uniform(120, 235)
    return ground


def _texture(draw: Random, width: int, height: int) -> Floats:
    ground = cloudy(draw, width, height, draw.choice((30, 60, 150))) * draw.uniform(8, 25)
    ground += cloudy(draw, width, height, draw.choice((3, 6, 12))) * draw.uniform(2, 14)
    ground += draw.uniform(70, 190)
    return ground


def _wood(draw: Random, width: int, height: int) -> Floats:
    ground = cloudy(draw, width, height, 120) * 10
    stripes = cloudy(draw, 4, height, draw.choice((4, 8)))[:, :1] * draw.uniform(6, 16)
    return ground + stripes + np.float32(draw.uniform(80, 170))


def _printed(draw: Random, width: int, height: int) -> Floats:
    ground = _pixels(_paper(draw, width, height))
    step = draw.randint(14, 40)
    ink = draw.uniform(10, 90)
    x = draw.randint(0, width // 4)
    for y in range(draw.randint(20, 60), height, step):
        if draw.random() < 0.15:
            cv2.line(ground, (x, y), (width - x, y), ink, draw.randint(1, 3))
            continue
        line = " ".join(words(draw) for _ in range(draw.randint(2, 12)))
        cv2.putText(ground, line, (x, y), cv2.FONT_HERSHEY_SIMPLEX, step / 45, ink, 1, cv2.LINE_AA)
    return ground.astype(np.float32)


def _pixels(levels: Floats) -> Grey:
    """OpenCV draws text on 8-bit pixels only."""
    return np.clip(levels, 0, 255).astype(np.uint8)


def words(draw: Random) -> str:
    """One word or number."""
    return "".join(draw.choices(string.ascii_lowercase + string.digits, k=draw.randint(2, 9)))


def _clutter(draw: Random, width: int, height: int) -> Floats:
    ground = _pixels(_texture(draw, width, height))
    for _ in range(draw.randint(5, 25)):
        start = (draw.randrange(width), draw.randrange(height))
        end = (
            start[0] + draw.randint(-width // 3, width // 3),
            start[1] + draw.randint(-height // 3, height // 3),
        )
        ink = draw.uniform(20, 240)
        shape = draw.random()
        if shape < 0.3:
            cv2.line(ground, start, end, ink, draw.randint(1, 12), cv2.LINE_AA)
        elif shape < 0.6:
            cv2.rectangle(ground, start, end, ink, draw.choice((-1, 2, 5)))
        elif shape < 0.75:
            cv2.circle(ground, start, draw.randint(8, 120), ink, draw.choice((-1, 3)), cv2.LINE_AA)
        else:
            cv2.putText(
                ground,
                words(draw).upper(),
                start,
                draw.choice((0, 2, 3, 4)),
                draw.uniform(0.4, 3),
                ink,
                draw.randint(1, 5),
                cv2.LINE_AA,
            )
    return ground.astype(np.float32)


GROUNDS: dict[str, Callable[[Random, int, int], Floats]] = {
    "paper": _paper,
    "texture": _texture,
    "wood": _wood,
    "printed": _printed,
    "clutter": _clutter,
}


def ground(draw: Random, width: int, height: int) -> tuple[str, Floats]:
    """Draw a background; returns its name and its grey levels."""
    name = draw.choice(list(GROUNDS))
    return name, np.ascontiguousarray(GROUNDS[name](draw, width, height), dtype=np.float32)

"""Pictures without any code: textures, print, and what looks like codes and is none."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np

from bench.quality import conditions, grounds, lens
from bench.quality.conditions import RANGES
from bench.quality.truth import Difficulty, Floats, Grey, Scene


def _canvas(draw: Random, width: int, height: int) -> Grey:
    return np.full((height, width), draw.randint(180, 250), np.uint8)


def _ground(draw: Random, width: int, height: int) -> Floats:
    return grounds.ground(draw, width, height)[1]


def _stripes(draw: Random, width: int, height: int) -> Grey:
    """Bars of random widths, as in a barcode font's ornament, a fence or a crosswalk."""
    picture = _canvas(draw, width, height)
    left, top = draw.randint(10, width // 4), draw.randint(10, height // 4)
    right, bottom = draw.randint(width // 2, width - 10), draw.randint(height // 2, height - 10)
    unit = draw.choice((1, 2, 3, 5, 12, 30))
    regular = draw.random() < 0.4
    x = left
    while x < right:
        wide = unit if regular else unit * draw.randint(1, 4)
        cv2.rectangle(picture, (x, top), (min(x + wide - 1, right), bottom), 25, -1)
        x += wide + (unit if regular else unit * draw.randint(1, 4))
    return picture


def _piano(draw: Random, width: int, height: int) -> Grey:
    picture = _canvas(draw, width, height)
    key = draw.randint(8, 40)
    top, bottom = height // 4, 3 * height // 4
    for number, x in enumerate(range(20, width - 20 - key, key)):
        cv2.rectangle(picture, (x, top), (x + key, bottom), 40, 1)
        if number % 7 not in {2, 6}:
            cv2.rectangle(
                picture, (x + 2 * key // 3, top), (x + 4 * key // 3, (2 * bottom + top) // 3), 15, -1
            )
    return picture


def _keyboard(draw: Random, width: int, height: int) -> Grey:
    picture = np.full((height, width), draw.randint(40, 200), np.uint8)
    key = draw.randint(14, 60)
    shade = draw.choice((20, 235))
    for y in range(10, height - key, key + key // 5):
        for x in range(10, width - key, key + key // 5):
            cv2.rectangle(picture, (x, y), (x + key, y + key), shade, -1)
            letter = draw.choice("QWERTZUIOPASDFGHJKLYXCVBNM1234567890")
            cv2.putText(
                picture, letter, (x + key // 4, y + 3 * key // 4), 0, key / 40, 255 - shade, 1, cv2.LINE_AA
            )
    return picture


def _modules(draw: Random, width: int, height: int) -> Grey:
    """Random black and white squares, some with the finder patterns of a QR code: a code's look without its sense."""
    picture = _canvas(draw, width, height)
    for _ in range(draw.randint(1, 6)):
        square = _random_square(draw)
        side = square.shape[0]
        if side < min(width, height) - 20:
            x, y = draw.randint(10, width - side - 10), draw.randint(10, height - side - 10)
            picture[y : y + side, x : x + side] = square
    return picture


def _random_square(draw: Random) -> Grey:
    count, module = draw.choice((14, 21, 25, 33, 45)), draw.randint(2, 8)
    cells = (grounds.generator(draw).random((count, count)) < 0.5).astype(np.uint8)
    if draw.random() < 0.6:
        finder = np.zeros((8, 8), np.uint8)
        finder[:7, :7] = 1
        finder[1:6, 1:6] = 0
        finder[2:5, 2:5] = 1
        cells[:8, :8], cells[:8, -8:], cells[-8:, :8] = finder, finder[:, ::-1], finder[::-1]
    return np.kron(1 - cells, np.ones((module, module), np.uint8)) * 220 + 20


def _table(draw: Random, width: int, height: int) -> Grey:
    picture = _canvas(draw, width, height)
    row, column = draw.randint(16, 50), draw.randint(40, 160)
    for y in range(20, height - 20, row):
        cv2.line(picture, (20, y), (width - 20, y), 60, 1)
        for x in range(24, width - column, column):
            word = str(draw.randrange(10 ** draw.randint(1, 6)))
            cv2.putText(picture, word, (x, y + 2 * row // 3), 0, row / 60, 30, 1, cv2.LINE_AA)
    for x in range(20, width - 20, column):
        cv2.line(picture, (x, 20), (x, height - 20), 60, 1)
    return picture


def _dithered(draw: Random, width: int, height: int) -> Grey:
    """A smooth picture made of black and white dots in a fixed pattern, as newspapers print."""
    light = grounds.cloudy(draw, width, height, draw.randint(60, 200)) * 60 + 128
    size = draw.choice((2, 4, 8))
    thresholds = np.zeros((1, 1))
    while thresholds.shape[0] < size:
        thresholds = np.block(
            [[4 * thresholds, 4 * thresholds + 2], [4 * thresholds + 3, 4 * thresholds + 1]]
        )
    unit = draw.choice((1, 2, 3))
    pattern = np.kron((thresholds + 0.5) * 256 / size**2, np.ones((unit, unit)))
    tiled = np.tile(pattern, (height // pattern.shape[0] + 1, width // pattern.shape[1] + 1))[:height, :width]
    return np.where(light > tiled, 240, 20).astype(np.uint8)


def _rings(draw: Random, width: int, height: int) -> Grey:
    """Targets and boards: the centres of Aztec and MaxiCode, and the corners of chessboards."""
    picture = _canvas(draw, width, height)
    for _ in range(draw.randint(2, 12)):
        center = (draw.randrange(width), draw.randrange(height))
        gap = draw.randint(2, 10)
        for radius in range(gap, gap * draw.randint(3, 9), 2 * gap):
            if draw.random() < 0.5:
                cv2.circle(picture, center, radius, 20, gap, cv2.LINE_AA)
            else:
                corner = (center[0] - radius, center[1] - radius)
                cv2.rectangle(picture, corner, (center[0] + radius, center[1] + radius), 20, gap)
    return picture


DECOYS: dict[str, Callable[[Random, int, int], Floats | Grey]] = {
    "ground": _ground,
    "stripes": _stripes,
    "piano": _piano,
    "keyboard": _keyboard,
    "modules": _modules,
    "table": _table,
    "dithered": _dithered,
    "rings": _rings,
}


def compose(seed: int) -> Scene:
    """Compose the picture of a seed: each sort and each difficulty in turn, half of them turned a little."""
    draw = Random(f"{seed} without codes")
    name = list(DECOYS)[seed % len(DECOYS)]
    difficulty = list(Difficulty)[seed // len(DECOYS) % 3]
    width, height = conditions.picture_size(draw)
    picture = DECOYS[name](draw, width, height).astype(np.float32)
    if draw.random() < 0.5:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), draw.uniform(-45, 45), draw.uniform(0.7, 1.2))
        turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        picture = turned.astype(np.float32, copy=False)
    taking = lens.draw_lens(draw, RANGES[difficulty], 2.0, width * height / 1e6)
    data = lens.encode(lens.photograph(draw, picture, taking), taking)
    return Scene(
        seed=seed,
        name=f"{name}-{seed}",
        difficulty=difficulty,
        width=width,
        height=height,
        data=data,
        codes=(),
        conditions={"decoy": name, "noise": round(taking.noise, 1), "defocus": round(taking.defocus, 2)},
    )

"""Composes pictures of labels from a seed: the same seed gives the same bytes."""

from __future__ import annotations

import math
from random import Random

import numpy as np

from bench.quality import conditions, grounds, labels, lens, symbols, warps
from bench.quality.conditions import RANGES, Range
from bench.quality.symbols import Symbol
from bench.quality.truth import Difficulty, Floats, Scene, TrueCode
from ci_emulator.engines.codes.model import Symbology

KINDS = tuple(symbols.MAKERS)

_PLACES_TRIED = 30
# A code takes no more than this part of the picture's shorter side.
_SHARE = 0.8
# A hexagon of a MaxiCode below this cannot be told from its neighbours by any reader.
_SMALLEST_HEXAGON = 2.0


def compose(seed: int, kind: Symbology | None = None) -> Scene:
    """Compose the picture of a seed; its codes are of one kind, or the first of a kind and the others of any.

    Seeds go through the three difficulties in turn, and through the kinds every third one.
    """
    difficulty = list(Difficulty)[seed % 3]
    # The seed alone decides, but pictures of another kind shall not be alike.
    draw = Random(f"{seed} {kind or ''}")
    limits = RANGES[difficulty]
    made = _symbols(draw, seed, kind)
    width, height = conditions.picture_size(draw, _SHARE, least=limits.module[0] * made[0].modules)
    name, picture = grounds.ground(draw, width, height)
    codes: list[TrueCode] = []
    taken: list[tuple[float, float, float, float]] = []
    for symbol in made:
        code = _place(draw, limits, symbol, picture, taken)
        if code is not None:
            codes.append(code)
    smallest = min((code.conditions["module"] for code in codes), default=3.0)
    taking = lens.draw_lens(draw, limits, smallest, width * height / 1e6)
    data = lens.encode(lens.photograph(draw, picture, taking), taking)
    return Scene(
        seed=seed,
        name=f"{seed}",
        difficulty=difficulty,
        width=width,
        height=height,
        data=data,
        codes=tuple(codes),
        conditions={
            "ground": name,
            "gradient": round(math.hypot(*taking.gradient), 2),
            "defocus": round(taking.defocus, 2),
            "motion": round(taking.motion, 2),
            "noise": round(taking.noise, 1),
            "file": taking.file,
            "quality": taking.quality,
        },
    )


def _symbols(draw: Random, seed: int, kind: Symbology | None) -> list[Symbol]:
    first = symbols.make(kind or KINDS[seed // 3 % len(KINDS)], draw)
    # Now and then the same label twice: two codes, not one.
    others = [
        first if draw.random() < 0.1 else symbols.make(kind or draw.choice(KINDS), draw)
        for _ in range(draw.choice((0, 0, 0, 1, 2, 3)))
    ]
    return [first, *others]


def _place(
    draw: Random,
    limits: Range,
    symbol: Symbol,
    picture: Floats,
    taken: list[tuple[float, float, float, float]],
) -> TrueCode | None:
    """Draw a symbol on a label where there is room; returns None when there is none."""
    height, width = picture.shape
    low, high = limits.module
    module = low * (high / low) ** draw.random()
    if symbol.symbology is Symbology.MAXICODE:
        module = max(module, _SMALLEST_HEXAGON)
    module = min(module, _SHARE * min(width, height) / symbol.modules)
    if module < 0.7 * low:
        return None
    oversampling = 4 if module < 2.5 else 3 if module < 4 else 2
    label = labels.draw_label(draw, symbol, module * oversampling)
    degrees = conditions.angle(draw, limits)
    perspective = draw.choice((0.0, limits.perspective * draw.random(), limits.perspective))
    bent = draw.random() < limits.bent
    bend = draw.uniform(0.3, limits.bend) if bent else 0.0
    warp = warps.Warp(
        label,
        warps.pose(
            draw,
            size=module / label.scale,
            angle=math.radians(degrees),
            perspective=perspective,
            bend=bend,
            upright=draw.random() < 0.3,
        ),
    )
    if not _move_to_free_place(draw, warp, (width, height), taken):
        return None
    inverted = draw.random() < limits.inverted
    contrast = draw.uniform(*limits.contrast)
    dark = draw.uniform(5, max(6.0, 245 - contrast))
    ink = 255 - label.ink if inverted else label.ink
    levels = ink.astype(np.float32) * np.float32(contrast / 255) + np.float32(dark)
    warp.draw(levels * warp.shading(), picture, oversampling)
    return TrueCode(
        symbology=symbol.symbology,
        text=symbol.text,
        addon=symbol.addon,
        quad=warp.quad(),
        conditions={
            "module": round(module, 2),
            "angle": round(degrees % 360, 1),
            "perspective": round(perspective, 3),
            "bend": round(bend, 2),
            "inverted": inverted,
            "contrast": round(contrast),
            "captioned": label.captioned,
        },
    )


def _move_to_free_place(
    draw: Random,
    warp: warps.Warp,
    size: tuple[int, int],
    taken: list[tuple[float, float, float, float]],
) -> bool:
    left, top, right, bottom = warp.bounds()
    long, tall = right - left, bottom - top
    if long > size[0] - 4 or tall > size[1] - 4:
        return False
    for _ in range(_PLACES_TRIED):
        x, y = draw.uniform(2, size[0] - long - 2), draw.uniform(2, size[1] - tall - 2)
        box = (x, y, x + long, y + tall)
        if all(
            box[2] < other[0] or other[2] < box[0] or box[3] < other[1] or other[3] < box[1]
            for other in taken
        ):
            taken.append(box)
            warp.moved(x - left, y - top)
            return True
    return False

"""Labels: a symbol with its quiet zone, what is printed around it, and the paper it is on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

from bench.quality.symbols import Symbol
from bench.quality.truth import Grey
from ci_emulator.engines.codes.model import Symbology

# Digits of retail codes in groups: (how many, where their middle is as a part of the length of the bars).
_GROUPS: dict[Symbology, tuple[tuple[int, float], ...]] = {
    Symbology.EAN_13: ((1, -0.07), (6, 0.26), (6, 0.74)),
    Symbology.EAN_8: ((4, 0.25), (4, 0.75)),
    Symbology.UPC_A: ((1, -0.07), (5, 0.3), (5, 0.7), (1, 1.07)),
    Symbology.UPC_E: ((1, -0.1), (6, 0.48), (1, 1.1)),
}
_CAPTION_MODULES = 7
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Label:
    """`ink` is 0 where it is printed and 255 where it is paper, with `scale` pixels a module.

    `box` is the code's own place (left, top, right, bottom) in these pixels, `captioned` whether the text is printed.
    """

    ink: Grey
    scale: float
    box: tuple[float, float, float, float]
    captioned: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.ink.shape[1], self.ink.shape[0]


def draw_label(draw: Random, symbol: Symbol, scale: float) -> Label:
    """Lay out a label with at least `scale` pixels a module."""
    factor = max(1, int(np.ceil(scale / symbol.pitch)))
    scale = factor * symbol.pitch
    pattern = np.kron(symbol.pattern, np.ones((factor, factor), np.uint8))
    height, width = pattern.shape
    captioned = bool(symbol.caption) and draw.random() < 0.6
    quiet = int(np.ceil(symbol.quiet * scale))
    above = below = max(quiet if not symbol.caption else 0, int(3 * scale))
    if captioned:
        below += int((_CAPTION_MODULES + 2) * scale)
    title = draw.random() < 0.35
    if title:
        above += int(10 * scale)
    extra = int(draw.choice((0, 0, 4, 10)) * scale)
    left, top = quiet + extra, above + extra
    ink = np.full((top + height + below + extra, width + 2 * left), 255, np.uint8)
    ink[top : top + height, left : left + width] = pattern
    x0, y0, x1, y1 = (value * factor for value in symbol.box)
    box = (left + x0, top + y0, left + x1, top + y1)
    if captioned:
        _print_caption(ink, symbol, box, scale)
    if title:
        words = "".join(draw.choices("ABCDEFGHIJKLMNOPRSTUVW aeiou 0123456789.", k=draw.randint(6, 16)))
        _print(ink, words, (ink.shape[1] / 2, extra + 6 * scale), 5 * scale, ink.shape[1] * 0.9)
    if extra and draw.random() < 0.4:
        edge = extra // 2
        cv2.rectangle(
            ink, (edge, edge), (ink.shape[1] - edge, ink.shape[0] - edge), 0, max(1, int(scale * 0.6))
        )
    return Label(ink, scale, box, captioned)


def _print_caption(ink: Grey, symbol: Symbol, box: tuple[float, float, float, float], scale: float) -> None:
    left, _, right, bottom = box
    groups = _GROUPS.get(symbol.symbology)
    if groups is None:
        _print(
            ink,
            symbol.caption,
            ((left + right) / 2, bottom + 5.5 * scale),
            _CAPTION_MODULES * scale,
            right - left,
        )
        return
    start = 0
    for count, middle in groups:
        text = symbol.caption[start : start + count]
        start += count
        center = (left + middle * (right - left), bottom + 5 * scale)
        _print(ink, text, center, _CAPTION_MODULES * scale, 0.38 * (right - left))


def _print(ink: Grey, text: str, center: tuple[float, float], height: float, most: float) -> None:
    """Print a line of text centred on a point, at most `most` pixels long."""
    (long, tall), _ = cv2.getTextSize(text, _FONT, 1.0, 1)
    size = min(height * 0.75 / tall, most / max(1, long))
    at = (round(center[0] - long * size / 2), round(center[1] + tall * size / 2))
    cv2.putText(ink, text, at, _FONT, size, 0, max(1, round(size * 1.6)), cv2.LINE_AA)

"""What is known about a composed picture: its codes, where they are, and what was done to them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ci_emulator.engines.codes.model import Symbology

Grey = NDArray[np.uint8]
"""Pixels of an 8-bit grey picture, (height, width)."""

Floats = NDArray[np.float32]

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Top left, top right, bottom right, bottom left of a code as printed, without quiet zone, in edge coordinates."""


class Difficulty(StrEnum):
    """A third of the scenes each."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class TrueCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code in a picture. `conditions` are its own: module in px, angle in degrees, perspective, curve, inverted…"""

    symbology: Symbology
    text: str
    addon: str = ""
    quad: Quad
    conditions: dict[str, Any]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """An encoded picture and the truth about it; `conditions` hold for all of it: light, blur, noise, compression."""

    seed: int
    name: str
    difficulty: Difficulty
    width: int
    height: int
    data: bytes
    codes: tuple[TrueCode, ...]
    conditions: dict[str, Any]

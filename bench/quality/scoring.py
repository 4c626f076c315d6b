"""Compares what a contender reported with the truth about a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import msgspec
import numpy as np

from bench.quality.canonical import addon_of, canonical
from bench.quality.contenders import Found, Points
from bench.quality.truth import TrueCode
from ci_emulator.engines.codes.model import Symbology

_ADDONS = frozenset({Symbology.EAN_2, Symbology.EAN_5})

# How far from a code the middle of what was reported may lie: pixels, and a part of the code's shorter side.
_SLACK = 8.0
_SLACK_PART = 0.25


class Hit(msgspec.Struct, frozen=True):
    """A code that was read: its index in the scene, the mean distance of the corners in px, the overlap (0 to 1)."""

    code: int
    corner_error: float
    overlap: float
    addon: bool = False


class Astray(msgspec.Struct, frozen=True):
    """A report that hits nothing. `code` is the index of the code at its place, None where there is none."""

    text: str
    symbology: Symbology
    corners: Points
    code: int | None


class Score(msgspec.Struct, frozen=True):
    """What the reports of a contender are.

    `wrong` are texts that no code has, `misplaced` those of a code that lies elsewhere; `duplicates` counts further
    reports of a code that was read already, right but superfluous.
    """

    hits: tuple[Hit, ...]
    wrong: tuple[Astray, ...]
    misplaced: tuple[Astray, ...]
    duplicates: int


class _Candidate(NamedTuple):
    distance: float
    found: int
    code: int


def score(codes: Sequence[TrueCode], reported: Sequence[Found]) -> Score:
    """Match reports with codes: the text must be right and the middle of the report lie on the code.

    Each code is hit by one report at most, the nearest first.
    """
    candidates = sorted(
        _Candidate(math.dist(_middle(found.corners), _middle(code.quad)), number, index)
        for number, found in enumerate(reported)
        for index, code in enumerate(codes)
        if _is_at(found, code) and _says(found, code)
    )
    hit_by: dict[int, int] = {}
    used: set[int] = set()
    for _, number, index in candidates:
        if number in used:
            continue
        if index not in hit_by:
            hit_by[index] = number
            used.add(number)
    duplicates = {number for _, number, _ in candidates} - used
    hits = tuple(
        Hit(
            index,
            corner_error(reported[number], codes[index]),
            overlap(reported[number].corners, codes[index].quad),
            _addon_was_read(codes[index], reported[number], reported),
        )
        for index, number in sorted(hit_by.items())
    )
    wrong: list[Astray] = []
    misplaced: list[Astray] = []
    for number, found in enumerate(reported):
        if number in used or number in duplicates or _is_right_addon(found, codes):
            continue
        astray = Astray(found.text, found.symbology, found.corners, _code_at(found, codes))
        (misplaced if any(_says(found, code) for code in codes) else wrong).append(astray)
    return Score(hits, tuple(wrong), tuple(misplaced), len(duplicates))


def _says(found: Found, code: TrueCode) -> bool:
    if canonical(found.symbology, found.text) != canonical(code.symbology, code.text):
        return False
    addon = addon_of(found.text) if code.addon else ""
    return addon in {"", code.addon}


def _is_at(found: Found, code: TrueCode) -> bool:
    quad = np.array(code.quad, np.float32)
    sides = [float(np.linalg.norm(quad[index] - quad[index - 1])) for index in range(4)]
    slack = max(_SLACK, _SLACK_PART * min(sides))
    return bool(cv2.pointPolygonTest(quad, _middle(found.corners), measureDist=True) >= -slack)


def _code_at(found: Found, codes: Sequence[TrueCode]) -> int | None:
    return next((index for index, code in enumerate(codes) if _is_at(found, code)), None)


def _middle(points: Points) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _is_right_addon(found: Found, codes: Sequence[TrueCode]) -> bool:
    """Whether this is an add-on, reported on its own, beside its code: within one length of it."""
    if found.symbology not in _ADDONS:
        return False
    middle = _middle(found.corners)
    return any(
        code.addon == found.text
        and math.dist(middle, _middle(code.quad)) < 1.5 * math.dist(code.quad[0], code.quad[1])
        for code in codes
    )


def _addon_was_read(code: TrueCode, found: Found, reported: Sequence[Found]) -> bool:
    if not code.addon:
        return False
    return addon_of(found.text) == code.addon or any(
        other.symbology in _ADDONS and _is_right_addon(other, [code]) for other in reported
    )


def corner_error(found: Found, code: TrueCode) -> float:
    """The mean distance of the four corners in pixels, in the code's order; the best order where none was told."""
    corners = list(found.corners)
    orders = [corners]
    if not found.ordered:
        turned = [corners[index:] + corners[:index] for index in range(4)]
        orders = turned + [order[::-1] for order in turned]
    return min(
        sum(math.dist(one, other) for one, other in zip(order, code.quad, strict=True)) / 4
        for order in orders
    )


def overlap(one: Points, other: Points) -> float:
    """The area that two quadrilaterals share, as a part of the area that they cover together."""
    first, second = _hull(one), _hull(other)
    common = float(cv2.intersectConvexConvex(first, second)[0])
    together = float(cv2.contourArea(first)) + float(cv2.contourArea(second)) - common
    return common / together if together > 0 else 0.0


def _hull(points: Points) -> Any:
    return cv2.convexHull(np.array(points, np.float32))

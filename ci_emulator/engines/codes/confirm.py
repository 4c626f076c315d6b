"""Asks the bars themselves whether a bar code was read rightly.

A library that follows single scan lines misreads blurred retail codes, ITF and Codabar now and then, check digit included, and
takes a part of an ITF for the whole. The mean of all of a code's lines says better what is there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from ci_emulator.engines.codes.enlarge import DOUBTFUL, read_region
from ci_emulator.engines.codes.geometry import are_alike
from ci_emulator.engines.codes.linear_regions import Bars
from ci_emulator.engines.codes.matrix_regions import LOCATED, Region
from ci_emulator.engines.codes.model import Code, Corners, Symbology
from ci_emulator.engines.codes.retail import ADD_ONS, RETAIL
from ci_emulator.engines.codes.straighten import read_bars

#: What is misread easily, and counts only when it is read again alike.
_WEAK = RETAIL | {Symbology.ITF, Symbology.CODABAR, Symbology.CODE_39}

#: What a second reading may correct, but often cannot read at all: these may be stacked.
_CORRECTABLE = frozenset({Symbology.DATABAR})

_BESIDE = frozenset(ADD_ONS.values())

#: How often one of two opposite sides of a rectangle may be the other, seen at an angle.
_CROOKED = 1.5


def confirmed(pixels: Any, codes: Iterable[Code]) -> list[Code]:
    """Return codes of an 8-bit array (height, width), those that are misread easily as they are read again.

    The places of bar codes are those of all their bars; an add-on stands behind the code that it belongs to.
    """
    checked: list[Code] = []
    for code, beside in _with_add_ons(codes):
        if code.symbology in DOUBTFUL:
            checked += [code] if _is_whole(pixels, code) else []
            continue
        if code.symbology not in _WEAK | _CORRECTABLE:
            checked.append(code)
            continue
        again = read_bars(pixels, _bars(code, beside))
        main = next((one for one in again if one.symbology not in _BESIDE), None)
        if main is None:
            checked += [code] if code.symbology in _CORRECTABLE else []
            continue
        same = (main.symbology, main.text) == (code.symbology, code.text)
        checked.append(code if same else main)
        if same and beside is not None and any(one.text == beside.text for one in again):
            checked.append(beside)
    return checked


def _is_whole(pixels: Any, code: Code) -> bool:
    """Tell whether a stacked code was located as a whole, or else is read again alike where it lies.

    Of rows that are half guessed, error correction makes some other text now and then; then the place is crooked as well.
    """
    if are_alike(code.corners, _CROOKED):
        return True
    columns, rows = [point.x for point in code.corners], [point.y for point in code.corners]
    box = (min(columns), min(rows), max(columns), max(rows))
    again = read_region(pixels, Region(box, None, LOCATED, code.corners))
    return any(one.text == code.text for one in again)


def _with_add_ons(codes: Iterable[Code]) -> Iterator[tuple[Code, Code | None]]:
    """Yield each code with the add-on that follows it."""
    main: Code | None = None
    for code in codes:
        if code.symbology in _BESIDE:
            if main is not None:
                yield main, code
            main = None
            continue
        if main is not None:
            yield main, None
        main = code
    if main is not None:
        yield main, None


def _bars(code: Code, beside: Code | None) -> Bars:
    """Return the bars of a code, and those of its add-on with them."""
    place: Corners = code.corners
    if beside is not None:
        place = (place[0], beside.corners[1], beside.corners[2], place[3])
    start, end = code.corners[0], code.corners[1]
    return Bars(place, math.atan2(end.y - start.y, end.x - start.x))

"""Retail codes: which of the symbologies of the GS1 General Specifications a number is, and where its add-on lies.

A UPC-A symbol is an EAN-13 symbol whose number begins with 0, bar for bar, and every reader of the ZXing family reports
such a one as UPC-A, with 12 digits. (zxing-cpp 3.1 and zbar by default report EAN-13; nothing in their answers tells the
two apart.) An add-on of two or five digits is a code of its own beside the main one.
"""

from __future__ import annotations

from ci_emulator.engines.codes.model import Corners, Point, Symbology

RETAIL = frozenset({Symbology.EAN_13, Symbology.EAN_8, Symbology.UPC_A, Symbology.UPC_E})

ADD_ONS = {2: Symbology.EAN_2, 5: Symbology.EAN_5}
"""The symbology of an add-on by the number of its digits."""

_MODULES = {
    Symbology.EAN_13: 95,
    Symbology.UPC_A: 95,
    Symbology.EAN_8: 67,
    Symbology.UPC_E: 51,
    Symbology.EAN_2: 20,
    Symbology.EAN_5: 47,
}

#: Between a code and its add-on lie 7 to 12 modules; printers keep to the 9 in the middle or a little less.
_GAP = 8


def canonical(symbology: Symbology, number: str) -> tuple[Symbology, str]:
    """Return the symbology and the number of a retail code as they are reported."""
    if symbology is Symbology.EAN_13 and len(number) == 13 and number[0] == "0":
        return Symbology.UPC_A, number[1:]
    return symbology, number


def split_off(corners: Corners, symbology: Symbology, digits: int) -> tuple[Corners, Corners]:
    """Split the place of a code with an add-on of some digits in two; without digits the second is the first."""
    if not digits:
        return corners, corners
    modules = _MODULES[symbology]
    total = modules + _GAP + _MODULES[ADD_ONS[digits]]
    end, begin = modules / total, (modules + _GAP) / total
    return _between(corners, 0.0, end), _between(corners, begin, 1.0)


def _between(corners: Corners, begin: float, end: float) -> Corners:
    top_left, top_right, bottom_right, bottom_left = corners
    return (
        _along(top_left, top_right, begin),
        _along(top_left, top_right, end),
        _along(bottom_left, bottom_right, end),
        _along(bottom_left, bottom_right, begin),
    )


def _along(start: Point, end: Point, part: float) -> Point:
    return Point(start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part)

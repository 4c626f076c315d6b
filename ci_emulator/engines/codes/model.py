"""What a reading says, in types that travel between processes as msgpack."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

Kinds = Literal["linear", "matrix"]
"""A restriction of a reading: bar codes only, or two-dimensional codes only (PDF417 counts as two-dimensional)."""


class Symbology(StrEnum):
    """The kinds of code that a reader can report, one canonical name each (as far as zxing-cpp 3.1 tells them apart)."""

    QR_CODE = "QR_CODE"
    MICRO_QR_CODE = "MICRO_QR_CODE"
    RMQR_CODE = "RMQR_CODE"
    DATA_MATRIX = "DATA_MATRIX"
    PDF_417 = "PDF_417"
    MICRO_PDF_417 = "MICRO_PDF_417"
    AZTEC = "AZTEC"
    MAXICODE = "MAXICODE"
    EAN_13 = "EAN_13"
    EAN_8 = "EAN_8"
    EAN_2 = "EAN_2"
    EAN_5 = "EAN_5"
    UPC_A = "UPC_A"
    UPC_E = "UPC_E"
    CODE_39 = "CODE_39"
    CODE_93 = "CODE_93"
    CODE_128 = "CODE_128"
    ITF = "ITF"
    CODABAR = "CODABAR"
    DATABAR = "DATABAR"
    DATABAR_LIMITED = "DATABAR_LIMITED"
    DATABAR_EXPANDED = "DATABAR_EXPANDED"
    TELEPEN = "TELEPEN"
    OTHER = "OTHER"

    @property
    def is_linear(self) -> bool:
        """Whether the code is a bar code: read along one line, so its corners say little."""
        return self not in _MATRIX

    def matches(self, only: Kinds | None) -> bool:
        """Tell whether a reading restricted to `only` may report this symbology."""
        return only is None or self.is_linear == (only == "linear")


_MATRIX = frozenset({
    Symbology.QR_CODE,
    Symbology.MICRO_QR_CODE,
    Symbology.RMQR_CODE,
    Symbology.DATA_MATRIX,
    Symbology.PDF_417,
    Symbology.MICRO_PDF_417,
    Symbology.AZTEC,
    Symbology.MAXICODE,
})  # fmt: skip


class Point(msgspec.Struct, frozen=True):
    """A place in the picture in pixels, measured from its top left corner to the right and down.

    Edge coordinates: 0 is the left edge of the first pixel, `width` the right edge of the last.
    """

    x: float
    y: float


Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left of the code as it was printed, however it lies in the picture."""


class Code(msgspec.Struct, frozen=True):
    """One code that was read.

    `raw` is the payload before any charset was guessed, `reader` the stage that read it. `note` is about the
    quality of the reading: what had to be done to the picture, or that the corners are only estimated; "" when neither.
    """

    text: str
    raw: bytes
    symbology: Symbology
    corners: Corners
    reader: str
    note: str = ""


class Reading(msgspec.Struct, frozen=True):
    """All codes of a picture, top to bottom and left to right; `width` and `height` in pixels as a viewer sees it.

    `cut` tells that time was up before every stage had its turn, so that another time there may be more.
    """

    width: int
    height: int
    codes: tuple[Code, ...]
    cut: bool = False

"""Which part of a picture is covered for a code, and by how many cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ci_emulator.engines.codes.geometry import corners, overlap
from ci_emulator.engines.codes.model import Code, Corners, Symbology
from ci_emulator.engines.covering.plane import Quad, grown, onto, quad, quad_of, sides, with_height


class _Grid(NamedTuple):
    """How a kind of code is covered.

    `cells` along the width of a bar code or a PDF417, along the shorter side of any other code; `edge` is about a
    module of the smallest symbol, as a part of that length.
    """

    cells: int
    edge: float


# A cell takes at least 2.5 modules of the smallest symbol of a kind, 10 of a bar code. Larger symbols have the same
# number of cells, so that much less of them shows.
_GRIDS = {
    Symbology.QR_CODE: _Grid(7, 1 / 21),
    Symbology.MICRO_QR_CODE: _Grid(3, 1 / 11),
    Symbology.RMQR_CODE: _Grid(2, 1 / 7),
    Symbology.DATA_MATRIX: _Grid(4, 1 / 12),
    Symbology.AZTEC: _Grid(5, 1 / 15),
    Symbology.MAXICODE: _Grid(7, 1 / 30),
    Symbology.PDF_417: _Grid(8, 1 / 86),
    Symbology.MICRO_PDF_417: _Grid(4, 1 / 38),
    Symbology.EAN_8: _Grid(6, 1 / 67),
    Symbology.UPC_E: _Grid(5, 1 / 51),
    Symbology.EAN_5: _Grid(4, 1 / 47),
    Symbology.EAN_2: _Grid(2, 1 / 20),
}
_LINEAR = _Grid(8, 1 / 95)
_ALONG_WIDTH = frozenset({Symbology.PDF_417, Symbology.MICRO_PDF_417})

_MOST_CELLS = 24
_SMALLEST_CELL = 4.0  # pixels: the eye and the readers take smaller ones for modules
_LEAST_EDGE = 2.0  # pixels: corners are found to about one
_FLAT = 3


@dataclass(frozen=True)
class Area:
    """What is covered for one code, in upright coordinates: averages are taken in `inner`, `outer` is painted.

    `level` counts how often the mosaic was made coarser; at 3 it is one flat colour.
    """

    code: Code
    inner: Quad
    outer: Quad
    level: int = 0

    @property
    def place(self) -> Corners:
        """What is painted, as corners."""
        return corners(self.outer)

    @property
    def is_flat(self) -> bool:
        """Whether it cannot be made coarser."""
        return self.level >= _FLAT

    def cells(self) -> tuple[int, int]:
        """Return the number of columns and rows of the mosaic."""
        if self.is_flat:
            return 1, 1
        grid = _grid(self.code.symbology)
        width, height = sides(self.inner)
        side = _side(self.code.symbology, self.inner)
        size = max(_SMALLEST_CELL, side / grid.cells) * 2**self.level
        columns, rows = (min(_MOST_CELLS, max(1, int(length / size + 0.5))) for length in (width, height))
        return columns, rows

    def coarser(self) -> Area:
        """Return the area with larger cells."""
        return replace(self, level=self.level + 1)

    def flat(self) -> Area:
        """Return the area in one colour."""
        return replace(self, level=_FLAT)

    def reaching(self, place: Corners) -> Area:
        """Return the area made larger, along its own axes, so that it holds another place too."""
        map_ = onto(self.inner)
        back = map_.inverse()
        across, down = zip(*(back(x, y) for x, y in quad_of(place)), strict=True)
        left, right = max(-_FAR, min(0.0, *across)), min(1 + _FAR, max(1.0, *across))
        top, bottom = max(-_FAR, min(0.0, *down)), min(1 + _FAR, max(1.0, *down))
        inner = quad(map_(x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)))
        return replace(self, inner=inner, outer=grown(inner, _LEAST_EDGE))


_FAR = 40.0  # times its own size: a line that stands for tall bars grows much, but not without end


def area_of(code: Code, place: Quad, others: Sequence[Code]) -> Area:
    """Return what to cover for a code that lies at `place`; its edge stays away from other codes if it can."""
    inner = with_height(place, 2.0)
    edge = max(_LEAST_EDGE, _grid(code.symbology).edge * _side(code.symbology, inner))
    for share in (1.0, 0.5, 0.25):
        outer = grown(inner, edge * share)
        if not any(overlap(corners(outer), other.corners) for other in others):
            return Area(code, inner, outer)
    return Area(code, inner, inner)


def _grid(symbology: Symbology) -> _Grid:
    return _GRIDS.get(symbology, _LINEAR)


def _side(symbology: Symbology, place: Quad) -> float:
    width, height = sides(place)
    along_width = symbology.is_linear or symbology in _ALONG_WIDTH
    return width if along_width else min(width, height)

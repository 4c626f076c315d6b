"""Reads a large picture once more in overlapping tiles: small codes survive there, they do not in a reduced copy."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ci_emulator.engines.codes import chain
from ci_emulator.engines.codes.geometry import corners, without_accidents, without_duplicates
from ci_emulator.engines.codes.model import Code, Kinds

if TYPE_CHECKING:
    from PIL import Image

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

OVERLAP = 4
"""Neighbours share one part in so many of a tile: what is smaller than that lies in one of them as a whole."""

MOST = 100
"""Tiles of a picture; there are fewer and larger ones where there would be more."""

# What a tile is asked for. The other stages are for pictures in which nothing was found, and most tiles hold nothing.
_STAGES = frozenset({"zxing", "straighten"})

_AT_BORDER = 4  # pixels


def boxes(width: int, height: int, size: int) -> list[Box]:
    """Return the tiles of a picture by rows, evenly spread; none when the picture is a single one."""
    while True:
        columns, rows = _count(width, size), _count(height, size)
        if columns * rows <= MOST:
            break
        size = math.ceil(size * 1.25)
    if columns * rows == 1:
        return []
    return [
        (left, top, min(width, left + size), min(height, top + size))
        for top in _starts(height, size, rows)
        for left in _starts(width, size, columns)
    ]


def _count(length: int, size: int) -> int:
    step = max(1, size - size // OVERLAP)
    return 1 + max(0, math.ceil((length - size) / step))


def _starts(length: int, size: int, count: int) -> list[int]:
    last = max(0, length - size)
    return [last * index // max(1, count - 1) for index in range(count)]


def add_tiles(
    view: Image.Image,
    codes: Sequence[Code],
    size: int,
    stages: Sequence[str],
    only: Kinds | None,
    deadline: float,
) -> tuple[list[Code], bool]:
    """Return the codes of a picture with those that are found in its tiles, and whether time was up before the last tile.

    `codes` were found in the whole of `view`, which is 8-bit grey; `size` is the side of a tile in pixels, `deadline` a time
    of `time.monotonic`.

    Raises:
        KeyError: a stage that does not exist.
    """
    asked = [name for name in stages if name in _STAGES] or stages
    found = list(codes)
    for box in boxes(view.width, view.height, size):
        if time.monotonic() >= deadline:
            return _merged(found), True
        read, cut = chain.run(view.crop(box), asked, only, deadline)
        found += _whole(read, box, view.size)
        if cut:
            return _merged(found), True
    return _merged(found), False


def _merged(codes: Sequence[Code]) -> list[Code]:
    return without_duplicates(without_accidents(codes))


def _whole(codes: Sequence[Code], box: Box, size: tuple[int, int]) -> Iterator[Code]:
    """Yield the codes of a tile where they lie in the picture, without bar codes that the tile may have cut.

    Half an ITF or a Code 39 may read as another one; two-dimensional codes have nothing left to be read then.
    """
    left, top, right, bottom = box
    for code in codes:
        placed = corners((point.x + left, point.y + top) for point in code.corners)
        xs, ys = [point.x for point in placed], [point.y for point in placed]
        is_cut = (
            (left > 0 and min(xs) < left + _AT_BORDER)
            or (top > 0 and min(ys) < top + _AT_BORDER)
            or (right < size[0] and max(xs) > right - _AT_BORDER)
            or (bottom < size[1] and max(ys) > bottom - _AT_BORDER)
        )
        if not (is_cut and code.symbology.is_linear):
            yield msgspec.structs.replace(code, corners=placed)

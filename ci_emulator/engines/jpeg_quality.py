"""The quality of a JPEG, estimated from its quantisation tables.

A JPEG file does not tell its quality. The Independent JPEG Group's library, and all that are built on it, scale the two example
tables of the standard by it, so the nearest scaled tables tell it exactly for most files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

# ITU-T T.81, Annex K, tables K.1 and K.2, row by row.
_LUMINANCE = (
    *(16, 11, 10, 16, 24, 40, 51, 61),
    *(12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77),
    *(24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101),
    *(72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMINANCE = (
    *(17, 18, 24, 47, 99, 99, 99, 99),
    *(18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99),
    *(47, 66, 99, 99, 99, 99, 99, 99),
    *(99,) * 32,
)


def jpeg_quality(tables: Mapping[int, Sequence[int]]) -> int:
    """Return the quality, 1 to 100, whose tables differ least from those of a file.

    `tables` are quantisation tables of 64 numbers, row by row, by their identifiers: the first is that of luminance, the second
    that of chrominance, as all encoders write them; there may be one only. 100 when there is none.
    """
    found = [table for _, table in sorted(tables.items()) if len(table) == 64][:2]
    if not found:
        return 100
    return min(range(100, 0, -1), key=lambda quality: _difference(found, quality))


def _difference(found: Sequence[Sequence[int]], quality: int) -> int:
    return sum(
        abs(value - scaled)
        for table, standard in zip(found, _scaled(quality), strict=False)
        for value, scaled in zip(table, standard, strict=True)
    )


@cache
def _scaled(quality: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the tables that libjpeg makes of the standard ones for a quality (`jpeg_quality_scaling`)."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality

    def scaled(table: Sequence[int]) -> tuple[int, ...]:
        return tuple(min(max((value * percent + 50) // 100, 1), 255) for value in table)

    return scaled(_LUMINANCE), scaled(_CHROMINANCE)

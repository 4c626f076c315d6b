"""A closer look at places that look like a code and were not read: straightened, enlarged, read again.

Where every such place is explained by a code that was found, nothing more is done: that is most pictures. How much is
looked at is counted in places and never in time, so that a picture has the same codes on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ci_emulator.engines.codes.geometry import overlap
from ci_emulator.engines.codes.model import Corners

if TYPE_CHECKING:
    from ci_emulator.engines.codes.chain import Search
    from ci_emulator.engines.codes.matrix_regions import Region

#: How many places that nobody has located are looked at where something was found already.
_BESIDE_OTHERS = 2

#: How many are looked at in every way where nothing was found.
_THOROUGHLY = 2


def look_closer(search: Search) -> None:
    """Look at the unexplained places of a picture: the located ones, bar codes, and then what only looks like a code."""
    from ci_emulator.engines.codes.enlarge import read_region

    pixels = search.pixels
    if search.only != "linear":
        for region in search.unread:
            if not search.late and not _explained(region, search):
                search.add(read_region(pixels, region), doubtful=False)
    if search.only != "matrix":
        _bars(search)
    if search.only != "linear":
        nothing = not search.codes
        for number, region in enumerate(_candidates(search, nothing)):
            if search.late:
                return
            thorough = nothing and number < _THOROUGHLY
            search.add(read_region(pixels, region, thorough=thorough), doubtful=False)


def _bars(search: Search) -> None:
    from ci_emulator.engines.codes.linear_regions import find_bars
    from ci_emulator.engines.codes.straighten import read_bars

    for bars in find_bars(search.pixels, [code.corners for code in search.codes]):
        if search.late:
            return
        search.add(read_bars(search.pixels, bars), doubtful=False)


def _candidates(search: Search, nothing: bool) -> Iterator[Region]:
    from ci_emulator.engines.codes.matrix_regions import find_matrices

    found = find_matrices(search.pixels, [code.corners for code in search.codes])
    yield from found if nothing else found[:_BESIDE_OTHERS]


def _explained(region: Region, search: Search) -> bool:
    place: Corners | None = region.quad
    return place is not None and any(overlap(place, code.corners) for code in search.codes)

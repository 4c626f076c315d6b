"""Reads every code of a picture file: decode it, run the chain over it, say what was found and where."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from ci_emulator.engines.codes import chain
from ci_emulator.engines.codes.geometry import corners, in_reading_order
from ci_emulator.engines.codes.model import Code, Kinds, Reading
from ci_emulator.engines.codes.tiles import add_tiles
from ci_emulator.engines.grey_picture import Picture
from ci_emulator.engines.image import load

SECONDS = 2.0
"""How long the stages of the chain may take together; one that has begun is ended by the worker's limit only."""


def read_codes(
    data: bytes,
    *,
    readers: Sequence[str] = chain.DEFAULT,
    formats: frozenset[str] | None = None,
    max_pixels: int,
    only: Kinds | None = None,
    seconds: float = SECONDS,
    tile: int | None = None,
) -> Reading:
    """Read the codes of a picture file.

    `readers` are names of stages out of `chain.STAGES`, those that cannot run here are passed over; `formats` and
    `max_pixels` are those of `image.inspect`; `only` restricts the answer to bar codes or to two-dimensional codes. With `tile`
    a picture that is wider or higher than so many pixels is also read in tiles of that size, see `codes.tiles`.

    Raises:
        Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS.
        KeyError: a name in `readers` that does not exist.
    """
    picture = load(data, formats=formats, max_pixels=max_pixels)
    deadline = time.monotonic() + seconds
    for view in picture.views():
        codes, cut = chain.run(view, readers, only, deadline)
        if tile is not None and not cut:
            size = max(1, tile // picture.scale)
            codes, cut = add_tiles(view, codes, size, readers, only, deadline)
        if codes or cut:
            placed = [_placed(code, picture) for code in codes]
            return Reading(picture.width, picture.height, in_reading_order(placed), cut)
    return Reading(picture.width, picture.height, ())


def _placed(code: Code, picture: Picture) -> Code:
    """Return a code with its corners where a viewer of the whole picture sees them."""
    moved = corners(picture.place(point.x, point.y) for point in code.corners)
    return msgspec.structs.replace(code, corners=moved)

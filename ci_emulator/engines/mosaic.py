"""Covers codes in a picture file so that nobody reads them any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines import image as files
from ci_emulator.engines.codes import chain
from ci_emulator.engines.codes.geometry import overlap
from ci_emulator.engines.codes.model import Code
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.covering import check
from ci_emulator.engines.covering.areas import Area, area_of
from ci_emulator.engines.covering.bars import whole_bars
from ci_emulator.engines.covering.jpeg_file import open_jpeg
from ci_emulator.engines.covering.paint import paint
from ci_emulator.engines.covering.plane import quad_of, stored
from ci_emulator.engines.covering.png_file import open_png
from ci_emulator.engines.covering.sheet import Sheet

SECONDS = 3.0
"""How long it all may take but painting and writing the last time: when it is up, each code becomes one flat colour."""

_OPENING = 0.5
"""What of that opening the picture may take; then there is no time to write and read it once more, nor for anything else."""

_OPENERS = {"PNG": open_png, "JPEG": open_jpeg}
_ROUNDS = 6


def cover(
    data: bytes,
    codes: Sequence[Code],
    *,
    others: Sequence[Code] = (),
    readers: Sequence[str] = chain.DEFAULT,
    max_pixels: int,
    seconds: float = SECONDS,
) -> bytes:
    """Return the picture file with a mosaic over each of the codes, in its own format.

    `codes` are as `codes.read.read_codes` returns them; `others` are codes of the picture that stay, the mosaic keeps off them.
    The result is read again with `readers` and with zxing-cpp at its most thorough, and where a covered code is still
    read the mosaic is made coarser or larger. All pixels of a PNG outside the mosaic stay as they are, and so does its
    transparency; an animation loses all frames but the first picture. A JPEG keeps its tables and sampling. The colour
    profile, the resolution and what EXIF tells about the picture stay; other metadata does not. When `seconds` are up the
    mosaic becomes one flat colour, and is not checked any more.

    Raises:
        Refusal: those of `image.open_colour`; IMAGE_FORMAT_UNSUPPORTED for anything but PNG and JPEG.
        KeyError: a name in `readers` that does not exist.
    """
    begun = time.monotonic()
    name = files.inspect(data, max_pixels=max_pixels).format
    if name not in _OPENERS:
        raise Refusal(Kind.IMAGE_FORMAT_UNSUPPORTED, format=name)
    sheet = _OPENERS[name](data, max_pixels)
    if not codes:
        return data
    areas = _areas(data, codes, others, max_pixels)
    if time.monotonic() - begun < _OPENING * seconds:
        deadline = begun + seconds

        def read() -> Sequence[Code]:
            left = deadline - time.monotonic()
            return read_codes(data, readers=readers, max_pixels=max_pixels, seconds=left).codes

        stay = _Staying(codes, others, read)
        changed = areas
        for _ in range(_ROUNDS):
            _paint(sheet, changed)
            result = _encoded(sheet)
            found, late = check.read_again(result, areas, readers, max_pixels=max_pixels, deadline=deadline)
            left = _overlapping(found, areas, others) if late else [c for c in found if not stay.holds(c)]
            after = [_stronger(area, left) for area in areas]
            changed = [new for new, old in zip(after, areas, strict=True) if new != old]
            areas = after
            if late:
                break
            if not changed:
                return result
    _paint(sheet, [area.flat() for area in areas])
    return _encoded(sheet)


def _encoded(sheet: Sheet) -> bytes:
    # Pillow raises what it likes over files that it could open.
    with files.refusing():
        return sheet.encode()


def _overlapping(found: Sequence[Code], areas: Sequence[Area], others: Sequence[Code]) -> list[Code]:
    """Return what was found where something is covered, without asking what else was in the picture before."""
    return [
        code
        for code in found
        if any(overlap(area.place, code.corners) for area in areas)
        and not any(code.text == other.text and overlap(code.corners, other.corners) for other in others)
    ]


class _Staying:
    """Tells which codes of the covered picture were in it before and were not to be covered."""

    def __init__(
        self, codes: Sequence[Code], others: Sequence[Code], read: Callable[[], Sequence[Code]]
    ) -> None:
        self._codes = codes
        self._others = others
        self._read = read

    @cached_property
    def _known(self) -> list[Code]:
        beside = [
            code
            for code in self._read()
            if not any(overlap(code.corners, covered.corners) for covered in self._codes)
        ]
        return [*self._others, *beside]

    def holds(self, code: Code) -> bool:
        """Tell whether a code that was read may stay."""
        return any(code.text == other.text and overlap(code.corners, other.corners) for other in self._known)


def _areas(data: bytes, codes: Sequence[Code], others: Sequence[Code], max_pixels: int) -> list[Area]:
    """Return what to cover; bar codes as high as their bars go on in the picture."""
    places = [quad_of(code.corners) for code in codes]
    if any(code.symbology.is_linear for code in codes):
        view = next(files.load(data, max_pixels=max_pixels).views())
        places = [
            whole_bars(view, place) if code.symbology.is_linear else place
            for code, place in zip(codes, places, strict=True)
        ]
    return [area_of(code, place, others) for code, place in zip(codes, places, strict=True)]


def _paint(sheet: Sheet, areas: Sequence[Area]) -> None:
    width, height = sheet.image.size
    for area in areas:
        inner, outer = (stored(place, sheet.orientation, width, height) for place in (area.inner, area.outer))
        paint(sheet.image, inner, outer, *area.cells())


def _stronger(area: Area, left: Sequence[Code]) -> Area:
    """Return the area made coarser and larger for what is still read in it, or beside it with the same text."""
    for code in left:
        if overlap(area.place, code.corners) or code.text == area.code.text:
            area = area.reaching(code.corners).coarser()
    return area

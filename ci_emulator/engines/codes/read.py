"""Reads every code of a picture: one reader after the other until one finds something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from ci_emulator.engines.codes.geometry import in_reading_order, scaled, without_accidents, without_duplicates
from ci_emulator.engines.codes.model import Code, Kinds, Reading
from ci_emulator.engines.image import load

if TYPE_CHECKING:
    from PIL import Image


class _Reader(Protocol):
    def status(self) -> str: ...

    def read(self, image: Image.Image, only: Kinds | None) -> list[Code]: ...


class _Stage(NamedTuple):
    """A reader's module and the longest sides in pixels that it is given, in turn; None is the full size."""

    module: str
    sides: tuple[int | None, ...]


# Reduced to 2400 px zxing-cpp finds the same codes in a sixth of the time; OpenCV's QR detector takes 30 s on a dense
# picture of 12 megapixels (spec engines.md, parts A2 and C).
_STAGES = {
    "zxing": _Stage("zxing", (2400, None)),
    "zbar": _Stage("zbar", (2400,)),
    "opencv": _Stage("opencv", (1600,)),
}

READERS = tuple(_STAGES)

ABSENT = "absent: "
"""How the reason begins when a reader cannot be used."""


def read_codes(
    data: bytes,
    *,
    readers: Sequence[str] = READERS,
    formats: frozenset[str] | None = None,
    max_pixels: int,
    only: Kinds | None = None,
) -> Reading:
    """Read the codes of a picture file; a reader is asked only when those before it found nothing.

    `readers` are names out of `READERS`, those that are not installed are passed over; `formats` and `max_pixels` are
    those of `image.inspect`; `only` restricts the answer to bar codes or to two-dimensional codes.

    Raises:
        Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS.
        KeyError: a name in `readers` that does not exist.
    """
    picture = load(data, formats=formats, max_pixels=max_pixels)
    stages = [
        (_module(name), _STAGES[name].sides)
        for name in readers
        if not available_readers()[name].startswith(ABSENT)
    ]
    views = list(picture.views())
    for reader, sides in stages:
        for view in views:
            codes = _first_find(reader, view, sides, only)
            if codes:
                return Reading(picture.width, picture.height, in_reading_order(without_duplicates(codes)))
    return Reading(picture.width, picture.height, ())


@cache
def available_readers() -> dict[str, str]:
    """Return for each reader its version, or a reason that begins with `ABSENT`. Imports no OpenCV, reads once."""
    return {name: _module(name).status() for name in READERS}


def _module(name: str) -> _Reader:
    return cast(_Reader, import_module(f"ci_emulator.engines.codes.readers.{_STAGES[name].module}"))


def _first_find(
    reader: _Reader, view: Image.Image, sides: tuple[int | None, ...], only: Kinds | None
) -> list[Code]:
    for image in _sizes(view, sides):
        found = without_accidents(reader.read(image, only))
        codes = [code for code in found if code.symbology.matches(only)]
        if codes:
            x_factor, y_factor = view.width / image.width, view.height / image.height
            return [scaled(code, x_factor, y_factor) for code in codes]
    return []


def _sizes(view: Image.Image, sides: tuple[int | None, ...]) -> Iterator[Image.Image]:
    from PIL import Image

    longest = max(view.size)
    for side in sides:
        if side is not None and longest > side:
            size = (max(1, view.width * side // longest), max(1, view.height * side // longest))
            yield view.resize(size, Image.Resampling.BOX)
        else:
            yield view
            return

"""Reads a covered picture with everything there is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from ci_emulator.engines import image as files
from ci_emulator.engines.codes import chain
from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.model import Code
from ci_emulator.engines.codes.readers import zxing
from ci_emulator.engines.covering.areas import Area

if TYPE_CHECKING:
    from PIL import Image

_BINARIZERS = ("LocalAverage", "GlobalHistogram", "FixedThreshold", "BoolCast")
_LARGE = 2_000_000
"""Pixels of a part. Larger ones are read reduced by the binarizers but the first: what they add are small faint codes."""

_AROUND = 0.3  # of the side: the quiet zone, and what an area that is too small has left over


def read_again(
    data: bytes, areas: Sequence[Area], readers: Sequence[str], *, max_pixels: int, deadline: float
) -> tuple[list[Code], bool]:
    """Return the codes in a picture file, in upright coordinates, and whether time was up before all was read.

    The surroundings of each area are read by the chain and by zxing-cpp with each of its binarizers, then the whole picture
    is read by the chain. `deadline` is a time of `time.monotonic`.

    The time is looked at before each further reader; when it is up at once, not even the file is decoded.

    Raises:
        Refusal: those of `image.load`.
    """
    if time.monotonic() >= deadline:
        return [], True
    picture = files.load(data, max_pixels=max_pixels)
    found: list[Code] = []
    for view in picture.views():
        for part, left, top in _parts(view, areas):
            codes, cut = chain.run(part, readers, None, deadline)
            codes += _thorough(part, deadline)
            found += [_moved(code, left, top) for code in codes]
            if cut or time.monotonic() >= deadline:
                return found, True
        codes, cut = chain.run(view, readers, None, deadline)
        found += codes
        if cut:
            return found, True
    return found, False


def _parts(view: Image.Image, areas: Sequence[Area]) -> Iterator[tuple[Image.Image, int, int]]:
    for area in areas:
        xs, ys = zip(*area.outer, strict=True)
        around = 20 + _AROUND * max(max(xs) - min(xs), max(ys) - min(ys))
        left, top = max(0, int(min(xs) - around)), max(0, int(min(ys) - around))
        right, bottom = min(view.width, int(max(xs) + around)), min(view.height, int(max(ys) + around))
        if left < right and top < bottom:
            yield view.crop((left, top, right, bottom)), left, top


def _thorough(part: Image.Image, deadline: float) -> list[Code]:
    import zxingcpp

    codes = []
    pixels = part.width * part.height
    factor = 1 if pixels <= _LARGE else 2 if pixels <= 4 * _LARGE else 4
    for name in _BINARIZERS:
        if time.monotonic() >= deadline:
            break
        first = name == _BINARIZERS[0]
        image = part if first or factor == 1 else part.reduce(factor)
        found = zxingcpp.read_barcodes(image, binarizer=getattr(zxingcpp.Binarizer, name))
        scale = part.width / image.width
        for code in zxing.codes_of(found):
            moved = corners((point.x * scale, point.y * scale) for point in code.corners)
            codes.append(msgspec.structs.replace(code, corners=moved))
    return codes


def _moved(code: Code, left: float, top: float) -> Code:
    moved = corners((point.x + left, point.y + top) for point in code.corners)
    return msgspec.structs.replace(code, corners=moved)

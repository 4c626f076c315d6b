"""How many bits a picture file keeps of one channel of a pixel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# A box of an AVIF: marker and version, profile and level, then flags.
_AV1_CONFIGURATION = re.compile(rb"av1C\x81.(.)", re.DOTALL)
_HIGH, _TWELVE = 0x40, 0x20

_PNG_DEPTH, _PNG_COLOURS = 24, 25
_PNG_PALETTE = 3

_BITS_PER_SAMPLE = 258
_DEEP = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32, "1": 1}


def bits(data: bytes, image: Image.Image) -> int:
    """Return the depth of one channel in bits, 8 for a palette, whose colours have it.

    `image` is the file as `image.open_header` opens it.
    """
    if image.format == "PNG":
        return 8 if data[_PNG_COLOURS] == _PNG_PALETTE else data[_PNG_DEPTH]
    if image.format == "AVIF":
        return _of_avif(data)
    if image.format == "TIFF" and image.mode != "P":
        return _of_tiff(image)
    return _DEEP.get(image.mode, 8)


def _of_avif(data: bytes) -> int:
    found = _AV1_CONFIGURATION.search(data)
    flags = found[1][0] if found else 0
    return (12 if flags & _TWELVE else 10) if flags & _HIGH else 8


def _of_tiff(image: Image.Image) -> int:
    tags = getattr(image, "tag_v2", {})
    told = tags.get(_BITS_PER_SAMPLE, 1)
    return int(told[0] if isinstance(told, tuple) else told)

"""JPEG 2000: the sizes that its code stream announces."""

from __future__ import annotations

import re
import struct

from ci_emulator.engines.picture_files.bare import Bare, Damaged, Parts

SIGNATURES = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")

# The start of a code stream and its size segment: width, height, their offsets, the same of the tiles, channels.
_SIZE = re.compile(rb"\xff\x4f\xff\x51.{4}(.{34})", re.DOTALL)
_NUMBERS = struct.Struct(">8IH")

_MOST_TILES = 4096  # OpenJPEG takes nine kilobytes for each, however small
_MOST_CHANNELS = 4
_BYTES_PER_PIXEL = 20  # 32 bits for each of three channels, and what Pillow makes of them


def bare(data: bytes) -> Bare:
    """Return the file as it is; which of several code streams is the picture's is left open, all are looked at.

    Raises:
        Damaged: more tiles or channels than any picture has.
    """
    parts = Parts()
    pixels = 0
    for stream in _SIZE.finditer(data):
        parts.next()
        width, height, left, top, tile_width, tile_height, _, _, channels = _NUMBERS.unpack(stream[1])
        width, height = max(0, width - left), max(0, height - top)
        # Tiles need not begin with the picture: one more each way.
        tiles = (width // max(1, tile_width) + 1) * (height // max(1, tile_height) + 1)
        if tiles > _MOST_TILES or channels > _MOST_CHANNELS:
            raise Damaged("too many tiles or channels")
        pixels = max(pixels, width * height)
    return Bare(data, 1, _BYTES_PER_PIXEL, pixels=pixels)

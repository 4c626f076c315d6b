"""The orientation of a picture out of its EXIF data, without reading anything else of it."""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_SHORT = 3
_PREFIX = b"Exif\0\0"


def orientation(exif: bytes) -> int:
    """Return the orientation (1 to 8) in an EXIF block, with or without its prefix; 1 when it tells none."""
    tiff = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack_from(order + "I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack_from(order + "H", tiff, at)
    end = min(len(tiff) - 11, at + 2 + 12 * entries)
    for entry in range(at + 2, end, 12):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == _ORIENTATION:
            return value if (kind, count) == (_SHORT, 1) and 1 <= value <= 8 else 1
    return 1

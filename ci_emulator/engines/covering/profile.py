"""The colour profile of a picture file, if it is one: anything may be stored in its place, a picture too (ICC.1, section 7)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

LARGEST = 4 * 1024 * 1024
"""Bytes of a profile; those of printers, with their tables, have one or two million."""

_HEADER = 128
_SIGNATURE = slice(36, 40)

_SEGMENT_MARK = b"ICC_PROFILE\0"
_SEGMENT_HEAD = len(_SEGMENT_MARK) + 2  # its number, and how many there are
_SEGMENT_ROOM = 65_533 - _SEGMENT_HEAD


def profile_of(data: bytes) -> bytes:
    """Return the profile that `data` begins with, without what follows it; b"" when it is none."""
    length = int.from_bytes(data[:4], "big")
    if data[_SIGNATURE] != b"acsp" or not _HEADER < length <= min(len(data), LARGEST):
        return b""
    return data[:length]


def in_chunk(content: bytes) -> bytes:
    """Return the content of a PNG's iCCP chunk written anew; b"" when it holds no profile."""
    _, _, packed = content.partition(b"\0")
    try:
        profile = profile_of(zlib.decompressobj().decompress(packed[1:], LARGEST))
    except zlib.error:
        return b""
    return b"ICC profile\0\0" + zlib.compress(profile) if profile else b""


def is_part(content: bytes) -> bool:
    """Tell whether the content of a JPEG's segment says that it is a part of a profile."""
    return content.startswith(_SEGMENT_MARK) and len(content) > _SEGMENT_HEAD


def in_segments(contents: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the contents of the segments of a JPEG that hold its profile, written anew; none when they hold none."""
    parts = {content[_SEGMENT_HEAD - 2]: content for content in contents}
    numbers = sorted(parts)
    if numbers != list(range(1, len(contents) + 1)):
        return
    profile = profile_of(b"".join(parts[number][_SEGMENT_HEAD:] for number in numbers))
    pieces = [profile[at : at + _SEGMENT_ROOM] for at in range(0, len(profile), _SEGMENT_ROOM)]
    for number, piece in enumerate(pieces, 1):
        yield _SEGMENT_MARK + struct.pack("BB", number, len(pieces)) + piece

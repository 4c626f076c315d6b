"""A PNG with other pixels: everything about how it is shown stays, everything that may hold another picture goes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from ci_emulator.engines import image as files
from ci_emulator.engines.covering.exif_block import without_previews
from ci_emulator.engines.covering.profile import in_chunk
from ci_emulator.engines.covering.sheet import Sheet
from ci_emulator.engines.picture_files.png import SIGNATURE

# What is kept, and the most bytes of it. Colour spaces come before the palette; the resolution and the EXIF data may
# come anywhere before the pixels.
_ANY = 2**31 - 1
_FIRST = {
    b"cICP": 4,
    b"iCCP": _ANY,
    b"sRGB": 1,
    b"gAMA": 4,
    b"cHRM": 32,
    b"mDCV": 24,
    b"cLLI": 8,
    b"sBIT": 4,
}
_LATER = {b"bKGD": 6, b"pHYs": 9, b"eXIf": _ANY}
_MOST = _FIRST | _LATER
_REWRITTEN = {b"iCCP": in_chunk, b"eXIf": without_previews}
_AROUND = 12  # bytes of a chunk beside its content
_BY_DEPTH = frozenset({b"sBIT", b"bKGD"})

_LEVELS = ((4_000_000, 6), (12_000_000, 3))
"""How well zlib packs pictures of up to so many pixels; the largest ones by 1, in a quarter of the time."""


def open_png(data: bytes, max_pixels: int) -> Sheet:
    """Open a PNG; the first picture of an animated one, which is all that is written again.

    Raises:
        Refusal: those of `image.open_colour`.
    """
    opened = files.open_colour(data, formats=frozenset({"PNG"}), max_pixels=max_pixels)
    picture = opened.image
    depth = data[24]

    def encode() -> bytes:
        out = io.BytesIO()
        grey = {"bits": depth} if picture.mode == "L" and depth in {2, 4} else {}
        pixels = picture.width * picture.height
        level = next((level for most, level in _LEVELS if pixels <= most), 1)
        picture.save(out, "PNG", compress_level=level, **grey)
        return _with_chunks(out.getvalue(), data)

    return Sheet(picture, opened.orientation, encode)


def _with_chunks(encoded: bytes, original: bytes) -> bytes:
    """Return an encoded PNG with the original's chunks that tell how it is shown."""
    told: dict[bytes, bytes] = {}
    for name, chunk in _chunks(original):
        sound = struct.pack(">I", zlib.crc32(chunk[4:-4])) == chunk[-4:]
        if len(chunk) - _AROUND <= _MOST.get(name, -1) and sound:
            told.setdefault(name, chunk)
    if encoded[24:26] != original[24:26]:
        told = {name: chunk for name, chunk in told.items() if name not in _BY_DEPTH}
    for name, rewritten in _REWRITTEN.items():
        if name in told:
            content = rewritten(told.pop(name)[8:-4])
            if content:
                told[name] = _chunk(name, content)
    out = [SIGNATURE]
    pending = [told[name] for name in _LATER if name in told]
    for name, chunk in _chunks(encoded):
        if name == b"IDAT":
            out += pending
            pending = []
        out.append(chunk)
        if name == b"IHDR":
            out += [told[first] for first in _FIRST if first in told]
    return b"".join(out)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the whole of each chunk up to the end of the picture; `image` has bounded how many there are."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        yield name, data[at:end]
        if name == b"IEND":
            return
        at = end


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

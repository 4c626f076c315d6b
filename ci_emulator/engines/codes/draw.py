"""Draws a symbol as a PNG of 1 bit a pixel, exactly as wide as asked, every module on whole pixels.

Whole modules padded with white read better than any resampling (spec engines.md part E). The PNG is written here and
not by Pillow, whose 1-bit pictures take a byte a pixel (100 MB for 10000 x 10000): rows that repeat cost nothing this way,
because a row equal to the one above is all zeros under the PNG filter "Up".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ci_emulator.core.errors import Kind, Refusal

_NO_FILTER = b"\0"
_UP = b"\2"

# The same row is handed to zlib in portions of about this many bytes.
_PORTION = 1 << 16

_COMPRESSION = 6


class _Band(NamedTuple):
    """Pixel rows that are all the same: packed 8 pixels a byte, 1 is white."""

    row: bytes
    times: int


class _Layout(NamedTuple):
    """How many pixels a module takes, and the white pixels before the first and after the last of them."""

    scale: int
    before: int
    after: int


def draw_square(rows: Sequence[bytes], width: int, *, quiet: int = 4) -> bytes:
    """Draw a matrix symbol, `width` pixels wide and high.

    `rows` holds the modules, one byte each, 1 for a dark one. `quiet` is the white margin in modules, which shrinks when
    the picture is too small for it; what is left over widens it evenly, the odd pixel at the right and the bottom.

    Raises:
        Refusal: WIDTH_TOO_SMALL (`width`, `minimum`) for less than a pixel a module.
    """
    layout = _layout(len(rows), width, quiet, quiet)
    white = _Band(_packed(b"", layout, width), 0)
    bands = [
        white._replace(times=layout.before),
        *(_Band(_packed(row, layout, width), layout.scale) for row in rows),
        white._replace(times=layout.after),
    ]
    return _png(width, width, bands)


def draw_bars(modules: bytes, width: int, height: int, *, quiet: tuple[int, int]) -> bytes:
    """Draw a linear symbol, `width` pixels wide, its bars `height` pixels high; no text below.

    `quiet` is the white margin in modules on the left and on the right; the other parameters and the refusal are those
    of `draw_square`.
    """
    layout = _layout(len(modules), width, *quiet)
    return _png(width, height, [_Band(_packed(modules, layout, width), height)])


def _layout(modules: int, width: int, quiet_before: int, quiet_after: int) -> _Layout:
    if width < modules:
        raise Refusal(Kind.WIDTH_TOO_SMALL, width=width, minimum=modules)
    quiet = quiet_before + quiet_after
    scale = max(1, width // (modules + quiet))
    spare = width - scale * modules
    if spare >= scale * quiet:
        before = scale * quiet_before + (spare - scale * quiet) // 2
    else:
        before = spare * quiet_before // quiet
    return _Layout(scale, before, spare - before)


def _packed(modules: bytes, layout: _Layout, width: int) -> bytes:
    drawn = modules.replace(b"\0", b"1" * layout.scale).replace(b"\1", b"0" * layout.scale)
    bits = (b"1" * layout.before + drawn).ljust(-(-width // 8) * 8, b"1")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _png(width: int, height: int, bands: Iterable[_Band]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # 1 bit, grey, not interlaced
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", _pixels(bands))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixels(bands: Iterable[_Band]) -> bytes:
    compressor = zlib.compressobj(_COMPRESSION)
    parts: list[bytes] = []
    for row, times in bands:
        if not times:
            continue
        parts.append(compressor.compress(_NO_FILTER + row))
        same = _UP + bytes(len(row))
        portion = max(1, _PORTION // len(same))
        parts.extend(
            compressor.compress(same * min(portion, times - start)) for start in range(1, times, portion)
        )
    parts.append(compressor.flush())
    return b"".join(parts)

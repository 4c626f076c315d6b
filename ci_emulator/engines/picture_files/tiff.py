"""TIFF: a new directory that names the pixels of the first picture and nothing else."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ci_emulator.engines.picture_files.bare import MOST_PARTS, Bare, Damaged

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_ORIENTATION = 274
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_STRIPS, _TILES = 273, 324

# Size, depth, compression, colours, and where the strips or tiles are.
_PIXELS = frozenset({
    *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339),
    *(347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),
})  # fmt: skip

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}

_MOST_ENTRIES = 4096
_BYTES_PER_PIXEL = 6
_LARGE_TILE = 2048 * 2048  # in pixels: a tile of this size may also belong to a small picture


class _Entry(NamedTuple):
    tag: int
    kind: int
    values: int
    raw: bytes
    """The entry as it stands in the file."""
    value: bytes
    """What it holds: the values or, when they do not fit, where they are."""


class _Layout(NamedTuple):
    """How a TIFF is written down: classic, or with 64-bit offsets."""

    order: str
    entry: struct.Struct
    number: struct.Struct
    offset: struct.Struct
    first: int
    """Where the offset of the first directory is."""


def bare(data: bytes) -> Bare:
    """Append a directory of the first picture's pixels, and let the file begin with it.

    Raises:
        Damaged: no directory, values outside the file, more of them than the file has bytes, tiles far larger than
            the picture.
    """
    layout = _layout(data)
    entries = _entries(data, layout)
    turned = _number(entries.get(_ORIENTATION), layout)
    _check(entries, layout, len(data))
    kept = [entry.raw for tag, entry in sorted(entries.items()) if tag in _PIXELS]
    directory = layout.number.pack(len(kept)) + b"".join(kept) + layout.offset.pack(0)
    padding = b"\0" * (-len(data) % 8)
    head = data[: layout.first] + layout.offset.pack(len(data) + len(padding))
    body = data[layout.first + layout.offset.size :]
    whole = b"".join((head, body, padding, directory))
    return Bare(whole, turned if 1 <= turned <= 8 else 1, _BYTES_PER_PIXEL)


def _layout(data: bytes) -> _Layout:
    order = "<" if data[:1] == b"I" else ">"
    if 43 not in data[2:4]:
        return _Layout(
            order, struct.Struct(order + "HHI4s"), struct.Struct(order + "H"), struct.Struct(order + "I"), 4
        )
    return _Layout(
        order, struct.Struct(order + "HHQ8s"), struct.Struct(order + "Q"), struct.Struct(order + "Q"), 8
    )


def _entries(data: bytes, layout: _Layout) -> dict[int, _Entry]:
    try:
        (at,) = layout.offset.unpack_from(data, layout.first)
        (number,) = layout.number.unpack_from(data, at)
        if number > _MOST_ENTRIES:
            raise Damaged("too many entries")
        at += layout.number.size
        found: dict[int, _Entry] = {}
        for place in range(at, at + number * layout.entry.size, layout.entry.size):
            tag, kind, count, value = layout.entry.unpack_from(data, place)
            raw = data[place : place + layout.entry.size]
            found.setdefault(tag, _Entry(tag, kind, count, raw, value))
    except struct.error as error:
        raise Damaged("a directory outside the file") from error
    return found


def _check(entries: dict[int, _Entry], layout: _Layout, size: int) -> None:
    total = 0
    for tag in entries.keys() & _PIXELS:
        entry = entries[tag]
        length = _SIZES.get(entry.kind, 0) * entry.values
        if length > layout.offset.size:
            total += length
    if total > size:
        raise Damaged("more values than bytes")
    width, height = (_number(entries.get(tag), layout) for tag in (_WIDTH, _HEIGHT))
    tile = _number(entries.get(_TILE_WIDTH), layout) * _number(entries.get(_TILE_HEIGHT), layout)
    if tile > width * height + _LARGE_TILE:
        raise Damaged("tiles larger than the picture")
    if any(tag in entries and entries[tag].values > MOST_PARTS for tag in (_STRIPS, _TILES)):
        raise Damaged("too many strips or tiles")


def _number(entry: _Entry | None, layout: _Layout) -> int:
    """Return the number that an entry holds, 0 when it holds none."""
    if entry is None or entry.values != 1 or entry.kind not in _NUMBERS:
        return 0
    code = layout.order + _NUMBERS[entry.kind]
    if struct.calcsize(code) > len(entry.value):
        return 0
    (value,) = struct.unpack_from(code, entry.value)
    return int(value)

"""The directories of a TIFF, classic or with 64-bit offsets; an EXIF block is a small TIFF."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ci_emulator.engines.picture_files.bare import Damaged

SIZES = {
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
"""How many bytes a value of each type takes."""

_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MOST_ENTRIES = 4096


class Entry(NamedTuple):
    """One entry of a directory; `kind` is the type of its `values`, of which it has so many."""

    tag: int
    kind: int
    values: int
    raw: bytes
    """The entry as it stands in the file."""
    value: bytes
    """What it holds: the values or, when they do not fit, where they are."""


class Layout(NamedTuple):
    """How a TIFF is written down: classic, or with 64-bit offsets."""

    order: str
    """`<` or `>`, for `struct`."""
    entry: struct.Struct
    number: struct.Struct
    offset: struct.Struct
    first: int
    """Where the offset of the first directory is."""


def layout_of(data: bytes) -> Layout:
    """Return the layout that the first bytes of a TIFF tell."""
    order = "<" if data[:1] == b"I" else ">"
    if 43 not in data[2:4]:
        return Layout(
            order, struct.Struct(order + "HHI4s"), struct.Struct(order + "H"), struct.Struct(order + "I"), 4
        )
    return Layout(
        order, struct.Struct(order + "HHQ8s"), struct.Struct(order + "Q"), struct.Struct(order + "Q"), 8
    )


def entries(data: bytes, layout: Layout, at: int | None = None) -> dict[int, Entry]:
    """Return the entries of the directory at an offset by their tags, or those of the first one; of two alike the first.

    Raises:
        Damaged: the directory is not inside the file, or has more entries than any.
    """
    try:
        if at is None:
            (at,) = layout.offset.unpack_from(data, layout.first)
        (number,) = layout.number.unpack_from(data, at)
        if number > _MOST_ENTRIES:
            raise Damaged("too many entries")
        at += layout.number.size
        found: dict[int, Entry] = {}
        for place in range(at, at + number * layout.entry.size, layout.entry.size):
            tag, kind, count, value = layout.entry.unpack_from(data, place)
            raw = data[place : place + layout.entry.size]
            found.setdefault(tag, Entry(tag, kind, count, raw, value))
    except struct.error as error:
        raise Damaged("a directory outside the file") from error
    return found


def length(entry: Entry) -> int:
    """Return how many bytes the values of an entry take, 0 when they are of an unknown type."""
    return SIZES.get(entry.kind, 0) * entry.values


def values(data: bytes, layout: Layout, entry: Entry) -> bytes:
    """Return the values of an entry as they are stored, without those that would be outside the file."""
    size = length(entry)
    if size <= len(entry.value):
        return entry.value[:size]
    (at,) = layout.offset.unpack(entry.value)
    return data[at : at + size]


def number(entry: Entry | None, layout: Layout) -> int:
    """Return the whole number that an entry holds, 0 when it holds none."""
    if entry is None or entry.values != 1 or entry.kind not in _NUMBERS:
        return 0
    code = layout.order + _NUMBERS[entry.kind]
    if struct.calcsize(code) > len(entry.value):
        return 0
    (value,) = struct.unpack_from(code, entry.value)
    return int(value)

"""An EXIF block without anything that may be a picture: a preview would show the codes that were covered."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from ci_emulator.engines.covering.exif_kept import KEPT, Directory
from ci_emulator.engines.picture_files import tiff_directory
from ci_emulator.engines.picture_files.bare import Damaged
from ci_emulator.engines.picture_files.exif import orientation
from ci_emulator.engines.picture_files.tiff_directory import Entry, Layout, layout_of

_PREFIX = b"Exif\0\0"
_SIGNATURES = (b"II*\0", b"MM\0*")
_TEXT, _LONG = 2, 4
_LONGEST_BUT_TEXT = 64
_MARK = 0x2A


class _Value(NamedTuple):
    kind: int
    number: int
    stored: bytes


_Found: TypeAlias = dict[int, "_Value | _Found"]


def without_previews(exif: bytes) -> bytes:
    """Return an EXIF block, without its prefix, that holds only what `exif_kept` names; b"" when that is nothing.

    It is written anew, so that nothing is left between the values. Of a block that cannot be walked through the orientation
    is kept.
    """
    block = exif.removeprefix(_PREFIX)
    turned = orientation(block)
    if block.startswith(_SIGNATURES):
        layout = layout_of(block)
        try:
            kept = _written(block, layout, _found(block, layout, KEPT, None))
        except Damaged:
            kept = b""
        if orientation(kept) == turned:
            return kept
    if turned == 1:
        return b""
    return struct.pack("<2sHIHHHIHHI", b"II", _MARK, 8, 1, 0x0112, 3, 1, turned, 0, 0)


def _found(block: bytes, layout: Layout, directory: Directory, at: int | None) -> _Found:
    found: _Found = {}
    for tag, entry in sorted(tiff_directory.entries(block, layout, at).items()):
        if tag in directory.within:
            inner = tiff_directory.number(entry, layout)
            more = _found(block, layout, directory.within[tag], inner) if inner else {}
            if more:
                found[tag] = more
        elif tag in directory.tags and tiff_directory.length(entry) <= directory.tags[tag]:
            stored = tiff_directory.values(block, layout, entry)
            if _is_sound(entry, stored):
                found[tag] = _Value(entry.kind, entry.values, stored)
    return found


def _is_sound(entry: Entry, stored: bytes) -> bool:
    """Tell whether a value is all there, and a text without control characters."""
    if not stored or len(stored) != tiff_directory.length(entry):
        return False
    if entry.kind != _TEXT:
        return len(stored) <= _LONGEST_BUT_TEXT
    return all(byte >= 0x20 and byte != 0x7F for byte in stored.rstrip(b"\0"))


def _written(block: bytes, layout: Layout, found: _Found) -> bytes:
    return block[:4] + struct.pack(layout.order + "I", 8) + _directory(layout, found, 8) if found else b""


def _directory(layout: Layout, found: Mapping[int, _Value | _Found], at: int) -> bytes:
    """Return a directory that is to lie at an offset, with everything that it names behind it."""
    rows = layout.number.pack(len(found))
    behind = b""
    start = at + layout.number.size + layout.entry.size * len(found) + layout.offset.size
    for tag, value in found.items():
        place = layout.offset.pack(start + len(behind))
        if not isinstance(value, _Value):
            rows += layout.entry.pack(tag, _LONG, 1, place)
            behind += _directory(layout, value, start + len(behind))
        elif len(value.stored) <= len(place):
            rows += layout.entry.pack(tag, value.kind, value.number, value.stored)
        else:
            rows += layout.entry.pack(tag, value.kind, value.number, place)
            behind += value.stored + bytes(len(value.stored) % 2)
    return rows + bytes(layout.offset.size) + behind

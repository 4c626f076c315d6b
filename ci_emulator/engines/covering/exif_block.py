"""An EXIF block without pictures in it: a preview would show the codes that were covered."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ci_emulator.engines.picture_files.exif import orientation

_PREFIX = b"Exif\0\0"
_LARGEST = 65_527  # bytes: what one segment of a JPEG has room for
_MOST_ENTRIES = 1000
_LONGEST_VALUE = 2048
"""Bytes. Longer values are previews and what a camera notes for its maker, which may hold one."""

_DIRECTORIES = frozenset({0x8769, 0x8825, 0xA005})  # EXIF, GPS, interoperability
# Other directories (a preview has one of its own), the places of previews, XMP and Photoshop's data.
_LEFT_OUT = frozenset({0x014A, 0x0201, 0x0202, 0x0111, 0x0117, 0x02BC, 0x8649, 0x927C})
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}


def without_previews(exif: bytes) -> bytes:
    """Return an EXIF block, without its prefix, that holds only what its directories say in short values.

    Everything else in it is zeros: the preview, and whatever nothing refers to. A block that is too long or cannot be walked
    through becomes one with the orientation only, or b"" when that is 1.
    """
    block = exif.removeprefix(_PREFIX)
    turned = orientation(block)
    if len(block) <= _LARGEST:
        try:
            kept = _Kept(block).result()
        except (struct.error, ValueError):
            kept = b""
        if kept and orientation(kept) == turned:
            return kept
    if turned == 1:
        return b""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, turned, 0, 0)


class _Kept:
    """A block of the same length, into which what is kept is copied to where it was."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4], "")
        if not self._order:
            raise ValueError("no TIFF header")
        self._out = bytearray(len(block))
        self._out[:8] = block[:8]
        self._entries = 0
        self._seen: set[int] = set()

    def result(self) -> bytes:
        """Walk through the directories and return the block.

        Raises:
            ValueError, struct.error: it is damaged.
        """
        self._directory(struct.unpack_from(self._order + "I", self._block, 4)[0])
        return bytes(self._out)

    def _directory(self, at: int) -> None:
        if at in self._seen:
            raise ValueError("a directory in itself")
        self._seen.add(at)
        kept = list(self._wanted(at))
        struct.pack_into(self._order + "H", self._out, at, len(kept))
        for index, entry in enumerate(kept):
            struct.pack_into("12s", self._out, at + 2 + 12 * index, entry)
        # Zeros follow: no further directory, which would be the one of the preview.

    def _wanted(self, at: int) -> Iterator[bytes]:
        (count,) = struct.unpack_from(self._order + "H", self._block, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            self._entries += 1
            tag, kind, length, value = struct.unpack_from(self._order + "HHII", self._block, entry)
            if self._entries > _MOST_ENTRIES:
                raise ValueError("too many entries")
            size = _SIZES.get(kind, _LONGEST_VALUE + 1) * length
            if tag in _LEFT_OUT or size > _LONGEST_VALUE:
                continue
            if tag in _DIRECTORIES:
                self._directory(value)
            elif size > 4:
                if value + size > len(self._block):
                    continue
                self._out[value : value + size] = self._block[value : value + size]
            yield self._block[entry : entry + 12]

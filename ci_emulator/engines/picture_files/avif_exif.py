"""The EXIF item of an AVIF: named in the box `iinf`, found through the box `iloc` (ISO/IEC 14496-12, section 8.11)."""

from __future__ import annotations

from collections.abc import Iterator

from ci_emulator.engines.picture_files.bare import Damaged, Parts

_MOST_EXTENTS = 16  # of one item; encoders write one


def find(data: bytes) -> bytes:
    """Return the EXIF block of an AVIF file, empty when it has none.

    Raises:
        Damaged: the boxes cannot be walked through, or are more than any picture has.
    """
    parts = Parts()
    meta = next((body for kind, body in _boxes(data, parts) if kind == b"meta"), b"")
    boxes = dict(_boxes(meta[4:], parts))
    item = _exif_item(boxes.get(b"iinf", b""), parts)
    if item is None:
        return b""
    found = b"".join(
        data[start : start + size] for start, size in _extents(boxes.get(b"iloc", b""), item, parts)
    )
    # The item begins with the distance from here to the byte order.
    return found[4 + int.from_bytes(found[:4], "big") :]


def _boxes(data: bytes, parts: Parts) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes that stand in `data` one behind the other: type and content."""
    at = 0
    while at + 8 <= len(data):
        parts.next()
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < head:
            raise Damaged("a box without its own head")
        yield data[at + 4 : at + 8], data[at + head : at + size]
        at += size


def _exif_item(information: bytes, parts: Parts) -> int | None:
    entries = information[6:] if information[:1] == b"\0" else information[8:]
    for kind, entry in _boxes(entries, parts):
        wide = entry[:1] == b"\x03"
        behind_id = 8 if wide else 6
        if kind == b"infe" and entry[behind_id + 2 : behind_id + 6] == b"Exif":
            return int.from_bytes(entry[4:behind_id], "big")
    return None


class _Numbers:
    """Reads big-endian numbers one behind the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def next(self, size: int) -> int:
        if self._at + size > len(self._data):
            raise Damaged("a box that ends too early")
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")


def _extents(locations: bytes, item: int, parts: Parts) -> list[tuple[int, int]]:
    """Return where the pieces of an item are in the file: start and length."""
    numbers = _Numbers(locations)
    version = numbers.next(1)
    numbers.next(3)
    sizes, bases = numbers.next(1), numbers.next(1)
    offset_size, length_size = sizes >> 4, sizes & 15
    base_size, index_size = bases >> 4, bases & 15 if version else 0
    id_size = 4 if version == 2 else 2
    for _ in range(numbers.next(id_size)):
        parts.next()
        identifier = numbers.next(id_size)
        method = numbers.next(2) & 15 if version else 0
        numbers.next(2)
        base = numbers.next(base_size)
        extents = []
        for _ in range(numbers.next(2)):
            parts.next()
            numbers.next(index_size)
            extents.append((base + numbers.next(offset_size), numbers.next(length_size)))
        if identifier == item:
            # Other methods put it into another box, which no encoder does with EXIF.
            return extents[:_MOST_EXTENTS] if method == 0 else []
    return []

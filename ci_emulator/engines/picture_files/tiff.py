"""TIFF: a new directory that names the pixels of the first picture and nothing else."""

from __future__ import annotations

from ci_emulator.engines.picture_files import tiff_directory
from ci_emulator.engines.picture_files.bare import MOST_PARTS, Bare, Damaged
from ci_emulator.engines.picture_files.tiff_directory import Entry, Layout, layout_of, number

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_ORIENTATION = 274
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_STRIPS, _TILES = 273, 324

PIXELS = frozenset({
    *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339),
    *(347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),
})  # fmt: skip
"""The tags of the pixels: size, depth, compression, colours, and where the strips or tiles are."""

_BYTES_PER_PIXEL = 6
_LARGE_TILE = 2048 * 2048  # in pixels: a tile of this size may also belong to a small picture


def bare(data: bytes) -> Bare:
    """Append a directory of the first picture's pixels, and let the file begin with it.

    Raises:
        Damaged: no directory, values outside the file, more of them than the file has bytes, tiles far larger than
            the picture.
    """
    layout = layout_of(data)
    entries = tiff_directory.entries(data, layout)
    turned = number(entries.get(_ORIENTATION), layout)
    _check(entries, layout, len(data))
    kept = [entry.raw for tag, entry in sorted(entries.items()) if tag in PIXELS]
    directory = layout.number.pack(len(kept)) + b"".join(kept) + layout.offset.pack(0)
    padding = b"\0" * (-len(data) % 8)
    head = data[: layout.first] + layout.offset.pack(len(data) + len(padding))
    body = data[layout.first + layout.offset.size :]
    whole = b"".join((head, body, padding, directory))
    return Bare(whole, turned if 1 <= turned <= 8 else 1, _BYTES_PER_PIXEL)


def _check(entries: dict[int, Entry], layout: Layout, size: int) -> None:
    total = 0
    for tag in entries.keys() & PIXELS:
        entry = entries[tag]
        size_of_values = tiff_directory.length(entry)
        if size_of_values > layout.offset.size:
            total += size_of_values
    if total > size:
        raise Damaged("more values than bytes")
    width, height = (number(entries.get(tag), layout) for tag in (_WIDTH, _HEIGHT))
    tile = number(entries.get(_TILE_WIDTH), layout) * number(entries.get(_TILE_HEIGHT), layout)
    if tile > width * height + _LARGE_TILE:
        raise Damaged("tiles larger than the picture")
    if any(tag in entries and entries[tag].values > MOST_PARTS for tag in (_STRIPS, _TILES)):
        raise Damaged("too many strips or tiles")

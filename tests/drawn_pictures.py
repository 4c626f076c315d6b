"""Pictures of a code, drawn for tests: the code's text and place are known, the file can be of any kind."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageChops

from ci_emulator.engines.codes.write import write_qr

TEXT = "https://example.com/p4"
WIDTH, HEIGHT = 260, 180


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, kind, **options)  # Pillow leaves the options of one format in the picture
    return file.getvalue()


def symbol(text: str = TEXT, modules_wide: int = 120) -> Image.Image:
    """A QR code in mode L without its quiet zone, about `modules_wide` pixels wide."""
    drawn = Image.open(io.BytesIO(write_qr(text, modules_wide, writer="zxing"))).convert("L")
    return drawn.crop(ImageChops.invert(drawn).getbbox())


SYMBOL = symbol()
LEFT, TOP = 40, 30
SIDE = SYMBOL.width
CORNERS = [(LEFT, TOP), (LEFT + SIDE, TOP), (LEFT + SIDE, TOP + SIDE), (LEFT, TOP + SIDE)]


def scene(size: tuple[int, int] = (WIDTH, HEIGHT), at: tuple[int, int] = (LEFT, TOP)) -> Image.Image:
    """A white picture in mode L with the code off its centre."""
    picture = Image.new("L", size, 255)
    picture.paste(SYMBOL, at)
    return picture


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colours: int = 0) -> bytes:
    """A PNG with any header and any chunks."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def tiff(entries: dict[int, tuple[int, int, int]], behind: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF with one directory: tag → (type, count, value); `behind` begins at `behind_of(entries)`."""
    packed = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + struct.pack("<I", following) + behind
    )


def behind_of(entries: int) -> int:
    """Where the bytes behind the directory of a `tiff` begin."""
    return 8 + 2 + 12 * entries + 4


def grey_tiff(width: int, height: int, pixels: bytes, **changed: tuple[int, int, int]) -> bytes:
    """An uncompressed grey TIFF; `changed` replaces entries, by names as in `t262=(3, 1, 0)`."""
    entries = {
        256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1),
        277: (3, 1, 1), 278: (4, 1, height), 279: (4, 1, len(pixels)), 273: (4, 1, 0),
    }  # fmt: skip
    entries |= {int(name[1:]): entry for name, entry in changed.items()}
    if entries[273] == (4, 1, 0):
        entries[273] = (4, 1, behind_of(len(entries)))
    return tiff(entries, pixels)


def palette_scene(*, transparent: bool) -> Image.Image:
    """The scene by two colours, 1 is dark; both are black when the light one, 0, is to be seen through."""
    dark = ImageChops.invert(scene()).point(lambda value: value // 255)
    indexed = Image.frombytes("P", dark.size, dark.tobytes())
    indexed.putpalette([0, 0, 0, 0, 0, 0] if transparent else [255, 250, 240, 60, 0, 0])
    return indexed


RGB_SCENE = scene().convert("RGB")

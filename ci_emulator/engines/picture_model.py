"""What is told about a picture file besides its codes, in types that travel between processes as msgpack."""

from __future__ import annotations

import msgspec


class PictureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture file tells about itself.

    `format` is Pillow's name (`PNG`, `JPEG`, …). `width` and `height` are in pixels as stored, before the EXIF
    `orientation` (1 to 8) is applied. `frames` counts those of an animation, 1 for a still picture. `quality` is the JPEG
    quality (1 to 100) whose quantisation tables are nearest to those of the file, 100 for every other format. `bits` is the depth
    of one channel; the resolutions are in dots per inch, 0 when the file tells none. `average` is the main colour (red, green,
    blue; 0 to 255), None when it was not asked for.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    quality: int = 100
    orientation: int = 1
    bits: int = 8
    horizontal_dpi: int = 0
    vertical_dpi: int = 0
    average: tuple[int, int, int] | None = None


class Exif(msgspec.Struct, frozen=True):
    """The EXIF tags of a picture, by their standard names in the order of the file; the values as libexif's tools print them."""

    tags: dict[str, str]

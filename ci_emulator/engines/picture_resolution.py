"""How many pixels of a picture make an inch, as its file tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_emulator.engines.exif_tags import tags_of
from ci_emulator.engines.picture_files.bare import Damaged
from ci_emulator.engines.picture_files.exif_block import exif_block
from ci_emulator.engines.picture_files.png import SIGNATURE

if TYPE_CHECKING:
    from PIL import Image

_CENTIMETRES, _METRES = 2.54, 0.0254  # in an inch, and the inch in metres
_EXIF_CENTIMETRES = "3"
_MOST = 1_000_000
"""More is no resolution but nonsense."""


def resolution(data: bytes, image: Image.Image) -> tuple[int, int]:
    """Return the horizontal and the vertical resolution of a file in dots per inch, rounded; 0, 0 when it tells none.

    `image` is the file as `image.open_header` opens it. What the format itself says (JFIF, pHYs, the head of a BMP) counts before EXIF.
    """
    name = image.format or ""
    told = image.info.get("dpi") if name in {"JPEG", "BMP"} else _physical(data) if name == "PNG" else None
    across, down = told or _exif(data, name)
    return _rounded(across), _rounded(down)


def _physical(data: bytes) -> tuple[float, float] | None:
    """Return what the chunk pHYs of a PNG says; it has to stand before the pixels."""
    at = data.find(b"pHYs", len(SIGNATURE), data.find(b"IDAT"))
    if at < 0 or data[at + 12 : at + 13] != b"\1":
        return None
    across, down = (int.from_bytes(data[start : start + 4], "big") for start in (at + 4, at + 8))
    return across * _METRES, down * _METRES


def _exif(data: bytes, name: str) -> tuple[float, float]:
    try:
        tags = tags_of(exif_block(data, name), file=name == "TIFF")
    except Damaged:
        return 0.0, 0.0
    inch = _CENTIMETRES if tags.get("ResolutionUnit") == _EXIF_CENTIMETRES else 1.0
    return inch * _number(tags.get("XResolution")), inch * _number(tags.get("YResolution"))


def _number(rational: str | None) -> float:
    top, _, bottom = (rational or "").partition("/")
    return int(top) / int(bottom) if top.isdigit() and bottom.isdigit() and int(bottom) else 0.0


def _rounded(value: float) -> int:
    return int(value + 0.5) if 0 < value < _MOST else 0

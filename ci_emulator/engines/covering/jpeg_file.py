"""A JPEG with other pixels, coded so that what was not painted gets the same coefficients again.

Three things make that so: the tables and the sampling of the original; no way through RGB and back; and the chroma as
it is stored, not smoothed on the way up to full size. libjpeg gives it away when it decodes a 4:2:0 picture at half its
size: then the luma is reduced and the chroma is not touched.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ci_emulator.engines import image as files
from ci_emulator.engines.covering import profile
from ci_emulator.engines.covering.exif_block import without_previews
from ci_emulator.engines.covering.sheet import Sheet
from ci_emulator.engines.picture_files import jpeg
from ci_emulator.engines.picture_files.bare import Parts

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = frozenset({"JPEG"})
_SAMPLINGS = {
    (1, 1): 0,
    (2, 1): 1,
    (2, 2): 2,
}  # how Pillow counts them; others become the first, which loses nothing
_LEAST_HALVED = 16  # pixels: nothing smaller holds a code
_PLAIN_RGB = (b"R"[0], b"G"[0], b"B"[0])  # the names of the channels of a file that is not in YCbCr

_SOS, _EOI, _JFIF, _EXIF, _ICC = 0xDA, 0xD9, 0xE0, 0xE1, 0xE2


def open_jpeg(data: bytes, max_pixels: int) -> Sheet:
    """Open a JPEG; `Sheet.image` is in mode L, YCbCr, RGB or CMYK.

    Raises:
        Refusal: those of `image.open_colour`.
    """
    files.inspect(data, formats=_FORMATS, max_pixels=max_pixels)
    coding = _Coding(data)
    opened = files.open_colour(data, formats=_FORMATS, max_pixels=max_pixels, draft=coding.draft)
    picture: Image.Image = opened.image
    if coding.is_halved and min(picture.size) >= _LEAST_HALVED:
        half = -(-picture.width // 2) * -(-picture.height // 2)
        reduced = files.open_colour(
            data, formats=_FORMATS, max_pixels=max_pixels, most=half, draft=coding.draft
        )
        picture = _with_chroma(picture, reduced.image)

    def encode() -> bytes:
        return b"\xff\xd8" + _told(data) + _coded(_encoded(picture, coding.options))

    return Sheet(picture, opened.orientation, encode)


def _encoded(picture: Image.Image, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    try:
        picture.save(out, "JPEG", **options)
    except OSError:
        # Pillow's buffer for a progressive file is too small for noise at the best quality.
        out = io.BytesIO()
        picture.save(out, "JPEG", **{**options, "progressive": False})
    return out.getvalue()


class _Coding:
    """How a JPEG is coded: `draft` is the mode in which it is decoded, `options` are those of Pillow for the same again."""

    def __init__(self, data: bytes) -> None:
        from PIL import JpegImagePlugin

        with JpegImagePlugin.JpegImageFile(io.BytesIO(jpeg.bare(data).data)) as header:
            layers: list[tuple[int, int, int, int]] = header.layer
            tables: dict[int, list[int]] = header.quantization
            told = header.info
        colour = len(layers) == 3
        adobe = told.get("adobe_transform") if "jfif" not in told else None
        plain = colour and (
            adobe == 0 or (adobe is None and "jfif" not in told and _names(layers) == _PLAIN_RGB)
        )
        factors = layers[0][1:3] if {layer[1:3] for layer in layers[1:]} == {(1, 1)} else (1, 1)
        self.draft = "YCbCr" if colour and not plain else None
        self.is_halved = self.draft is not None and factors == (2, 2)
        used = [tables[layer[3]] for layer in layers if layer[3] in tables]
        while len(used) > 1 and used[-1] == used[-2]:
            used.pop()  # libjpeg uses the last one again
        self.options: dict[str, Any] = {
            "qtables": used or None,
            "subsampling": _SAMPLINGS.get(factors, 0),
            "progressive": bool(told.get("progressive")),
            "keep_rgb": plain,
        }


def _names(layers: list[tuple[int, int, int, int]]) -> tuple[int, ...]:
    return tuple(layer[0] for layer in layers)


def _with_chroma(picture: Image.Image, reduced: Image.Image) -> Image.Image:
    """Return a YCbCr picture with the chroma of its copy at half the size, each value four times."""
    from PIL import Image

    channels = [picture.getchannel(0)]
    for channel in (1, 2):
        stored = reduced.getchannel(channel)
        doubled = stored.resize((stored.width * 2, stored.height * 2), Image.Resampling.NEAREST)
        channels.append(doubled.crop((0, 0, *picture.size)))
    return Image.merge("YCbCr", channels)


def _told(data: bytes) -> bytes:
    """Return the segments of the original that tell how it is shown: resolution, EXIF data, colour profile.

    Previews, further pictures, comments, XMP and what programs keep for themselves are left out: a code may be in them.
    """
    kept: dict[int, list[bytes]] = {_JFIF: [], _EXIF: []}
    profiles: list[bytes] = []
    for marker, segment in _segments(data):
        content = segment[4:]
        if marker == _JFIF and content[:5] == b"JFIF\0" and len(content) >= 14 and not kept[_JFIF]:
            kept[_JFIF].append(_segment(_JFIF, content[:12] + b"\0\0"))
        elif marker == _EXIF and content[:6] == b"Exif\0\0" and not kept[_EXIF]:
            exif = without_previews(content)
            if exif:
                kept[_EXIF].append(_segment(_EXIF, b"Exif\0\0" + exif))
        elif marker == _ICC and profile.is_part(content):
            profiles.append(content)
    whole = [_segment(_ICC, content) for content in profile.in_segments(profiles)]
    return b"".join([*kept[_JFIF], *kept[_EXIF], *whole])


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _coded(encoded: bytes) -> bytes:
    """Return what Pillow encoded without its start and its JFIF header, which tells of another resolution."""
    at = 2
    if encoded[2:4] == bytes((0xFF, _JFIF)):
        at = 4 + int.from_bytes(encoded[4:6], "big")
    return encoded[at:]


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the whole of each segment before the first scan."""
    parts = Parts()
    at = 2
    while (found := jpeg.NEXT.search(data, at)) is not None:
        parts.next()
        at = found.start()
        marker = data[at + 1]
        if marker in {_SOS, _EOI}:
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without a length
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at:end]
        at = end

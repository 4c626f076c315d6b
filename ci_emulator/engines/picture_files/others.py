"""WebP, AVIF, BMP, PPM: nothing has to be left out of them, or hardly anything."""

from __future__ import annotations

import re

from ci_emulator.engines.picture_files.bare import Bare, Damaged, Parts
from ci_emulator.engines.picture_files.exif import orientation

# The type of an item in the directory of an ISO media file, versions 2 and 3.
_EXIF_ITEM = re.compile(rb"(infe(?:\x02.{7}|\x03.{9}))Exif", re.DOTALL)

# Pillow reads the header byte by byte: the numbers are width, height and, for P5 and P6, the largest value.
_PPM_HEADER = re.compile(rb"P[456](?:(?:\s|#[^\r\n]*[\r\n])+\d+){2,3}\s")
_PPM_LONGEST_HEADER = 4096

_WEBP_BYTES_PER_PIXEL = 18  # the decoder keeps two canvases and a copy
_AVIF_BYTES_PER_PIXEL = 14

# Pillow decodes run-length encoded BMP byte by byte in Python, up to 0.7 s for each megabyte and 50 ns for each pixel.
_MOST_RUNS = 1_500_000
_RUNS_BYTES_PER_PIXEL = 80
_PLAIN_BYTES_PER_PIXEL = 6


def webp(data: bytes) -> Bare:
    """Look for the orientation; Pillow does not look into metadata unless it is asked.

    Raises:
        Damaged: more chunks than any picture has.
    """
    parts = Parts()
    at = 12
    while at < len(data):
        parts.next()
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"EXIF":
            return Bare(data, orientation(data[at + 8 : end]), _WEBP_BYTES_PER_PIXEL)
        at = end + end % 2
    return Bare(data, 1, _WEBP_BYTES_PER_PIXEL)


def avif(data: bytes) -> Bare:
    """Hide the EXIF item: the properties of the picture tell how it is turned (the decoder applies them, see image)."""
    return Bare(_EXIF_ITEM.sub(rb"\1free", data), 1, _AVIF_BYTES_PER_PIXEL)


def bmp(data: bytes) -> Bare:
    """Return the file as it is; it may hold fewer pixels when they are run-length encoded.

    Raises:
        Damaged: more runs than can be decoded in time.
    """
    if data[30:34] not in (b"\1\0\0\0", b"\2\0\0\0"):
        return Bare(data, 1, _PLAIN_BYTES_PER_PIXEL)
    if len(data) > _MOST_RUNS:
        raise Damaged("too many runs")
    return Bare(data, 1, _RUNS_BYTES_PER_PIXEL)


def ppm(data: bytes) -> Bare:
    """Return the file as it is.

    Raises:
        Damaged: a header that does not end.
    """
    if _PPM_HEADER.match(data[:_PPM_LONGEST_HEADER]) is None:
        raise Damaged("no header")
    return Bare(data, 1, _PLAIN_BYTES_PER_PIXEL)

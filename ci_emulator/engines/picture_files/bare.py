"""What every format's module answers, and the limits that they share.

A decoder meets only what it needs for the pixels: comments, profiles, previews, EXIF directories and whatever else a
file can carry are left out beforehand. They are where the cheap bombs are: a TIFF or EXIF directory may name the same
ten megabytes 65 535 times, and Pillow copies them each time.
"""

from __future__ import annotations

from typing import NamedTuple

MOST_PARTS = 50_000
"""The most chunks, segments, blocks or strips of a file: each costs Pillow some microseconds, whatever is in it."""


class Bare(NamedTuple):
    """A picture file without metadata.

    `orientation` is that of EXIF, 1 to 8. `bytes_per_pixel` is the peak memory of decoding it and making it grey.
    `streams` tells that the decoder needs no memory for the whole picture when it decodes it reduced. `pixels` is the
    most that the decoder is told to decode where that may differ from the size which Pillow reports. `plain_inks` tells
    that a CMYK picture is not stored inverted, which Pillow takes for granted.
    """

    data: bytes
    orientation: int
    bytes_per_pixel: int
    streams: bool = False
    pixels: int = 0
    plain_inks: bool = False


class Damaged(ValueError):
    """The file cannot be walked through, or has more parts than any picture needs."""


class Parts:
    """Counts the parts of a file."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def next(self) -> None:
        """Count one more part.

        Raises:
            Damaged: there are too many.
        """
        self._left -= 1
        if self._left < 0:
            raise Damaged("too many parts")

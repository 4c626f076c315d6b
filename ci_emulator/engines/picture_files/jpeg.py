"""JPEG: the segments that make pixels, up to the end of the first picture."""

from __future__ import annotations

import re

from ci_emulator.engines.picture_files.bare import Bare, Damaged, Parts
from ci_emulator.engines.picture_files.exif import orientation

SIGNATURE = b"\xff\xd8\xff"

_SOS, _EOI, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xEE

# Frames, tables and scans, and the two application segments that tell how colours are coded (JFIF, Adobe).
_KEPT = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xEE})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})

# Any number of 0xFF may stand before a marker.
NEXT = re.compile(rb"\xff[^\x00\xff]")

# Behind a scan's header: a marker that is neither a stuffed byte, nor a restart, nor filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

# Each scan of a progressive JPEG is a pass over all blocks, even when it holds a few bytes only. Encoders write about
# ten, those that search for the best split up to about thirty.
_MOST_SCANS = 40


class _Segments:
    """The segments that are kept and what they tell about the picture."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.orientation = 1
        self.channels = 1
        self.progressive = False
        self.scans = 0
        self.single_scan = False
        self.adobe = False

    def add(self, marker: int, data: bytes) -> None:
        """Take one whole segment, from its marker on."""
        if marker in _KEPT:
            self.kept.append(data)
        if marker in _FRAMES and len(data) > 9:
            self.progressive = self.progressive or marker in _PROGRESSIVE
            self.channels = data[9]
        elif marker == _SOS:
            self.scans += 1
            self.single_scan = self.scans == 1 and len(data) > 4 and data[4] == self.channels
            if self.scans > _MOST_SCANS:
                raise Damaged("too many scans")
        elif marker == _ADOBE:
            self.adobe = self.adobe or data[4:9] == b"Adobe"
        elif marker == _EXIF and data[4:10] == b"Exif\0\0" and self.orientation == 1:
            self.orientation = orientation(data[4:])

    def bare(self) -> Bare:
        streams = self.single_scan and not self.progressive
        plain_inks = self.channels == 4 and not self.adobe
        pixels = 10 if plain_inks else 6 if self.channels == 4 else 2
        # A decoder that needs several scans holds the coefficients of the whole picture, two bytes each.
        coefficients = 0 if streams else 2 * self.channels
        return Bare(
            b"".join(self.kept), self.orientation, pixels + coefficients, streams, plain_inks=plain_inks
        )


def bare(data: bytes) -> Bare:
    """Keep the first picture: what follows it (further pictures of a telephone, anything else) is left out.

    Raises:
        Damaged: more segments or scans than any picture has.
    """
    found = _Segments()
    found.kept.append(b"\xff\xd8")
    parts = Parts()
    at = 2
    while (next_one := NEXT.search(data, at)) is not None:
        at = next_one.start()
        marker = data[at + 1]
        parts.next()
        if marker == _EOI:
            found.kept.append(b"\xff\xd9")
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without a length
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.add(marker, data[at:end])
        if marker == _SOS:
            behind = _MARKER.search(data, end)
            stop = len(data) if behind is None else behind.start()
            found.kept.append(data[end:stop])
            end = stop
        at = end
    return found.bare()

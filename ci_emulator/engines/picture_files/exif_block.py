"""Where a picture file keeps its EXIF block: a small TIFF, whatever the format around it."""

from __future__ import annotations

from ci_emulator.engines.picture_files import avif_exif, png
from ci_emulator.engines.picture_files.bare import Parts

_PREFIX = b"Exif\0\0"
_APPLICATION_1, _SCAN, _END = 0xE1, 0xDA, 0xD9


def exif_block(data: bytes, name: str) -> bytes:
    """Return the EXIF block of a file of the format `name` (Pillow's), from its byte order on; empty when it has none.

    A TIFF is its own block. The block itself may be damaged.

    Raises:
        Damaged: the file has more parts than any picture.
    """
    match name:
        case "JPEG":
            found = _of_jpeg(data)
        case "PNG":
            found = _of_png(data)
        case "WEBP":
            found = _of_webp(data)
        case "AVIF":
            found = avif_exif.find(data)
        case "TIFF":
            found = data
        case _:
            found = b""
    return found.removeprefix(_PREFIX)


def _of_jpeg(data: bytes) -> bytes:
    parts = Parts()
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        parts.next()
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in (_SCAN, _END):
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _APPLICATION_1 and data.startswith(_PREFIX, at + 4):
            return data[at + 4 : end]
        at = end
    return b""


def _of_png(data: bytes) -> bytes:
    parts = Parts()
    at = len(png.SIGNATURE)
    while at + 8 <= len(data):
        parts.next()
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data.startswith(b"eXIf", at + 4):
            return data[at + 8 : end - 4]
        at = end
    return b""


def _of_webp(data: bytes) -> bytes:
    parts = Parts()
    at = 12
    while at + 8 <= len(data):
        parts.next()
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if data.startswith(b"EXIF", at):
            return data[at + 8 : end]
        at = end + end % 2
    return b""

"""The tags of an EXIF block as text (EXIF 2.32, CIPA DC-008, section 4.6; spec: pictures.md A.8)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ci_emulator.engines.picture_files import tiff_directory
from ci_emulator.engines.picture_files.bare import Damaged
from ci_emulator.engines.picture_files.tiff import PIXELS, SIGNATURES
from ci_emulator.engines.picture_files.tiff_directory import Entry, Layout, layout_of

_EXIF, _GPS, _INTEROPERABILITY = 0x8769, 0x8825, 0xA005

#: What only leads to something else: directories, the notes of a camera's maker, a preview.
_LEADING = frozenset({_EXIF, _GPS, _INTEROPERABILITY, 0x927C, 0x0201, 0x0202})

_USER_COMMENT, _COLOUR_SPACE = 0x9286, 0xA001

_TEXT = 2
_NUMBERS = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    7: "B",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
}
_RATIONALS = {5: "I", 10: "i"}

_CHARACTERS = frozenset({b"ASCII\0\0\0", b"UNICODE\0"})

_MOST_BYTES = 1 << 20
"""The most that all values of a block may take together; a directory may name the same bytes thousands of times."""

_LONGEST_TEXT = 65_535
_MOST_NUMBERS = 1024
"""Of one tag; longer ones are tables and profiles, not facts about the picture."""

# Where Pillow's names are not those of the standard.
_STANDARD = {
    0x8835: "ISOSpeedLatitudezzz",
    0x9214: "SubjectArea",
    0x9290: "SubSecTime",
    0x9291: "SubSecTimeOriginal",
    0x9292: "SubSecTimeDigitized",
    0xA000: "FlashpixVersion",
    0xA002: "PixelXDimension",
    0xA003: "PixelYDimension",
}

_COLOUR_SPACES = {"1": "sRGB", "2": "Adobe RGB", "65535": "Uncalibrated"}


def tags_of(block: bytes, *, file: bool = False) -> dict[str, str]:
    """Return the tags of an EXIF block by their standard names, as text; none when the block is damaged.

    They are those of the first directory, of the EXIF and of the GPS directory, not those of the preview; of two alike the first
    counts. `file` says that the block is a whole TIFF, whose tags about the storage of the pixels are left out.
    """
    if not block.startswith(SIGNATURES):
        return {}
    layout = layout_of(block)
    found: dict[str, str] = {}
    left = _MOST_BYTES
    try:
        for entry, gps in _entries(block, layout):
            if entry.tag in _LEADING or (file and entry.tag in PIXELS) or _too_long(entry):
                continue
            value = tiff_directory.values(block, layout, entry)
            left -= len(value)
            if left < 0:
                raise Damaged("more values than any picture has")
            text = _text(entry, value, layout.order)
            if text is not None:
                found.setdefault(_name(entry.tag, gps=gps), text)
    except (Damaged, struct.error, OverflowError):
        return {}
    return found


def _entries(block: bytes, layout: Layout) -> Iterator[tuple[Entry, bool]]:
    """Yield the entries of the directories, and whether they are of the one about the place.

    Each directory is read once at the most, whatever leads to it.
    """
    first = tiff_directory.entries(block, layout)
    yield from ((entry, False) for entry in first.values())
    for tag in (_EXIF, _GPS):
        at = tiff_directory.number(first.get(tag), layout)
        if at:
            yield from ((entry, tag == _GPS) for entry in tiff_directory.entries(block, layout, at).values())


def _too_long(entry: Entry) -> bool:
    return entry.values > (_LONGEST_TEXT if entry.kind == _TEXT else _MOST_NUMBERS)


def _name(tag: int, *, gps: bool) -> str:
    from PIL import ExifTags

    found = ExifTags.GPSTAGS.get(tag) if gps else _STANDARD.get(tag) or ExifTags.TAGS.get(tag)
    return found or f"0x{tag:04x}"


def _text(entry: Entry, value: bytes, order: str) -> str | None:
    """Return the values of an entry, separated by blanks; None when they are not all there, or of an unknown type."""
    if entry.kind == _TEXT:
        return _decoded(value)
    if not value or len(value) < tiff_directory.length(entry):
        return None
    if entry.tag == _USER_COMMENT and value[:8] in _CHARACTERS:
        return _comment(value, order)
    if entry.kind in _RATIONALS:
        numbers = struct.unpack(f"{order}{2 * entry.values}{_RATIONALS[entry.kind]}", value)
        return " ".join(f"{top}/{bottom}" for top, bottom in zip(numbers[::2], numbers[1::2], strict=True))
    if entry.kind not in _NUMBERS:
        return None
    text = " ".join(
        f"{number:g}" if isinstance(number, float) else str(number)
        for number in struct.unpack(f"{order}{entry.values}{_NUMBERS[entry.kind]}", value)
    )
    return _COLOUR_SPACES.get(text, text) if entry.tag == _COLOUR_SPACE else text


def _decoded(value: bytes) -> str:
    """Return a text; the standard knows ASCII only, cameras and programs write UTF-8 and Latin-1."""
    text = value.partition(b"\0")[0]
    try:
        return text.decode().strip()
    except UnicodeDecodeError:
        return text.decode("latin-1").strip()


def _comment(value: bytes, order: str) -> str:
    """Return a comment, which begins with the name of its character set."""
    text = value[8:]
    if value.startswith(b"ASCII"):
        return _decoded(text)
    return text.decode("utf-16-le" if order == "<" else "utf-16-be", "replace").strip("\0 ")

"""EXIF blocks made value by value, and pictures that carry them."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image

#: One entry: type, number of values, the values as they are stored.
Entry = tuple[int, int, bytes]

EXIF, GPS = 0x8769, 0x8825


def text(value: str) -> Entry:
    data = value.encode() + b"\0"
    return 2, len(data), data


def short(*values: int, order: str = ">") -> Entry:
    return 3, len(values), struct.pack(f"{order}{len(values)}H", *values)


def rational(*values: tuple[int, int], order: str = ">") -> Entry:
    flat = [number for pair in values for number in pair]
    return 5, len(values), struct.pack(f"{order}{len(flat)}I", *flat)


def signed_rational(top: int, bottom: int, order: str = ">") -> Entry:
    return 10, 1, struct.pack(f"{order}ii", top, bottom)


def undefined(value: bytes) -> Entry:
    return 7, len(value), value


def block(
    first: dict[int, Entry],
    exif: dict[int, Entry] | None = None,
    gps: dict[int, Entry] | None = None,
    order: str = ">",
) -> bytes:
    """An EXIF block, without a prefix, with up to three directories."""
    data = bytearray((b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8))
    places: dict[int, int] = {}
    first = dict(first)
    for tag, directory in ((EXIF, exif), (GPS, gps)):
        if directory is not None:
            first[tag] = (4, 1, b"\0\0\0\0")
    for tag, directory in ((0, first), (EXIF, exif), (GPS, gps)):
        if directory is None:
            continue
        if tag:
            struct.pack_into(order + "I", data, places[tag], len(data))
        behind = len(data) + 2 + 12 * len(directory) + 4
        entries, values = b"", b""
        for name, (kind, count, value) in sorted(directory.items()):
            places[name] = len(data) + 2 + len(entries) + 8
            field = value.ljust(4, b"\0")
            if len(value) > 4:
                field = struct.pack(order + "I", behind + len(values))
                values += value + b"\0" * (len(value) % 2)
            entries += struct.pack(order + "HHI", name, kind, count) + field
        data += struct.pack(order + "H", len(directory)) + entries + b"\0\0\0\0" + values
    return bytes(data)


def camera(order: str = ">") -> bytes:
    """What a camera would write: the tags of the documented example, and a place."""
    return block(
        {
            0x010F: text("Example"),
            0x0112: short(6, order=order),
            0x0132: text("2018:09:03 17:37:06"),
        },
        {
            0x829A: rational((1, 200), order=order),
            0x829D: rational((13, 1), order=order),
            0x8822: short(8, order=order),
            0x9000: undefined(b"0230"),
            0x9003: text("2018:09:03 17:37:06"),
            0x9202: rational((483328, 65536), order=order),
            0x9204: signed_rational(0, 1, order=order),
            0xA001: short(1, order=order),
            0xA401: short(0, order=order),
            0xA402: short(0, order=order),
        },
        {1: text("N"), 2: rational((30, 1), (17, 1), (3062, 100), order=order), 5: (1, 1, b"\0")},
        order,
    )


#: How the tags of `camera` are told.
CAMERA = {
    "ApertureValue": "483328/65536",
    "ColorSpace": "sRGB",
    "CustomRendered": "0",
    "DateTime": "2018:09:03 17:37:06",
    "DateTimeOriginal": "2018:09:03 17:37:06",
    "ExifVersion": "48 50 51 48",
    "ExposureBiasValue": "0/1",
    "ExposureMode": "0",
    "ExposureProgram": "8",
    "ExposureTime": "1/200",
    "FNumber": "13/1",
    "GPSAltitudeRef": "0",
    "GPSLatitude": "30/1 17/1 3062/100",
    "GPSLatitudeRef": "N",
    "Make": "Example",
    "Orientation": "6",
}


def picture(exif: bytes | None, kind: str = "JPEG", **options: Any) -> bytes:
    """A small picture with an EXIF block; a TIFF gets it another way, see the tests."""
    file = io.BytesIO()
    if exif is not None:
        # Pillow writes the prefix itself for the formats whose files have none.
        options["exif"] = b"Exif\0\0" + exif
    Image.new("RGB", (48, 32), (115, 98, 70)).save(file, kind, **options)
    return file.getvalue()

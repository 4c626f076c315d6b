"""What of an EXIF block is kept, and how many bytes each value may have (EXIF 2.32, CIPA DC-008, section 4.6).

These are facts about the picture whose length is known. Comments, notes of the camera's maker and private tags may hold a
picture, or the text of a code.
"""

from __future__ import annotations

from typing import NamedTuple

_NUMBERS = 8  # a rational, up to four short numbers, a reference like `N`
_DATE = 20
_PLACE = 24  # three rationals
_NAME = 128
_METHOD = 64


class Directory(NamedTuple):
    """The most bytes of each tag's value, and the directories that are named in this one."""

    tags: dict[int, int]
    within: dict[int, Directory]


_INTEROPERABILITY = Directory({0x0001: _NUMBERS, 0x0002: _NUMBERS}, {})

_GPS = Directory(
    dict.fromkeys(range(0x20), _NUMBERS)
    | dict.fromkeys((0x02, 0x04, 0x07, 0x14, 0x16), _PLACE)  # latitude, longitude, time; those of the goal
    | {0x12: _DATE, 0x1D: _DATE}  # geodetic datum; date
    | {0x1B: _METHOD},
    {},
)

_EXIF = Directory(
    dict.fromkeys(
        (
            0x829A, 0x829D, 0x8822, 0x8827, *range(0x8830, 0x8836),  # exposure time, f-number, programme, sensitivity
            0x9000, 0x9101, 0x9102, 0xA000,  # versions; order and compression of the channels
            0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292,  # offsets and fractions of the times
            *range(0x9201, 0x920B), 0x9214,  # shutter speed to focal length; where the subject is
            0xA001, 0xA002, 0xA003, 0xA500,  # colour space, width, height, gamma
            0xA20B, 0xA20E, 0xA20F, 0xA210, 0xA214, 0xA215, 0xA217,  # flash energy; the sensor; subject, exposure index
            0xA300, 0xA301, *range(0xA401, 0xA40B), 0xA40C,  # sources; how it was taken
        ),
        _NUMBERS,
    )
    | {0x9003: _DATE, 0x9004: _DATE}
    | {0xA432: 32, 0xA433: _NAME, 0xA434: _NAME},  # the lens
    {0xA005: _INTEROPERABILITY},
)  # fmt: skip

KEPT = Directory(
    {
        0x0100: _NUMBERS,  # width
        0x0101: _NUMBERS,  # height
        0x010F: _NAME,  # the camera's make
        0x0110: _NAME,  # and model
        0x0112: _NUMBERS,  # orientation
        0x011A: _NUMBERS,  # resolution
        0x011B: _NUMBERS,
        0x0128: _NUMBERS,  # its unit
        0x0132: _DATE,
        0x0213: _NUMBERS,  # where the chroma was sampled
    },
    {0x8769: _EXIF, 0x8825: _GPS},
)

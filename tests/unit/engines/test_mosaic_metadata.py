"""What a covered picture still tells about itself, and that no other picture is left in it."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import pytest
import zxingcpp
from drawn_pictures import chunk
from mosaic_checks import TEXT, covered, drawn, opened, saved
from PIL import Image, ImageCms

from ci_emulator.engines.covering.exif_block import without_previews
from ci_emulator.engines.covering.profile import LARGEST
from ci_emulator.engines.exif_tags import tags_of

PICTURE = drawn(zxingcpp.BarcodeFormat.QRCode, TEXT, 5).convert("RGB")
JPEG = saved(PICTURE, "JPEG", quality=90)
PNG = saved(PICTURE)
HIDDEN = saved(drawn(zxingcpp.BarcodeFormat.QRCode, TEXT, 1).convert("1"))
"""A picture of the code in less than 200 bytes."""
BEHIND_HEADER = 33
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    packed = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content for marker, content in segments
    )
    return JPEG[:2] + packed + JPEG[2:]


def png_with(name: bytes, content: bytes) -> bytes:
    return PNG[:BEHIND_HEADER] + chunk(name, content) + PNG[BEHIND_HEADER:]


def with_exif(block: bytes, format_: str) -> bytes:
    return png_with(b"eXIf", block) if format_ == "PNG" else jpeg_with((0xE1, b"Exif\0\0" + block))


def exif_of(tags: dict[int, Any], exif: dict[int, Any], gps: dict[int, Any] | None = None) -> bytes:
    made = Image.Exif()
    made.update(tags)
    made.get_ifd(0x8769).update(exif)
    made.get_ifd(0x8825).update(gps or {})
    return made.tobytes().removeprefix(b"Exif\0\0")


def tiff_of(*entries: tuple[int, int, bytes]) -> bytes:
    """A block with one directory of bytes or texts: (tag, type, value)."""
    at = 8 + 2 + 12 * len(entries) + 4
    rows = values = b""
    for tag, kind, value in entries:
        rows += struct.pack("<HHII", tag, kind, len(value), at + len(values))
        values += value
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + rows + bytes(4) + values


@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_facts_about_the_picture_stay(format_: str) -> None:
    block = exif_of(
        {0x010F: "Example", 0x0110: "Camera 1", 0x0112: 6, 0x011A: 300.0, 0x0128: 2, 0x0132: "2021:11:21 12:30:42"},
        {
            0x829A: 0.005, 0x8827: 200, 0x9000: b"0232", 0x9003: "2021:11:21 12:30:42", 0x9010: "+08:00",
            0x920A: 35.0, 0xA001: 1, 0xA002: 4000, 0xA432: (24.0, 70.0, 2.8, 2.8), 0xA434: "Example 24-70",
        },
        {1: "N", 2: (22.0, 32.0, 1.5), 3: "E", 4: (114.0, 3.0, 2.5), 0x1D: "2021:11:21"},
    )  # fmt: skip

    result = covered(with_exif(block, format_))

    after = opened(result).getexif()
    assert tags_of(after.tobytes().removeprefix(b"Exif\0\0")) == tags_of(block)
    assert len(tags_of(block)) == 21


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_written(order: str) -> None:
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    block = mark + struct.pack(order + "IH", 8, 2)
    block += struct.pack(order + "HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(order + "HHII", 0x010F, 2, 7, 38)
    block += bytes(4) + b"Example"
    assert tags_of(without_previews(block)) == {"Make": "Example", "Orientation": "6"}


@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    "block",
    [
        exif_of({0x0112: 6}, {0x9286: b"\0" * 8 + HIDDEN}),
        exif_of({0x010E: "hello"}, {0x927C: HIDDEN}),
        tiff_of(*((0xC000 + part, 7, HIDDEN[at : at + 60]) for part, at in enumerate(range(0, 240, 60)))),
        tiff_of((0x010F, 2, HIDDEN)),
        tiff_of((0x010F, 7, HIDDEN[:100]), (0x0110, 7, HIDDEN[100:])),
        tiff_of((0x0131, 2, HIDDEN), (0x013B, 1, HIDDEN), (0x8298, 2, HIDDEN)),
        tiff_of(*((0x010F, 2, HIDDEN[at : at + 60]) for at in range(0, 240, 60))),
        tiff_of((0x0112, 7, HIDDEN)) + HIDDEN,
    ],
    ids=["comment", "maker", "pieces", "text", "bytes", "programs", "repeated", "between"],
)
def test_no_picture_is_left_in_the_exif_block(format_: str, block: bytes) -> None:
    data = with_exif(block, format_)
    result = covered(data)
    assert not any(HIDDEN[at : at + 40] in result for at in range(40, len(HIDDEN) - 60))
    assert b"hello" not in result


def test_a_text_is_a_text() -> None:
    assert without_previews(tiff_of((0x010F, 2, b"Example\0"))) != b""
    for value in (b"line\nfeed", b"\x89PNG\r\n\x1a\n", b"long" * 40, b"in\0side"):
        assert without_previews(tiff_of((0x010F, 2, value))) == b""


def parts_of(profile: bytes, *, size: int = 1000) -> list[tuple[int, bytes]]:
    pieces = [profile[at : at + size] for at in range(0, len(profile), size)]
    return [
        (0xE2, b"ICC_PROFILE\0" + bytes([number, len(pieces)]) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


def test_a_profile_in_several_segments_stays() -> None:
    segments = parts_of(PROFILE, size=150)
    random.Random(3).shuffle(segments)
    assert opened(covered(jpeg_with(*segments))).info["icc_profile"] == PROFILE


def test_a_large_profile_is_written_in_several_segments() -> None:
    large = bytearray(PROFILE + random.Random(3).randbytes(150_000))
    large[:4] = struct.pack(">I", len(large))
    data = jpeg_with(*parts_of(bytes(large), size=60_000))
    assert opened(covered(data)).info["icc_profile"] == bytes(large)
    assert opened(covered(saved(PICTURE, icc_profile=bytes(large)))).info["icc_profile"] == bytes(large)


def lying(length: int) -> bytes:
    return struct.pack(">I", length) + PROFILE[4:]


NO_PROFILES = {
    "a picture": HIDDEN,
    "the length of more": lying(len(PROFILE) + 1),
    "the length of less than a header": lying(100),
    "another signature": PROFILE.replace(b"acsp", b"ascp", 1),
    "too large": lying(LARGEST + 1) + bytes(LARGEST),
}


@pytest.mark.parametrize("content", NO_PROFILES.values(), ids=NO_PROFILES)
def test_what_is_no_profile_goes(content: bytes) -> None:
    for data in (
        jpeg_with(*parts_of(content, size=65_000)),
        png_with(b"iCCP", b"name\0\0" + zlib.compress(content)),
        png_with(b"iCCP", b"name\0\0" + content),
    ):
        result = covered(data)
        assert "icc_profile" not in opened(result).info
        assert b"ICC" not in result
        assert b"iCCP" not in result


@pytest.mark.parametrize(
    "broken", [slice(1, None), slice(None, -1), slice(0, 1)], ids=["first", "last", "one"]
)
def test_a_profile_of_which_a_part_is_missing_goes(broken: slice) -> None:
    result = covered(jpeg_with(*parts_of(PROFILE, size=150)[broken]))
    assert b"ICC_PROFILE" not in result


def test_what_follows_a_profile_goes() -> None:
    for data in (
        jpeg_with(*parts_of(PROFILE + HIDDEN)),
        png_with(b"iCCP", b"the text of the code\0\0" + zlib.compress(PROFILE + HIDDEN) + HIDDEN),
    ):
        result = covered(data)
        assert opened(result).info["icc_profile"] == PROFILE
        assert HIDDEN not in result
        assert b"the text of the code" not in result


@pytest.mark.parametrize(
    "name", [b"cICP", b"sRGB", b"gAMA", b"cHRM", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs"]
)
def test_a_chunk_that_is_longer_than_what_it_tells_goes(name: bytes) -> None:
    result = covered(png_with(name, HIDDEN))
    assert HIDDEN not in result
    assert Image.open(io.BytesIO(result)).size == PICTURE.size

"""EXIF tags as text: out of every format, with the documented spelling, and nothing at all out of what is damaged."""

import contextlib
import struct
import time

import pytest
from drawn_pictures import behind_of, grey_tiff, tiff
from exif_blocks import (
    CAMERA,
    EXIF,
    block,
    camera,
    picture,
    rational,
    short,
    text,
    undefined,
)
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.exif_tags import tags_of
from ci_emulator.engines.picture_exif import read_exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_tag_out_of_a_format(kind, order):
    assert read_exif(picture(camera(order), kind)).tags == CAMERA


def test_every_tag_out_of_an_avif():
    # Pillow's writer reduces the fractions, and moves the orientation into a property of the picture.
    expected = CAMERA | {"ApertureValue": "59/8", "GPSLatitude": "30/1 17/1 1531/50"}
    del expected["Orientation"]
    assert read_exif(picture(camera(), "AVIF")).tags == expected


def test_a_tiff_has_its_tags_beside_those_of_its_pixels():
    places = {0: 0}
    entries = 9 + 3
    behind = behind_of(entries)
    name = b"Example\0"
    sub = struct.pack("<H", 1) + struct.pack("<HHII", 0xA001, 3, 1, 1) + struct.pack("<I", 0)
    pixels = name + sub + bytes(8 * 8)
    data = grey_tiff(
        8,
        8,
        pixels,
        t273=(4, 1, behind + len(name) + len(sub)),
        t279=(4, 1, 64),
        t271=(2, len(name), behind + places[0]),
        t274=(3, 1, 3),
        **{f"t{EXIF}": (4, 1, behind + len(name))},
    )
    assert read_exif(data).tags == {"Make": "Example", "Orientation": "3", "ColorSpace": "sRGB"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_a_picture_without_exif(kind):
    assert read_exif(picture(None, kind)).tags == {}


@pytest.mark.parametrize(
    ("entry", "tag", "told"),
    [
        pytest.param(undefined(b"\1\2\3\0"), 0x9101, {"ComponentsConfiguration": "1 2 3 0"}, id="bytes"),
        pytest.param(short(2), 0xA001, {"ColorSpace": "Adobe RGB"}, id="adobe-rgb"),
        pytest.param(short(65535), 0xA001, {"ColorSpace": "Uncalibrated"}, id="uncalibrated"),
        pytest.param(short(7), 0xA001, {"ColorSpace": "7"}, id="unknown-colour-space"),
        pytest.param(rational((1, 0)), 0x9206, {"SubjectDistance": "1/0"}, id="infinite"),
        pytest.param(undefined(b"ASCII\0\0\0hello"), 0x9286, {"UserComment": "hello"}, id="comment"),
        pytest.param(
            undefined(b"UNICODE\0" + "你好".encode("utf-16-be")),
            0x9286,
            {"UserComment": "你好"},
            id="comment-utf-16",
        ),
        pytest.param(
            undefined(b"\0" * 8 + b"ab"), 0x9286, {"UserComment": "0 0 0 0 0 0 0 0 97 98"}, id="comment-raw"
        ),
        pytest.param((2, 3, b"\xe9t\0"), 0x9290, {"SubSecTime": "ét"}, id="latin-1"),
        pytest.param((2, 8, "图片".encode() + b"\0\0"), 0x9291, {"SubSecTimeOriginal": "图片"}, id="utf-8"),
        pytest.param((12, 1, struct.pack(">d", 0.5)), 0xA500, {"Gamma": "0.5"}, id="double"),
        pytest.param(short(1, 2, 3, 4), 0x9214, {"SubjectArea": "1 2 3 4"}, id="several-numbers"),
        pytest.param(short(640), 0xA002, {"PixelXDimension": "640"}, id="name-of-the-standard"),
        pytest.param(undefined(b"0100"), 0xA000, {"FlashpixVersion": "48 49 48 48"}, id="flashpix"),
        pytest.param(short(5), 0xEEEE, {"0xeeee": "5"}, id="unknown-tag"),
        pytest.param((99, 1, b"\0\0\0\5"), 0x9207, {}, id="unknown-type"),
        pytest.param((7, 1025, bytes(1025)), 0xA302, {}, id="a-table"),
        pytest.param(undefined(b"notes of the maker"), 0x927C, {}, id="maker-note"),
    ],
)
def test_how_values_are_told(entry, tag, told):
    assert tags_of(block({}, {tag: entry})) == told


def test_of_two_alike_the_first_counts():
    assert tags_of(block({0x010F: text("one")}, {0x010F: text("two")})) == {"Make": "one"}


def _pointing(at: int) -> bytes:
    """A block whose EXIF directory is said to begin at `at`."""
    return block({0x010F: text("Example"), EXIF: (4, 1, struct.pack(">I", at))})


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"MM\0*", id="no-directory"),
        pytest.param(b"MM\0*\xff\xff\xff\xff", id="first-directory-outside"),
        pytest.param(b"MM\0*\0\0\0\x08\xff\xff", id="more-entries-than-bytes"),
        pytest.param(camera()[:60], id="cut-off"),
        pytest.param(b"no block at all", id="no-block"),
        pytest.param(_pointing(0x7FFFFFFF), id="exif-directory-outside"),
        pytest.param(b"MM\0+\0\x08\0\0" + b"\xff" * 8, id="64-bit-offset-beyond-all"),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_block_has_no_tags(damaged, kind):
    assert read_exif(picture(damaged, kind)).tags == {}


def test_a_directory_that_leads_to_itself_is_read_once_more_and_no_further():
    assert tags_of(_pointing(8)) == {"Make": "Example"}


def test_a_value_outside_the_block_is_left_out():
    sound = block({0x010F: text("Example"), 0x829A: rational((1, 200))})
    at = sound.index(struct.pack(">HHI", 0x829A, 5, 1)) + 8
    moved = sound[:at] + struct.pack(">I", 1 << 30) + sound[at + 4 :]
    assert tags_of(moved) == {"Make": "Example"}


def test_a_block_that_names_the_same_bytes_again_and_again():
    number, size = 4000, 65_000
    directory = struct.pack(">H", number) + b"".join(
        struct.pack(">HHII", tag, 2, size, 8 + 2 + 12 * number + 4) for tag in range(number)
    )
    bomb = b"MM\0*" + struct.pack(">I", 8) + directory + b"\0\0\0\0" + b"x" * size
    began = time.process_time()
    assert read_exif(picture(bomb, "PNG")).tags == {}
    assert time.process_time() - began < 1


def test_a_huge_count_of_values():
    assert tags_of(block({0x010F: text("Example"), 0x9000: (7, 0xFFFFFFFF, b"\0\0\0\x08")})) == {
        "Make": "Example"
    }


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_no_damage_to_a_picture_gets_out(kind):
    whole = picture(camera() if kind != "TIFF" else None, kind)
    step = max(1, len(whole) // 150)
    for at in range(0, len(whole), step):
        for changed in (whole[:at], whole[:at] + b"\xff" * 4 + whole[at + 4 :]):
            # Any other exception fails the test.
            with contextlib.suppress(Refusal):
                assert all(isinstance(value, str) for value in read_exif(changed).tags.values())


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"", Kind.IMAGE_EMPTY, id="empty"),
        pytest.param(b"plain text", Kind.IMAGE_UNREADABLE, id="no-picture"),
        pytest.param(b"\x89PNG\r\n\x1a\n", Kind.IMAGE_UNREADABLE, id="head-only"),
        pytest.param(tiff({256: (4, 1, 8)}), Kind.IMAGE_UNREADABLE, id="tiff-without-pixels"),
    ],
)
def test_what_is_no_picture(data, kind):
    with pytest.raises(Refusal) as raised:
        read_exif(data)
    assert raised.value.kind is kind


def test_pillow_reads_the_blocks_of_these_tests_alike():
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + camera())
    assert exif[0x010F] == CAMERA["Make"]
    assert exif.get_ifd(EXIF)[0x829A] == 1 / 200

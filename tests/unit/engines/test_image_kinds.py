"""A code is read, and found in the right place, in a picture of any kind; all are drawn here."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from drawn_pictures import (
    CORNERS,
    HEIGHT,
    SIDE,
    SYMBOL,
    TEXT,
    WIDTH,
    chunk,
    grey_tiff,
    palette_scene,
    png,
    saved,
    scene,
    symbol,
)  # fmt: skip
from PIL import Image, ImageChops

from ci_emulator.engines.codes.model import Reading
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.image import load, load_frames

MANY = 64_000_000
SCENE = scene()
RGB = SCENE.convert("RGB")
BLACK = Image.new("L", SCENE.size, 0)
WHITE = Image.new("L", SCENE.size, 255)
DARK = ImageChops.invert(SCENE)  # 255 where the code is dark
BLANK = WHITE.convert("RGB")


def read(data: bytes, **options: object) -> Reading:
    return read_codes(data, max_pixels=MANY, **options)


def places(reading: Reading) -> list[tuple[float, float]]:
    (code,) = reading.codes
    assert code.text == TEXT
    return [(point.x, point.y) for point in code.corners]


def assert_near(
    found: list[tuple[float, float]], wanted: list[tuple[float, float]], distance: float = 2.5
) -> None:
    for (x, y), (right_x, right_y) in zip(found, wanted, strict=True):
        assert abs(x - right_x) <= distance, (found, wanted)
        assert abs(y - right_y) <= distance, (found, wanted)


def with_alpha(shade: Image.Image, alpha: Image.Image, mode: str = "RGBA") -> Image.Image:
    if mode == "LA":
        return Image.merge("LA", (shade, alpha))
    return Image.merge("RGBA", (shade, shade, shade, alpha))


def deep(low: int, high: int) -> Image.Image:
    return SCENE.convert("I").point(lambda value: value * ((high - low) / 255) + low).convert("I;16")


def rgb_of_16_bits() -> bytes:
    rows = b"".join(
        b"\0" + b"".join(bytes([value, 7] * 3) for value in SCENE.crop((0, y, WIDTH, y + 1)).tobytes())
        for y in range(HEIGHT)
    )
    return png(WIDTH, HEIGHT, chunk(b"IDAT", zlib.compress(rows)), depth=16, colours=2)


def ycck() -> bytes:
    """A JPEG of an inverted CMYK picture whose first three channels are coded as luminance and colour differences."""
    grey_inks = Image.merge(
        "CMYK", (DARK, Image.new("L", SCENE.size, 127), Image.new("L", SCENE.size, 127), BLACK)
    )
    data = saved(grey_inks, "JPEG", quality=95)
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    return data[:at] + b"\x02" + data[at + 1 :]


def cmyk_without_adobe() -> bytes:
    """Inks as they are, 255 is full: what a JPEG without Adobe's segment means."""
    data = saved(ImageChops.invert(SCENE.convert("CMYK")), "JPEG", quality=95)
    at = data.index(b"Adobe") - 4
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


KINDS = {
    "grey": saved(SCENE),
    "rgb": saved(RGB),
    "one-bit": saved(SCENE.convert("1")),
    "palette": saved(palette_scene(transparent=False)),
    "interlaced-scans": saved(RGB, "JPEG", progressive=True),
    "jpeg": saved(RGB, "JPEG"),
    "jpeg-grey": saved(SCENE, "JPEG"),
    "jpeg-cmyk-of-adobe": saved(RGB.convert("CMYK"), "JPEG"),
    "jpeg-cmyk-plain": cmyk_without_adobe(),
    "jpeg-ycck": ycck(),
    "jpeg-of-a-telephone": saved(RGB, "MPO", save_all=True, append_images=[BLANK]),
    "grey-16": saved(deep(0, 65535)),
    "grey-16-dim": saved(deep(90, 400)),
    "rgb-16": rgb_of_16_bits(),
    "inverted": saved(DARK),
    "alpha-of-black": saved(with_alpha(BLACK, DARK)),
    "alpha-cut-out-of-white": saved(with_alpha(WHITE, SCENE)),
    "alpha-half": saved(with_alpha(BLACK, DARK.point(lambda value: value // 2))),
    "alpha-opaque": saved(with_alpha(SCENE, WHITE)),
    "alpha-hides-what-is-there": saved(with_alpha(DARK, DARK)),
    "grey-and-alpha": saved(with_alpha(BLACK, DARK, "LA")),
    "palette-and-transparency": saved(palette_scene(transparent=True), transparency=0),
    "palette-and-opacities": saved(palette_scene(transparent=True), transparency=b"\x10\xff"),
    "grey-and-a-transparent-level": saved(DARK.point(lambda value: 0 if value else 1), transparency=1),
    "rgb-and-a-transparent-colour": saved(
        Image.merge("RGB", (BLACK, BLACK, DARK.point(lambda value: 0 if value else 9))), transparency=(0, 0, 9)
    ),
    "webp": saved(RGB, "WEBP"),
    "webp-lossless-alpha": saved(with_alpha(BLACK, DARK), "WEBP", lossless=True),
    "webp-animated": saved(RGB, "WEBP", save_all=True, append_images=[BLANK], duration=90),
    "gif": saved(SCENE, "GIF"),
    "gif-transparent": saved(palette_scene(transparent=True), "GIF", transparency=0),
    "gif-animated": saved(SCENE, "GIF", save_all=True, append_images=[WHITE], duration=90),
    "apng": saved(RGB, save_all=True, append_images=[BLANK], duration=90),
    "bmp": saved(RGB, "BMP"),
    "bmp-one-bit": saved(SCENE.convert("1"), "BMP"),
    "ppm": saved(RGB, "PPM"),
    "tiff": saved(RGB, "TIFF"),
    "tiff-group-4": saved(SCENE.convert("1"), "TIFF", compression="group4"),
    "tiff-lzw": saved(RGB, "TIFF", compression="tiff_lzw"),
    "tiff-jpeg": saved(RGB, "TIFF", compression="jpeg"),
    "tiff-deflate": saved(RGB, "TIFF", compression="tiff_adobe_deflate"),
    "tiff-cmyk": saved(RGB.convert("CMYK"), "TIFF"),
    "tiff-white-is-zero": grey_tiff(WIDTH, HEIGHT, DARK.tobytes(), t262=(3, 1, 0)),
    "tiff-16": saved(deep(0, 65535), "TIFF"),
    "tiff-32": saved(SCENE.convert("I").point(lambda value: value * 70_000), "TIFF"),
    "tiff-float": saved(SCENE.convert("F").point(lambda value: value * 0.001), "TIFF"),
    "tiff-alpha": saved(with_alpha(BLACK, DARK), "TIFF"),
    "tiff-big": saved(RGB, "TIFF", big_tiff=True),
    "tiff-of-two-pages": saved(RGB, "TIFF", save_all=True, append_images=[BLANK.copy()]),
    "avif": saved(RGB, "AVIF"),
    "avif-alpha": saved(with_alpha(BLACK, DARK), "AVIF"),
    "jpeg-2000": saved(RGB, "JPEG2000"),
    "jpeg-2000-tiles": saved(RGB, "JPEG2000", tile_size=(100, 70)),
    "jpeg-2000-stream": saved(SCENE, "JPEG2000", no_jp2=True),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_is_read_where_it_is(kind: str) -> None:
    reading = read(KINDS[kind])
    assert (reading.width, reading.height) == (WIDTH, HEIGHT)
    assert_near(places(reading), CORNERS)


def test_what_is_mirrored_is_read() -> None:
    found = places(read(saved(SCENE.transpose(Image.Transpose.FLIP_LEFT_RIGHT))))
    assert_near(sorted(found), sorted((WIDTH - x, y) for x, y in CORNERS))


#: EXIF orientation → what brings upright pixels to how they are stored.
TURN = Image.Transpose
STORED = {
    2: TURN.FLIP_LEFT_RIGHT, 3: TURN.ROTATE_180, 4: TURN.FLIP_TOP_BOTTOM, 5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90, 7: TURN.TRANSVERSE, 8: TURN.ROTATE_270,
}  # fmt: skip


def stored(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(STORED[orientation]) if orientation in STORED else picture


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_place_is_that_in_the_turned_picture(format_: str, orientation: int) -> None:
    reading = read(saved(stored(RGB, orientation), format_, exif=exif(orientation)))
    assert (reading.width, reading.height) == (WIDTH, HEIGHT)
    assert_near(places(reading), CORNERS)


def test_a_compressed_tiff_is_turned_once() -> None:
    data = saved(stored(RGB, 6), "TIFF", exif=exif(6), compression="tiff_lzw")
    assert_near(places(read(data)), CORNERS)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_later_frame_is_seen_by_those_who_ask_for_it(format_: str) -> None:
    options = {"lossless": True} if format_ == "WEBP" else {}
    frames = [RGB, BLANK, RGB]
    data = saved(BLANK, format_, save_all=True, append_images=frames, duration=90, **options)
    assert read(data).codes == ()
    frames_of = [next(picture.views()) for picture in load_frames(data, max_pixels=MANY, most=9)]
    dark = [view.getpixel((CORNERS[0][0] + 1, CORNERS[0][1] + 1)) < 90 for view in frames_of]
    assert dark == [False, True, False, True]
    assert len(list(load_frames(data, max_pixels=MANY, most=2))) == 2
    assert len(list(load_frames(data, max_pixels=3 * WIDTH * HEIGHT, most=9))) == 3


def test_frames_end_before_one_that_is_damaged() -> None:
    data = saved(SCENE, "GIF", save_all=True, append_images=[DARK, SCENE], duration=90)
    assert len(list(load_frames(data[: len(data) * 2 // 3], max_pixels=MANY, most=9))) < 3
    assert len(list(load_frames(saved(RGB, "JPEG"), max_pixels=MANY, most=9))) == 1


ZIP = b"PK\x05\x06" + bytes(18)

CARRYING = {
    "png-and-zip": saved(SCENE) + ZIP,
    "gif-and-script": saved(SCENE, "GIF") + b"=1;alert('x')",
    "jpeg-and-zip": saved(RGB, "JPEG") + ZIP,
    "jpeg-and-html": saved(RGB, "JPEG", comment=b"<script>alert(1)</script>"),
    "jpeg-and-jpeg": saved(RGB, "JPEG") + saved(BLANK, "JPEG"),
    "bmp-and-php": saved(RGB, "BMP") + b"<?php system('id'); ?>",
    "webp-and-zip": saved(RGB, "WEBP") + ZIP,
    "tiff-and-zip": saved(RGB, "TIFF") + ZIP,
    "garbage-of-a-megabyte": saved(SCENE) + bytes(range(256)) * 4096,
    "jpeg-with-filling": saved(RGB, "JPEG")[:2] + b"\xff" * 500 + saved(RGB, "JPEG")[2:],
}


@pytest.mark.parametrize("name", CARRYING)
def test_a_file_that_is_something_else_too(name: str) -> None:
    assert_near(places(read(CARRYING[name])), CORNERS)


@pytest.mark.parametrize("size", [(100, 30_000), (30_000, 100), (60_000, 100)])
def test_a_code_at_the_end_of_a_long_strip(size: tuple[int, int]) -> None:
    small = symbol("strip", 60)
    x, y = (20, size[1] - 90) if size[0] < size[1] else (size[0] - 90, 20)
    picture = Image.new("L", size, 255)
    picture.paste(small, (x, y))
    (code,) = read(saved(picture, compress_level=1)).codes
    assert code.text == "strip"
    assert_near([(code.corners[0].x, code.corners[0].y)], [(x, y)])


def test_a_strip_of_a_million_pixels_is_answered() -> None:
    """Longer than zxing-cpp takes (65 535 pixels): read or not, it is an answer."""
    picture = Image.new("L", (1_000_000, 60), 255)
    picture.paste(symbol("strip", 40), (400, 10))
    reading = read(saved(picture))
    assert (reading.width, reading.height) == (1_000_000, 60)
    assert {code.text for code in reading.codes} <= {"strip"}


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (1, 1), (3, 3), (2, 1), (1_000_000, 3)])
def test_a_picture_that_cannot_hold_a_code(size: tuple[int, int]) -> None:
    reading = read(saved(Image.new("L", size, 200)))
    assert ((reading.width, reading.height), reading.codes) == (size, ())


@pytest.mark.parametrize("shift", [0, 1])
def test_a_code_without_a_quiet_zone_of_its_own(shift: int) -> None:
    """The code ends at the picture's edge, or stands on a grey that is hardly darker than its light modules."""
    if shift:
        picture = Image.new("L", (WIDTH, HEIGHT), 250)
        picture.paste(SYMBOL, CORNERS[0])
        assert_near(places(read(saved(picture))), CORNERS)
    else:
        assert_near(places(read(saved(SYMBOL))), [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)])


@pytest.mark.parametrize(("low", "high"), [(0, 24), (100, 130), (225, 255)])
def test_dark_and_pale_pictures(low: int, high: int) -> None:
    picture = SCENE.point(lambda value: low + value * (high - low) // 255)
    assert_near(places(read(saved(picture))), CORNERS)


def test_a_small_code_in_twenty_megapixels() -> None:
    picture = Image.new("L", (5184, 3872), 255)
    picture.paste(SYMBOL, (4000, 3000))
    found = places(read(saved(picture, compress_level=1)))
    assert_near(found, [(x + 3960, y + 2970) for x, y in CORNERS], 4.0)


def test_sixty_codes_in_one_picture() -> None:
    picture = Image.new("L", (4000, 3000), 255)
    for number in range(60):
        picture.paste(symbol(f"code {number:02}", 120), (150 + number % 10 * 380, 150 + number // 10 * 480))
    codes = read(saved(picture, compress_level=1)).codes
    assert [code.text for code in codes] == [f"code {number:02}" for number in range(60)]


# Large JPEG pictures are decoded reduced


def large(orientation: int = 1, **options: object) -> bytes:
    picture = stored(scene((1003, 805), (700, 500)), orientation)
    return saved(picture, "JPEG", exif=exif(orientation), quality=95, **options)


@pytest.mark.parametrize(("limit", "scale"), [(1003 * 805, 1), (1003 * 805 - 1, 2), (502 * 403 - 1, 4)])
def test_a_jpeg_is_reduced_as_far_as_it_must(limit: int, scale: int) -> None:
    picture = load(large(), max_pixels=limit)
    assert (picture.width, picture.height, picture.scale) == (1003, 805, scale)
    (view,) = picture.views()
    assert view.size == (-(-1003 // scale), -(-805 // scale))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_places_in_a_reduced_picture(orientation: int) -> None:
    """The dark rectangle's edges, where the grey crosses the half, lie where they are in the whole picture."""
    upright = Image.new("L", (1003, 805), 255)
    upright.paste(0, (704, 504, 824, 624))
    data = saved(stored(upright, orientation), "JPEG", exif=exif(orientation), quality=95)
    picture = load(data, max_pixels=1003 * 805 // 8)
    assert (picture.width, picture.height, picture.scale) == (1003, 805, 4)
    (view,) = picture.views()
    left, top, right, bottom = ImageChops.invert(view).point(lambda value: 255 * (value > 127)).getbbox()
    for place, wanted in ((picture.place(left, top), (704, 504)), (picture.place(right, bottom), (824, 624))):
        assert_near([place], [wanted], 2.0)


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_code_in_a_reduced_picture_is_where_it_is_in_the_whole(orientation: int) -> None:
    reading = read_codes(large(orientation), max_pixels=1003 * 805 - 1)
    assert (reading.width, reading.height) == (1003, 805)
    assert_near(places(reading), [(x + 660, y + 470) for x, y in CORNERS], 4.0)


def test_orientation_out_of_odd_exif_blocks() -> None:
    """What a directory tells apart from the orientation does not matter, however it lies."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    other = struct.pack(">HHII", 0x0100, 4, 2**32 - 1, 2**32 - 1)
    block = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 60_000) + other + entry
    data = saved(stored(RGB, 6), "JPEG")
    whole = data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]
    assert_near(places(read(whole)), CORNERS)
    assert Image.open(io.BytesIO(data)).size == (HEIGHT, WIDTH)

"""What a picture file tells about itself, for each format and each way of telling it."""

import colorsys
import contextlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from drawn_pictures import chunk, png, saved
from exif_blocks import block, picture, rational, short
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.picture_facts import describe
from ci_emulator.engines.picture_model import PictureFacts

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "pictures"
MAX_PIXELS = 64_000_000


def facts(data: bytes, *, average: bool = False, max_pixels: int = MAX_PIXELS) -> PictureFacts:
    return describe(data, average=average, max_pixels=max_pixels)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM"])
def test_every_format(kind):
    told = facts(picture(None, kind))
    assert (told.format, told.width, told.height) == (kind, 48, 32)
    assert (told.frames, told.orientation, told.bits, told.average) == (1, 1, 8, None)


def test_a_sample_with_an_orientation():
    told = facts((SAMPLES / "qr-exif-orientation-6.jpg").read_bytes())
    assert (told.width, told.height, told.orientation) == (800, 600, 6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_the_orientation_of_exif(kind, turned):
    assert facts(picture(block({0x0112: short(turned)}), kind)).orientation == turned


FRAMES = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue", "yellow")]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_the_frames_of_an_animation(kind, number):
    assert facts(saved(FRAMES[0], kind, save_all=True, append_images=FRAMES[1:number])).frames == number


def test_the_pages_of_a_tiff_are_no_frames():
    assert facts(saved(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:])).frames == 1


def test_frames_that_are_only_announced():
    whole = saved(Image.new("L", (8, 8)), "PNG")
    announced = whole[:33] + chunk(b"acTL", struct.pack(">II", 2_000_000_000, 0)) + whole[33:]
    assert facts(announced).frames == 1


def test_a_gif_whose_end_is_missing_has_the_frames_before_it():
    whole = saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:])
    assert 1 <= facts(whole[: len(whole) * 3 // 4]).frames < len(FRAMES)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_the_quality_of_a_jpeg_is_exact(mode):
    image = Image.effect_noise((32, 32), 90).convert(mode)
    assert [facts(saved(image, "JPEG", quality=quality)).quality for quality in range(1, 101)] == [
        *range(1, 101)
    ]


@pytest.mark.parametrize("quality", [30, 60, 85, 95])
def test_the_quality_of_tables_that_are_nobodys(quality):
    image = Image.effect_noise((32, 32), 90).convert("RGB")
    tables = Image.open(io.BytesIO(saved(image, "JPEG", quality=quality))).quantization
    other = [[min(255, value + place % 2) for place, value in enumerate(table)] for table in tables.values()]
    assert abs(facts(saved(image, "JPEG", qtables=other)).quality - quality) <= 2


def test_the_quality_of_another_format_is_100():
    assert facts(picture(None, "WEBP", quality=40)).quality == 100


@pytest.mark.parametrize(
    ("data", "bits"),
    [
        pytest.param(saved(Image.new("1", (8, 8)), "PNG"), 1, id="png-1"),
        pytest.param(saved(Image.new("P", (8, 8)), "PNG", bits=2), 8, id="png-palette"),
        pytest.param(saved(Image.new("I;16", (8, 8)), "PNG"), 16, id="png-16-grey"),
        pytest.param(saved(Image.new("LA", (8, 8)), "PNG"), 8, id="png-grey-alpha"),
        pytest.param(saved(Image.new("I;16", (8, 8)), "TIFF"), 16, id="tiff-16"),
        pytest.param(saved(Image.new("1", (8, 8)), "TIFF"), 1, id="tiff-1"),
        pytest.param(saved(Image.new("F", (8, 8)), "TIFF"), 32, id="tiff-float"),
        pytest.param(saved(Image.new("P", (8, 8)), "GIF"), 8, id="gif"),
        pytest.param(saved(Image.new("1", (8, 8)), "BMP"), 1, id="bmp-1"),
        pytest.param(saved(Image.new("I;16", (8, 8)), "JPEG2000"), 16, id="jpeg-2000-16"),
    ],
)
def test_the_depth_of_a_channel(data, bits):
    assert facts(data).bits == bits


def test_the_depth_of_a_png_with_16_bits_a_channel():
    row = b"\0" + bytes(8 * 6)
    data = png(8, 8, chunk(b"IDAT", zlib.compress(row * 8)), depth=16, colours=2)
    assert facts(data).bits == 16


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
def test_the_resolution_of_a_format(kind):
    told = facts(picture(None, kind, dpi=(118, 300)))
    assert (told.horizontal_dpi, told.vertical_dpi) == (118, 300)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("unit", "dots"), [pytest.param(2, 100, id="inches"), pytest.param(3, 254, id="centimetres")]
)
def test_the_resolution_of_exif(kind, unit, dots):
    exif = block({0x011A: rational((200, 2)), 0x011B: rational((100, 1)), 0x0128: short(unit)})
    told = facts(picture(exif, kind))
    assert (told.horizontal_dpi, told.vertical_dpi) == (dots, dots)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((rational((1, 0)), rational((0, 1))), id="infinite-and-none"),
        pytest.param((short(7), short(7)), id="no-fractions"),
        pytest.param((rational((2**32 - 1, 1)), rational((1, 2**32 - 1))), id="nonsense"),
    ],
)
def test_a_resolution_that_is_none(values):
    told = facts(picture(block({0x011A: values[0], 0x011B: values[1]}), "WEBP"))
    assert all(value in (0, 7) for value in (told.horizontal_dpi, told.vertical_dpi))


def test_pixels_that_are_not_square_have_no_resolution():
    whole = picture(None, "PNG")
    ratio = whole[:33] + chunk(b"pHYs", struct.pack(">IIB", 4, 3, 0)) + whole[33:]
    assert (facts(ratio).horizontal_dpi, facts(ratio).vertical_dpi) == (0, 0)


def _coloured(**numbers: int) -> Image.Image:
    """A picture with so many pixels of each colour."""
    pixels = [PALETTE[name] for name, number in numbers.items() for _ in range(number)]
    image = Image.new("RGB", (len(pixels), 1))
    image.putdata(pixels)
    return image


PALETTE = {
    "leaf": (92, 120, 59), "grass": (60, 140, 30), "sky": (70, 120, 240), "rose": (240, 60, 160),
    "grey": (90, 90, 90), "white": (255, 255, 255), "red": (255, 0, 0), "cyan": (0, 255, 255),
}  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "counted"),
    [
        pytest.param({"leaf": 10}, "leaf", id="one-colour"),
        pytest.param({"leaf": 90, "sky": 10}, "leaf", id="what-is-far-does-not-count"),
        pytest.param({"leaf": 60, "grass": 30, "rose": 6}, "leaf grass", id="what-is-near-counts"),
        pytest.param({"grey": 70, "white": 30}, "grey white", id="no-hue-at-all"),
        pytest.param({"red": 50, "cyan": 50}, "red cyan", id="nothing-near-the-mean"),
    ],
)
def test_the_main_colour(numbers, counted):
    names = counted.split()
    # Reckoned another way: hues by colorsys.
    hues = {name: colorsys.rgb_to_hsv(*(value / 255 for value in PALETTE[name]))[0] * 255 for name in numbers}
    mean = sum(hues[name] * number for name, number in numbers.items()) / sum(numbers.values())
    near = [name for name in numbers if abs(hues[name] - mean) < 32] or list(numbers)
    assert near == names
    total = sum(numbers[name] for name in names)
    expected = tuple(
        sum(PALETTE[name][channel] * numbers[name] for name in names) // total for channel in range(3)
    )
    assert facts(saved(_coloured(**numbers), "PNG"), average=True).average == expected


WHITE = Image.new("RGB", (64, 32), "white")


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        *(pytest.param(WHITE.convert(mode), "PNG", id=mode) for mode in ("1", "L", "LA", "P", "RGBA")),
        *(pytest.param(WHITE.convert(mode), "TIFF", id=mode) for mode in ("CMYK", "YCbCr")),
        pytest.param(Image.new("LAB", (64, 32), (255, 128, 128)), "TIFF", id="LAB"),
        pytest.param(WHITE.convert("CMYK"), "JPEG", id="CMYK-jpeg"),
    ],
)
def test_the_main_colour_of_any_mode(image, kind):
    assert facts(saved(image, kind), average=True).average == (255, 255, 255)


@pytest.mark.parametrize(("mode", "kind"), [("I;16", "PNG"), ("I", "TIFF"), ("F", "TIFF")])
def test_deep_grey_is_spread_over_its_range(mode, kind):
    image = Image.new(mode, (64, 32), 1000)
    image.paste(3000, (0, 0, 64, 16))
    assert facts(saved(image, kind), average=True).average == (127, 127, 127)


def test_what_can_be_seen_through_is_white():
    image = Image.new("RGBA", (40, 40), (200, 30, 30, 0))
    image.paste((255, 255, 255, 255), (0, 0, 10, 40))
    assert facts(saved(image, "PNG"), average=True).average == (255, 255, 255)


def test_the_main_colour_of_a_jpeg_that_is_decoded_reduced():
    large = Image.new("RGB", (5000, 4000), (92, 120, 59))
    average = facts(saved(large, "JPEG", quality=95), average=True, max_pixels=6_000_000).average
    assert average is not None
    assert all(abs(found - drawn) <= 2 for found, drawn in zip(average, (92, 120, 59), strict=True))


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"", Kind.IMAGE_EMPTY, id="empty"),
        pytest.param(b"plain text", Kind.IMAGE_UNREADABLE, id="no-picture"),
        pytest.param(picture(None, "PNG")[:20], Kind.IMAGE_UNREADABLE, id="cut-off"),
        pytest.param(png(60_000, 60_000), Kind.IMAGE_TOO_MANY_PIXELS, id="bomb"),
        pytest.param(png(9000, 9000), Kind.IMAGE_TOO_MANY_PIXELS, id="too-many-pixels"),
    ],
)
def test_what_cannot_be_described(data, kind, average):
    with pytest.raises(Refusal) as raised:
        facts(data, average=average)
    assert raised.value.kind is kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "BMP"])
def test_no_damage_gets_out(kind):
    whole = picture(None, kind)
    step = max(1, len(whole) // 60)
    for at in range(0, len(whole), step):
        for changed in (whole[:at], whole[:at] + b"\xff" * 4 + whole[at + 4 :]):
            # Any other exception fails the test.
            with contextlib.suppress(Refusal):
                assert facts(changed, average=True).frames >= 1

"""What a mosaic leaves as it is: pixels beside it, and everything about how a file is shown."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import zxingcpp
from drawn_pictures import chunk, png
from mosaic_checks import MANY, TEXT, codes_of, covered, differing, drawn, everything_read, opened, saved
from PIL import Image, ImageChops, ImageCms, ImageOps

from ci_emulator.engines.covering.exif_block import without_previews
from ci_emulator.engines.mosaic import cover
from ci_emulator.engines.picture_files.exif import orientation

SYMBOL = drawn(zxingcpp.BarcodeFormat.QRCode, TEXT, 5).rotate(
    17, Image.Resampling.BICUBIC, expand=True, fillcolor=255
)
AROUND = 9.0  # the edge of the mosaic: one module of the smallest QR code on each side of it, at right angles


def scene(width: int = 420, height: int = 330) -> Image.Image:
    """A coloured gradient with the symbol off its centre."""
    red = Image.linear_gradient("L").resize((width, height))
    green = ImageOps.flip(red)
    blue = Image.radial_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (red, green, blue))
    picture.paste(SYMBOL.convert("RGB"), (30, 20))
    return picture


SCENE = scene()


def deep() -> Image.Image:
    wide = SCENE.convert("L").convert("I").point(lambda value: value * 251 + 17)
    return wide.convert("I;16")


def see_through() -> Image.Image:
    picture = SCENE.convert("RGBA")
    alpha = Image.linear_gradient("L").resize(picture.size)
    alpha.paste(255, (30, 20, 30 + SYMBOL.width, 20 + SYMBOL.height))
    picture.putalpha(alpha)
    return picture


def cut_out() -> Image.Image:
    """Dark modules on nothing."""
    picture = Image.new("RGBA", SCENE.size, (200, 30, 60, 0))
    picture.paste((10, 10, 10, 255), (30, 20), ImageOps.invert(SYMBOL))
    return picture


PNGS = {
    "1": SCENE.convert("1", dither=Image.Dither.NONE),
    "L": SCENE.convert("L"),
    "LA": see_through().convert("LA"),
    "P": SCENE.quantize(64),
    "P of two colours": SCENE.convert("L").point(lambda value: 255 * (value > 128)).quantize(2),
    "RGB": SCENE,
    "RGBA": see_through(),
    "RGBA cut out": cut_out(),
    "I;16": deep(),
}


@pytest.mark.parametrize("mode", PNGS)
def test_pixels_of_a_png_beside_the_mosaic_stay_exactly_as_they_are(mode: str) -> None:
    before = PNGS[mode]
    data = saved(before)
    codes = codes_of(data)
    after = opened(cover(data, codes, max_pixels=MANY))
    assert after.mode == before.mode
    assert everything_read(saved(after)) == set()
    assert differing(before, after, codes, 0) > 0
    assert differing(before, after, codes, AROUND) == 0


@pytest.mark.parametrize(
    "transparency", [0, 7, bytes([0, 128, *range(60)])], ids=["first", "another", "table"]
)
def test_the_transparency_of_a_palette_stays(transparency: int | bytes) -> None:
    before = SCENE.quantize(64)
    data = saved(before, transparency=transparency)
    codes = codes_of(data)
    after = opened(cover(data, codes, max_pixels=MANY))
    assert after.info["transparency"] == opened(data).info["transparency"]
    assert after.getpalette() == before.getpalette()
    assert differing(opened(data), after, codes, AROUND) == 0


@pytest.mark.parametrize(("mode", "key"), [("RGB", (255, 255, 255)), ("L", 255), ("1", 255), ("L", 109)])
def test_a_colour_to_be_seen_through_stays_one(mode: str, key: int | tuple[int, ...]) -> None:
    picture = Image.new("L", (SYMBOL.width + 40, SYMBOL.height + 40), 255)
    picture.paste(SYMBOL.point(lambda value: 255 * (value > 128)), (20, 20))
    data = saved(picture.convert(mode), transparency=key)
    codes = codes_of(data)
    result = cover(data, codes, max_pixels=MANY)
    assert opened(result).info["transparency"] == key
    assert everything_read(result) == set()
    assert differing(opened(data), opened(result), codes, AROUND) == 0
    if key == 109:  # the grey that a mosaic would often have
        assert opened(result).convert("RGBA").getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("depth", [2, 4])
def test_a_png_of_few_greys_stays_one(depth: int) -> None:
    few = (
        SCENE.convert("L")
        .point(lambda value: value >> (8 - depth))
        .point(lambda value: value * (255 // (2**depth - 1)))
    )
    data = saved(few, bits=depth)
    codes = codes_of(data)
    result = cover(data, codes, max_pixels=MANY)
    assert result[24] == depth
    assert differing(opened(data), opened(result), codes, AROUND) == 0


JPEGS = {
    "colour": ("RGB", {"subsampling": 0}, 6),
    "4:2:0": ("RGB", {"subsampling": 2}, 6),
    "4:2:2": ("RGB", {"subsampling": 1}, 24),
    "progressive": ("RGB", {"progressive": True}, 6),
    "grey": ("L", {}, 6),
    "inks": ("CMYK", {}, 16),
    "stored as RGB": ("RGB", {"keep_rgb": True}, 16),
}


@pytest.mark.parametrize("quality", [40, 75, 92])
@pytest.mark.parametrize("kind", JPEGS)
def test_pixels_of_a_jpeg_beside_the_mosaic_hardly_change(kind: str, quality: int) -> None:
    mode, options, bound = JPEGS[kind]
    data = saved(SCENE.convert(mode), "JPEG", quality=quality, **options)
    codes = codes_of(data)

    result = cover(data, codes, max_pixels=MANY)

    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(result))
    assert before.quantization.keys() == after.quantization.keys()  # type: ignore[attr-defined]
    assert before.quantization == after.quantization  # type: ignore[attr-defined]
    assert [layer[:3] for layer in before.layer] == [layer[:3] for layer in after.layer]  # type: ignore[attr-defined]
    assert before.info.get("progressive") == after.info.get("progressive")
    assert after.mode == mode
    assert everything_read(result) == set()
    # Blocks of 16 by 16 pixels that the mosaic touches change as a whole.
    assert differing(before, after, codes, AROUND + 34) <= bound


@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_that_is_stored_turned_is_covered_where_its_code_is(format_: str, turned: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    data = saved(SCENE, format_, exif=exif)
    codes = codes_of(data)

    result = cover(data, codes, max_pixels=MANY)

    assert opened(result).getexif()[0x0112] == turned
    assert opened(result).size == SCENE.size
    assert everything_read(result) == set()
    before, after = (ImageOps.exif_transpose(opened(file)) for file in (data, result))
    if format_ == "PNG":
        assert differing(before, after, codes, AROUND) == 0
    else:
        assert differing(before, after, codes, AROUND + 34) <= 3


def exif_with_preview() -> bytes:
    """An EXIF block with a camera's name, a long note and a preview that shows the code."""
    preview = saved(SCENE.resize((210, 165)), "JPEG", quality=95)
    maker = b"Example Camera\0"
    note = b"N" * 5000
    first = 8 + 2 + 3 * 12 + 4
    second = first + 2 + 12 + 4
    third = second + 2 + 2 * 12 + 4
    values = third
    return b"".join((
        struct.pack("<2sHI", b"II", 42, 8),
        struct.pack("<H", 3),
        struct.pack("<HHII", 0x010F, 2, len(maker), values),
        struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0),
        struct.pack("<HHII", 0x8769, 4, 1, first),
        struct.pack("<I", second),
        struct.pack("<HHHIII", 1, 0x927C, 7, len(note), values + len(maker), 0),
        struct.pack("<H", 2),
        struct.pack("<HHII", 0x0201, 4, 1, values + len(maker) + len(note)),
        struct.pack("<HHII", 0x0202, 4, 1, len(preview)),
        struct.pack("<I", 0),
        maker,
        note,
        preview,
    ))  # fmt: skip


@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_profile_resolution_and_exif_stay_and_the_preview_does_not(format_: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(SCENE, format_, dpi=(300, 150), icc_profile=profile, exif=b"Exif\0\0" + exif_with_preview())
    assert b"Example Camera" in data
    assert data.count(b"\xff\xd8\xff") > (format_ == "JPEG")

    result = covered(data)

    after = opened(result)
    assert after.info["icc_profile"] == profile
    assert tuple(round(value) for value in after.info["dpi"]) == (300, 150)
    assert after.getexif()[0x010F] == "Example Camera"
    assert after.getexif()[0x0112] == 6
    assert result.count(b"\xff\xd8\xff") == (format_ == "JPEG")
    assert b"NNNN" not in result


def test_other_places_for_a_picture_in_a_jpeg_are_emptied() -> None:
    hidden = saved(SCENE.resize((210, 165)), "JPEG", quality=95)
    data = saved(SCENE, "JPEG", quality=90, comment=b"the text of the code")
    thumbnail = b"JFXX\0\x10" + hidden
    photoshop = b"Photoshop 3.0\0" + hidden
    segments = b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content
        for marker, content in (
            (0xE0, thumbnail),
            (0xED, photoshop),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        )
    )
    data = data[:20] + segments + data[20:] + hidden
    assert data.count(b"\xff\xd8\xff") == 4

    result = covered(data)

    assert result.count(b"\xff\xd8\xff") == 1
    assert b"the text of the code" not in result
    assert result.endswith(b"\xff\xd9")


def test_an_animated_png_becomes_its_first_picture() -> None:
    second = SCENE.copy()
    second.paste(drawn(zxingcpp.BarcodeFormat.QRCode, "second frame", 5).convert("RGB"), (30, 20))
    data = saved(SCENE, save_all=True, append_images=[second], duration=100)
    assert opened(data).n_frames == 2

    result = covered(data)

    assert getattr(opened(result), "n_frames", 1) == 1
    assert b"fdAT" not in result
    assert b"acTL" not in result


def test_text_in_a_png_is_left_out_and_what_colours_mean_is_not() -> None:
    data = saved(SCENE)
    at = 33  # behind the header
    extra = b"".join(
        chunk(name, content)
        for name, content in (
            (b"gAMA", struct.pack(">I", 45455)),
            (b"tEXt", b"Comment\0the text of the code"),
            (b"prVt", b"the text of the code"),
        )
    )
    broken = chunk(b"cHRM", bytes(32))[:-4] + b"\0\0\0\0"

    result = covered(data[:at] + extra + broken + data[at:])

    assert chunk(b"gAMA", struct.pack(">I", 45455)) in result
    assert b"the text of the code" not in result
    assert b"cHRM" not in result


def test_hidden_colours_do_not_come_to_light() -> None:
    """Pixels that are to be seen through may have any colour; an average must not show it."""
    data = saved(cut_out())
    codes = codes_of(data)
    after = opened(cover(data, codes, max_pixels=MANY))
    changed = ImageChops.difference(cut_out().getchannel("A"), after.getchannel("A")).getbbox()
    assert changed is not None
    for red, green, blue, opacity in after.crop(changed).get_flattened_data():
        assert (
            opacity == 0
            or (red, green, blue) in {(200, 30, 60)}
            or max(red, green, blue) - min(red, green, blue) < 30
        )


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\0",
        b"II*\0\x08\0\0\0\xff\xff",
        b"MM\0*\xff\xff\xff\xff\0\0",
        struct.pack("<2sHIH", b"II", 42, 8, 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4),
        struct.pack("<2sHIH", b"II", 42, 8, 3000) + struct.pack("<HHII", 0x010F, 2, 4, 8) * 3000,
    ],
    ids=["empty", "header", "cut", "far", "loop", "many"],
)
def test_a_damaged_exif_block_becomes_nothing(block: bytes) -> None:
    assert without_previews(block) == b""


def test_a_damaged_exif_block_keeps_the_orientation() -> None:
    block = struct.pack("<2sHIH", b"II", 42, 8, 2) + struct.pack("<HHIHH", 0x0112, 3, 1, 8, 0)
    block += struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4)
    kept = without_previews(b"Exif\0\0" + block)
    assert orientation(kept) == 8
    assert len(kept) < 30


@pytest.mark.parametrize("colours", [2, 6])
def test_a_deep_png_in_colours_is_covered(colours: int) -> None:
    """48 and 64 bits a pixel."""
    channels = {2: 3, 6: 4}[colours]
    rgb = SCENE.convert("RGBA" if channels == 4 else "RGB").tobytes()
    row = SCENE.width * channels
    lines = b"".join(
        b"\0" + bytes(byte for value in rgb[at : at + row] for byte in (value, value ^ 0x5A))
        for at in range(0, len(rgb), row)
    )
    data = png(SCENE.width, SCENE.height, chunk(b"IDAT", zlib.compress(lines)), depth=16, colours=colours)
    codes = codes_of(data)
    result = cover(data, codes, max_pixels=MANY)
    assert everything_read(result) == set()
    assert differing(opened(data), opened(result), codes, AROUND) == 0

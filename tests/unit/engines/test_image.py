"""Hostile and unusual pictures, all drawn here: each is decoded rightly or refused by its kind, fast."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, PngImagePlugin

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.image import ImageFacts, inspect, load

MANY = 40_000_000
CLIENT_FORMATS = frozenset({"PNG", "JPEG"})


def saved(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def first_view(data: bytes) -> Image.Image:
    return next(load(data, max_pixels=MANY).views())


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with_header(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def refusal(data: bytes, formats: frozenset[str] | None = None, max_pixels: int = MANY) -> Kind:
    """Return the kind that decoding ends in."""
    with pytest.raises(Refusal) as caught:
        list(load(data, formats=formats, max_pixels=max_pixels).views())
    return caught.value.kind


GREY = Image.linear_gradient("L")


def test_the_header_tells_the_facts() -> None:
    assert inspect(saved(Image.new("RGB", (30, 20)), "JPEG"), max_pixels=600) == ImageFacts(
        "JPEG", 30, 20, "RGB"
    )


def test_a_jpeg_of_several_pictures_is_a_jpeg() -> None:
    data = saved(Image.new("RGB", (8, 8)), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert inspect(data, formats=CLIENT_FORMATS, max_pixels=64).format == "JPEG"


def test_no_bytes() -> None:
    assert refusal(b"") is Kind.IMAGE_EMPTY


@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        b"\x00" * 5000,
        b"%PDF-1.7\n",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\x89PNG\r\n\x1a\n",
        saved(GREY)[:20],
        saved(GREY)[: len(saved(GREY)) // 2],
        saved(GREY, "JPEG")[:30],
        saved(GREY, "JPEG")[: len(saved(GREY, "JPEG")) // 2],
        saved(GREY, "TIFF")[:100],
        saved(GREY, "GIF")[:-100],
        png_with_header(10, 10, chunk(b"IDAT", b"no zlib data")),
        png_with_header(10, 10),
        png_with_header(0, 10, chunk(b"IDAT", zlib.compress(b""))),
    ],
)
def test_what_is_no_whole_picture_is_unreadable(data: bytes) -> None:
    assert refusal(data) is Kind.IMAGE_UNREADABLE


def test_a_format_that_the_caller_does_not_take() -> None:
    for format_ in ("GIF", "BMP", "WEBP", "TIFF"):
        assert refusal(saved(GREY, format_), CLIENT_FORMATS) is Kind.IMAGE_FORMAT_UNSUPPORTED
    assert load(saved(GREY), formats=CLIENT_FORMATS, max_pixels=MANY).width == 256


def test_pixels_are_counted_before_they_are_decoded() -> None:
    data = png_with_header(100, 101, chunk(b"IDAT", b"decoding this would fail"))
    assert refusal(data, max_pixels=10_000) is Kind.IMAGE_TOO_MANY_PIXELS
    assert refusal(data, max_pixels=10_100) is Kind.IMAGE_UNREADABLE


@pytest.mark.parametrize("side", [7_000, 10_000, 16_000, 60_000, 2**31 - 1])
def test_bombs_are_refused_from_the_header(side: int) -> None:
    rows = zlib.compress(bytes(10_000_000), 9)
    start = time.process_time()
    data = png_with_header(side, side, chunk(b"IDAT", rows))
    with pytest.raises(Refusal) as caught:
        inspect(data, max_pixels=MANY)
    assert caught.value.kind is Kind.IMAGE_TOO_MANY_PIXELS
    assert time.process_time() - start < 0.5


def test_the_limit_of_the_library_stands_whatever_the_caller_allows() -> None:
    data = png_with_header(11_000, 10_000, chunk(b"IDAT", b""))
    assert refusal(data, max_pixels=10**12) is Kind.IMAGE_TOO_MANY_PIXELS


def test_a_text_chunk_that_inflates_without_end() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9))
    data = png_with_header(1, 1, bomb, chunk(b"IDAT", zlib.compress(b"\0\0")))
    start = time.process_time()
    assert first_view(data).size == (1, 1)
    assert time.process_time() - start < 0.2


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I", "I;16"])
def test_every_mode_of_a_png_or_tiff_gives_the_same_grey(mode: str) -> None:
    checks = Image.new("L", (16, 16), 255)
    checks.paste(0, (4, 4, 12, 12))
    if mode == "I;16":
        picture = checks.convert("I").point(lambda value: value * 257).convert("I;16")
    else:
        picture = checks.convert(mode)
    data = saved(picture, "TIFF" if mode == "I" else "PNG")
    assert first_view(data).tobytes() == checks.tobytes()


def test_cmyk() -> None:
    picture = Image.new("RGB", (16, 16), "white")
    picture.paste("black", (0, 0, 8, 16))
    view = first_view(saved(picture.convert("CMYK"), "JPEG", quality=95))
    assert view.getpixel((3, 8)) < 20
    assert view.getpixel((12, 8)) > 235


@pytest.mark.parametrize("top", [200, 4095, 65535])
def test_deep_grey_is_stretched_over_the_whole_range(top: int) -> None:
    deep = Image.new("I;16", (4, 1))
    for x, value in enumerate((100, top // 2 + 50, top, 100)):
        deep.putpixel((x, 0), value)
    levels = list(first_view(saved(deep)).tobytes())
    assert (levels[0], levels[2]) == (0, 255)
    assert 100 < levels[1] < 160


def test_flat_deep_grey_and_numbers_that_are_none() -> None:
    assert first_view(saved(Image.new("I;16", (3, 2), 7))).size == (3, 2)
    odd = Image.new("F", (2, 1), float("nan"))
    odd.putpixel((1, 0), float("inf"))
    assert first_view(saved(odd, "TIFF")).size == (2, 1)


def test_transparency_is_seen_on_white_and_then_on_black() -> None:
    picture = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    picture.putpixel((1, 0), (0, 0, 0, 255))
    views = [view.tobytes() for view in load(saved(picture), max_pixels=MANY).views()]
    assert views == [b"\xff\x00", b"\x00\x00"]


def test_a_transparent_palette_entry() -> None:
    picture = Image.new("P", (2, 1), 0)
    picture.putpalette([0, 0, 0, 10, 10, 10])
    picture.putpixel((1, 0), 1)
    views = [view.tobytes() for view in load(saved(picture, transparency=0), max_pixels=MANY).views()]
    assert views == [b"\xff\x0a", b"\x00\x0a"]
    views = [
        view.tobytes() for view in load(saved(picture, transparency=b"\x00\xff"), max_pixels=MANY).views()
    ]
    assert views == [b"\xff\x0a", b"\x00\x0a"]


def test_an_alpha_channel_that_hides_nothing_gives_one_view() -> None:
    assert len(list(load(saved(Image.new("RGBA", (3, 3), "red")), max_pixels=MANY).views())) == 1


def test_the_first_frame_of_an_animation() -> None:
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 255)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert first_view(data).getextrema() == (0, 0)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_of_the_turned_picture(format_: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = load(saved(Image.new("RGB", (30, 20)), format_, exif=exif), max_pixels=MANY)
    assert (picture.width, picture.height) == ((20, 30) if orientation > 4 else (30, 20))


def test_broken_metadata_does_not_spoil_the_picture() -> None:
    data = saved(Image.new("RGB", (30, 20)), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage")
    assert load(data, max_pixels=MANY).width == 30
    exif = Image.Exif()
    exif[0x0112] = 77
    assert load(saved(Image.new("RGB", (30, 20)), "JPEG", exif=exif), max_pixels=MANY).width == 30


def test_an_ordinary_text_chunk_is_no_bomb() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "hello", zip=True)
    assert load(saved(GREY, pnginfo=info), max_pixels=MANY).height == 256

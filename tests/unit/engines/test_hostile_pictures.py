"""Bombs in every format, sizes of zero, and two thousand damaged files: a reading or a refusal of a picture's kinds, soon."""

from __future__ import annotations

import faulthandler
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_pictures import RGB_SCENE, behind_of, chunk, grey_tiff, png, saved, scene, tiff
from picture_mutants import mutants, sound_files
from PIL import Image

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.image import MEMORY, inspect, load

MANY = 64_000_000
MEGA = 1_000_000

UNREADABLE, TOO_MANY = Kind.IMAGE_UNREADABLE, Kind.IMAGE_TOO_MANY_PIXELS
PICTURE_KINDS = {Kind.IMAGE_EMPTY, UNREADABLE, TOO_MANY, Kind.IMAGE_FORMAT_UNSUPPORTED}

GREY = Image.new("L", (64, 64), 255)
ROW = chunk(b"IDAT", zlib.compress(b"\0\0"))  # the only pixel of a picture of 1 x 1


def outcome(data: bytes) -> Kind | tuple[int, int]:
    """Decode; return the refusal's kind or the size."""
    try:
        picture = load(data, max_pixels=MANY)
    except Refusal as refusal:
        return refusal.kind
    assert all(view.mode == "L" for view in picture.views())
    return picture.width, picture.height


# Files that say zero


def gif(
    width: int, height: int, frame: tuple[int, int] = (1, 1), behind: bytes = b"\x02\x02\x4c\x01\0"
) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + behind + b";"


def bmp(width: int, height: int, pixels: bytes = b"", compression: int = 0) -> bytes:
    colours = b"\0\0\0\0\xff\xff\xff\0" * 128
    size = len(pixels)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, compression, size, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + size, 0, 0, 1078) + head + colours + pixels


def jpeg(width: int, height: int) -> bytes:
    whole = saved(GREY, "JPEG")
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


def jpeg_2000(width: int, height: int, tile: tuple[int, int], channels: int = 1) -> bytes:
    whole = saved(GREY, "JPEG2000", no_jp2=True)
    size = struct.pack(">8IH", width, height, 0, 0, *tile, 0, 0, channels)
    return whole[:8] + size + whole[8 + len(size) :]


def webp(canvas: tuple[int, int]) -> bytes:
    width, height = (struct.pack("<I", side - 1)[:3] for side in canvas)
    head = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + width + height
    whole = head + saved(GREY, "WEBP", lossless=True)[12:]
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WEBP" + whole


def lossless_webp(width: int, height: int) -> bytes:
    whole = saved(GREY, "WEBP", lossless=True)
    at = whole.index(b"VP8L") + 9
    return whole[:at] + struct.pack("<I", (width - 1) | (height - 1) << 14) + whole[at + 4 :]


def avif(width: int, height: int) -> bytes:
    whole = saved(GREY.convert("RGB"), "AVIF")
    at = whole.index(b"ispe") + 8
    return whole[:at] + struct.pack(">II", width, height) + whole[at + 8 :]


ZERO: dict[str, Callable[[int, int], bytes]] = {
    "png": lambda width, height: png(width, height, ROW),
    "jpeg": jpeg,
    "gif": lambda width, height: gif(width, height, (width, height)),
    "bmp": bmp,
    "tiff": lambda width, height: grey_tiff(width, height, b"\xff" * 99),
    "jpeg-2000": lambda width, height: jpeg_2000(width, height, (8, 8)),
    "avif": avif,
    "ppm": lambda width, height: b"P5 %d %d 255\n" % (width, height) + b"\xff" * 99,
}


@pytest.mark.parametrize("format_", ZERO)
@pytest.mark.parametrize("size", [(0, 0), (0, 9), (9, 0)])
def test_no_width_or_height(format_: str, size: tuple[int, int]) -> None:
    assert outcome(ZERO[format_](*size)) is UNREADABLE


# Bombs


def exif_bomb() -> bytes:
    """A directory whose every entry is the same nine megabytes."""
    entries = b"".join(struct.pack("<HHII", tag, 7, 9 * MEGA, 0) for tag in range(65_535))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + entries + bytes(4) + bytes(9 * MEGA)


def in_segments(block: bytes) -> bytes:
    parts = [b"Exif\0\0" + block[at : at + 60_000] for at in range(0, len(block), 60_000)]
    return b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)


def many_scans() -> bytes:
    """A progressive JPEG with a thousand scans, each of which is a pass over all blocks."""
    whole = saved(Image.new("L", (4000, 4000), 255), "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + scan * 1000 + whole[-2:]


JPEG, PNG = saved(GREY, "JPEG"), saved(GREY)
SIXTY = 60_000
LZW = {"t259": (3, 1, 5)}

BOMBS: dict[str, tuple[bytes, Kind | tuple[int, int]]] = {
    "png-side": (png(SIXTY, SIXTY, chunk(b"IDAT", zlib.compress(bytes(10 * MEGA)))), TOO_MANY),
    "png-text": (png(1, 1, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(99 * MEGA))), ROW), (1, 1)),
    "png-international-text": (
        png(1, 1, chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(99 * MEGA))), ROW), (1, 1),
    ),
    "png-profile": (png(1, 1, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(99 * MEGA))), ROW), (1, 1)),
    "png-exif": (png(1, 1, chunk(b"eXIf", exif_bomb()), ROW), (1, 1)),
    "png-chunks": (png(1, 1, chunk(b"abCd", b"") * 800_000, ROW), UNREADABLE),
    "png-pixels-in-nothing": (png(1, 1, chunk(b"IDAT", b"") * 800_000, ROW), UNREADABLE),
    "png-too-many-rows-in-it": (png(1, 1, chunk(b"IDAT", zlib.compress(bytes(99 * MEGA)))), (1, 1)),
    "png-length": (b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffIHDR", UNREADABLE),
    "jpeg-side": (jpeg(65_500, 65_500), TOO_MANY),
    "jpeg-segments": (JPEG[:2] + b"\xff\xef\0\2" * 2_500_000 + JPEG[2:], UNREADABLE),
    "jpeg-filling": (JPEG[:2] + b"\xff" * 10 * MEGA + JPEG[2:], (64, 64)),
    "jpeg-exif": (JPEG[:2] + in_segments(exif_bomb()) + JPEG[2:], (64, 64)),
    "jpeg-scans": (many_scans(), UNREADABLE),
    "jpeg-progressive": (saved(Image.new("L", (8001, 8000)), "JPEG", progressive=True), TOO_MANY),
    "gif-screen": (gif(SIXTY, SIXTY), TOO_MANY),
    "gif-frame": (gif(1, 1, (SIXTY, SIXTY)), TOO_MANY),
    "gif-comment": (b"GIF89a" + bytes(7) + b"\x21\xfe" + b"\x01\0" * 5 * MEGA + b"\0;", UNREADABLE),
    "gif-blocks": (gif(8000, 8000, (8000, 8000), b"\x02" + b"\x01\0" * 5 * MEGA + b"\0"), UNREADABLE),
    "gif-frames": (gif(1, 1) + gif(1, 1)[19:] * 400_000, (1, 1)),
    "gif-garbage": (b"GIF89a\x01\0\x01\0\0\0\0" + bytes(10 * MEGA), UNREADABLE),
    "webp-canvas": (webp((16_384, 16_384)), TOO_MANY),
    "webp-largest-canvas": (webp((2**24, 2**24)), TOO_MANY),
    "webp-chunks": (saved(GREY, "WEBP") + b"abcd\0\0\0\0" * MEGA, UNREADABLE),
    "tiff-side": (grey_tiff(2**32 - 1, 2**32 - 1, bytes(99)), TOO_MANY),
    "tiff-cycle": (tiff({256: (4, 1, 9)}, following=8), UNREADABLE),
    "tiff-rows-of-a-strip": (grey_tiff(9, 9, bytes(81), t278=(4, 1, 2**32 - 1)), (9, 9)),
    "tiff-bytes-of-a-strip": (grey_tiff(9, 9, bytes(81), t279=(4, 1, 2**32 - 1), **LZW), UNREADABLE),
    "tiff-strip-outside": (grey_tiff(9, 9, bytes(81), t273=(4, 1, 2**32 - 1)), UNREADABLE),
    "tiff-strips": (grey_tiff(9, 9, bytes(9 * MEGA), t273=(1, 9 * MEGA, 8)), UNREADABLE),
    "tiff-tile": (
        tiff(
            {
                256: (4, 1, 9), 257: (4, 1, 9), 258: (3, 1, 8), 259: (3, 1, 5), 262: (3, 1, 1), 277: (3, 1, 1),
                322: (4, 1, SIXTY), 323: (4, 1, SIXTY), 324: (4, 1, behind_of(10)), 325: (4, 1, 99),
            },
            bytes(99),
        ),
        UNREADABLE,
    ),
    "tiff-entries": (tiff(dict.fromkeys(range(65535), (7, 9 * MEGA, 8)), bytes(9 * MEGA)), UNREADABLE),
    "tiff-values": (
        grey_tiff(9, 9, bytes(MEGA), **{f"t{tag}": (7, MEGA, 8) for tag in (320, 347, 530, 532)}), UNREADABLE,
    ),
    "tiff-samples": (grey_tiff(9, 9, bytes(81), t277=(3, 1, 65_535)), UNREADABLE),
    "tiff-without-a-directory": (b"II*\0\xff\xff\xff\xff", UNREADABLE),
    "bmp-height": (bmp(1, 2**31 - 1), TOO_MANY),
    "bmp-height-from-above": (bmp(9, -(2**31)), TOO_MANY),
    "bmp-width": (bmp(-(2**31), 9), TOO_MANY),
    "bmp-runs": (bmp(2000, 2000, b"\x01\x05\0\0" * 2_500_000, 1), UNREADABLE),
    "bmp-runs-of-many-pixels": (bmp(8000, 7999, b"\x01\x05\0\0" * 8000, 1), TOO_MANY),
    "jpeg-2000-side": (jpeg_2000(2**32 - 1, 2**32 - 1, (2**32 - 1, 2**32 - 1)), TOO_MANY),
    "jpeg-2000-tiles": (jpeg_2000(200, 200, (1, 1)), UNREADABLE),
    "jpeg-2000-channels": (jpeg_2000(64, 64, (64, 64), 16_384), UNREADABLE),
    "jpeg-2000-pixels": (jpeg_2000(5700, 5700, (5700, 5700)), TOO_MANY),
    "ppm-side": (b"P6 60000 60000 255\n", TOO_MANY),
    "ppm-comments": (b"P5 " + b"#\n" * 5 * MEGA, UNREADABLE),
    "ppm-digits": (b"P5 " + b"9" * 10 * MEGA, UNREADABLE),
    "ppm-as-text": (b"P2 100 100 255\n" + b"#\n" * 5 * MEGA, UNREADABLE),
    "avif-side": (avif(SIXTY, SIXTY), UNREADABLE),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_neither_time_nor_memory(name: str) -> None:
    data, wanted = BOMBS[name]
    inspect(PNG, max_pixels=MANY)  # what is imported once has been
    begun, before = time.process_time(), most_memory(reset=True)
    assert outcome(data) == wanted
    assert time.process_time() - begun < 1.0
    assert most_memory() - before < 60 * 2**20


def most_memory(*, reset: bool = False) -> int:
    """Return the most resident memory that this process had, in bytes; `reset` counts anew from what it has now."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024


SIDE = 3000

DECODED: dict[str, tuple[str, str, int]] = {
    "png": ("PNG", "RGB", 6),
    "png-alpha": ("PNG", "RGBA", 8),
    "png-16": ("PNG", "I;16", 5),
    "jpeg": ("JPEG", "RGB", 2),
    "jpeg-cmyk": ("JPEG", "CMYK", 7),
    "gif": ("GIF", "L", 4),
    "bmp": ("BMP", "RGB", 6),
    "tiff": ("TIFF", "RGBA", 7),
    "tiff-float": ("TIFF", "F", 6),
    "webp": ("WEBP", "RGB", 20),
    "avif": ("AVIF", "RGB", 16),
    "jpeg-2000": ("JPEG2000", "RGB", 22),
}


#: Runs in a process of its own: what other tests left behind in this one is taken again, or not, as it pleases the allocator.
MEASURE = """
import sys
sys.path[:0] = {path!r}
from collections.abc import Callable
from pathlib import Path
from ci_emulator.engines.image import load
def most_memory():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
small, picture = (Path(name).read_bytes() for name in {names!r})
load(small, max_pixels={most})
before = most_memory()
load(picture, max_pixels={most})
print(most_memory() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc tells the memory")
@pytest.mark.parametrize("name", DECODED)
def test_the_memory_for_each_pixel(name: str, tmp_path: Path) -> None:
    format_, mode, most = DECODED[name]
    picture = Image.new(
        mode, (SIDE, SIDE), 9 if mode in {"F", "I;16", "L"} else (9, 99, 200, 80)[: len(mode)]
    )
    options = {"speed": 10} if format_ == "AVIF" else {"method": 0} if format_ == "WEBP" else {}
    data = saved(picture, format_, exif=orientation_6(), **options)
    names = [str(tmp_path / "small"), str(tmp_path / "picture")]
    for path, content in zip(names, (saved(GREY, format_), data), strict=True):
        Path(path).write_bytes(content)
    script = MEASURE.format(path=sys.path, names=names, most=MANY)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= most * SIDE * SIDE + 3 * len(data) + 2**20


def orientation_6() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@pytest.mark.parametrize(
    ("name", "pixels"), [("png", MEMORY // 6), ("webp", MEMORY // 18), ("jpeg-2000", MEMORY // 20)]
)
def test_a_format_ends_where_the_memory_ends(name: str, pixels: int) -> None:
    make = {
        "png": lambda height: png(5000, height, ROW),
        "webp": lambda height: lossless_webp(5000, height),
        "jpeg-2000": lambda height: jpeg_2000(5000, height, (5000, height)),
    }[name]
    assert inspect(make(pixels // 5000), max_pixels=10**9).width == 5000
    with pytest.raises(Refusal) as caught:
        inspect(make(pixels // 5000 + 1), max_pixels=10**9)
    assert caught.value.kind is TOO_MANY


# Cut off and damaged


@pytest.mark.parametrize("name", ["png", "jpeg", "jpeg-progressive", "gif", "bmp", "tiff", "webp", "avif"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off(name: str, part: float) -> None:
    data = sound_files()[name]
    if name == "gif":  # of two frames, the second one blank: the first is nearly the whole file
        data = saved(scene(), "GIF")
    assert outcome(data[: int(len(data) * part)]) is UNREADABLE


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_jpeg_without_its_end(missing: int, progressive: bool) -> None:
    """As strict as with every other cut: rows that are missing look the same from here."""
    assert outcome(saved(RGB_SCENE, "JPEG", progressive=progressive)[:-missing]) is UNREADABLE


@pytest.mark.parametrize(
    "behind",
    [b"", chunk(b"PLTE", b""), chunk(b"pLTe", bytes(6)), chunk(b"tRNS", b"\xff")],
    ids=["nothing", "empty", "renamed", "transparency"],
)
@pytest.mark.parametrize("depth", [1, 8])
def test_colours_of_a_palette_that_is_not_there(depth: int, behind: bytes) -> None:
    """Pillow opens such a picture in greys, and cannot save it again."""
    assert outcome(png(1, 1, behind, ROW, depth=depth, colours=3)) is UNREADABLE
    late = chunk(b"PLTE", bytes(6))
    assert outcome(png(1, 1, behind, ROW, late, depth=depth, colours=3)) is UNREADABLE
    assert outcome(png(1, 1, late, ROW, depth=depth, colours=3)) == (1, 1)


MUTANTS, SEED = 2000, 20_26_11


def test_two_thousand_damaged_files() -> None:
    files = sound_files()
    seen: Counter[str] = Counter()
    begun = time.monotonic()
    faulthandler.dump_traceback_later(20, exit=True)  # native code that hangs stops no other clock
    try:
        for name, data in mutants(MUTANTS, SEED, files):
            faulthandler.dump_traceback_later(20, exit=True)
            start = time.process_time()
            try:
                read_codes(data, max_pixels=2 * MEGA)
                seen["read"] += 1
            except Refusal as refusal:
                seen[refusal.kind] += 1
            except BaseException as error:
                error.add_note(f"mutant {name}")
                raise
            assert time.process_time() - start < 1.0, name
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert time.monotonic() - begun < 60
    assert set(seen) <= {"read", *PICTURE_KINDS}
    # The damage goes deep enough to be refused, and not so deep that no pixels are decoded.
    assert seen["read"] > MUTANTS // 10
    assert seen[UNREADABLE] > MUTANTS // 10

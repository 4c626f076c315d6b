"""Damaged picture files, made of sound ones by a seeded generator; the same seed gives the same files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from drawn_pictures import palette_scene, saved, scene
from PIL import Image


def _flips(data: bytes, dice: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8, 50))):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _header(data: bytes, dice: random.Random) -> bytes:
    """Random bytes among the first two hundred, where sizes and lengths are."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        out[dice.randrange(min(200, len(out)))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return bytes(out)


def _length(data: bytes, dice: random.Random) -> bytes:
    """A number of two or four bytes at the end of its range."""
    at = dice.randrange(len(data))
    number = dice.choice(
        (b"\xff\xff", b"\0\0", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\1\0")
    )
    return data[:at] + number + data[at + len(number) :]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randint(1, len(data))]


def _hole(data: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(len(data))
    return data[:begin] + data[begin + dice.randrange(1, 400) :]


def _doubled(data: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(len(data))
    end = begin + dice.randrange(1, 2000)
    return data[:end] + data[begin:end] * dice.choice((1, 2, 40)) + data[end:]


def _shuffled(data: bytes, dice: random.Random) -> bytes:
    cuts = sorted(dice.randrange(len(data)) for _ in range(4))
    parts = [data[start:end] for start, end in zip([8, *cuts], [*cuts, len(data)], strict=True)]
    dice.shuffle(parts)
    return data[:8] + b"".join(parts)


def _noise(data: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(len(data))
    noise = dice.randbytes(dice.randrange(1, 300))
    return data[:begin] + noise + data[begin + len(noise) :]


_WAYS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flips, _header, _length, _cut, _hole, _doubled, _shuffled, _noise,
)  # fmt: skip


def sound_files() -> dict[str, bytes]:
    """One file for each way that pixels are coded."""
    grey = scene()
    rgb = grey.convert("RGB")
    rgba = rgb.copy()
    rgba.putalpha(grey)
    blank = Image.new("RGB", rgb.size, "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "png": saved(rgb),
        "png-alpha": saved(rgba, exif=exif),
        "png-palette": saved(palette_scene(transparent=True), transparency=0),
        "png-16": saved(grey.convert("I;16")),
        "apng": saved(rgb, save_all=True, append_images=[blank]),
        "jpeg": saved(rgb, "JPEG", exif=exif),
        "jpeg-progressive": saved(rgb, "JPEG", progressive=True),
        "jpeg-cmyk": saved(rgb.convert("CMYK"), "JPEG"),
        "mpo": saved(rgb, "MPO", save_all=True, append_images=[blank]),
        "gif": saved(grey, "GIF", save_all=True, append_images=[blank], duration=50),
        "webp": saved(rgb, "WEBP", exif=exif),
        "webp-lossless": saved(rgba, "WEBP", lossless=True),
        "webp-animated": saved(rgb, "WEBP", save_all=True, append_images=[blank], duration=50),
        "bmp": saved(grey, "BMP"),
        "tiff": saved(grey, "TIFF", exif=exif),
        "tiff-lzw": saved(rgb, "TIFF", compression="tiff_lzw"),
        "tiff-group-4": saved(grey.convert("1"), "TIFF", compression="group4"),
        "tiff-jpeg": saved(rgb, "TIFF", compression="jpeg"),
        "tiff-deflate": saved(rgba, "TIFF", compression="tiff_adobe_deflate"),
        "avif": saved(rgb, "AVIF"),
        "jpeg-2000": saved(rgb, "JPEG2000"),
        "ppm": saved(grey, "PPM"),
    }


def mutants(count: int, seed: int, files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield names and files: damaged in one to three ways, or joined with another one."""
    dice = random.Random(seed)
    names = sorted(files)
    for number in range(count):
        name = names[number % len(names)]
        data = files[name]
        if dice.random() < 0.05:
            other = dice.choice(names)
            cut = dice.randrange(len(data))
            data = data[:cut] + files[other][dice.randrange(len(files[other])) :]
        for _ in range(dice.choice((1, 1, 2, 3))):
            data = dice.choice(_WAYS)(data, dice) or data
        yield f"{name}-{seed}-{number}", data

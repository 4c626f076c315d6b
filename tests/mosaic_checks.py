"""What the tests of the mosaic share: drawing codes into pictures, and reading with everything there is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageOps

from ci_emulator.engines.codes.chain import ABSENT
from ci_emulator.engines.codes.model import Code
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.codes.readers import zbar
from ci_emulator.engines.mosaic import cover

MANY = 64_000_000
TEXT = "https://a.example/42"


def drawn(format_: zxingcpp.BarcodeFormat, content: str, scale: int = 4, **options: Any) -> Image.Image:
    """A symbol in mode L with a quiet zone; bar codes are at least 12 modules high."""
    barcode = zxingcpp.create_barcode(content, format_, **options)
    pixels = memoryview(barcode.to_image(scale=scale))
    height, width = pixels.shape  # type: ignore[misc]
    image = Image.frombytes("L", (width, height), pixels.tobytes())
    return ImageOps.expand(image, 10 * scale, 255)


def saved(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def codes_of(data: bytes) -> tuple[Code, ...]:
    return read_codes(data, max_pixels=MANY, seconds=20).codes


def everything_read(data: bytes) -> set[str]:
    """The texts that the chain, zxing-cpp with every binarizer and zbar read in a picture as a viewer shows it."""
    found = {code.text for code in codes_of(data)}
    upright = ImageOps.exif_transpose(opened(data))
    for background in ("white", "black"):
        image = Image.new("RGB", upright.size, background)
        image.paste(upright.convert("RGB"), (0, 0), _opacity(upright))
        grey = image.convert("L")
        for binarizer in ("LocalAverage", "GlobalHistogram", "FixedThreshold", "BoolCast"):
            for invert in (False, True):
                asked = ImageOps.invert(grey) if invert else grey
                read = zxingcpp.read_barcodes(asked, binarizer=getattr(zxingcpp.Binarizer, binarizer))
                found |= {one.text for one in read if one.format.name != "DXFilmEdge"}
        if not zbar.status().startswith(ABSENT):
            found |= {code.text for code in zbar.read(grey, None)}
        if upright.mode not in {"RGBA", "LA"} and "transparency" not in upright.info:
            break
    return found


def _opacity(image: Image.Image) -> Image.Image | None:
    if image.mode in {"RGBA", "LA"} or "transparency" in image.info:
        return image.convert("RGBA").getchannel("A")
    return None


def differing(before: Image.Image, after: Image.Image, codes: Sequence[Code], around: float) -> int:
    """The largest difference of a channel outside the codes, each with so many pixels around it; pictures as stored."""
    difference = ImageChops.difference(_bytes(before), _bytes(after))
    draw = ImageDraw.Draw(difference)
    for code in codes:
        draw.polygon([(point.x, point.y) for point in code.corners], fill=0)
        if around:
            corners = [(point.x, point.y) for point in code.corners]
            draw.line([*corners, corners[0]], fill=0, width=int(2 * around), joint="curve")
            for x, y in corners:
                draw.rectangle((x - around, y - around, x + around, y + around), fill=0)
    extrema = difference.getextrema()
    bands = extrema if isinstance(extrema[0], tuple) else (extrema,)
    return int(max(high for _, high in bands))


def _bytes(image: Image.Image) -> Image.Image:
    """The picture in a mode whose bands are bytes, so that no difference is lost."""
    if image.mode == "I;16":
        packed = image.tobytes()
        return Image.merge("LA", [Image.frombytes("L", image.size, packed[half::2]) for half in (0, 1)])
    return image.convert("RGBA") if image.mode in {"P", "1", "L", "LA"} else image


def turned(symbol: Image.Image, degrees: float) -> Image.Image:
    """The symbol on light grey paper, turned."""
    paper = Image.new("L", (symbol.width + 60, symbol.height + 60), 235)
    paper.paste(symbol, (30, 30))
    return paper.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=235)


def covered(data: bytes) -> bytes:
    codes = codes_of(data)
    assert codes, "the code must be readable before"
    return cover(data, codes, max_pixels=MANY)

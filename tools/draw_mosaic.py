"""Draw the pictures of the mosaic in docs/images: `python tools/draw_mosaic.py [folder]`.

Each shows a sample picture as it is on the left, and with its codes covered on the right. Another version of a reader may
move the edge of a mosaic by a pixel.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from PIL import Image

from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.mosaic import cover

_ROOT = Path(__file__).resolve().parent.parent
_SAMPLES = _ROOT / "samples" / "pictures"

#: The name of the picture, its sample, and how wide each half is in pixels.
_PICTURES = (
    ("mosaic-desk", "desk-with-five-codes.jpg", 600),
    ("mosaic-rotated", "qr-rotated.png", 400),
    ("mosaic-label", "shipping-label.png", 400),
)
_GAP = 16
_COLOURS = 256
_MOST_PIXELS = 64_000_000


def main() -> None:
    """Draw everything into the folder."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the mosaic for the documentation.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=_ROOT / "docs" / "images", help="default: %(default)s"
    )
    folder: Path = parser.parse_args().folder
    for name, sample, width in _PICTURES:
        _beside(_SAMPLES / sample, width).save(folder / f"{name}.png", optimize=True)


def _beside(sample: Path, width: int) -> Image.Image:
    before = sample.read_bytes()
    codes = read_codes(before, max_pixels=_MOST_PIXELS).codes
    after = cover(before, codes, max_pixels=_MOST_PIXELS)
    halves = [_reduced(data, width) for data in (before, after)]
    picture = Image.new("RGB", (2 * width + _GAP, halves[0].height), "white")
    picture.paste(halves[0], (0, 0))
    picture.paste(halves[1], (width + _GAP, 0))
    return picture.quantize(_COLOURS, dither=Image.Dither.NONE)


def _reduced(data: bytes, width: int) -> Image.Image:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    height = picture.height * width // picture.width
    return picture.resize((width, height), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()

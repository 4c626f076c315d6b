"""Paints the cells of a mosaic into a picture of any mode."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from ci_emulator.engines.covering.plane import Quad, onto, quad, sides

if TYPE_CHECKING:
    from PIL import Image

_MOST_SAMPLES = 48  # along a cell

#: The mode in which averages are taken. Those with a small `a` are premultiplied: what is hidden stays hidden.
_AVERAGED = {
    "1": "L",
    "L": "L",
    "LA": "La",
    "P": "RGBa",
    "RGB": "RGB",
    "RGBA": "RGBa",
    "CMYK": "CMYK",
    "YCbCr": "RGB",
    "I;16": "F",
}
_STRAIGHT = {"La": "LA", "RGBa": "RGBA"}

_LEVELS = 7
_ALPHA = frozenset({"LA", "RGBA"})


def paint(image: Image.Image, inner: Quad, outer: Quad, columns: int, rows: int) -> None:
    """Paint a mosaic over `outer`, which is convex; each cell gets the average of its part of `inner`.

    `image` is of one of the modes of PNG and JPEG and is changed in place; the corners are edge coordinates in it. The
    brightness of a cell is one of eight: its exact value would tell how many modules in it are dark.
    """
    from PIL import Image

    box = _box(outer, image)
    if box is None:
        return
    cells = _levelled(_averages(image, inner, columns, rows))
    spread = onto(_moved(outer, -box[0], -box[1])).inverse().scaled(columns, rows).coefficients()
    size = (box[2] - box[0], box[3] - box[1])
    how = (Image.Transform.PERSPECTIVE, spread, Image.Resampling.NEAREST)
    # Behind the last cell both transforms leave zeros, so the mask is exactly what the cells reach.
    mask = Image.new("L", cells.size, 255).transform(size, *how)
    tile = _in_mode(cells, image).transform(size, *how)
    if image.mode != "I;16":
        image.paste(tile, box, mask)
        return
    # Pillow 13 pastes 16-bit grey through a mask into the wrong columns.
    part = image.crop(box).convert("I")
    part.paste(tile, (0, 0), mask)
    image.paste(part.convert("I;16"), box)


def _averages(image: Image.Image, inner: Quad, columns: int, rows: int) -> Image.Image:
    from PIL import Image

    within = quad((min(max(x, 0.0), image.width), min(max(y, 0.0), image.height)) for x, y in inner)
    box = _box(within, image) or (0, 0, 1, 1)
    part = image.crop(box)
    width, height = sides(within)
    samples = min(_MOST_SAMPLES, max(2, math.ceil(max(width / columns, height / rows))))
    flat = (columns * samples, rows * samples)
    how = onto(_moved(within, -box[0], -box[1])).after_scaling(1 / flat[0], 1 / flat[1]).coefficients()
    if image.mode == "I;16":
        part = part.convert("I").convert("F")
    elif image.mode == "P" or _key(image) is not None:
        part = part.convert("RGBA").convert("RGBa")
    else:
        part = part.convert(_AVERAGED[image.mode])
    straight = part.transform(flat, Image.Transform.PERSPECTIVE, how, Image.Resampling.BILINEAR)
    return straight.resize((columns, rows), Image.Resampling.BOX)


def _levelled(cells: Image.Image) -> Image.Image:
    """Return the cells in their colours, with one of eight brightnesses each, and of eight opacities."""
    cells = cells.convert(_STRAIGHT.get(cells.mode, cells.mode))
    white = 65535.0 if cells.mode == "F" else 255.0
    whole = cells.mode != "F"
    for at in ((x, y) for y in range(cells.height) for x in range(cells.width)):
        pixel = cells.getpixel(at)
        values = pixel if isinstance(pixel, tuple) else (pixel or 0,)
        colours = values[:-1] if cells.mode in _ALPHA else values
        mean = sum(colours) / len(colours)
        factor = _level(mean, white) / mean if mean else 1.0
        levelled = [min(white, value * factor) for value in colours]
        levelled += [_level(value, white) for value in values[len(colours) :]]
        rounded = [int(value + 0.5) if whole else value for value in levelled]
        cells.putpixel(at, tuple(rounded) if len(rounded) > 1 else rounded[0])  # type: ignore[arg-type]
    return cells


def _level(value: float, white: float) -> float:
    return int(value / white * _LEVELS + 0.5) * white / _LEVELS


def _in_mode(cells: Image.Image, image: Image.Image) -> Image.Image:
    """Return the cells in the mode of the picture, with colours that it can have; 16-bit grey in mode I."""
    if _key(image) is not None or image.mode == "P":
        return _chosen(cells, image)
    if image.mode == "1":
        return cells.point(lambda value: 255 if value >= 128 else 0).convert("1")
    if image.mode == "I;16":
        return cells.convert("I")
    return cells.convert(image.mode)


def _chosen(cells: Image.Image, image: Image.Image) -> Image.Image:
    """Return cells for a picture with a palette, or with one colour that is to be seen through."""
    from PIL import Image

    choose = _from_palette(image) if image.mode == "P" else _beside_key(image)
    chosen = Image.new(image.mode, cells.size)
    for at in ((x, y) for y in range(cells.height) for x in range(cells.width)):
        pixel = cells.getpixel(at)
        if isinstance(pixel, tuple):
            chosen.putpixel(at, choose(pixel))
    return chosen


def _from_palette(image: Image.Image) -> Callable[[tuple[int, ...]], int]:
    """Return what chooses the entry nearest to a colour (red, green, blue, opacity)."""
    from PIL import Image

    used = [index for index, count in enumerate(image.histogram()) if count]
    entries = Image.new("P", (256, 1))
    entries.putdata(range(256))
    entries.putpalette(image.getpalette() or [])
    entries.info = {name: value for name, value in image.info.items() if name == "transparency"}
    packed = entries.convert("RGBA").convert("RGBa").tobytes()
    colours = [packed[at : at + 4] for at in range(0, len(packed), 4)]

    def choose(pixel: tuple[int, ...]) -> int:
        red, green, blue, opacity = pixel
        wanted = (red * opacity / 255, green * opacity / 255, blue * opacity / 255, opacity)

        def distance(index: int) -> float:
            return sum((a - b) ** 2 for a, b in zip(colours[index], wanted, strict=True))

        return min(used, key=distance)

    return choose


def _beside_key(image: Image.Image) -> Callable[[tuple[int, ...]], int | tuple[int, ...]]:
    """Return what chooses a colour that is to be seen through only where most of the cell is."""
    key = _key(image)

    def choose(pixel: tuple[int, ...]) -> int | tuple[int, ...]:
        if pixel[3] < 128 and key is not None:
            return key
        if image.mode == "RGB":
            return (*pixel[:2], pixel[2] ^ 1) if pixel[:3] == key else pixel[:3]
        grey = round(sum(pixel[:3]) / 3)
        if image.mode == "1":
            return 255 - int(key) if isinstance(key, int) else 0
        return grey ^ 1 if grey == key else grey

    return choose


def _key(image: Image.Image) -> int | tuple[int, ...] | None:
    """Return the one colour that is to be seen through, in a picture that has neither a palette nor an opacity."""
    # Pillow cannot show what lies behind deep grey, and neither does `engines.grey` look at it.
    key = image.info.get("transparency") if image.mode in {"1", "L", "RGB"} else None
    return key if isinstance(key, (int, tuple)) else None


def _box(place: Quad, image: Image.Image) -> tuple[int, int, int, int] | None:
    left, right = min(x for x, _ in place), max(x for x, _ in place)
    top, bottom = min(y for _, y in place), max(y for _, y in place)
    box = (
        max(0, math.floor(left)), max(0, math.floor(top)),
        min(image.width, math.ceil(right)), min(image.height, math.ceil(bottom)),
    )  # fmt: skip
    return box if box[0] < box[2] and box[1] < box[3] else None


def _moved(place: Quad, x: float, y: float) -> Quad:
    return quad((corner_x + x, corner_y + y) for corner_x, corner_y in place)

"""Turns the bytes that a stranger sent into grey pixels, or into a `Refusal`; nothing else gets out.

Measured behaviour of Pillow on hostile pictures: spec engines.md part D.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from ci_emulator.core.errors import Kind, Refusal

if TYPE_CHECKING:
    from PIL import Image

# The plugins that may look at a stranger's bytes. EPS would start Ghostscript, ICO hides a size in an inner picture.
_OPENABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")

# A JPEG with several pictures in it, as telephones write; clients know it as JPEG.
_SAME_FORMAT = {"MPO": "JPEG"}

_EXIF_ORIENTATION = 0x0112


class ImageFacts(msgspec.Struct, frozen=True):
    """What the header says. `width` and `height` in pixels as stored, before the EXIF orientation is applied."""

    format: str
    width: int
    height: int
    mode: str


class Picture:
    """A decoded picture, upright; `width` and `height` in pixels as a viewer sees it."""

    def __init__(self, upright: Image.Image) -> None:
        self._upright = upright
        self.width, self.height = upright.size

    def views(self) -> Iterator[Image.Image]:
        """Yield the picture in 8-bit grey: on white, and then on black if some of it can be seen through.

        A card with its light modules cut out is readable on black only (spec engines.md part D).

        Raises:
            Refusal: IMAGE_UNREADABLE, for pixels that Pillow cannot convert.
        """
        with _refusing():
            alpha = _alpha(self._upright)
            grey = _grey(self._upright)
        if alpha is None:
            yield grey
            return
        from PIL import Image

        for background in (255, 0):
            yield Image.composite(grey, Image.new("L", grey.size, background), alpha)


def inspect(data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int) -> ImageFacts:
    """Read the header of a picture and nothing more.

    `formats` holds the accepted formats in Pillow's spelling (`PNG`, `JPEG`, `GIF`…); None accepts all that can be
    opened. `max_pixels` is the largest accepted width times height; above Pillow's own limit of 89 megapixels a picture
    is refused whatever `max_pixels` says.

    Raises:
        Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS.
    """
    return _open(data, formats, max_pixels)[1]


def load(data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int) -> Picture:
    """Decode a picture (the first frame of an animation) and turn it as its EXIF orientation says.

    The parameters and the refusals are those of `inspect`; the size is judged before a pixel is decoded.
    """
    image, facts = _open(data, formats, max_pixels)
    with _refusing():
        if facts.format == "JPEG" and facts.mode == "RGB":
            image.draft("L", image.size)  # let libjpeg leave out the colours, which nobody needs here
        image.load()
        return Picture(_upright(image))


def _open(data: bytes, formats: frozenset[str] | None, max_pixels: int) -> tuple[Image.Image, ImageFacts]:
    if not data:
        raise Refusal(Kind.IMAGE_EMPTY)
    from PIL import Image

    with _refusing():
        Image.init()
        image = Image.open(io.BytesIO(data), formats=[name for name in _OPENABLE if name in Image.OPEN])
        name = image.format or ""
        facts = ImageFacts(_SAME_FORMAT.get(name, name), image.width, image.height, image.mode)
    if formats is not None and facts.format not in formats:
        raise Refusal(Kind.IMAGE_FORMAT_UNSUPPORTED, format=facts.format)
    if facts.width * facts.height > max_pixels:
        raise Refusal(
            Kind.IMAGE_TOO_MANY_PIXELS, width=facts.width, height=facts.height, max_pixels=max_pixels
        )
    return image, facts


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal; its warnings about odd metadata are nobody's business."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Refusal, MemoryError):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Refusal(Kind.IMAGE_TOO_MANY_PIXELS) from error
        except Exception as error:
            raise Refusal(Kind.IMAGE_UNREADABLE) from error


def _upright(image: Image.Image) -> Image.Image:
    from PIL import Image

    turn = Image.Transpose
    turns = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }
    try:
        orientation = image.getexif().get(_EXIF_ORIENTATION)
    except Exception:  # broken metadata does not make the pixels unreadable
        return image
    wanted = turns.get(orientation) if isinstance(orientation, int) else None
    return image if wanted is None else image.transpose(wanted)


def _alpha(image: Image.Image) -> Image.Image | None:
    """Return the opacity of each pixel (0 to 255), None when the whole picture is opaque."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _grey(image: Image.Image) -> Image.Image:
    if image.mode == "L":
        return image
    if image.mode.startswith(("I", "F")):
        return _stretched(image)
    if image.mode in {"1", "P", "LA"} and "transparency" not in image.info:
        return image.convert("L")
    return image.convert("RGB").convert("L")


def _stretched(image: Image.Image) -> Image.Image:
    """Spread deep grey values (16 or 32 bit) over 8 bits; scanners often use only the low end of the range."""
    deep = image if image.mode in {"I", "F"} else image.convert("I")
    low, high = (float(bound) for bound in deep.getextrema() if not isinstance(bound, tuple))
    # Also false for a picture that holds "not a number".
    factor = 255.0 / (high - low) if high > low else 0.0
    return deep.point(lambda value: value * factor + (0.5 - low * factor)).convert("L")

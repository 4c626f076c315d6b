"""Turns the bytes that a stranger sent into grey pixels, or into a `Refusal`; nothing else gets out.

The file is first reduced to what its pixels need (`picture_files`), and only then opened by Pillow, by the one plugin
of its format. Measured behaviour of Pillow on hostile pictures: spec engines.md part D.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.grey import grey_and_opacity
from ci_emulator.engines.picture_files import formats as files
from ci_emulator.engines.picture_files.bare import Bare
from ci_emulator.engines.picture_files.exif import orientation

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 178_956_970
"""The most pixels that a header may tell, also of a JPEG that is decoded reduced: where Pillow sees a bomb (2^29 / 3)."""

MEMORY = 640_000_000
"""The most bytes that decoding may take; a worker process has 1024 MiB by default, 100 of them for its libraries.

A PNG or a sequential JPEG of 64 megapixels needs less, a JPEG 2000 of 32 megapixels as much.
"""

_SCALES = (1, 2, 4, 8)
"""What libjpeg can reduce by while it decodes."""


class ImageFacts(msgspec.Struct, frozen=True):
    """What the header says. `width` and `height` in pixels as stored, before the EXIF orientation is applied."""

    format: str
    width: int
    height: int
    mode: str


class Picture:
    """A decoded picture, upright; `width` and `height` in pixels as a viewer sees it.

    `scale` is 1, or 2, 4 or 8 for a large JPEG that was decoded reduced: then the views are smaller than the picture
    by that factor, rounded up, and `place` leads from them to the picture.
    """

    def __init__(
        self, size: tuple[int, int], grey: Image.Image, opacity: Image.Image | None, scale: int, turned: int
    ) -> None:
        self._grey = _upright(grey, turned)
        self._opacity = None if opacity is None else _upright(opacity, turned)
        self.width, self.height = size[::-1] if turned > 4 else size
        self.scale = scale
        # The last column and row of a reduced picture stand for less than `scale` pixels. Where turning has made them
        # the first, everything lies that much nearer to the edge.
        self._left = self.width - self._grey.width * scale if turned in _LEFT_WAS_AN_END else 0
        self._top = self.height - self._grey.height * scale if turned in _TOP_WAS_AN_END else 0

    def views(self) -> Iterator[Image.Image]:
        """Yield the picture in 8-bit grey (mode L): on white, and then on black if some of it can be seen through.

        A card with its light modules cut out is readable on black only (spec engines.md part D).
        """
        if self._opacity is None:
            yield self._grey
            return
        from PIL import Image

        for background in (255, 0):
            yield Image.composite(self._grey, Image.new("L", self._grey.size, background), self._opacity)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place in a view lies in the picture; both in edge coordinates."""
        return x * self.scale + self._left, y * self.scale + self._top


class _Opened(NamedTuple):
    image: Image.Image
    facts: ImageFacts
    bare: Bare
    scale: int


def inspect(data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int) -> ImageFacts:
    """Read the header of a picture and nothing more.

    `formats` holds the accepted formats in Pillow's spelling (`PNG`, `JPEG`, `GIF`…); None accepts all that can be
    opened. `max_pixels` is the largest width times height that is decoded. A sequential JPEG with more, up to
    `LARGEST`, is accepted when it can be decoded at a half, a quarter or an eighth of its size; formats whose decoders
    need much memory for each pixel end earlier, see `MEMORY`.

    Raises:
        Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS.
    """
    return _open(data, formats, max_pixels, animated=False).facts


def load(data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int) -> Picture:
    """Decode a picture (the first frame of an animation) and turn it as its EXIF orientation says.

    The parameters and the refusals are those of `inspect`; the size is judged before a pixel is decoded.
    """
    opened = _open(data, formats, max_pixels, animated=False)
    with _refusing():
        return _decoded(opened)


def load_frames(
    data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int, most: int
) -> Iterator[Picture]:
    """Decode the first `most` frames of an animation, one at a time; a still picture has one.

    Frames end, without a refusal, where all of them together would have more than `max_pixels` pixels, and before a
    later frame that is damaged or of another size.

    Raises:
        Refusal: those of `inspect`, with the first frame.
    """
    opened = _open(data, formats, max_pixels, animated=True)
    with _refusing():
        first = _decoded(opened)
    yield first
    first_size = (opened.facts.width, opened.facts.height)
    pixels = opened.facts.width * opened.facts.height
    for frame in range(1, min(most, max_pixels // pixels)):
        try:
            with _refusing():
                opened.image.seek(frame)
                if opened.image.size != first_size:
                    return
                picture = _decoded(opened)
        except Refusal:
            return
        yield picture


def _open(data: bytes, formats: frozenset[str] | None, max_pixels: int, *, animated: bool) -> _Opened:
    if not data:
        raise Refusal(Kind.IMAGE_EMPTY)
    name = files.format_of(data)
    if name is None:
        raise Refusal(Kind.IMAGE_UNREADABLE)
    from PIL import Image

    with _refusing():
        Image.init()
        bare = files.bare(data, name, animated=animated)
        image = Image.open(io.BytesIO(bare.data), formats=[name] if name in Image.OPEN else [])
        facts = ImageFacts(name, image.width, image.height, image.mode)
    if formats is not None and name not in formats:
        raise Refusal(Kind.IMAGE_FORMAT_UNSUPPORTED, format=name)
    if facts.width < 1 or facts.height < 1:
        raise Refusal(Kind.IMAGE_UNREADABLE)
    scale = _scale(facts, bare, max_pixels)
    if scale is None:
        raise Refusal(
            Kind.IMAGE_TOO_MANY_PIXELS, width=facts.width, height=facts.height, max_pixels=max_pixels
        )
    return _Opened(image, facts, bare, scale)


def _scale(facts: ImageFacts, bare: Bare, max_pixels: int) -> int | None:
    """Return by what the picture is reduced while it is decoded, None when it is too large for that too."""
    if max(facts.width * facts.height, bare.pixels) > LARGEST:
        return None
    most = min(max_pixels, MEMORY // bare.bytes_per_pixel)
    for scale in _SCALES if bare.streams else (1,):
        if max(-(-facts.width // scale) * -(-facts.height // scale), bare.pixels) <= most:
            return scale
    return None


def _decoded(opened: _Opened) -> Picture:
    """Decode the frame at which the picture stands."""
    image, facts, bare, scale = opened
    if facts.format == "JPEG" and (facts.mode == "RGB" or scale > 1):
        # Let libjpeg leave out the colours, which nobody needs here, and the pixels that are too many.
        mode = "L" if facts.mode == "RGB" else None
        image.draft(mode, (facts.width // scale, facts.height // scale))
    image.load()
    grey, opacity = grey_and_opacity(_inverted(image) if bare.plain_inks else image)
    # Pillow's AVIF reader tells in an EXIF block of its own making how the decoder's pixels have to be turned.
    turned = orientation(image.info.get("exif", b"")) if facts.format == "AVIF" else bare.orientation
    return Picture((facts.width, facts.height), grey, opacity, scale, turned)


def _inverted(image: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.invert(image)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal; its warnings about odd files are nobody's business."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (Refusal, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            raise Refusal(Kind.IMAGE_TOO_MANY_PIXELS) from error
        except Exception as error:
            raise Refusal(Kind.IMAGE_UNREADABLE) from error


# The EXIF orientations after which the left edge (the top) of the upright picture is what was stored as a right or
# a lower edge.
_LEFT_WAS_AN_END = frozenset({2, 3, 6, 7})
_TOP_WAS_AN_END = frozenset({3, 4, 7, 8})


def _upright(image: Image.Image, turned: int) -> Image.Image:
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
    return image.transpose(turns[turned]) if turned in turns else image

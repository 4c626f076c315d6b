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
from ci_emulator.engines.grey_picture import Picture
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


class Header(NamedTuple):
    """A picture file that is opened and not decoded; `image` has no metadata, `orientation` is that of EXIF, 1 to 8."""

    image: Image.Image
    facts: ImageFacts
    orientation: int


class Coloured(NamedTuple):
    """A decoded picture in its colours, as it is stored: not turned, and in the mode of the file (`P`, `RGBA`, `CMYK`…).

    `image` holds no metadata but what belongs to the pixels (palette, transparency). `orientation` is that of EXIF, 1 to 8.
    `scale` is 1 unless the picture was decoded reduced, see `open_colour`.
    """

    image: Image.Image
    facts: ImageFacts
    orientation: int
    scale: int


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


def open_header(data: bytes, *, max_pixels: int) -> Header:
    """Open a picture of any format, with all frames of an animation, and decode nothing.

    Whatever more is asked of its `image` belongs into `refusing`.

    Raises:
        Refusal: those of `inspect`.
    """
    opened = _open(data, None, max_pixels, animated=True)
    return Header(opened.image, opened.facts, _orientation(opened))


def load(data: bytes, *, formats: frozenset[str] | None = None, max_pixels: int) -> Picture:
    """Decode a picture (the first frame of an animation) and turn it as its EXIF orientation says.

    The parameters and the refusals are those of `inspect`; the size is judged before a pixel is decoded.
    """
    opened = _open(data, formats, max_pixels, animated=False)
    with refusing():
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
    with refusing():
        first = _decoded(opened)
    yield first
    first_size = (opened.facts.width, opened.facts.height)
    pixels = opened.facts.width * opened.facts.height
    for frame in range(1, min(most, max_pixels // pixels)):
        try:
            with refusing():
                opened.image.seek(frame)
                if opened.image.size != first_size:
                    return
                picture = _decoded(opened)
        except Refusal:
            return
        yield picture


def open_colour(
    data: bytes,
    *,
    formats: frozenset[str] | None = None,
    max_pixels: int,
    most: int | None = None,
    draft: str | None = None,
) -> Coloured:
    """Decode a picture (the first frame of an animation) in its colours.

    `formats` and `max_pixels` are those of `inspect`. Without `most` the picture comes in its full size. With it, a JPEG of
    more than `most` pixels is decoded at a half, a quarter or an eighth of its size, and one of more than `max_pixels` is
    accepted if that makes it small enough; other formats come in full size all the same. `draft` is the mode in which a
    JPEG in colours is decoded: `L`, or `YCbCr` as it is stored.

    Raises:
        Refusal: those of `inspect`; IMAGE_TOO_MANY_PIXELS also for a JPEG that could only be decoded reduced.
    """
    opened = _open(data, formats, max_pixels, animated=False)
    image, facts, bare, scale = opened
    if most is None and scale > 1:
        raise Refusal(
            Kind.IMAGE_TOO_MANY_PIXELS, width=facts.width, height=facts.height, max_pixels=max_pixels
        )
    if most is not None and facts.format == "JPEG":
        scale = next(
            (fits for fits in _SCALES if fits >= scale and _pixels(facts, fits) <= most), _SCALES[-1]
        )
    with refusing():
        if scale > 1 or draft is not None:
            image.draft(draft, (facts.width // scale, facts.height // scale))
        image.load()
        if bare.plain_inks:
            image = _inverted(image)
    return Coloured(image, facts, _orientation(opened), scale)


def _open(data: bytes, formats: frozenset[str] | None, max_pixels: int, *, animated: bool) -> _Opened:
    if not data:
        raise Refusal(Kind.IMAGE_EMPTY)
    name = files.format_of(data)
    if name is None:
        raise Refusal(Kind.IMAGE_UNREADABLE)
    from PIL import Image

    with refusing():
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
        if max(_pixels(facts, scale), bare.pixels) <= most:
            return scale
    return None


def _pixels(facts: ImageFacts, scale: int) -> int:
    return -(-facts.width // scale) * -(-facts.height // scale)


def _decoded(opened: _Opened) -> Picture:
    """Decode the frame at which the picture stands."""
    image, facts, bare, scale = opened
    if facts.format == "JPEG" and (facts.mode == "RGB" or scale > 1):
        # Let libjpeg leave out the colours, which nobody needs here, and the pixels that are too many.
        mode = "L" if facts.mode == "RGB" else None
        image.draft(mode, (facts.width // scale, facts.height // scale))
    image.load()
    grey, opacity = grey_and_opacity(_inverted(image) if bare.plain_inks else image)
    return Picture((facts.width, facts.height), grey, opacity, scale, _orientation(opened))


def _orientation(opened: _Opened) -> int:
    """Return how the pixels of a picture, when it is decoded, have to be turned."""
    # Pillow's AVIF reader tells in an EXIF block of its own making how the decoder's pixels have to be turned.
    if opened.facts.format == "AVIF":
        return orientation(opened.image.info.get("exif", b""))
    return opened.bare.orientation


def _inverted(image: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.invert(image)


@contextmanager
def refusing() -> Iterator[None]:
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

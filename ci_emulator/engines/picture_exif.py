"""The EXIF tags of a picture file, as text."""

from __future__ import annotations

from ci_emulator.engines.exif_tags import tags_of
from ci_emulator.engines.image import LARGEST, inspect
from ci_emulator.engines.picture_files.bare import Damaged
from ci_emulator.engines.picture_files.exif_block import exif_block
from ci_emulator.engines.picture_model import Exif


def read_exif(data: bytes) -> Exif:
    """Return the EXIF tags of a picture file; none when it has no EXIF block or a damaged one.

    Raises:
        Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_TOO_MANY_PIXELS for more than `image.LARGEST`.
    """
    name = inspect(data, max_pixels=LARGEST).format
    try:
        return Exif(tags_of(exif_block(data, name), file=name == "TIFF"))
    except Damaged:
        return Exif({})

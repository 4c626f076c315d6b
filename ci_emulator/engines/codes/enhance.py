"""Another look at a picture in which nothing was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def equalised(image: Image.Image) -> Image.Image:
    """Return a copy of an 8-bit grey picture in which every neighbourhood uses all shades.

    Of all that can be done to a whole picture this finds most of what is left in photographs (spec engines.md,
    "Retries"); enlarging and sharpening are done where a code is suspected.
    """
    import cv2
    import numpy
    from PIL import Image

    return Image.fromarray(cv2.createCLAHE(3.0, (8, 8)).apply(numpy.ascontiguousarray(image)))

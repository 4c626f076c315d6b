"""A picture file that is opened to be changed: its pixels as stored, and how they become a file again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image


class Sheet(NamedTuple):
    """`image` is painted in place; `orientation` is that of EXIF, 1 to 8; `encode` returns the file."""

    image: Image.Image
    orientation: int
    encode: Callable[[], bytes]

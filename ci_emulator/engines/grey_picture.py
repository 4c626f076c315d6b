"""A picture in which codes are looked for: grey, upright, and perhaps reduced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# The EXIF orientations after which the left edge (the top) of the upright picture is what was stored as a right or
# a lower edge.
_LEFT_WAS_AN_END = frozenset({2, 3, 6, 7})
_TOP_WAS_AN_END = frozenset({3, 4, 7, 8})


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

"""What pictures tell about themselves, and what is drawn into them; the pixel work happens in the worker processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ci_emulator.engines.codes.model import Code
from ci_emulator.engines.jobs import CoverCodes, Describe, Picture, ReadExif
from ci_emulator.engines.picture_model import Exif, PictureFacts
from ci_emulator.engines.workers import WorkerPool

#: Pictures of more bytes count as large, and so many of them are held at a time: each lies in memory several times while
#: it waits for a worker.
_SMALL, _MOST_LARGE = 4 * 1024 * 1024, 4


class Pictures:
    """Picture files, described and changed. `tenant` is whose turn it is when callers wait.

    Every method raises Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_TOO_MANY_PIXELS, OVERLOADED, ENGINE_TIMEOUT,
    ENGINE_FAILED, SHUTTING_DOWN.
    """

    def __init__(self, pool: WorkerPool, *, max_pixels: int, readers: Sequence[str]) -> None:
        self._pool = pool
        self._readers = tuple(readers)
        self._max_pixels = max_pixels
        self._large = asyncio.Semaphore(_MOST_LARGE)

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """Wait until there is room in memory for a picture of `size` bytes: of large ones few are held at a time."""
        if size <= _SMALL:
            yield
            return
        async with self._large:
            yield

    async def describe(self, picture: bytes, *, average: bool = False, tenant: str = "") -> PictureFacts:
        """Return what a picture file tells about itself; the main colour costs decoding it."""
        request = Describe(data=picture, average=average, max_pixels=self._max_pixels)
        facts: PictureFacts = await self._pool.run("describe", request, tenant=tenant)
        return facts

    async def exif(self, picture: bytes, *, tenant: str = "") -> dict[str, str]:
        """Return the EXIF tags of a picture file by name, none when it has no EXIF."""
        found: Exif = await self._pool.run("read_exif", ReadExif(data=picture), tenant=tenant)
        return found.tags

    async def cover(
        self, picture: bytes, codes: Sequence[Code], *, others: Sequence[Code] = (), tenant: str = ""
    ) -> bytes:
        """Return a PNG or JPEG with a mosaic over some codes of it; the file itself when there are none.

        `others` are codes of the picture that stay to be read. Also raises Refusal: IMAGE_FORMAT_UNSUPPORTED.
        """
        if not codes:
            return picture
        request = CoverCodes(
            data=picture,
            codes=tuple(codes),
            others=tuple(others),
            readers=self._readers,
            max_pixels=self._max_pixels,
        )
        covered: Picture = await self._pool.run("cover_codes", request, tenant=tenant)
        return covered.data

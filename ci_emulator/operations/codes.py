"""Read and write codes; the pixel work happens in the worker processes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cachetools import LRUCache

from ci_emulator.engines.codes.model import Reading
from ci_emulator.engines.codes.write import Writer
from ci_emulator.engines.jobs import Picture, ReadCodes, WriteBarcode, WriteQr
from ci_emulator.engines.workers import WorkerPool

#: The picture's digest, the formats that are taken, the readers, the largest picture, the size of tiles.
_Question: TypeAlias = tuple[bytes, frozenset[str] | None, tuple[str, ...], int, int | None]


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How pictures are read: the stages in their order, the largest picture in pixels, and the time for the stages."""

    readers: Sequence[str]
    max_pixels: int
    seconds: float


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """How codes are written: who computes the modules, and the widest picture in pixels."""

    writer: Writer
    max_width: int


class Codes:
    """Codes in pictures, both ways.

    What was read is remembered by the picture's SHA-256 and everything else that the result depends on: the engines
    do not change while the server runs. A caller gets here only after it was authorised.
    """

    def __init__(
        self, pool: WorkerPool, reading: ReadingLimits, writing: WritingLimits, *, cache_bytes: int
    ) -> None:
        self._pool = pool
        self._reading = reading
        self._writing = writing
        self._cache: LRUCache[_Question, Reading] = LRUCache(cache_bytes, getsizeof=_size)

    async def read(
        self,
        picture: bytes,
        *,
        formats: frozenset[str] | None = None,
        tile: int | None = None,
        tenant: str = "",
    ) -> Reading:
        """Read every code in a picture file.

        Args:
            picture: the file.
            formats: the file formats that are taken (Pillow's names), all when None.
            tile: read a larger picture also in tiles of so many pixels.
            tenant: whose turn it is when callers wait.

        Raises:
            Refusal: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS, OVERLOADED,
                ENGINE_TIMEOUT, ENGINE_FAILED, SHUTTING_DOWN.
        """
        digest = hashlib.sha256(picture).digest()
        question = (digest, formats, tuple(self._reading.readers), self._reading.max_pixels, tile)
        known = self._cache.get(question)
        if known is not None:
            return known
        request = ReadCodes(
            data=picture,
            readers=tuple(self._reading.readers),
            formats=formats,
            max_pixels=self._reading.max_pixels,
            seconds=self._reading.seconds,
            tile=tile,
        )
        reading: Reading = await self._pool.run("read_codes", request, tenant=tenant)
        if not reading.cut and _size(reading) <= self._cache.maxsize:
            self._cache[question] = reading
        return reading

    async def write_qr(self, content: str, width: int, *, tenant: str = "") -> bytes:
        """Return a QR code as PNG, exactly `width` pixels wide and high.

        Raises:
            Refusal: CONTENT_TOO_LONG, CONTENT_UNENCODABLE, WIDTH_TOO_SMALL, and those of the workers.
        """
        request = WriteQr(
            content=content,
            width=width,
            writer=self._writing.writer,
            max_width=self._writing.max_width,
        )
        made: Picture = await self._pool.run("write_qr", request, tenant=tenant)
        return made.data

    async def write_barcode(
        self, content: str, width: int, symbology: Literal["EAN_13", "CODE_128"], *, tenant: str = ""
    ) -> bytes:
        """Return a bar code as PNG, exactly `width` pixels wide; refusals as in `write_qr`."""
        request = WriteBarcode(
            content=content,
            width=width,
            symbology=symbology,
            writer=self._writing.writer,
            max_width=self._writing.max_width,
        )
        made: Picture = await self._pool.run("write_barcode", request, tenant=tenant)
        return made.data


def _size(reading: Reading) -> int:
    """Return about how many bytes a remembered result takes."""
    return 512 + sum(1024 + 4 * len(code.text) + len(code.raw) for code in reading.codes)

"""The bytes of objects: received with their checksums, read in parts, and dropped when nobody needs them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from fastcrc import crc64

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import Segment
from ci_emulator.storage.base import BlobReader, Blobs

log = logging.getLogger("ci_emulator.objects")

#: Below this a read costs one hop to the store instead of a stream.
SMALL = 256 * 1024


@dataclass(frozen=True, slots=True)
class Expected:
    """Checksums that the client announced for what it sends, as raw digests."""

    md5: bytes | None = None
    sha1: bytes | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are safe in the store, and what they add up to."""

    segment: Segment
    md5: str
    crc64: int


class Content:
    """The blobs of one store, as objects use them.

    A blob that is being read is not removed before the reader is done, so a download that began is finished even
    when the object is overwritten. One that was received is in use from its commit until `settled`, so that nobody
    takes it for an orphan before the fact that names it is there.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._arrived: set[str] = set()
        self._pins: dict[str, int] = {}
        self._doomed: set[str] = set()
        self._unused: list[str] = []
        self._next_removal: asyncio.Task[None] | None = None
        self._removing = asyncio.Lock()
        self._removals: set[asyncio.Task[None]] = set()

    async def receive(self, chunks: AsyncIterator[bytes], expected: Expected) -> Received:
        """Store bytes as they arrive; the caller says with `settled` when the fact that names them is decided.

        Raises:
            Refusal: DIGEST_MISMATCH (fact `digest`), those of the store, and whatever `chunks` raises; nothing is
                left of the bytes then.
        """
        md5 = hashlib.md5(usedforsecurity=False)
        sha1 = hashlib.sha1(usedforsecurity=False) if expected.sha1 is not None else None
        size = crc = 0
        writer = await self._blobs.create()
        try:
            async for chunk in chunks:
                md5.update(chunk)
                if sha1 is not None:
                    sha1.update(chunk)
                crc = crc64.xz(chunk, crc)
                size += len(chunk)
                await writer.write(chunk)
            _check("MD5", expected.md5, md5.digest())
            _check("SHA-1", expected.sha1, sha1.digest() if sha1 else None)
            blob = await writer.commit()
        except BaseException:
            await asyncio.shield(writer.abort())
            raise
        self._arrived.add(blob)
        return Received(Segment(blob, size), md5.hexdigest(), crc)

    def settled(self, segments: Iterable[Segment]) -> None:
        """Note that received bytes are named by a fact now, or were dropped."""
        self._arrived.difference_update(segment.blob for segment in segments)

    def in_use(self, blob: str) -> bool:
        """Tell whether a blob is waiting for its fact, or being read."""
        return blob in self._arrived or blob in self._pins

    def survey(self) -> AsyncIterator[Sequence[tuple[str, float]]]:
        """Yield all blobs in batches; see `Blobs.survey`."""
        return self._blobs.survey()

    async def discard(self, blobs: Iterable[str]) -> int:
        """Remove blobs that turned out to be nobody's, except those in use; return how many."""
        unused = [blob for blob in blobs if not self.in_use(blob)]
        await self._remove(unused)
        return len(unused)

    async def drop(self, segments: Iterable[Segment]) -> None:
        """Remove bytes that no fact names any more; what is being read goes when it was read.

        Bytes that the store fails to remove are left to the sweep: the facts are safe, and that is what counts for
        the caller.
        """
        unread = []
        for segment in segments:
            if segment.blob in self._pins:
                self._doomed.add(segment.blob)
            else:
                unread.append(segment.blob)
        await self._remove(unread)

    def pin(self, segments: Iterable[Segment]) -> None:
        """Keep bytes until `unpin`."""
        for segment in segments:
            self._pins[segment.blob] = self._pins.get(segment.blob, 0) + 1

    async def unpin(self, segments: Iterable[Segment]) -> None:
        """Give bytes free again; those dropped meanwhile are removed now."""
        unused = []
        for segment in segments:
            left = self._pins.pop(segment.blob) - 1
            if left:
                self._pins[segment.blob] = left
            elif segment.blob in self._doomed:
                self._doomed.discard(segment.blob)
                unused.append(segment.blob)
        await self._remove(unused)

    async def _remove(self, blobs: list[str]) -> None:
        if not blobs:
            return
        self._unused += blobs
        if self._next_removal is None:
            self._next_removal = asyncio.ensure_future(self._remove_unused())
            self._removals.add(self._next_removal)
            self._next_removal.add_done_callback(self._removals.discard)
        # All of them go, even when the caller is cancelled meanwhile.
        await asyncio.shield(self._next_removal)

    async def _remove_unused(self) -> None:
        """Remove together what came while the removal before this one was at work."""
        async with self._removing:
            blobs, self._unused, self._next_removal = self._unused, [], None
            try:
                await self._blobs.remove(*blobs)
            except Refusal as refusal:
                log.warning("unused bytes are left to the sweep: %s (%s)", refusal, refusal.__cause__)

    async def read(self, segments: Sequence[Segment], start: int, length: int) -> bytes:
        """Return a part that fits in memory."""
        pieces = _pieces(segments, start, length)
        pinned = [segment for segment, _, _ in pieces]
        self.pin(pinned)
        try:
            parts = [await self._blobs.read(segment.blob, begin, size) for segment, begin, size in pieces]
        finally:
            await self.unpin(pinned)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def stream(self, segments: Sequence[Segment], start: int, length: int) -> Stream:
        """Return a part as a stream, which must be closed; its bytes are pinned from now on."""
        pieces = _pieces(segments, start, length)
        self.pin(segment for segment, _, _ in pieces)
        return Stream(self, self._blobs, pieces)


class Stream:
    """The bytes of some pieces of blobs, one after the other."""

    def __init__(self, content: Content, blobs: Blobs, pieces: list[tuple[Segment, int, int]]) -> None:
        self._content = content
        self._blobs = blobs
        self._pieces = pieces
        self._reader: BlobReader | None = None
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for segment, begin, size in self._pieces:
            self._reader = await self._blobs.open(segment.blob, begin, size)
            async for chunk in self._reader:
                yield chunk
            await self._reader.aclose()

    async def aclose(self) -> None:
        """Give the bytes free, also in the middle of them; may be called again."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._reader is not None:
                await self._reader.aclose()
        finally:
            await self._content.unpin(segment for segment, _, _ in self._pieces)


def _pieces(segments: Sequence[Segment], start: int, length: int) -> list[tuple[Segment, int, int]]:
    """Return (segment, start within it, length) for a part of the bytes of some segments."""
    found = []
    for segment in segments:
        if length <= 0:
            break
        if start < segment.size:
            size = min(segment.size - start, length)
            found.append((segment, start, size))
            length -= size
            start = 0
        else:
            start -= segment.size
    return found


def verify(data: bytes, expected: Expected) -> None:
    """Check bytes that are at hand as a whole.

    Raises:
        Refusal: DIGEST_MISMATCH (fact `digest`).
    """
    _check("MD5", expected.md5, hashlib.md5(data, usedforsecurity=False).digest())
    _check("SHA-1", expected.sha1, hashlib.sha1(data, usedforsecurity=False).digest())


def _check(digest: str, announced: bytes | None, actual: bytes | None) -> None:
    if announced is not None and announced != actual:
        raise Refusal(
            Kind.DIGEST_MISMATCH,
            digest=digest,
            expected=base64.b64encode(announced).decode(),
            actual=base64.b64encode(actual or b"").decode(),
        )

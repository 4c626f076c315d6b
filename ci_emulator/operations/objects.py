"""Put, find, open, change and delete objects: bytes first, then the fact; old bytes go when no fact names them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import msgspec

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Stream
from ci_emulator.operations import links, versions
from ci_emulator.operations.commits import bucket_in, check_absent, keep
from ci_emulator.operations.content import SMALL, Content, Expected, Received
from ci_emulator.operations.crc64 import combine
from ci_emulator.operations.keys import object_id, versions_of
from ci_emulator.operations.links import Follow
from ci_emulator.operations.opaque import opaque_etag
from ci_emulator.operations.records import (
    OBJECTS,
    VERSIONS,
    Attributes,
    ObjectRecord,
    decode_object,
)
from ci_emulator.operations.staging import Staging, draft
from ci_emulator.storage.base import BlobMissing, Facts, Transaction

T = TypeVar("T")

#: The most bytes that an object can be appended to (spec: cos.md section 4.3).
LARGEST_APPENDED = 5 * 1024**3

#: How often a reader looks again when the object is overwritten between its fact and its bytes.
_RETRIES = 8


class Loaded(msgspec.Struct, frozen=True):
    """An object and the bytes of it that were asked for."""

    record: ObjectRecord
    data: bytes


class Opened(msgspec.Struct, frozen=True):
    """An object whose bytes are at hand: in `body` when they are few, else in `stream`."""

    record: ObjectRecord
    body: bytes = b""
    stream: Stream | None = None

    async def load(self) -> Loaded:
        """Return the object with all bytes of the part, and close the stream."""
        if self.stream is None:
            return Loaded(self.record, self.body)
        try:
            return Loaded(self.record, b"".join([chunk async for chunk in self.stream]))
        finally:
            await self.stream.aclose()


class Objects:
    """The objects of all buckets."""

    def __init__(self, facts: Facts, content: Content, clock: Clock) -> None:
        self._facts = facts
        self._content = content
        self._clock = clock

    async def put(
        self,
        bucket: str,
        key: str,
        chunks: AsyncIterator[bytes],
        attributes: Attributes,
        expected: Expected,
        *,
        forbid_overwrite: bool = False,
    ) -> ObjectRecord:
        """Store an object; it becomes the current version in one step, when all its bytes are safe.

        Raises:
            Refusal: BUCKET_MISSING, DIGEST_MISMATCH (fact `digest`), KEY_EXISTS when overwriting is forbidden and the
                bucket never kept versions, those of the store, and whatever `chunks` raises; the store is then as before.
        """
        if forbid_overwrite:
            # Refuse before the bytes are asked for; the transaction checks again.
            await self._facts.read(lambda reader: check_absent(reader, bucket_in(reader, bucket), key))
        received = await self._content.receive(chunks, expected)

        def work(transaction: Transaction) -> versions.Changed:
            record = bucket_in(transaction, bucket)
            if forbid_overwrite:
                check_absent(transaction, record, key)
            return versions.put(transaction, record, draft(key, received, attributes, self._clock.now()))

        return await self._keep(received, work)

    async def append(
        self,
        bucket: str,
        key: str,
        position: int,
        chunks: AsyncIterator[bytes],
        attributes: Attributes,
        expected: Expected,
        *,
        announced: int = 0,
    ) -> ObjectRecord:
        """Append to an object, or begin one at position 0; it stays the same version.

        What would be too large with the `announced` bytes is refused before any of them is asked for.

        Raises:
            Refusal: NOT_APPENDABLE, APPEND_POSITION (fact `size`), OBJECT_TOO_LARGE, and those of `put`.
        """
        now = await self._current(bucket, key)
        _check_appendable(now, position, announced)
        received = await self._content.receive(chunks, expected)

        def work(transaction: Transaction) -> versions.Changed:
            record = bucket_in(transaction, bucket)
            old = versions.current(transaction, bucket, key)
            _check_appendable(old, position, received.segment.size)
            if old is None:
                first = draft(key, received, attributes, self._clock.now())
                etag = opaque_etag(received.md5, key)
                return versions.put(
                    transaction, record, msgspec.structs.replace(first, kind="appendable", etag=etag)
                )
            new = msgspec.structs.replace(
                old,
                segments=(*old.segments, received.segment),
                size=old.size + received.segment.size,
                etag=opaque_etag(old.etag, received.md5),
                crc64=combine(old.crc64, received.crc64, received.segment.size),
                modified=self._clock.now(),
            )
            versions.replace(transaction, bucket, old, new)
            return versions.Changed(new)

        return await self._keep(received, work)

    async def link(
        self, bucket: str, key: str, target: str, attributes: Attributes, *, forbid_overwrite: bool = False
    ) -> ObjectRecord:
        """Make an object that is a link to another key of its bucket, which need not exist.

        Raises:
            Refusal: BUCKET_MISSING, KEY_EXISTS as in `put`.
        """
        link = links.draft(key, target, attributes, self._clock.now(), self._order())

        def work(transaction: Transaction) -> versions.Changed:
            record = bucket_in(transaction, bucket)
            if forbid_overwrite:
                check_absent(transaction, record, key)
            return versions.put(transaction, record, link)

        changed = await keep(self._facts, self._content, (), work)
        assert changed.record is not None  # noqa: S101 - a put always leaves a record
        return changed.record

    async def find(self, bucket: str, key: str, version: str | None = None) -> ObjectRecord:
        """Return what is known of an object: its current version, or the one that is named.

        Raises:
            Refusal: KEY_MISSING (fact `delete_marker` with the marker's version when one covers it), VERSION_MISSING.
        """
        if version is None:
            record = await self._current(bucket, key)
            if record is not None:
                return record
            newest = await self._facts.scan(VERSIONS, prefix=versions_of(bucket, key), limit=1)
            markers = [other for _, data in newest if (other := decode_object(data)).delete_marker]
            facts = {"delete_marker": markers[0].version_id} if markers else {}
            raise Refusal(Kind.KEY_MISSING, key=key, **facts)
        found = await self._facts.read(lambda reader: versions.find(reader, bucket, key, version))
        if found is None:
            raise Refusal(Kind.VERSION_MISSING, key=key, version=version)
        return found

    async def reach(
        self, bucket: str, key: str, version: str | None = None, follow: Follow | None = None
    ) -> ObjectRecord:
        """Return what is read under a name: the object, or the current version of what a link leads to.

        Without `follow` no link is followed.

        Raises:
            Refusal: as `find`, KEY_MISSING for a link that leads nowhere, SYMLINK_NOT_FOLLOWED for one that leads to a
                link or must not be followed; and whatever `follow` raises.
        """
        record = await self.find(bucket, key, version)
        if record.kind != "symlink":
            return record
        return await links.followed(record, follow, lambda target: self._current(bucket, target))

    async def open(
        self,
        bucket: str,
        key: str,
        plan: Callable[[ObjectRecord], tuple[int, int]],
        version: str | None = None,
        follow: Follow | None = None,
    ) -> Opened:
        """Open a part of an object; a stream must be closed.

        Args:
            bucket: the bucket's name.
            key: the object's key.
            plan: given the object's record, returns (start, length) in bytes, or raises; asked again when the object
                is overwritten before its bytes could be opened.
            version: the version, the current one when None.
            follow: asked before a link is followed; without it none is.

        Raises:
            Refusal: as `reach`, and whatever `plan` raises.
        """
        for _ in range(_RETRIES):
            record = await self.reach(bucket, key, version, follow)
            start, length = plan(record)
            if length > SMALL:
                return Opened(record, stream=self._content.stream(record.segments, start, length))
            try:
                return Opened(record, body=await self._content.read(record.segments, start, length))
            except BlobMissing:
                continue
        raise Refusal(Kind.OVERLOADED)

    def staging(self) -> Staging:
        """Return what writes several objects in one step."""
        return Staging(self._facts, self._content, self._clock)

    async def change(
        self,
        bucket: str,
        key: str,
        change: Callable[[ObjectRecord], ObjectRecord],
        version: str | None = None,
    ) -> ObjectRecord:
        """Change what is known of an object, but not its bytes; it stays the same version.

        `change` runs inside the transaction: it may raise, and then nothing is changed.

        Raises:
            Refusal: KEY_MISSING, VERSION_MISSING, and whatever `change` raises.
        """

        def work(transaction: Transaction) -> ObjectRecord:
            if version is None:
                old = versions.current(transaction, bucket, key)
            else:
                old = versions.find(transaction, bucket, key, version)
            if old is None:
                raise Refusal(Kind.KEY_MISSING if version is None else Kind.VERSION_MISSING, key=key)
            new = change(old)
            versions.replace(transaction, bucket, old, new)
            return new

        return await self._facts.transact(work)

    async def delete(self, bucket: str, key: str, version: str | None = None) -> ObjectRecord | None:
        """Delete an object, or one version of it for good.

        Returns the delete marker that was made, or the version that was removed; None when there was nothing.

        Raises:
            Refusal: BUCKET_MISSING.
        """
        return (await self.delete_all(bucket, [(key, version)]))[0]

    async def delete_all(
        self, bucket: str, wanted: Sequence[tuple[str, str | None]]
    ) -> list[ObjectRecord | None]:
        """Delete several (key, version) in their order and in one step; what `delete` returns for each of them.

        Raises:
            Refusal: BUCKET_MISSING.
        """
        order = self._order()

        def work(transaction: Transaction) -> list[versions.Changed]:
            record = bucket_in(transaction, bucket)
            return [
                versions.delete(transaction, record, key, order)
                if version is None
                else versions.delete_version(transaction, bucket, key, version)
                for key, version in wanted
            ]

        changes = await self._facts.transact(work)
        await self._content.drop(segment for changed in changes for segment in changed.freed)
        return [changed.record for changed in changes]

    async def _current(self, bucket: str, key: str) -> ObjectRecord | None:
        data = await self._facts.get(OBJECTS, object_id(bucket, key))
        return decode_object(data) if data is not None else None

    async def _keep(
        self, received: Received, work: Callable[[Transaction], versions.Changed]
    ) -> ObjectRecord:
        changed = await keep(self._facts, self._content, (received.segment,), work)
        assert changed.record is not None  # noqa: S101 - a put always leaves a record
        return changed.record

    def _order(self) -> int:
        return int(self._clock.now() * 1_000_000)


def _check_appendable(record: ObjectRecord | None, position: int, more: int) -> None:
    if record is not None and record.kind != "appendable":
        raise Refusal(Kind.NOT_APPENDABLE)
    size = record.size if record is not None else 0
    if position != size:
        raise Refusal(Kind.APPEND_POSITION, size=size)
    if size + more > LARGEST_APPENDED:
        raise Refusal(Kind.OBJECT_TOO_LARGE, limit=LARGEST_APPENDED)

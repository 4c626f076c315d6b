"""What one request writes into several places: all of it at once, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType

import msgspec

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations import versions
from ci_emulator.operations.commits import bucket_in, check_absent, keep_all
from ci_emulator.operations.content import Content, Expected, Received
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.storage.base import Facts, Transaction


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """An object to be written, of bytes that are staged.

    One that `inherits` keeps what the object in its place is like: metadata but for what it `forgets`, ACL, tags, storage class,
    encryption, and the headers that its own `attributes` do not have. With `instead_of` that object must still be the current
    one.
    """

    bucket: str
    key: str
    received: Received
    attributes: Attributes
    forbid_overwrite: bool = False
    inherits: bool = False
    forgets: frozenset[str] = frozenset()
    instead_of: ObjectRecord | None = None


class Staging:
    """Bytes that are safe in the store and belong to no object yet; what is not committed is dropped at the end.

    An asynchronous context manager. One that was left writes nothing any more.
    """

    def __init__(self, facts: Facts, content: Content, clock: Clock) -> None:
        self._facts = facts
        self._content = content
        self._clock = clock
        self._staged: list[Received] = []

    async def __aenter__(self) -> Staging:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        segments = [received.segment for received in self._staged]
        self._staged = []
        try:
            await self._content.drop(segments)
        finally:
            self._content.settled(segments)

    async def check_absent(self, bucket: str, key: str) -> None:
        """Refuse early what `forbid_overwrite` would refuse at the commit.

        Raises:
            Refusal: BUCKET_MISSING, KEY_EXISTS as `Objects.put`.
        """
        await self._facts.read(lambda reader: check_absent(reader, bucket_in(reader, bucket), key))

    async def receive(self, chunks: AsyncIterator[bytes], expected: Expected | None = None) -> Received:
        """Store bytes as they arrive.

        Raises:
            Refusal: as `Content.receive`.
        """
        received = await self._content.receive(chunks, expected or Expected())
        self._staged.append(received)
        return received

    async def add(self, data: bytes) -> Received:
        """Store bytes that are at hand."""
        return await self.receive(_once(data))

    async def read(self, received: Received) -> bytes:
        """Return bytes that were received, which have to fit in memory."""
        return await self._content.read((received.segment,), 0, received.segment.size)

    async def commit(
        self, puts: Sequence[Put], first: Callable[[Transaction], versions.Changed] | None = None
    ) -> list[ObjectRecord]:
        """Write objects in their order and in one step, after what `first` does in the same step.

        Returns the records in that order, that of `first` before the others. Of two puts to one key the later one wins, and is
        the newer version where versions are kept.

        Raises:
            Refusal: BUCKET_MISSING, KEY_EXISTS as `Objects.put`, OVERLOADED when another object took the place of one that is to
                be replaced, those of the store, and whatever `first` raises; nothing is written then.
        """
        staged = [received.segment for received in self._staged]
        self._staged = []
        used = {put.received.segment.blob for put in puts}
        unused = tuple(segment for segment in staged if segment.blob not in used)

        def work(transaction: Transaction) -> list[versions.Changed]:
            changes = [first(transaction)] if first is not None else []
            changes += [self._put(transaction, put) for put in puts]
            # What no put names goes with what is freed, in one removal that a cancellation does not cut in two.
            return [*changes, versions.Changed(None, unused)]

        changes = await keep_all(self._facts, self._content, staged, work)
        return [changed.record for changed in changes if changed.record is not None]

    def _put(self, transaction: Transaction, put: Put) -> versions.Changed:
        bucket = bucket_in(transaction, put.bucket)
        if put.forbid_overwrite:
            check_absent(transaction, bucket, put.key)
        old = None
        if put.inherits or put.instead_of is not None:
            old = versions.current(transaction, bucket.name, put.key)
        if put.instead_of is not None and (old is None or not _same(old, put.instead_of)):
            raise Refusal(Kind.OVERLOADED)
        attributes = put.attributes
        if put.inherits and old is not None:
            attributes = _inherited(old.attributes, put)
        return versions.put(transaction, bucket, draft(put.key, put.received, attributes, self._clock.now()))


def _same(one: ObjectRecord, other: ObjectRecord) -> bool:
    return (one.order, one.etag) == (other.order, other.etag)


def _inherited(kept: Attributes, put: Put) -> Attributes:
    meta = {name: value for name, value in kept.meta.items() if name not in put.forgets}
    return msgspec.structs.replace(kept, headers=kept.headers | put.attributes.headers, meta=meta)


def draft(key: str, received: Received, attributes: Attributes, now: float) -> ObjectRecord:
    """Return the record of an object that is made of received bytes at `now` (unix seconds), without its version."""
    return ObjectRecord(
        key=key,
        order=int(now * 1_000_000),
        modified=now,
        segments=(received.segment,),
        size=received.segment.size,
        etag=received.md5,
        crc64=received.crc64,
        attributes=attributes,
    )


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data

"""The store of a server that forgets everything when it ends."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice
from typing import NamedTuple

from sortedcontainers import SortedDict

from ci_emulator.core.clock import Clock, SystemClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import RandomIds
from ci_emulator.storage.base import CHUNK, BlobMissing, Conflict, FactsReader, Store, T, Transaction
from ci_emulator.storage.ranges import key_range, part_of

_BATCH = 1000


class MemoryStore(Store):
    """Facts and blobs in this process."""

    @classmethod
    async def open(cls, clock: Clock | None = None) -> MemoryStore:
        """Return an empty store; the clock tells how old its blobs are."""
        return cls(MemoryFacts(), MemoryBlobs(clock or SystemClock()))


class _Tables:
    """The records, a sorted mapping for each space."""

    def __init__(self) -> None:
        self._spaces: defaultdict[str, SortedDict] = defaultdict(SortedDict)

    def get(self, space: str, key: bytes) -> bytes | None:
        value: bytes | None = self._spaces[space].get(key)
        return value

    def set(self, space: str, key: bytes, value: bytes | None) -> None:
        """Set a value; None removes the key."""
        if value is None:
            self._spaces[space].pop(key, None)
        else:
            self._spaces[space][key] = value

    def scan(self, space: str, prefix: bytes, after: bytes | None, limit: int) -> list[tuple[bytes, bytes]]:
        low, high = key_range(prefix, after, limit)
        if high is not None and low >= high:
            return []
        records = self._spaces[space]
        return [(key, records[key]) for key in islice(records.irange(low, high, (True, False)), limit)]


class _MemoryTransaction:
    """Writes at once and remembers what was there before."""

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables
        self._undo: list[tuple[str, bytes, bytes | None]] = []
        self._over = False

    def get(self, space: str, key: bytes) -> bytes | None:
        self._check()
        return self._tables.get(space, key)

    def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        self._check()
        return self._tables.scan(space, prefix, after, limit)

    def put(self, space: str, key: bytes, value: bytes) -> None:
        self._set(space, key, value)

    def delete(self, space: str, key: bytes) -> bool:
        return self._set(space, key, None) is not None

    def replace(self, space: str, key: bytes, expected: bytes | None, value: bytes | None) -> None:
        if self.get(space, key) != expected:
            raise Conflict
        self._set(space, key, value)

    def roll_back(self) -> None:
        for space, key, before in reversed(self._undo):
            self._tables.set(space, key, before)

    def end(self) -> None:
        self._over = True

    def _set(self, space: str, key: bytes, value: bytes | None) -> bytes | None:
        before = self.get(space, key)
        self._undo.append((space, key, before))
        self._tables.set(space, key, value)
        return before

    def _check(self) -> None:
        if self._over:
            raise RuntimeError("the transaction is over")


class MemoryFacts:
    """`Facts` in sorted mappings; `work` runs on the event loop's thread, so it is alone by nature."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self._closed = False

    async def get(self, space: str, key: bytes) -> bytes | None:
        """See `Facts.get`."""
        self._check()
        return self._tables.get(space, key)

    async def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        """See `Facts.scan`."""
        self._check()
        return self._tables.scan(space, prefix, after, limit)

    async def read(self, work: Callable[[FactsReader], T]) -> T:
        """See `Facts.read`."""
        self._check()
        reader = _MemoryTransaction(self._tables)
        try:
            return work(reader)
        finally:
            reader.end()

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """See `Facts.transact`."""
        self._check()
        transaction = _MemoryTransaction(self._tables)
        try:
            return work(transaction)
        except BaseException:
            transaction.roll_back()
            raise
        finally:
            transaction.end()

    async def close(self) -> None:
        """See `Facts.close`."""
        self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise Refusal(Kind.SHUTTING_DOWN)


class _MemoryWriter:
    def __init__(self, blobs: MemoryBlobs) -> None:
        self._blobs = blobs
        # Grows in place, so that a large blob never needs twice its size.
        self._data = bytearray()
        self._ended = False

    async def write(self, data: bytes) -> None:
        self._check()
        self._data += data

    async def commit(self) -> str:
        self._check()
        self._ended = True
        return self._blobs.keep(self._data)

    async def abort(self) -> None:
        # A new array: the old one is the blob's once it is committed.
        self._data = bytearray()
        self._ended = True

    def _check(self) -> None:
        self._blobs.check_open()
        if self._ended:
            raise RuntimeError("the writer has ended")


class _MemoryReader:
    def __init__(self, data: bytearray, start: int, end: int) -> None:
        self._data = data
        self._next = start
        self._end = end

    def __aiter__(self) -> _MemoryReader:
        return self

    async def __anext__(self) -> bytes:
        start = self._next
        if start >= self._end:
            raise StopAsyncIteration
        self._next = min(start + CHUNK, self._end)
        return bytes(memoryview(self._data)[start : self._next])

    async def aclose(self) -> None:
        self._end = 0


class _Blob(NamedTuple):
    """A finished blob: its bytes, and when it was finished in unix seconds."""

    data: bytearray
    finished: float


class MemoryBlobs:
    """`Blobs` in a mapping."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = RandomIds()
        self._blobs: dict[str, _Blob] = {}
        self._closed = False

    async def create(self) -> _MemoryWriter:
        """See `Blobs.create`."""
        self.check_open()
        return _MemoryWriter(self)

    async def read(self, blob: str, start: int, length: int) -> bytes:
        """See `Blobs.read`."""
        data = self._find(blob)
        return bytes(memoryview(data)[start : start + part_of(len(data), start, length)])

    async def open(self, blob: str, start: int, length: int) -> _MemoryReader:
        """See `Blobs.open`."""
        data = self._find(blob)
        return _MemoryReader(data, start, start + part_of(len(data), start, length))

    async def remove(self, *blobs: str) -> None:
        """See `Blobs.remove`."""
        self.check_open()
        for blob in blobs:
            self._blobs.pop(blob, None)

    async def survey(self) -> AsyncIterator[Sequence[tuple[str, float]]]:
        """See `Blobs.survey`; it is of the moment in which it begins."""
        self.check_open()
        found = [(blob, finished) for blob, (_, finished) in self._blobs.items()]
        for start in range(0, len(found), _BATCH):
            yield found[start : start + _BATCH]
            await asyncio.sleep(0)

    async def close(self) -> None:
        """See `Blobs.close`."""
        self._closed = True
        self._blobs.clear()

    def keep(self, data: bytearray) -> str:
        """Take over the bytes of a finished writer and return their id."""
        blob = self._ids.token()
        self._blobs[blob] = _Blob(data, self._clock.now())
        return blob

    def check_open(self) -> None:
        """Raise `Refusal(SHUTTING_DOWN)` after `close()`."""
        if self._closed:
            raise Refusal(Kind.SHUTTING_DOWN)

    def _find(self, blob: str) -> bytearray:
        self.check_open()
        try:
            return self._blobs[blob].data
        except KeyError:
            raise BlobMissing(blob) from None

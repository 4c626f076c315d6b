"""The two interfaces behind which all state lives, small enough for another database or object store to fit.

Facts are records `space, key -> value` in byte order of the key; they hold everything that must outlive a process.
Blobs are immutable byte strings with an unguessable id. The order that keeps both true to each other: the blob is
committed first, then the fact that names it; a blob is removed only when no fact names it any more.

While it runs, a store refuses with `Refusal`: `STORAGE_FULL`, `STORAGE_UNAVAILABLE` (permissions, a failing medium),
`OVERLOADED` (the process is out of descriptors or memory) and, after `close()`, `SHUTTING_DOWN`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

T = TypeVar("T")

CHUNK = 256 * 1024
"""Bytes in one chunk of a `BlobReader`, and what a `BlobWriter` holds in memory before it uses the disk."""


class StorageError(Exception):
    """A store cannot be opened; the message is for the person who runs the server and may name paths."""


class Conflict(Exception):
    """`Transaction.replace` found another value than the expected one."""


class BlobMissing(Exception):
    """No blob has this id."""


class FactsReader(Protocol):
    """Reading inside a transaction: synchronous, and it sees what the transaction wrote."""

    def get(self, space: str, key: bytes) -> bytes | None:
        """Return the value, or None when the key is absent."""
        ...

    def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        """Return up to `limit` pairs whose key starts with `prefix` and is greater than `after`, by ascending key.

        Raises ValueError when `limit` is negative.
        """
        ...


class Transaction(FactsReader, Protocol):
    """Reads and writes that are kept together or not at all; of use only while its `work` runs."""

    def put(self, space: str, key: bytes, value: bytes) -> None:
        """Set the value of a key, whether or not it had one."""
        ...

    def delete(self, space: str, key: bytes) -> bool:
        """Remove a key; return whether it was there."""
        ...

    def replace(self, space: str, key: bytes, expected: bytes | None, value: bytes | None) -> None:
        """Compare and set, None meaning absent; raises `Conflict`, and changes nothing, when `expected` is not met."""
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """How the facts are laid out: a version, and for each older one that can still be opened what makes the next of it.

    A migration runs in the transaction that also records the new version, so it sees either all of the old facts or
    never runs; it must get along with no facts at all.
    """

    version: int = 1
    migrations: Mapping[int, Callable[[Transaction], None]] = field(default_factory=dict)

    def knows(self, version: int) -> bool:
        """Tell whether facts of this version are of this layout or can be migrated to it."""
        return 0 < version <= self.version and all(
            step in self.migrations for step in range(version, self.version)
        )


class Facts(Protocol):
    """Ordered records, used from the event loop that opened them."""

    async def get(self, space: str, key: bytes) -> bytes | None:
        """Return the committed value, or None when the key is absent."""
        ...

    async def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        """Return committed pairs as `FactsReader.scan` does; the last key is the next page's `after`."""
        ...

    async def read(self, work: Callable[[FactsReader], T]) -> T:
        """Run `work` over one committed state and return its result: of each transaction it sees all or nothing.

        `work` is synchronous, short, and waits for no writer; its reader is of use only while it runs.
        """
        ...

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` alone among all writers and return its result once everything it did is durable.

        `work` is synchronous, short, and touches nothing but its transaction: it may run in another thread. When it
        raises, nothing it did is kept and the exception reaches the caller. A cancellation that comes while the outcome
        is open is held back: it is raised here if nothing was kept, and at the caller's next await if all of it was.
        So an exception from this method, `CancelledError` included, means that the blobs named by `work` are unused.
        """
        ...

    async def close(self) -> None:
        """Finish the transactions already accepted and let go of every resource; may be called again."""
        ...


class BlobWriter(Protocol):
    """One blob in the making; used by one task, and ended by `commit` or `abort`."""

    async def write(self, data: bytes) -> None:
        """Append bytes. When this raises (a cancellation too) the writer has ended and left nothing behind."""
        ...

    async def commit(self) -> str:
        """Make the bytes durable and return the blob's unguessable id; when this raises, nothing is left behind."""
        ...

    async def abort(self) -> None:
        """Drop what was written; without effect on a writer that has ended, so it can stand in a `finally`."""
        ...


class BlobReader(Protocol):
    """The bytes of an open blob in chunks of at most `CHUNK`; goes on working when the blob is removed."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return itself."""
        ...

    async def __anext__(self) -> bytes:
        """Return the next chunk, never empty; raises StopAsyncIteration after the last."""
        ...

    async def aclose(self) -> None:
        """Let go of the blob; may be called again."""
        ...


class Blobs(Protocol):
    """Immutable byte strings, used from the event loop that opened them.

    `start` and `length` count bytes; what lies past the blob's end is left out of the answer. Negative numbers raise
    ValueError.
    """

    async def create(self) -> BlobWriter:
        """Begin a blob."""
        ...

    async def read(self, blob: str, start: int, length: int) -> bytes:
        """Return a part in one go, for parts that fit in memory; raises `BlobMissing`."""
        ...

    async def open(self, blob: str, start: int, length: int) -> BlobReader:
        """Open a part for reading in chunks; raises `BlobMissing` at once. The caller ends it with `aclose`."""
        ...

    async def remove(self, *blobs: str) -> None:
        """Remove blobs; one that there is not is passed over. All are tried before a failure is raised."""
        ...

    def survey(self) -> AsyncIterator[Sequence[tuple[str, float]]]:
        """Yield the ids of all blobs in small batches, each with the unix time at which it was finished.

        A blob that comes or goes meanwhile may be among them or not; one in the making never is.
        """
        ...

    async def close(self) -> None:
        """Finish the work in hand, drop the writers that have not ended, let go of every resource; repeatable."""
        ...


@dataclass
class Store:
    """Facts and blobs that belong together."""

    facts: Facts
    blobs: Blobs

    async def close(self) -> None:
        """Close both; may be called again."""
        try:
            await self.facts.close()
        finally:
            await self.blobs.close()

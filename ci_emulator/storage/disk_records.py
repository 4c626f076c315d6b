"""Records in SQLite: connections, statements and one work's view of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import Conflict, FactsReader, T
from ci_emulator.storage.ranges import key_range

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
    space TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (space, key)
) WITHOUT ROWID
"""
_GET = "SELECT value FROM facts WHERE space = ? AND key = ?"
_SCAN = "SELECT key, value FROM facts WHERE space = ? AND key >= ? ORDER BY key LIMIT ?"
_SCAN_BELOW = "SELECT key, value FROM facts WHERE space = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"
_PUT = "INSERT INTO facts VALUES (?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET value = excluded.value"
_DELETE = "DELETE FROM facts WHERE space = ? AND key = ?"


def connect(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Open the database, creating it if absent, and return its writing and its reading connection.

    Each is used by one thread at a time, but not by the one that opened it. Raises sqlite3.Error.
    """
    writing = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        # FULL: a commit has reached the medium when it returns. In WAL mode that is one fsync, and readers never wait.
        mode = writing.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError(
                f"the file system does not support SQLite's WAL mode (it stays {mode})"
            )
        writing.execute("PRAGMA synchronous = FULL")
        writing.execute(_SCHEMA)
        # Only a foreign process can make a reader wait, and this one would keep the event loop waiting.
        reading = sqlite3.connect(path, timeout=0.1, isolation_level=None, check_same_thread=False)
    except BaseException:
        writing.close()
        raise
    return writing, reading


def _refusal_for(error: sqlite3.DatabaseError) -> Refusal:
    """Return what a caller is told when the database itself fails; SQLite's words stay in the exception's cause."""
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return Refusal(Kind.STORAGE_FULL if full else Kind.STORAGE_UNAVAILABLE)


def _is_failure(error: sqlite3.DatabaseError) -> bool:
    """Tell a failing medium or file (OperationalError, or the bare class for a corrupt file) from a caller's mistake."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def fetch(connection: sqlite3.Connection, statement: str, *values: object) -> list[Any]:
    """Run a statement to its end, so that no snapshot stays open behind it; a failing database is a `Refusal`."""
    try:
        return connection.execute(statement, values).fetchall()
    except sqlite3.DatabaseError as error:
        if _is_failure(error):
            raise _refusal_for(error) from error
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End the transaction without keeping anything; SQLite may have ended it by itself, after a failure."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


class Reads:
    """The two reads, alike on both connections."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fetch(self, statement: str, *values: object) -> list[Any]:
        """See `fetch`."""
        return fetch(self._connection, statement, *values)

    def get(self, space: str, key: bytes) -> bytes | None:
        """See `FactsReader.get`."""
        for (value,) in self.fetch(_GET, space, key):
            found: bytes = value
            return found
        return None

    def scan(
        self, space: str, *, prefix: bytes = b"", after: bytes | None = None, limit: int
    ) -> list[tuple[bytes, bytes]]:
        """See `FactsReader.scan`."""
        low, high = key_range(prefix, after, limit)
        if high is None:
            return self.fetch(_SCAN, space, low, limit)
        return self.fetch(_SCAN_BELOW, space, low, high, limit)

    def together(self, work: Callable[[FactsReader], T]) -> T:
        """Run a work all of whose reads see the state that the first one saw."""
        self.fetch("BEGIN")
        try:
            return work(self)
        finally:
            roll_back(self._connection)


class RecordsTransaction(Reads):
    """One work's view; remembers a failure of the database, which the work may have swallowed."""

    failure: Refusal | None = None
    _over = False

    def fetch(self, statement: str, *values: object) -> list[Any]:
        """See `fetch`; fails for good after the first failure."""
        # After a failure SQLite may have left its transaction, and further writes would be kept at once.
        if self.failure is not None:
            raise self.failure
        if self._over:
            raise RuntimeError("the transaction is over")
        try:
            return super().fetch(statement, *values)
        except Refusal as refusal:
            self.failure = refusal
            raise

    def put(self, space: str, key: bytes, value: bytes) -> None:
        """See `Transaction.put`."""
        self.fetch(_PUT, space, key, value)

    def delete(self, space: str, key: bytes) -> bool:
        """See `Transaction.delete`."""
        there = self.get(space, key) is not None
        self.fetch(_DELETE, space, key)
        return there

    def replace(self, space: str, key: bytes, expected: bytes | None, value: bytes | None) -> None:
        """See `Transaction.replace`."""
        if self.get(space, key) != expected:
            raise Conflict
        if value is None:
            self.fetch(_DELETE, space, key)
        else:
            self.put(space, key, value)

    def end(self) -> None:
        """Refuse further use by a work that kept the transaction."""
        self._over = True

"""Group commit, a database that fails, and callers that are cancelled."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage import disk, disk_facts, disk_records
from ci_emulator.storage.base import Facts, FactsReader, Transaction
from ci_emulator.storage.disk import DiskStore


@pytest.fixture
async def facts(tmp_path: Path) -> AsyncIterator[Facts]:
    store = await DiskStore.open(tmp_path)
    yield store.facts
    await store.close()


def connect_to_a_small_disk(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    writing, reading = disk_records.connect(path)
    writing.execute("PRAGMA max_page_count = 20")
    return writing, reading


def putting(key: bytes, value: bytes = b"v") -> Callable[[Transaction], None]:
    return lambda transaction: transaction.put("s", key, value)


class Gate:
    """A work that stands in the writer's way until it is let go."""

    def __init__(self, then: Callable[[Transaction], None] | None = None) -> None:
        self.entered, self.released = threading.Event(), threading.Event()
        self.then = then or putting(b"gate")

    def __call__(self, transaction: Transaction) -> None:
        self.entered.set()
        assert self.released.wait(10)
        self.then(transaction)


@asynccontextmanager
async def busy(facts: Facts, gate: Gate) -> AsyncIterator[asyncio.Task[None]]:
    """Keep the writer busy for the length of the block."""
    task = asyncio.ensure_future(facts.transact(gate))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    try:
        yield task
    finally:
        gate.released.set()


def commits(wal: Path) -> int:
    """Count the commit frames of a write-ahead log (SQLite file format, section 4.1)."""
    data = wal.read_bytes()
    frame = 24 + int.from_bytes(data[8:12])
    return sum(data[start + 4 : start + 8] != bytes(4) for start in range(32, len(data), frame))


async def test_what_waits_is_committed_together_and_fails_alone(facts: Facts, tmp_path: Path) -> None:
    def failing(transaction: Transaction) -> None:
        transaction.put("s", b"failing", b"v")
        raise LookupError

    async with busy(facts, Gate()) as first:
        works = [failing if number == 25 else putting(b"%02d" % number) for number in range(50)]
        waiting = [asyncio.ensure_future(facts.transact(work)) for work in works]
        await asyncio.sleep(0)
        before = commits(tmp_path / "facts.sqlite3-wal")
    await first
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(outcomes.pop(25), LookupError)
    assert outcomes == [None] * 49
    assert len(await facts.scan("s", limit=100)) == 50
    assert await facts.get("s", b"failing") is None
    assert commits(tmp_path / "facts.sqlite3-wal") - before == 2


async def test_more_than_one_batch_can_wait(facts: Facts) -> None:
    async with busy(facts, Gate()) as first:
        waiting = [asyncio.ensure_future(facts.transact(putting(b"%04d" % number))) for number in range(1000)]
        await asyncio.sleep(0)
    await asyncio.gather(first, *waiting)
    assert len(await facts.scan("s", limit=2000)) == 1001


async def test_reads_do_not_wait_for_the_writer(facts: Facts) -> None:
    await facts.transact(putting(b"k", b"old"))
    async with busy(facts, Gate(putting(b"k", b"new"))) as writing:
        assert await facts.get("s", b"k") == b"old"
    await writing
    assert await facts.get("s", b"k") == b"new"


async def test_a_read_keeps_to_the_state_it_began_with(facts: Facts, tmp_path: Path) -> None:
    await facts.transact(lambda tx: [tx.put("s", key, b"old") for key in (b"a", b"b")])
    with closing(sqlite3.connect(tmp_path / "facts.sqlite3", isolation_level=None)) as other:

        def work(reader: FactsReader) -> tuple[bytes | None, bytes | None]:
            first = reader.get("s", b"a")
            other.execute("UPDATE facts SET value = x'6e6577' WHERE space = 's'")
            return first, reader.get("s", b"b")

        assert await facts.read(work) == (b"old", b"old")
    assert await facts.read(lambda reader: reader.get("s", b"b")) == b"new"


async def test_a_full_disk_refuses_and_keeps_nothing_unacknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "connect", connect_to_a_small_disk)
    store = await DiskStore.open(tmp_path)
    facts = store.facts
    await facts.transact(putting(b"before"))
    works = {b"1": putting(b"1"), b"2": putting(b"2", b"x" * 200_000), b"3": putting(b"3")}
    async with busy(facts, Gate()):
        waiting = [asyncio.ensure_future(facts.transact(work)) for work in works.values()]
        await asyncio.sleep(0)
    outcomes = dict(zip(works, await asyncio.gather(*waiting, return_exceptions=True), strict=True))
    refused = {key for key, outcome in outcomes.items() if isinstance(outcome, Refusal)}
    assert b"2" in refused
    assert {outcomes[key].kind for key in refused} == {Kind.STORAGE_FULL}
    kept = {key for key, _ in await facts.scan("s", limit=10)}
    assert kept == {b"before", b"gate", *works} - refused
    await facts.transact(putting(b"after"))
    await store.close()
    store = await DiskStore.open(tmp_path)
    assert {key for key, _ in await store.facts.scan("s", limit=10)} == kept | {b"after"}
    await store.close()


async def test_a_work_cannot_hide_that_the_database_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(transaction: Transaction) -> None:
        transaction.put("s", b"a", b"v")
        for key in (b"b", b"c"):
            try:
                transaction.put("s", key, b"x" * (200_000 if key == b"b" else 1))
            except Refusal:
                continue

    monkeypatch.setattr(disk, "connect", connect_to_a_small_disk)
    store = await DiskStore.open(tmp_path)
    with pytest.raises(Refusal) as caught:
        await store.facts.transact(careless)
    assert caught.value.kind is Kind.STORAGE_FULL
    assert await store.facts.scan("s", limit=10) == []
    await store.close()


async def test_a_work_cannot_hide_one_statement_that_failed(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = disk_records.fetch

    def failing_once(connection: sqlite3.Connection, text: str, *values: object) -> list[object]:
        if b"bad" in values:
            raise Refusal(Kind.STORAGE_UNAVAILABLE)
        return real(connection, text, *values)

    def careless(transaction: Transaction) -> None:
        transaction.put("s", b"a", b"v")
        with suppress(Refusal):
            transaction.put("s", b"b", b"bad")

    monkeypatch.setattr(disk_records, "fetch", failing_once)
    outcomes = await asyncio.gather(
        facts.transact(careless), facts.transact(putting(b"other")), return_exceptions=True
    )
    assert [getattr(outcome, "kind", None) for outcome in outcomes] == [Kind.STORAGE_UNAVAILABLE, None]
    assert await facts.scan("s", limit=10) == [(b"other", b"v")]


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "SAVEPOINT work", "RELEASE work", "COMMIT"])
async def test_a_batch_that_cannot_be_committed_is_undone(
    facts: Facts, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    def failing(connection: sqlite3.Connection, text: str, *values: object) -> list[object]:
        if text == statement:
            raise Refusal(Kind.STORAGE_UNAVAILABLE)
        return disk_records.fetch(connection, text, *values)

    with monkeypatch.context() as patched:
        patched.setattr(disk_facts, "fetch", failing)
        outcomes = await asyncio.gather(
            *(facts.transact(putting(b"%d" % number)) for number in range(10)), return_exceptions=True
        )
    assert [getattr(outcome, "kind", None) for outcome in outcomes] == [Kind.STORAGE_UNAVAILABLE] * 10
    assert await facts.scan("s", limit=20) == []
    await facts.transact(putting(b"next"))
    assert await facts.get("s", b"next") == b"v"


async def test_a_database_locked_by_a_stranger_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_impatiently(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        writing, reading = disk_records.connect(path)
        writing.execute("PRAGMA busy_timeout = 10")
        return writing, reading

    monkeypatch.setattr(disk, "connect", connect_impatiently)
    store = await DiskStore.open(tmp_path)
    stranger = sqlite3.connect(tmp_path / "facts.sqlite3", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refusal) as caught:
        await store.facts.transact(putting(b"k"))
    assert caught.value.kind is Kind.STORAGE_UNAVAILABLE
    assert await store.facts.get("s", b"k") is None
    stranger.execute("ROLLBACK")
    stranger.close()
    await store.facts.transact(putting(b"k"))
    await store.close()


async def test_a_cancelled_transaction_that_is_kept_returns_first(facts: Facts) -> None:
    returned = asyncio.Event()

    async def caller(gate: Gate) -> None:
        await facts.transact(gate)
        returned.set()
        await asyncio.sleep(10)

    gate = Gate()
    task = asyncio.ensure_future(caller(gate))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    gate.released.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert returned.is_set()
    assert await facts.get("s", b"gate") == b"v"


async def test_a_cancelled_transaction_that_fails_raises_the_cancellation(facts: Facts) -> None:
    def failing(transaction: Transaction) -> None:
        transaction.put("s", b"gate", b"v")
        raise LookupError

    gate = Gate(failing)
    async with busy(facts, gate) as task:
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await facts.get("s", b"gate") is None


async def test_a_timeout_around_a_transaction_is_still_a_timeout(facts: Facts) -> None:
    gate = Gate()
    asyncio.get_running_loop().call_later(0.05, gate.released.set)

    async def caller() -> None:
        async with asyncio.timeout(0.01):
            await facts.transact(gate)
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        await caller()
    assert await facts.get("s", b"gate") == b"v"
    await asyncio.sleep(0)

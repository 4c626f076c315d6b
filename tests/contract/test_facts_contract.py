"""What every store's facts must do, whatever they are kept in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage.base import Conflict, Facts, FactsReader, Transaction
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore


@pytest.fixture(params=["memory", "disk"])
async def facts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Facts]:
    store = await (MemoryStore.open() if request.param == "memory" else DiskStore.open(tmp_path / "data"))
    yield store.facts
    await store.close()


async def put(facts: Facts, *pairs: tuple[bytes, bytes], space: str = "s") -> None:
    def work(transaction: Transaction) -> None:
        for key, value in pairs:
            transaction.put(space, key, value)

    await facts.transact(work)


async def keys(facts: Facts, **bounds: bytes | int) -> list[bytes]:
    return [key for key, _ in await facts.scan("s", **{"limit": 100, **bounds})]


async def test_an_absent_key_has_no_value(facts: Facts) -> None:
    assert await facts.get("s", b"k") is None


@pytest.mark.parametrize("key", [b"", b"\x00", b"a\x00b", b"\xff\xff", "中文/.".encode(), b"k" * 1000])
@pytest.mark.parametrize("value", [b"", b"\x00", b"v" * 100_000])
async def test_a_value_comes_back_as_it_was(facts: Facts, key: bytes, value: bytes) -> None:
    await put(facts, (key, value))
    assert await facts.get("s", key) == value
    assert await facts.scan("s", limit=2) == [(key, value)]


async def test_put_replaces_the_value(facts: Facts) -> None:
    await put(facts, (b"k", b"1"))
    await put(facts, (b"k", b"2"))
    assert await facts.scan("s", limit=5) == [(b"k", b"2")]


async def test_spaces_do_not_see_each_other(facts: Facts) -> None:
    await put(facts, (b"k", b"1"), space="one")
    await put(facts, (b"k", b"2"), space="two")
    assert await facts.get("one", b"k") == b"1"
    assert await facts.scan("two", limit=5) == [(b"k", b"2")]
    assert await facts.scan("three", limit=5) == []


async def test_delete_says_whether_the_key_was_there(facts: Facts) -> None:
    await put(facts, (b"k", b""))
    assert await facts.transact(lambda transaction: transaction.delete("s", b"k")) is True
    assert await facts.transact(lambda transaction: transaction.delete("s", b"k")) is False
    assert await facts.get("s", b"k") is None


ORDERED = [
    b"",
    b"\x00",
    b"\x00\x00",
    b"\x00\xff",
    b"A",
    b"a",
    b"a\x00",
    b"a/",
    b"a/b",
    b"a\xff",
    b"a\xff\xff",
    b"b",
]
ORDERED += ["é".encode(), "中".encode(), "😀".encode(), b"\xff", b"\xff\x00", b"\xff\xff", b"\xff\xff\xff"]


async def test_a_scan_is_in_byte_order(facts: Facts) -> None:
    await put(facts, *((key, b"v") for key in reversed(ORDERED)))
    assert await keys(facts) == ORDERED


@pytest.mark.parametrize(
    "prefix", [b"", b"\x00", b"a", b"a\xff", b"a/", b"\xff", b"\xff\xff", b"\xff" * 4, b"zz"]
)
async def test_a_scan_keeps_to_its_bounds(facts: Facts, prefix: bytes) -> None:
    await put(facts, *((key, b"v") for key in ORDERED))
    for after in (None, *ORDERED, b"a/a", b"\xff" * 9):
        wanted = [key for key in ORDERED if key.startswith(prefix) and (after is None or key > after)]
        outside = await facts.scan("s", prefix=prefix, after=after, limit=100)
        assert [key for key, _ in outside] == wanted
        bounds = {"prefix": prefix, "after": after, "limit": 3}
        inside = await facts.transact(lambda transaction, bounds=bounds: transaction.scan("s", **bounds))
        assert [key for key, _ in inside] == wanted[:3]


async def test_pages_joined_are_the_whole(facts: Facts) -> None:
    await put(facts, *((key, key) for key in ORDERED))
    pages: list[tuple[bytes, bytes]] = []
    page = await facts.scan("s", limit=3)
    while page:
        pages += page
        page = await facts.scan("s", after=page[-1][0], limit=3)
    assert pages == [(key, key) for key in ORDERED]


async def test_a_limit_of_zero_gives_nothing_and_a_negative_one_is_refused(facts: Facts) -> None:
    await put(facts, (b"k", b"v"))
    assert await facts.scan("s", limit=0) == []
    with pytest.raises(ValueError, match="negative"):
        await facts.scan("s", limit=-1)
    with pytest.raises(ValueError, match="negative"):
        await facts.transact(lambda transaction: transaction.scan("s", limit=-1))


@pytest.mark.parametrize("present", [None, b"", b"1"])
@pytest.mark.parametrize("expected", [None, b"", b"1"])
@pytest.mark.parametrize("value", [None, b"", b"2"])
async def test_replace_compares_and_sets(
    facts: Facts, present: bytes | None, expected: bytes | None, value: bytes | None
) -> None:
    if present is not None:
        await put(facts, (b"k", present))

    def work(transaction: Transaction) -> None:
        transaction.replace("s", b"k", expected, value)

    if present == expected:
        await facts.transact(work)
        assert await facts.get("s", b"k") == value
    else:
        with pytest.raises(Conflict):
            await facts.transact(work)
        assert await facts.get("s", b"k") == present


async def test_a_conflict_that_the_work_handles_undoes_nothing_else(facts: Facts) -> None:
    def work(transaction: Transaction) -> str:
        transaction.put("s", b"a", b"1")
        try:
            transaction.replace("s", b"b", b"something", b"2")
        except Conflict:
            return "handled"
        return "not raised"

    assert await facts.transact(work) == "handled"
    assert await facts.scan("s", limit=9) == [(b"a", b"1")]


async def test_a_work_sees_what_it_wrote(facts: Facts) -> None:
    await put(facts, (b"a", b"0"), (b"b", b"0"))

    def work(transaction: Transaction) -> list[object]:
        transaction.put("s", b"a", b"1")
        transaction.put("s", b"c", b"1")
        transaction.delete("s", b"b")
        return [transaction.get("s", b"a"), transaction.get("s", b"b"), transaction.scan("s", limit=9)]

    assert await facts.transact(work) == [b"1", None, [(b"a", b"1"), (b"c", b"1")]]


async def test_a_read_gives_what_its_work_returns(facts: Facts) -> None:
    await put(facts, (b"a", b"1"), (b"b", b"2"))

    def work(reader: FactsReader) -> list[object]:
        return [reader.get("s", b"b"), reader.get("s", b"c"), reader.scan("s", after=b"a", limit=9)]

    assert await facts.read(work) == [b"2", None, [(b"b", b"2")]]


async def test_a_read_that_raises_leaves_nothing_behind(facts: Facts) -> None:
    await put(facts, (b"a", b"1"))

    def work(reader: FactsReader) -> None:
        raise LookupError(reader.get("s", b"a"))

    for _ in range(2):
        with pytest.raises(LookupError, match="1"):
            await facts.read(work)
    await put(facts, (b"a", b"2"))
    assert await facts.read(lambda reader: reader.get("s", b"a")) == b"2"


async def test_a_read_never_sees_half_a_transaction(facts: Facts) -> None:
    """What moves from one key to the other is always seen at exactly one of them."""
    await put(facts, (b"a", b"it"))

    def move(transaction: Transaction) -> None:
        here, there = (b"a", b"b") if transaction.get("s", b"a") is not None else (b"b", b"a")
        transaction.delete("s", here)
        transaction.put("s", there, b"it")

    moving = [asyncio.ensure_future(facts.transact(move)) for _ in range(100)]
    seen = 0
    while not all(task.done() for task in moving) or not seen:
        values = await facts.read(lambda reader: [reader.get("s", b"a"), reader.get("s", b"b")])
        assert values.count(None) == 1
        seen += 1
        await asyncio.sleep(0)
    await asyncio.gather(*moving)


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("mine"), Refusal(Kind.KEY_MISSING), Stop()])
async def test_a_work_that_raises_leaves_everything_as_it_was(facts: Facts, error: BaseException) -> None:
    before = [(b"a", b"1"), (b"b", b"2")]
    await put(facts, *before)

    def work(transaction: Transaction) -> None:
        transaction.put("s", b"a", b"changed")
        transaction.put("s", b"a", b"changed twice")
        transaction.delete("s", b"b")
        transaction.put("s", b"b", b"back")
        transaction.put("s", b"c", b"new")
        transaction.put("other", b"c", b"new")
        raise error

    with pytest.raises(type(error)) as caught:
        await facts.transact(work)
    assert caught.value is error
    assert await facts.scan("s", limit=9) == before
    assert await facts.scan("other", limit=9) == []
    await put(facts, (b"c", b"3"))
    assert await facts.get("s", b"c") == b"3"


async def test_concurrent_transactions_lose_nothing(facts: Facts) -> None:
    def increment(transaction: Transaction) -> int:
        number = int(transaction.get("s", b"counter") or b"0") + 1
        transaction.put("s", b"counter", str(number).encode())
        return number

    seen = await asyncio.gather(*(facts.transact(increment) for _ in range(100)))
    assert sorted(seen) == list(range(1, 101))
    assert await facts.get("s", b"counter") == b"100"


async def test_among_concurrent_transactions_only_the_failing_ones_are_undone(facts: Facts) -> None:
    def work(number: int, transaction: Transaction) -> int:
        transaction.put("s", b"%03d" % number, b"v")
        if number % 3 == 0:
            raise LookupError(number)
        return number

    outcomes = await asyncio.gather(
        *(
            facts.transact(lambda transaction, number=number: work(number, transaction))
            for number in range(60)
        ),
        return_exceptions=True,
    )
    good = [number for number in range(60) if number % 3]
    assert [outcome for outcome in outcomes if not isinstance(outcome, LookupError)] == good
    assert await keys(facts) == [b"%03d" % number for number in good]


async def test_every_task_reads_what_it_wrote(facts: Facts) -> None:
    async def write_and_read(number: int) -> None:
        for turn in range(5):
            value = b"%d" % turn
            await put(facts, (b"%d" % number, value))
            assert await facts.get("s", b"%d" % number) == value

    await asyncio.gather(*(write_and_read(number) for number in range(20)))


async def test_a_transaction_is_of_no_use_after_its_work(facts: Facts) -> None:
    kept = await facts.transact(lambda transaction: transaction)
    with pytest.raises(RuntimeError, match="over"):
        kept.put("s", b"k", b"v")
    with pytest.raises(RuntimeError, match="over"):
        kept.get("s", b"k")
    assert await facts.get("s", b"k") is None


async def test_close_finishes_what_was_accepted_and_then_refuses(facts: Facts) -> None:
    accepted = [asyncio.ensure_future(put(facts, (b"%d" % number, b"v"))) for number in range(20)]
    await asyncio.sleep(0)
    await facts.close()
    assert await asyncio.gather(*accepted) == [None] * 20
    await facts.close()
    for refused in (facts.get("s", b"0"), facts.scan("s", limit=1), put(facts, (b"k", b"v"))):
        with pytest.raises(Refusal) as caught:
            await refused
        assert caught.value.kind is Kind.SHUTTING_DOWN


short_keys = st.lists(st.sampled_from([0, 1, 0x61, 0xFE, 0xFF]), max_size=3).map(bytes)
values = st.none() | st.binary(max_size=3)
steps = st.tuples(st.sampled_from(["put", "delete", "replace"]), short_keys, values, values)
queries = st.tuples(short_keys, st.none() | short_keys, st.integers(0, 5))
transactions = st.tuples(st.lists(steps, max_size=6), st.booleans(), queries)


Step = tuple[str, bytes, bytes | None, bytes | None]


class UndoError(Exception):
    """Makes a work fail at its end."""


def apply(model: dict[bytes, bytes], step: Step) -> object:
    name, key, first, second = step
    if name == "delete":
        return model.pop(key, None) is not None
    if name == "replace" and model.get(key) != first:
        return "conflict"
    new = (first or b"") if name == "put" else second
    if new is None:
        model.pop(key, None)
    else:
        model[key] = new
    return None


class Work:
    """Carries out steps in a transaction and keeps what each of them said."""

    def __init__(self, space: str, steps: list[Step], fails: bool) -> None:
        self.space, self.steps, self.fails = space, steps, fails
        self.outcomes: list[object] = []

    def __call__(self, transaction: Transaction) -> None:
        self.outcomes += [self.carry_out(transaction, *step) for step in self.steps]
        if self.fails:
            raise UndoError

    def carry_out(
        self, transaction: Transaction, name: str, key: bytes, first: bytes | None, second: bytes | None
    ) -> object:
        if name == "put":
            return transaction.put(self.space, key, first or b"")
        if name == "delete":
            return transaction.delete(self.space, key)
        try:
            return transaction.replace(self.space, key, first, second)
        except Conflict:
            return "conflict"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(transactions, max_size=8))
async def test_any_history_agrees_with_a_dict(facts: Facts, history: list) -> None:
    space = uuid4().hex  # the store is the same for all examples
    model: dict[bytes, bytes] = {}
    for sequence, fails, (prefix, after, limit) in history:
        draft = dict(model)
        wanted = [apply(draft, step) for step in sequence]
        work = Work(space, sequence, fails)
        if fails:
            with pytest.raises(UndoError):
                await facts.transact(work)
        else:
            await facts.transact(work)
            model = draft
        assert work.outcomes == wanted
        selected = [key for key in sorted(model) if key.startswith(prefix) and (after is None or key > after)]
        assert await facts.scan(space, prefix=prefix, after=after, limit=limit) == [
            (key, model[key]) for key in selected[:limit]
        ]
    assert await facts.scan(space, limit=1000) == sorted(model.items())

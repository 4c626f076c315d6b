"""Data directories of older and newer layouts: migrated once and whole, or refused and left as they are."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.storage import disk, disk_layout
from ci_emulator.storage.base import Layout, StorageError, Transaction
from ci_emulator.storage.disk import DiskStore


def append(text: bytes) -> Callable[[Transaction], None]:
    """A migration that would show when it ran twice."""

    def migrate(transaction: Transaction) -> None:
        for key, value in transaction.scan("s", limit=10):
            transaction.put("s", key, value + text)

    return migrate


FIRST = Layout(1)
SECOND = Layout(2, {1: append(b"+2")})
FOURTH = Layout(4, {1: append(b"+2"), 2: append(b"+3"), 3: append(b"+4")})


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """A directory of layout 1 with two facts."""
    store = await DiskStore.open(tmp_path, FIRST)
    await store.facts.transact(lambda tx: [tx.put("s", key, b"1") for key in (b"a", b"b")])
    await store.close()
    return tmp_path


async def facts_in(root: Path, layout: Layout) -> list[bytes]:
    """The facts as a server of this layout finds them."""
    store = await DiskStore.open(root, layout)
    try:
        return [value for _, value in await store.facts.scan("s", limit=10)]
    finally:
        await store.close()


def stated(root: Path) -> object:
    return json.loads((root / "layout.json").read_bytes())["version"]


async def test_a_new_directory_has_the_newest_layout(tmp_path: Path) -> None:
    assert await facts_in(tmp_path / "new", FOURTH) == []
    assert stated(tmp_path / "new") == 4


@pytest.mark.parametrize(("layout", "wanted"), [(FIRST, b"1"), (SECOND, b"1+2"), (FOURTH, b"1+2+3+4")])
async def test_every_step_is_taken_once(root: Path, layout: Layout, wanted: bytes) -> None:
    for _ in range(3):
        assert await facts_in(root, layout) == [wanted, wanted]
        assert stated(root) == layout.version


async def test_steps_follow_each_other_over_the_years(root: Path) -> None:
    assert await facts_in(root, SECOND) == [b"1+2"] * 2
    assert await facts_in(root, FOURTH) == [b"1+2+3+4"] * 2


class Crash(BaseException):
    """The process ends here."""


def crash(*_: object) -> None:
    raise Crash


@pytest.mark.parametrize("layout", [SECOND, FOURTH])
async def test_a_crash_between_the_migration_and_the_mark_does_no_harm(
    root: Path, monkeypatch: pytest.MonkeyPatch, layout: Layout
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(disk_layout, "_mark", crash)
        with pytest.raises(Crash):
            await DiskStore.open(root, layout)
    assert stated(root) == 1
    assert await facts_in(root, layout) == [b"1" + b"+2+3+4"[: 2 * layout.version - 2]] * 2
    assert stated(root) == layout.version


async def test_facts_that_are_ahead_of_their_mark_are_not_given_to_an_older_server(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(disk_layout, "_mark", crash)
        with pytest.raises(Crash):
            await DiskStore.open(root, FOURTH)
    with pytest.raises(StorageError, match="version 4; this server knows versions 1 to 2 only"):
        await DiskStore.open(root, SECOND)
    assert await facts_in(root, FOURTH) == [b"1+2+3+4"] * 2


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT"])
async def test_a_crash_before_the_commit_leaves_the_old_layout(
    root: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    real = disk_layout.fetch

    def fetch(connection: object, text: str) -> object:
        return crash() if text == statement else real(connection, text)

    with monkeypatch.context() as patched:
        patched.setattr(disk_layout, "fetch", fetch)
        with pytest.raises(Crash):
            await DiskStore.open(root, SECOND)
    assert stated(root) == 1
    assert await facts_in(root, FIRST) == [b"1", b"1"]
    assert await facts_in(root, SECOND) == [b"1+2", b"1+2"]


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize(
    "error", [KeyError("blob"), Refusal(Kind.STORAGE_FULL), ValueError("not a record")], ids=repr
)
async def test_a_migration_that_fails_leaves_the_old_layout(root: Path, step: int, error: Exception) -> None:
    def failing(transaction: Transaction) -> None:
        transaction.put("s", b"a", b"half-way")
        raise error

    with pytest.raises(StorageError, match="could not be migrated from layout version 1 to 4"):
        await DiskStore.open(root, Layout(4, {**FOURTH.migrations, step: failing}))
    assert stated(root) == 1
    assert await facts_in(root, FIRST) == [b"1", b"1"]


async def test_a_migration_cannot_hide_that_the_database_failed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_to_a_small_disk(path: Path) -> object:
        writing, reading = real(path)
        writing.execute("PRAGMA max_page_count = 10")
        return writing, reading

    def careless(transaction: Transaction) -> None:
        try:
            transaction.put("s", b"a", b"x" * 200_000)
        except Refusal:
            return

    real = disk.connect
    with monkeypatch.context() as patched:
        patched.setattr(disk, "connect", connect_to_a_small_disk)
        with pytest.raises(StorageError, match="is full"):
            await DiskStore.open(root, Layout(2, {1: careless}))
    assert await facts_in(root, FIRST) == [b"1", b"1"]


async def test_a_mark_that_cannot_be_written_is_made_up_for(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left on device"):
            await DiskStore.open(root, SECOND)
    assert stated(root) == 1
    assert await facts_in(root, SECOND) == [b"1+2", b"1+2"]
    assert stated(root) == 2


@pytest.mark.parametrize("layout", [SECOND, Layout(4, {2: append(b"+3"), 3: append(b"+4")})])
async def test_what_no_step_leads_away_from_is_refused(root: Path, layout: Layout) -> None:
    unknown = 3 if layout is SECOND else 1
    (root / "layout.json").write_text(f'{{"version": {unknown}}}')
    with pytest.raises(StorageError, match=f"has layout version {unknown}; this server knows versions"):
        await DiskStore.open(root, layout)
    assert stated(root) == unknown


async def test_a_fresh_directory_whose_first_start_was_cut_short_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(disk, "connect", crash)
        with pytest.raises(Crash):
            await DiskStore.open(tmp_path, SECOND)
    assert await facts_in(tmp_path, SECOND) == []

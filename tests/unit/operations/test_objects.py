from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.content import SMALL, Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.storage.base import Store

NAME = "pictures-1250000000"

pytestmark = pytest.mark.usefixtures("buckets")


async def _chunks(*parts: bytes):
    for part in parts:
        yield part


async def _put(objects: Objects, key: str, *parts: bytes, expected: Expected | None = None) -> ObjectRecord:
    return await objects.put(NAME, key, _chunks(*parts), Attributes(), expected or Expected())


async def _read(objects: Objects, key: str) -> bytes:
    opened = await objects.open(NAME, key, lambda record: (0, record.size))
    if opened.stream is None:
        return opened.body
    try:
        return b"".join([chunk async for chunk in opened.stream])
    finally:
        await opened.stream.aclose()


def _blobs(store: Store, tmp_path: Path) -> int:
    """Count the blobs that are kept."""
    kept = getattr(store.blobs, "_blobs", None)
    if isinstance(kept, dict):
        return len(kept)
    return sum(path.is_file() for path in (tmp_path / "data" / "blobs").rglob("*"))


async def test_checksums_are_those_of_the_bytes(objects: Objects, clock: FixedClock) -> None:
    record = await _put(objects, "k", b"12345", b"", b"6789")
    assert record.etag == hashlib.md5(b"123456789").hexdigest()
    assert record.crc64 == 11051210869376104954
    assert (record.size, record.modified) == (9, clock.now())
    assert await objects.find(NAME, "k") == record


@pytest.mark.parametrize("size", [0, 1, SMALL, SMALL + 1, 3 * SMALL + 7])
async def test_bytes_come_back_whole_and_in_part(objects: Objects, size: int) -> None:
    content = bytes(index * 7 % 251 for index in range(size))
    await _put(objects, "k", content[: size // 3], content[size // 3 :])
    assert await _read(objects, "k") == content
    opened = await objects.open(NAME, "k", lambda record: (size // 2, 3))
    assert opened.body == content[size // 2 : size // 2 + 3]


@pytest.mark.parametrize(
    "expected", [Expected(md5=b"\0" * 16), Expected(sha1=b"\0" * 20)], ids=["MD5", "SHA-1"]
)
async def test_a_wrong_checksum_keeps_what_was_there(
    objects: Objects, store: Store, tmp_path: Path, expected: Expected
) -> None:
    await _put(objects, "k", b"old")
    with pytest.raises(Refusal) as caught:
        await _put(objects, "k", b"new", expected=expected)
    assert caught.value.kind is Kind.DIGEST_MISMATCH
    assert await _read(objects, "k") == b"old"
    assert _blobs(store, tmp_path) == 1


async def test_right_checksums_pass(objects: Objects) -> None:
    expected = Expected(md5=hashlib.md5(b"abc").digest(), sha1=hashlib.sha1(b"abc").digest())
    assert (await _put(objects, "k", b"abc", expected=expected)).size == 3


async def test_a_sender_that_fails_leaves_nothing(objects: Objects, store: Store, tmp_path: Path) -> None:
    async def broken():
        yield b"x" * 600_000
        raise Refusal(Kind.BODY_INCOMPLETE)

    with pytest.raises(Refusal):
        await objects.put(NAME, "k", broken(), Attributes(), Expected())
    with pytest.raises(Refusal) as caught:
        await objects.find(NAME, "k")
    assert caught.value.kind is Kind.KEY_MISSING
    assert _blobs(store, tmp_path) == 0


async def test_a_caller_that_goes_away_leaves_all_or_nothing(
    objects: Objects, store: Store, tmp_path: Path
) -> None:
    for delay in range(12):
        task = asyncio.create_task(_put(objects, "k", b"x" * 100, b"y" * 100))
        for _ in range(delay):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.05)
    try:
        assert await _read(objects, "k") == b"x" * 100 + b"y" * 100
        assert _blobs(store, tmp_path) == 1
    except Refusal:
        assert _blobs(store, tmp_path) == 0


async def test_old_bytes_go_with_their_fact(objects: Objects, store: Store, tmp_path: Path) -> None:
    for content in (b"one", b"two", b"three"):
        await _put(objects, "k", content)
    assert _blobs(store, tmp_path) == 1
    assert await objects.delete(NAME, "k")
    assert not await objects.delete(NAME, "k")
    assert _blobs(store, tmp_path) == 0


async def test_readers_see_one_version_while_writers_replace_it(objects: Objects) -> None:
    await _put(objects, "k", b"a" * 1000)

    async def write(letter: bytes) -> None:
        for _ in range(15):
            await _put(objects, "k", letter * 1000)

    async def read() -> None:
        for _ in range(30):
            content = await _read(objects, "k")
            assert len(content) == 1000
            assert len(set(content)) == 1

    await asyncio.gather(write(b"b"), write(b"c"), read(), read())

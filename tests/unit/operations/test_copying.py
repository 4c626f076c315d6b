from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.content import Expected
from ci_emulator.operations.copying import reading
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.storage.base import Store

NAME = "pictures-1250000000"
LARGE = bytes(range(256)) * 8192

pytestmark = pytest.mark.usefixtures("buckets")


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _put(objects: Objects, key: str, content: bytes) -> ObjectRecord:
    return await objects.put(NAME, key, _chunks(content), Attributes(), Expected())


def _whole(record: ObjectRecord) -> tuple[int, int]:
    return 0, record.size


async def _blobs(store: Store) -> int:
    return sum([len(batch) async for batch in store.blobs.survey()])


async def _copy(objects: Objects, source: str, target: str) -> ObjectRecord:
    async with reading(objects, NAME, source, _whole) as opened:
        return await objects.put(NAME, target, opened.chunks, Attributes(), Expected())


@pytest.mark.parametrize("content", [b"", b"small", LARGE], ids=["empty", "small", "large"])
@pytest.mark.parametrize("target", ["k", "copy"])
async def test_a_copy_has_bytes_of_its_own(
    objects: Objects, store: Store, content: bytes, target: str
) -> None:
    record = await _put(objects, "k", content)
    copied = await _copy(objects, "k", target)
    assert (copied.etag, copied.crc64, copied.size) == (record.etag, record.crc64, record.size)
    assert copied.segments != record.segments
    assert await _blobs(store) == (1 if target == "k" else 2)
    await objects.delete(NAME, "k")
    assert await _blobs(store) == (0 if target == "k" else 1)


async def test_a_part(objects: Objects) -> None:
    await _put(objects, "k", LARGE)
    async with reading(objects, NAME, "k", lambda record: (300, 1_000_000)) as opened:
        assert b"".join([chunk async for chunk in opened.chunks]) == LARGE[300:1_000_300]


async def test_the_version_that_was_seen_is_the_one_that_is_read(objects: Objects, store: Store) -> None:
    await _put(objects, "k", LARGE)
    async with reading(objects, NAME, "k", _whole) as opened:
        first = await anext(opened.chunks)
        await _put(objects, "k", b"new")
        assert first + b"".join([chunk async for chunk in opened.chunks]) == LARGE
    assert await _blobs(store) == 1


@pytest.mark.parametrize("taken", [0, 1])
async def test_a_copy_that_breaks_off_lets_go(objects: Objects, store: Store, taken: int) -> None:
    async def break_off() -> None:
        async with reading(objects, NAME, "k", _whole) as opened:
            for _ in range(taken):
                await anext(opened.chunks)
            raise RuntimeError("broken")

    await _put(objects, "k", LARGE)
    with pytest.raises(RuntimeError, match="broken"):
        await break_off()
    await objects.delete(NAME, "k")
    assert await _blobs(store) == 0


async def test_a_plan_can_refuse(objects: Objects) -> None:
    def refuse(record: ObjectRecord) -> tuple[int, int]:
        raise Refusal(Kind.PRECONDITION_FAILED)

    await _put(objects, "k", b"x")
    for plan, key, kind in ((refuse, "k", Kind.PRECONDITION_FAILED), (_whole, "none", Kind.KEY_MISSING)):
        with pytest.raises(Refusal) as caught:
            async with reading(objects, NAME, key, plan):
                pass
        assert caught.value.kind is kind


async def test_others_are_served_meanwhile(objects: Objects) -> None:
    await _put(objects, "k", LARGE * 2)
    copying = asyncio.create_task(_copy(objects, "k", "copy"))
    turns = 0
    while not copying.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns >= len(LARGE) * 2 // 2**18

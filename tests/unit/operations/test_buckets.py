from __future__ import annotations

import asyncio

import msgspec
import pytest

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord

BUCKET = BucketRecord(name="pictures-1250000000", owner="1250000000", region="ap-guangzhou", created=1.0)


async def _bytes(content: bytes):
    yield content


async def _kind(awaitable) -> Kind | None:
    try:
        await awaitable
    except Refusal as refusal:
        return refusal.kind
    return None


async def test_a_bucket_is_found_as_it_was_created(buckets: Buckets) -> None:
    assert await buckets.find(BUCKET.name) == BUCKET


async def test_a_name_is_taken_once(buckets: Buckets) -> None:
    assert await _kind(buckets.create(BUCKET, most=10)) is Kind.BUCKET_OWNED_BY_YOU
    stranger = msgspec.structs.replace(BUCKET, owner="99")
    assert await _kind(buckets.create(stranger, most=10)) is Kind.BUCKET_TAKEN
    assert (await buckets.find(BUCKET.name)).owner == BUCKET.owner


async def test_an_account_has_so_many_buckets_and_no_more(buckets: Buckets) -> None:
    second = msgspec.structs.replace(BUCKET, name="more-1250000000")
    assert await _kind(buckets.create(second, most=1)) is Kind.TOO_MANY_BUCKETS
    other = msgspec.structs.replace(BUCKET, name="more-99", owner="99")
    assert await _kind(buckets.create(other, most=1)) is None


async def test_a_hundred_at_once_create_one(buckets: Buckets) -> None:
    fresh = msgspec.structs.replace(BUCKET, name="race-1250000000")
    kinds = await asyncio.gather(*(_kind(buckets.create(fresh, most=10)) for _ in range(100)))
    assert kinds.count(None) == 1
    assert set(kinds) == {None, Kind.BUCKET_OWNED_BY_YOU}


async def test_buckets_are_listed_by_name_and_owner(buckets: Buckets) -> None:
    for name, owner in (("b-99", "99"), ("a-1250000000", "1250000000")):
        await buckets.create(msgspec.structs.replace(BUCKET, name=name, owner=owner), most=10)
    assert [bucket.name for bucket in await buckets.owned_by("1250000000")] == ["a-1250000000", BUCKET.name]
    assert len(await buckets.owned_by(None)) == 3


async def test_only_an_empty_bucket_is_deleted(buckets: Buckets, objects: Objects) -> None:
    await objects.put(BUCKET.name, "k", _bytes(b"x"), Attributes(), Expected())
    assert await _kind(buckets.delete(BUCKET.name)) is Kind.BUCKET_NOT_EMPTY
    await objects.delete(BUCKET.name, "k")
    await buckets.delete(BUCKET.name)
    assert await _kind(buckets.find(BUCKET.name)) is Kind.BUCKET_MISSING
    assert await _kind(buckets.delete(BUCKET.name)) is Kind.BUCKET_MISSING


async def test_an_object_never_lands_in_a_bucket_that_was_deleted_meanwhile(
    buckets: Buckets, objects: Objects
) -> None:
    async def slow():
        yield b"begun"
        await buckets.delete(BUCKET.name)
        yield b"finished"

    with pytest.raises(Refusal) as caught:
        await objects.put(BUCKET.name, "k", slow(), Attributes(), Expected())
    assert caught.value.kind is Kind.BUCKET_MISSING
    await buckets.create(BUCKET, most=10)
    assert await _kind(objects.find(BUCKET.name, "k")) is Kind.KEY_MISSING

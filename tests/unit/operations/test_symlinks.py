from __future__ import annotations

import hashlib

import pytest
from fastcrc import crc64

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations import copying
from ci_emulator.operations.content import Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.operations.sweep import Sweep
from ci_emulator.storage.base import Store

NAME = "pictures-1250000000"

pytestmark = pytest.mark.usefixtures("buckets")


async def _put(objects: Objects, key: str, body: bytes) -> ObjectRecord:
    async def chunks():
        yield body

    return await objects.put(NAME, key, chunks(), Attributes(), Expected())


def _whole(record: ObjectRecord) -> tuple[int, int]:
    return 0, record.size


async def _anything(target: str) -> None:
    pass


async def test_a_link_is_described_by_the_key_that_it_leads_to(objects: Objects, clock: FixedClock) -> None:
    record = await objects.link(NAME, "link", "dir/é", Attributes(meta={"a": "b"}))
    text = "dir/é".encode()
    assert (record.kind, record.target, record.segments) == ("symlink", "dir/é", ())
    assert (record.size, record.etag) == (len(text), hashlib.md5(text).hexdigest())
    assert (record.crc64, record.modified) == (crc64.xz(text), clock.now())
    assert await objects.find(NAME, "link") == record


async def test_whether_it_may_be_followed_is_asked_before_the_target_is_looked_at(objects: Objects) -> None:
    await objects.link(NAME, "link", "k", Attributes())
    asked = []

    async def follow(target: str) -> None:
        asked.append(target)
        raise Refusal(Kind.ACCESS_DENIED)

    for make in (None, b"body"):
        if make is not None:
            await _put(objects, "k", make)
        with pytest.raises(Refusal) as raised:
            await objects.open(NAME, "link", _whole, follow=follow)
        assert raised.value.kind is Kind.ACCESS_DENIED
    assert asked == ["k", "k"]


async def test_nothing_is_followed_unasked(objects: Objects) -> None:
    await _put(objects, "k", b"body")
    await objects.link(NAME, "link", "k", Attributes())
    with pytest.raises(Refusal) as raised:
        await objects.open(NAME, "link", _whole)
    assert raised.value.kind is Kind.SYMLINK_NOT_FOLLOWED
    with pytest.raises(Refusal) as raised:
        async with copying.reading(objects, NAME, "link", _whole):
            pass
    assert raised.value.kind is Kind.SYMLINK_NOT_FOLLOWED


async def test_a_copy_reads_what_the_link_leads_to(objects: Objects) -> None:
    await _put(objects, "k", b"body")
    await objects.link(NAME, "link", "k", Attributes())
    async with copying.reading(objects, NAME, "link", _whole, follow=_anything) as source:
        assert b"".join([chunk async for chunk in source.chunks]) == b"body"
        assert source.record.key == "k"


async def test_a_link_in_the_place_of_an_object_frees_its_bytes(objects: Objects, store: Store) -> None:
    await _put(objects, "k", b"body")
    await objects.link(NAME, "k", "other", Attributes())
    assert [blob async for batch in store.blobs.survey() for blob in batch] == []
    sweep = Sweep(store.facts, objects._content, FixedClock(9e9), age=1)
    assert await sweep.run() == 0


async def test_a_link_that_must_not_overwrite(objects: Objects) -> None:
    await _put(objects, "k", b"body")
    with pytest.raises(Refusal) as raised:
        await objects.link(NAME, "k", "other", Attributes(), forbid_overwrite=True)
    assert raised.value.kind is Kind.KEY_EXISTS
    assert (await objects.find(NAME, "k")).kind == "normal"
    assert (await objects.link(NAME, "new", "k", Attributes(), forbid_overwrite=True)).kind == "symlink"

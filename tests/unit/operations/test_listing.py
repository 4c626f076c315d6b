from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_emulator.operations.keys import object_id
from ci_emulator.operations.listing import Listing, Wanted
from ci_emulator.operations.records import OBJECTS, ObjectRecord, encode
from ci_emulator.storage.base import Store
from ci_emulator.storage.memory import MemoryStore

NAME = "pictures-1250000000"


async def _filled(store: Store, keys: list[str]) -> Listing:
    def work(transaction) -> None:
        for key in keys:
            record = ObjectRecord(key=key, order=1, modified=0)
            transaction.put(OBJECTS, object_id(NAME, key), encode(record))
            transaction.put(OBJECTS, object_id("pictures-12500000001", key), encode(record))

    await store.facts.transact(work)
    return Listing(store.facts)


async def test_other_buckets_do_not_show(store: Store) -> None:
    listing = await _filled(store, ["a", "b"])
    assert [record.key for record in (await listing.objects(NAME, Wanted())).entries] == ["a", "b"]


async def test_folders(store: Store) -> None:
    listing = await _filled(store, ["a/1", "a/2", "b", "c/d/1", "c/e"])
    page = await listing.objects(NAME, Wanted(delimiter="/"))
    assert page.prefixes == ("a/", "c/")
    assert [record.key for record in page.entries] == ["b"]
    page = await listing.objects(NAME, Wanted("c/", "/"))
    assert page.prefixes == ("c/d/",)
    assert [record.key for record in page.entries] == ["c/e"]


async def test_a_page_of_nothing_is_not_truncated(store: Store) -> None:
    listing = await _filled(store, ["a"])
    assert (await listing.objects(NAME, Wanted(limit=0))).last is None


def _expected(keys: list[str], prefix: str, delimiter: str) -> list[str]:
    names = set()
    for key in keys:
        if key.startswith(prefix):
            at = key.find(delimiter, len(prefix)) if delimiter else -1
            names.add(key if at < 0 else key[: at + 1])
    return sorted(names, key=str.encode)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(
        st.text(st.sampled_from("ab/é\x01\U0001f600"), min_size=1, max_size=6), max_size=25, unique=True
    ),
    prefix=st.text(st.sampled_from("ab/é"), max_size=2),
    delimiter=st.sampled_from(["", "/", "b", "é"]),
    limit=st.integers(1, 7),
)
async def test_pages_hold_every_name_once_in_byte_order(
    keys: list[str], prefix: str, delimiter: str, limit: int
) -> None:
    store = await MemoryStore.open()
    listing = await _filled(store, keys)
    found: list[str] = []
    marker = ""
    for _ in range(len(keys) + 2):
        page = await listing.objects(NAME, Wanted(prefix, delimiter, limit), marker=marker)
        names = sorted([record.key for record in page.entries] + list(page.prefixes), key=str.encode)
        assert len(names) <= limit
        found += names
        if page.last is None:
            break
        marker = page.last if isinstance(page.last, str) else page.last.key
        assert marker == names[-1]
        assert len(names) == limit
    else:
        pytest.fail("the pages never end")
    await store.close()
    assert found == _expected(keys, prefix, delimiter)

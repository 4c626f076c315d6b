"""Pages of versions: each one once, in the order of the keys and the newest first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.ids import version_id
from ci_emulator.operations.keys import before, object_id, past, version_key
from ci_emulator.operations.listing import Listing, Page, Version, Wanted
from ci_emulator.operations.records import NULL_VERSION, OBJECTS, VERSIONS, ObjectRecord, encode
from ci_emulator.storage.base import Store
from ci_emulator.storage.memory import MemoryStore

NAME = "pictures-1250000000"

#: A version in a test: its order, and whether it is a delete marker or a null version.
_Plan = tuple[int, bool, bool]


def _records(key: str, plans: list[_Plan]) -> list[ObjectRecord]:
    """Return the versions of a key, newest first; at most one of them is the null version."""
    records: list[ObjectRecord] = []
    for order, marker, null in sorted(plans, reverse=True):
        free = all(record.version != NULL_VERSION for record in records)
        version = NULL_VERSION if null and free else version_id(order)
        records.append(ObjectRecord(key=key, order=order, modified=0, version=version, delete_marker=marker))
    return records


async def _filled(store: Store, plan: dict[str, list[_Plan]]) -> Listing:
    def work(transaction) -> None:
        for key, plans in plan.items():
            for at, record in enumerate(_records(key, plans)):
                for bucket in (NAME, "pictures-12500000001"):
                    if at == 0 and not record.delete_marker:
                        transaction.put(OBJECTS, object_id(bucket, key), encode(record))
                    else:
                        transaction.put(VERSIONS, version_key(bucket, key, record.order), encode(record))

    await store.facts.transact(work)
    return Listing(store.facts)


def _names(page: Page[Version]) -> list[str | tuple[str, int, bool]]:
    entries = [(version.record.key, version.record.order, version.is_latest) for version in page.entries]
    return sorted(
        [*entries, *page.prefixes],
        key=lambda name: (name.encode(), 0) if isinstance(name, str) else (name[0].encode(), -name[1]),
    )


def _expected(plan: dict[str, list[_Plan]], wanted: Wanted) -> list[str | tuple[str, int, bool]]:
    names: list[str | tuple[str, int, bool]] = []
    for key in sorted(plan, key=str.encode):
        if not key.startswith(wanted.prefix):
            continue
        at = key.find(wanted.delimiter, len(wanted.prefix)) if wanted.delimiter else -1
        if at >= 0:
            folded = key[: at + 1]
            if folded not in names:
                names.append(folded)
            continue
        names += [(key, record.order, not at) for at, record in enumerate(_records(key, plan[key]))]
    return names


PLANS = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.booleans()),
    min_size=1,
    max_size=5,
    unique_by=lambda plan: plan[0],
)
KEYS = st.text(st.sampled_from("ab/é\0\U0001f600"), min_size=1, max_size=4)


@settings(deadline=None, max_examples=150)
@given(
    plan=st.dictionaries(KEYS, PLANS, max_size=8),
    prefix=st.text(st.sampled_from("ab/é"), max_size=1),
    delimiter=st.sampled_from(["", "/", "b"]),
    limit=st.integers(1, 7),
)
async def test_pages_hold_every_version_once_in_order(
    plan: dict[str, list[_Plan]], prefix: str, delimiter: str, limit: int
) -> None:
    store = await MemoryStore.open()
    listing = await _filled(store, plan)
    wanted = Wanted(prefix, delimiter, limit)
    found: list[str | tuple[str, int, bool]] = []
    key_marker = version_marker = ""
    for _ in range(50):
        page = await listing.versions(NAME, wanted, key_marker=key_marker, version_marker=version_marker)
        assert len(_names(page)) <= limit
        found += _names(page)
        if page.last is None:
            break
        assert len(_names(page)) == limit
        if isinstance(page.last, str):
            key_marker, version_marker = page.last, ""
        else:
            key_marker, version_marker = page.last.record.key, page.last.record.version_id
    else:
        pytest.fail("the pages never end")
    await store.close()
    assert found == _expected(plan, wanted)


async def test_a_key_marker_alone_passes_over_all_versions_of_the_key(store: Store) -> None:
    listing = await _filled(store, {"a": [(1, False, False), (2, True, False)], "b": [(1, False, False)]})
    assert _names(await listing.versions(NAME, Wanted(), key_marker="a")) == [("b", 1, True)]


async def test_the_version_of_a_marker_need_not_exist(store: Store) -> None:
    listing = await _filled(store, {"a": [(2, False, False), (4, False, False), (6, False, False)]})
    page = await listing.versions(NAME, Wanted(), key_marker="a", version_marker=version_id(5))
    assert _names(page) == [("a", 4, False), ("a", 2, False)]


@pytest.mark.parametrize("covered", [False, True], ids=["object", "delete-marker"])
async def test_nothing_is_lost_when_the_version_of_a_marker_is_deleted(store: Store, covered: bool) -> None:
    """The newest version was the end of a page; it is deleted, and another one takes its place."""
    listing = await _filled(store, {"a": [(1, False, False), (2, False, False)], "aa": [(1, False, False)]})
    page = await listing.versions(NAME, Wanted(), key_marker="a", version_marker=version_id(3))
    assert _names(page) == [("a", 2, True), ("a", 1, False), ("aa", 1, True)]
    listing = await _filled(store, {"0": [(1, False, False)], "k\0": [(1, covered, False)]})
    page = await listing.versions(NAME, Wanted(), key_marker="k\0", version_marker=version_id(3))
    assert _names(page) == [("k\0", 1, True)]


async def test_a_null_version_that_is_gone_passes_its_key_over(store: Store) -> None:
    listing = await _filled(store, {"a": [(1, False, False)], "b": [(1, False, False)]})
    page = await listing.versions(NAME, Wanted(), key_marker="a", version_marker=NULL_VERSION)
    assert _names(page) == [("b", 1, True)]


async def test_a_page_of_no_versions_is_not_truncated(store: Store) -> None:
    listing = await _filled(store, {"a": [(1, False, False)]})
    assert await listing.versions(NAME, Wanted(limit=0)) == Page((), (), None)


async def test_a_folder_of_many_keys_costs_as_little_as_one_of_few(store: Store) -> None:
    plan = {f"{folder}/{number:03}": [(1, False, False)] for folder in "abc" for number in range(200)}
    listing = await _filled(store, {**plan, "d": [(1, False, False)]})
    reads = 0
    scan = store.facts.scan

    async def counted(*arguments, limit: int, **options):
        nonlocal reads
        rows = await scan(*arguments, limit=limit, **options)
        reads += len(rows)
        return rows

    store.facts.scan = counted  # type: ignore[method-assign]
    page = await listing.objects(NAME, Wanted(delimiter="/"))
    assert (page.prefixes, [record.key for record in page.entries]) == (("a/", "b/", "c/"), ["d"])
    assert reads < 100


@settings(deadline=None)
@given(keys=st.lists(KEYS, min_size=1, unique=True))
def test_just_before_a_key_is_behind_all_others_before_it(keys: list[str]) -> None:
    names = sorted(object_id(NAME, key) for key in keys)
    for at, name in enumerate(names):
        assert before(name) < name < past(name)
        assert all(other <= before(name) for other in names[:at])

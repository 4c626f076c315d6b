from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.storage.ranges import key_range, part_of

keys = st.lists(st.sampled_from([0, 1, 0x61, 0xFE, 0xFF]), max_size=4).map(bytes)


@settings(deadline=None)
@given(prefix=keys, after=st.none() | keys, key=keys)
def test_the_range_holds_exactly_the_keys_a_scan_may_give(
    prefix: bytes, after: bytes | None, key: bytes
) -> None:
    low, high = key_range(prefix, after, 1)
    wanted = key.startswith(prefix) and (after is None or key > after)
    assert (low <= key and (high is None or key < high)) == wanted


@pytest.mark.parametrize("prefix", [b"", b"\xff", b"\xff\xff"])
def test_a_prefix_of_ff_bytes_only_has_no_end(prefix: bytes) -> None:
    assert key_range(prefix, None, 1) == (prefix, None)


@pytest.mark.parametrize(
    ("size", "start", "length", "wanted"),
    [(10, 0, 10, 10), (10, 9, 5, 1), (10, 10, 1, 0), (10, 99, 1, 0), (0, 0, 1, 0)],
)
def test_a_part_ends_with_the_blob(size: int, start: int, length: int, wanted: int) -> None:
    assert part_of(size, start, length) == wanted

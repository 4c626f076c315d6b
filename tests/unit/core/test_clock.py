"""Times as they are written into answers."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.core.clock import iso8601_china


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1573791132, "2019-11-15T12:12:12+0800"),
        (1573791132.999, "2019-11-15T12:12:12+0800"),
        (1704038399, "2023-12-31T23:59:59+0800"),
        (1704038400, "2024-01-01T00:00:00+0800"),
    ],
)
def test_the_time_of_china(seconds: float, text: str) -> None:
    assert iso8601_china(seconds) == text


@given(st.integers(0, 2**33))
def test_it_is_the_same_moment(seconds: int) -> None:
    assert datetime.fromisoformat(iso8601_china(seconds)).timestamp() == seconds

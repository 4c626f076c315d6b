"""Code 128 in the fewest symbol characters, checked against values worked out by hand from ISO/IEC 15417."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.code128 import LONGEST, modules, symbol_characters

START_A, START_B, START_C = 103, 104, 105
TO_C, TO_B, TO_A, SHIFT = 99, 100, 101, 98


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("99", (START_C, 99)),
        ("1234", (START_C, 12, 34)),
        ("\x00", (START_A, 64)),
        ("\x00\x1f", (START_A, 64, 95)),
        ("a\x00b", (START_B, 65, SHIFT, 64, 66)),
        ("\x00a\x00\x00", (START_A, 64, SHIFT, 65, 64, 64)),
        ("ab\x00\x01\x02", (START_B, 65, 66, TO_A, 64, 65, 66)),
        ("ab1234567890", (START_B, 65, 66, TO_C, 12, 34, 56, 78, 90)),
        ("1234a", (START_C, 12, 34, TO_B, 65)),
    ],
)
def test_the_shortest_way(content: str, values: tuple[int, ...]) -> None:
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    assert symbol_characters(content) == (*values, check)


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=30))
def test_never_longer_than_the_other_writer(content: str) -> None:
    other = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Code128)
    assert len(modules(content)) <= memoryview(other.to_image(scale=1, add_quiet_zones=False)).shape[1]  # type: ignore[index]


def test_the_limit_counts_symbol_characters() -> None:
    assert len(symbol_characters("a" * LONGEST)) == LONGEST + 2
    assert len(symbol_characters("7" * 2 * LONGEST)) == LONGEST + 2
    for content in ("a" * (LONGEST + 1), "7" * (2 * LONGEST + 1), "a\x00" * 40):
        with pytest.raises(Refusal) as caught:
            symbol_characters(content)
        assert caught.value.kind is Kind.CONTENT_TOO_LONG

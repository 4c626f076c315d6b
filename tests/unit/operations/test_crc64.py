from __future__ import annotations

import pytest
from fastcrc import crc64
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.operations.crc64 import combine


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_the_crc_of_two_pieces_is_that_of_the_whole(first: bytes, second: bytes) -> None:
    assert combine(crc64.xz(first), crc64.xz(second), len(second)) == crc64.xz(first + second)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=10))
def test_so_is_that_of_many(pieces: list[bytes]) -> None:
    crc = 0
    for piece in pieces:
        crc = combine(crc, crc64.xz(piece), len(piece))
    assert crc == crc64.xz(b"".join(pieces))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 2**20, 2**20 + 1])
def test_lengths_with_few_and_many_bits(length: int) -> None:
    zeros = bytes(length)
    assert combine(crc64.xz(b"123456789"), crc64.xz(zeros), length) == crc64.xz(b"123456789" + zeros)


def test_lengths_that_no_test_can_hold() -> None:
    size, zeros = 2**20, crc64.xz(bytes(2**20))
    while size < 2**43:
        twice = combine(zeros, zeros, size)
        step_by_step = combine(combine(crc64.xz(b"text"), zeros, size), zeros, size)
        assert combine(crc64.xz(b"text"), twice, 2 * size) == step_by_step
        size, zeros = 2 * size, twice

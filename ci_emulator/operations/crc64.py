"""Combine CRC-64/XZ values of pieces into the value of the whole, without reading the bytes again.

A CRC is linear over GF(2): appending n zero bytes to a message multiplies its CRC by a fixed 64 × 64 matrix. No
library that was found offers this for CRC-64/XZ (zlib's `crc32_combine` is the 32-bit relative).
"""

from __future__ import annotations

from functools import cache

#: 0x42F0E1EBA9EA3693 with its bits reversed.
_POLYNOMIAL = 0xC96C5795D7870F42

Matrix = tuple[int, ...]


def combine(first: int, second: int, second_length: int) -> int:
    """Return the CRC of two pieces in a row, given the CRC of each and the length of the second in bytes.

    It takes some microseconds for each bit that is set in the length; a size that is a power of two has one.
    """
    exponent = 3
    while second_length:
        if second_length & 1:
            first = _times(_power(exponent), first)
        second_length >>= 1
        exponent += 1
    return first ^ second


def _times(matrix: Matrix, vector: int) -> int:
    result = 0
    for row in matrix:
        if not vector:
            break
        if vector & 1:
            result ^= row
        vector >>= 1
    return result


def _product(left: Matrix, right: Matrix) -> Matrix:
    return tuple(_times(left, row) for row in right)


@cache
def _power(exponent: int) -> Matrix:
    """Return the matrix that appends 2^exponent zero bits."""
    if exponent == 0:
        return (_POLYNOMIAL, *(1 << bit for bit in range(63)))
    half = _power(exponent - 1)
    return _product(half, half)

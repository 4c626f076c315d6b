"""Bounds of scans and of parts, the same arithmetic for every store."""

from __future__ import annotations


def key_range(prefix: bytes, after: bytes | None, limit: int) -> tuple[bytes, bytes | None]:
    """Return `low, high` such that `low <= key < high` are the keys a scan may give; high None is unbounded.

    Raises ValueError when `limit` is negative, which SQL would take for "no limit".
    """
    if limit < 0:
        raise ValueError("limit is negative")
    # Nothing lies between a key and the same key with a zero byte added, so "> after" is ">= after + 00".
    low = prefix if after is None else max(prefix, after + b"\x00")
    return low, _end_of_prefix(prefix)


def _end_of_prefix(prefix: bytes) -> bytes | None:
    """Return the first key after all keys that start with `prefix`; None when there is none (only ff bytes)."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes((stem[-1] + 1,)) if stem else None


def part_of(size: int, start: int, length: int) -> int:
    """Return how many of `length` bytes from `start` a blob of `size` bytes has; ValueError for negative numbers."""
    if start < 0 or length < 0:
        raise ValueError("start or length is negative")
    return max(0, min(length, size - start))

"""A file of which only some pieces are at hand."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

from ci_emulator.engines.archive_model import Piece


class Absent(Exception):
    """What is read is not at hand."""


class SparseFile(io.RawIOBase):
    """A file of `size` bytes, for libraries that read files.

    A read beyond the pieces raises Absent, and `wanted` is then what was asked for, as (start, length): a library may put an
    exception of its own in the place of ours.
    """

    def __init__(self, size: int, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._size = size
        self._pieces = pieces
        self._position = 0
        self.wanted: tuple[int, int] | None = None

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def seekable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def tell(self) -> int:
        """See `io.RawIOBase`."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """See `io.RawIOBase`."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("a seek before the beginning")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """See `io.RawIOBase`."""
        start = self._position
        left = max(self._size - start, 0)
        length = left if size is None or size < 0 else min(size, left)
        data = self._at(start, length)
        self._position += length
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """See `io.RawIOBase`."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _at(self, start: int, length: int) -> bytes:
        for piece in self._pieces:
            begin = start - piece.start
            if length == 0 or 0 <= begin <= len(piece.data) - length:
                return piece.data[begin : begin + length] if length else b""
        self.wanted = start, length
        raise Absent(f"{length} bytes from {start}")

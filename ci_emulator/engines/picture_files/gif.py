"""GIF: the colours, the frames and what tells how these are shown."""

from __future__ import annotations

from ci_emulator.engines.picture_files.bare import Bare, Parts

SIGNATURES = (b"GIF87a", b"GIF89a")

_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9
_TRAILER = b"\x3b"
_BYTES_PER_PIXEL = 6  # a later frame is painted in colours and with opacity


class _Walk:
    """Steps over the parts of a GIF; a file that ends too early ends the walk."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = Parts()

    def byte(self, at: int) -> int:
        return self._data[at] if at < len(self._data) else 0

    def palette(self, flags: int) -> int:
        """Return the length of the palette that these flags announce."""
        return 3 << ((flags & 7) + 1) if flags & 0x80 else 0

    def blocks(self, at: int) -> int:
        """Return where a chain of data blocks that begins at `at` ends."""
        # A chain may be long: 255 bytes is the most that a block can hold.
        steps = 0
        while length := self.byte(at):
            at += length + 1
            steps += 1
            if steps % 16 == 0:
                self._parts.next()
        return at + 1


def bare(data: bytes, *, animated: bool) -> Bare:
    """Keep the screen, the palettes, and the first frame or, if `animated`, all of them with their control blocks.

    Raises:
        Damaged: more blocks than any picture has.
    """
    walk = _Walk(data)
    at = 13 + walk.palette(walk.byte(10))
    kept = [data[:at]]
    parts = Parts()
    while at < len(data):
        parts.next()
        begin = at
        kind = data[at]
        if kind == _EXTENSION:
            at = walk.blocks(begin + 2)
            if walk.byte(begin + 1) == _CONTROL:
                kept.append(data[begin:at])
        elif kind == _IMAGE:
            at = walk.blocks(begin + 11 + walk.palette(walk.byte(begin + 9)))
            kept.append(data[begin:at])
            if not animated:
                break
        elif kind == _TRAILER[0]:
            break
        else:  # bytes between blocks, which no reader minds
            at += 1
    # An incomplete file stays incomplete.
    ending = _TRAILER if at <= len(data) else b""
    return Bare(b"".join(kept) + ending, 1, _BYTES_PER_PIXEL)

"""PNG: the chunks that make pixels."""

from __future__ import annotations

from ci_emulator.engines.picture_files.bare import Bare, Parts
from ci_emulator.engines.picture_files.exif import orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_TRANSPARENCY = b"tRNS"
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_BYTES_PER_PIXEL = 6  # four as decoded, one of grey, one of opacity


def bare(data: bytes, *, animated: bool) -> Bare:
    """Keep the critical chunks, the transparency and, if `animated`, the frames; what follows IEND is no part of it.

    Raises:
        Damaged: more chunks than any picture has.
    """
    kept = [SIGNATURE]
    turned = 1
    parts = Parts()
    at = len(SIGNATURE)
    while at < len(data):
        parts.next()
        name = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        critical = not name[:1] or not name[0] & 0x20
        if critical or name == _TRANSPARENCY or (animated and name in _ANIMATION):
            kept.append(data[at:end])
        elif name == b"eXIf":
            turned = orientation(data[at + 8 : end - 4])
        if name == b"IEND":
            break
        at = end
    return Bare(b"".join(kept), turned, _BYTES_PER_PIXEL)

"""PNG: the chunks that make pixels."""

from __future__ import annotations

from ci_emulator.engines.picture_files.bare import Bare, Damaged, Parts
from ci_emulator.engines.picture_files.exif import orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_TRANSPARENCY = b"tRNS"
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_COLOUR_TYPE = 25  # where the header tells how pixels have colours
_BY_PALETTE = 3
_EMPTY = 12  # bytes of a chunk without content
_BYTES_PER_PIXEL = 6  # four as decoded, one of grey, one of opacity


def bare(data: bytes, *, animated: bool) -> Bare:
    """Keep the critical chunks, the transparency and, if `animated`, the frames; what follows IEND is no part of it.

    Raises:
        Damaged: more chunks than any picture has; colours by a palette that is not there.
    """
    kept = [SIGNATURE]
    turned = 1
    no_palette = data[_COLOUR_TYPE : _COLOUR_TYPE + 1] == bytes([_BY_PALETTE])
    parts = Parts()
    at = len(SIGNATURE)
    while at < len(data):
        parts.next()
        name = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name == b"PLTE" and end - at > _EMPTY:
            no_palette = False
        elif name == b"IDAT" and no_palette:
            # Pillow opens it in greys, and cannot save it again.
            raise Damaged("no palette")
        critical = not name[:1] or not name[0] & 0x20
        if critical or name == _TRANSPARENCY or (animated and name in _ANIMATION):
            kept.append(data[at:end])
        elif name == b"eXIf":
            turned = orientation(data[at + 8 : end - 4])
        if name == b"IEND":
            break
        at = end
    return Bare(b"".join(kept), turned, _BYTES_PER_PIXEL)

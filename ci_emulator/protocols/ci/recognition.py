"""QR codes and bar codes in a picture, as Cloud Infinite is asked for them and answers (spec: ci.md sections 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.params import Param, choice, integer
from ci_emulator.core.registry import MiB
from ci_emulator.engines.codes.model import Code, Kinds, Point, Reading
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml import Content

#: What codes are read in, by Pillow's names, and the most bytes of it.
FORMATS = frozenset({"PNG", "JPEG"})
LARGEST = 3 * MiB
#: Width and height must be above it.
SMALLEST_SIDE = 50
#: No picture is wider: a larger tile is none.
_WIDEST = 2**31 - 1

PARAMS = (
    Param("cover", choice("0", "1"), "`0` or `1`", default="0", about="1 puts a mosaic over the codes"),
    Param(
        "bar-type",
        choice("0", "1", "2"),
        "`0`, `1` or `2`",
        default="0",
        about="0 all codes, 1 QR codes and other two-dimensional ones, 2 bar codes",
    ),
    Param(
        "segment",
        choice("0", "1"),
        "`0` or `1`",
        default="0",
        about="1 also reads a large picture in pieces",
    ),
    Param(
        "size", integer(500), "integer", default=1000, about="the side of a piece in pixels, with segment=1"
    ),
)

_ONLY: dict[str, Kinds | None] = {"0": None, "1": "matrix", "2": "linear"}


class Recognised(msgspec.Struct, frozen=True):
    """The codes of a picture; `covered` is the picture with a mosaic over them, None when nobody asked for that."""

    reading: Reading
    covered: bytes | None


async def recognise(
    services: Services, picture: bytes, options: Mapping[str, Any], *, tenant: str
) -> Recognised:
    """Read the codes of a picture file, and cover them; `options` are the values of `PARAMS`.

    Raises:
        Refusal: IMAGE_TOO_MANY_BYTES, IMAGE_TOO_FEW_PIXELS, and those of `Codes.read` and `Pictures.cover`.
    """
    if len(picture) > LARGEST:
        raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=LARGEST)
    tile = min(options["size"], _WIDEST) if options["segment"] == "1" else None
    reading = await services.codes.read(picture, formats=FORMATS, tile=tile, tenant=tenant)
    if min(reading.width, reading.height) <= SMALLEST_SIDE:
        raise Refusal(Kind.IMAGE_TOO_FEW_PIXELS, limit=SMALLEST_SIDE)
    # All codes are looked for whatever is asked for: so no question finds what another does not, and the mosaic can keep
    # off the codes that are not to be covered.
    only = _ONLY[options["bar-type"]]
    wanted = tuple(code for code in reading.codes if code.symbology.matches(only))
    others = tuple(code for code in reading.codes if not code.symbology.matches(only))
    covered = None
    if options["cover"] == "1":
        covered = await services.pictures.cover(picture, wanted, others=others, tenant=tenant)
    return Recognised(msgspec.structs.replace(reading, codes=wanted), covered)


def described(reading: Reading) -> dict[str, Content]:
    """Return the elements CodeStatus and QRcodeInfo of an answer."""
    found: dict[str, Content] = {"CodeStatus": 1 if reading.codes else 0}
    if reading.codes:
        found["QRcodeInfo"] = [_info(code) for code in reading.codes]
    return found


def _info(code: Code) -> dict[str, Content]:
    left_top, right_top, right_bottom, left_bottom = code.corners
    # The order of the documented example, and exactly four: the SDK for C reads no more and no less.
    around = (left_top, left_bottom, right_bottom, right_top)
    return {"CodeUrl": code.text, "CodeLocation": {"Point": [_point(corner) for corner in around]}}


def _point(point: Point) -> str:
    return f"{round(point.x)},{round(point.y)}"

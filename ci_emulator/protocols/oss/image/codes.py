"""`image/codes`: the codes of a stored picture (aliyun.md sections 3.1 to 3.4)."""

from __future__ import annotations

from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.engines.codes.model import Code, Reading
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.oss.errors import EC_HEADER
from ci_emulator.protocols.oss.image import imm, source
from ci_emulator.protocols.oss.image.catalogue import OPERATIONS
from ci_emulator.protocols.services import Services

MOST = 5
"""The most codes of an answer; which ones is our choice: the first in reading order."""

#: By Pillow's names. Of an animation the first frame is read.
FORMATS = frozenset({"JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"})

_SMALLEST_SIDE = 40
_MEDIA_TYPE = "application/json;charset=utf-8"
_DONE = "0048-00000104"


async def codes(call: Call, services: Services) -> Reply:
    """Read the QR codes and bar codes of a picture.

    Raises:
        ApiError: Imm Client, and those of `source.load`.
    """

    def check(record: ObjectRecord) -> None:
        imm.check_bound(services)
        if record.size > source.LARGEST:
            raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=source.LARGEST)

    with imm.refusing(services):
        loaded = await source.load(call, services, check, OPERATIONS["codes"].beside)
        tenant = call.principal.appid or ""
        reading = await services.codes.read(loaded.data, formats=FORMATS, tenant=tenant)
        _check_size(reading)
    content = {
        "RequestId": imm.request_id(services),
        "Codes": [_described(code) for code in reading.codes[:MOST]],
    }
    return source.answer(loaded.record, content, (EC_HEADER, _DONE), media_type=_MEDIA_TYPE)


def _check_size(reading: Reading) -> None:
    width, height = reading.width, reading.height
    if max(width, height) > source.LONGEST_SIDE or width * height > source.MOST_PIXELS:
        raise Refusal(Kind.IMAGE_TOO_MANY_PIXELS)
    if min(width, height) < _SMALLEST_SIDE:
        raise Refusal(Kind.IMAGE_TOO_FEW_PIXELS, limit=_SMALLEST_SIDE)


def _described(code: Code) -> dict[str, Any]:
    """Return a code with the upright box around its corners, in pixels of the picture as a viewer sees it."""
    # Rounded as the other dialects round corners, so that the box is exactly the one around theirs.
    across = [round(corner.x) for corner in code.corners]
    down = [round(corner.y) for corner in code.corners]
    box = {
        "Width": max(across) - min(across),
        "Height": max(down) - min(down),
        "Left": min(across),
        "Top": min(down),
    }
    return {"Content": code.text, "Boundary": box}

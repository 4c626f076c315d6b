"""`?imageInfo`, `?exif`, `?imageAve`: what a stored picture tells about itself (spec: pictures.md A.8)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ci_emulator.core.errors import Kind
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.operations.objects import Loaded
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.ci.numbers import AT_DOWNLOAD, ERR_NO, numbered
from ci_emulator.protocols.ci.source import load
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

LARGEST = 32 * MiB
"""The most bytes of a picture."""

_LONGEST_SIDE = 50_000
_MOST_FRAMES = 300  # of a GIF
_MOST_PIXELS = 250_000_000  # of all frames together

# Where the format's name is not Pillow's in lower case.
_NAMES = {"JPEG2000": "jp2"}

_DECLARATION: Mapping[str, Any] = {"permission": "cos:GetObject", "access": "read"}


@action("object", "GET", "imageInfo", called="ImageInfo", **_DECLARATION)
async def image_info(call: Call, services: Services) -> Reply:
    """Tell format, size, frames, depth and resolution of a picture, as JSON."""
    loaded, facts = await _described(call, services)
    md5 = await asyncio.to_thread(hashlib.md5, loaded.data, usedforsecurity=False)
    told = {
        "format": _NAMES.get(facts.format, facts.format.lower()),
        "width": facts.width,
        "height": facts.height,
        "size": len(loaded.data),
        "md5": md5.hexdigest(),
        "dynamic_range": "unknow",  # so spelled, and told of the documented example, an ordinary JPEG
        "frame_count": facts.frames,
        "bit_depth": facts.bits,
        "vertical_dpi": facts.vertical_dpi,
        "horizontal_dpi": facts.horizontal_dpi,
    }
    return _answer(call, {name: str(value) for name, value in told.items()})


@action("object", "GET", "exif", called="Exif", **_DECLARATION)
async def exif(call: Call, services: Services) -> Reply:
    """Tell the EXIF tags of a picture, as JSON."""
    loaded, _ = await _described(call, services)
    with numbered(AT_DOWNLOAD):
        tags = await services.pictures.exif(loaded.data, tenant=_tenant(call))
    if not tags:
        return _json(call, b'{"error" : "no exif data"}')
    # The documented example is sorted by name.
    return _answer(call, {name: {"val": value} for name, value in sorted(tags.items())})


@action("object", "GET", "imageAve", called="ImageAve", **_DECLARATION)
async def image_average(call: Call, services: Services) -> Reply:
    """Tell the main colour of a picture, as JSON."""
    _, facts = await _described(call, services, average=True)
    red, green, blue = facts.average or (0, 0, 0)
    return _answer(call, {"RGB": f"0x{red:02x}{green:02x}{blue:02x}"})


async def _described(call: Call, services: Services, *, average: bool = False) -> tuple[Loaded, PictureFacts]:
    """Return the picture that a call names and what it tells about itself.

    Raises:
        Refusal: those of `switches.check`, `source.load` and `Pictures.describe`.
        ApiError: those of the same, numbered; ImageResolutionExceed over the documented limits.
    """
    await switches.check(services, call.place.bucket or "")
    with numbered(AT_DOWNLOAD):
        loaded = await load(call, services, largest=LARGEST)
        facts = await services.pictures.describe(loaded.data, average=average, tenant=_tenant(call))
    _check_resolution(facts)
    return loaded, facts


def _check_resolution(facts: PictureFacts) -> None:
    if facts.format == "GIF" and facts.frames > _MOST_FRAMES:
        reason = f"The image has more than {_MOST_FRAMES} frames."
    elif max(facts.width, facts.height) > _LONGEST_SIDE:
        reason = f"Width and height of the image must not be more than {_LONGEST_SIDE} pixels."
    elif facts.width * facts.height * facts.frames > _MOST_PIXELS:
        reason = f"The frames of the image have more than {_MOST_PIXELS} pixels."
    else:
        return
    number = AT_DOWNLOAD[Kind.IMAGE_TOO_MANY_PIXELS]
    raise fail("ImageResolutionExceed", reason, headers={ERR_NO: number})


def _tenant(call: Call) -> str:
    return call.principal.appid or ""


def _answer(call: Call, content: Mapping[str, object]) -> Reply:
    # A blank behind every comma and colon, as in the examples; text beyond ASCII as it is.
    return _json(call, json.dumps(content, ensure_ascii=False).encode())


def _json(call: Call, body: bytes) -> Reply:
    return Reply(headers=headers(call, "application/json"), body=body)

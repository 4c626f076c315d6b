"""`image/average-hue`: the main colour of a stored picture (pictures.md section C.3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss.image import engine, source
from ci_emulator.protocols.services import Services


async def average_hue(call: Call, services: Services) -> Reply:
    """Tell the main colour of a picture.

    Raises:
        ApiError: those of `engine.describe`.
    """
    loaded, facts = await engine.describe(call, services, average=True)
    red, green, blue = facts.average or (0, 0, 0)
    return source.answer(loaded.record, {"RGB": f"0x{red:02x}{green:02x}{blue:02x}"})

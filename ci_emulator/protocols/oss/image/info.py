"""`image/info`: what a stored picture tells about itself (pictures.md section B.5)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.protocols.oss.image import engine, source
from ci_emulator.protocols.services import Services

_INCHES = "2"


async def info(call: Call, services: Services) -> Reply:
    """Tell format, size and EXIF tags of a picture, each value a text, sorted by name.

    Width and height are those of the stored pixels: the EXIF orientation, which would turn them, is told beside them.

    Raises:
        ApiError: those of `engine.describe`.
    """
    loaded, facts = await engine.describe(call, services)
    told: dict[str, str] = {}
    if facts.format != "PNG":  # whose EXIF is documented not to be told
        with engine.refusing(loaded.data):
            tags = await services.pictures.exif(loaded.data, tenant=call.principal.appid or "")
        told = _resolution(facts) | tags
    told |= {
        "FileSize": str(len(loaded.data)),
        "Format": engine.FORMATS[facts.format],
        "FrameCount": str(facts.frames),
        "ImageHeight": str(facts.height),
        "ImageWidth": str(facts.width),
    }
    return source.answer(loaded.record, {name: {"value": told[name]} for name in sorted(told)})


def _resolution(facts: PictureFacts) -> dict[str, str]:
    """Return the resolution that a file tells outside EXIF."""
    if not (facts.horizontal_dpi and facts.vertical_dpi):
        return {}
    return {
        "ResolutionUnit": _INCHES,
        "XResolution": f"{facts.horizontal_dpi}/1",
        "YResolution": f"{facts.vertical_dpi}/1",
    }

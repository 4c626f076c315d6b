"""What the picture engine of OSS takes, and how it refuses a picture (aliyun.md section 3.3, pictures.md sections B.2 and B.9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.engines.picture_files.formats import format_of
from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.operations.objects import Loaded
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.oss.image import source
from ci_emulator.protocols.services import Services

#: Pillow's name of a format and that of OSS.
FORMATS = {
    "JPEG": "jpg",
    "PNG": "png",
    "BMP": "bmp",
    "GIF": "gif",
    "WEBP": "webp",
    "TIFF": "tiff",
    "AVIF": "avif",
}

#: The longest side in pixels where it is not the usual one, and the EC of what is longer.
_SIDES: dict[str, tuple[int, str]] = {
    "TIFF": (16_384, "0040-00000018"),
    "JPEG": (source.LONGEST_SIDE, "0040-00000019"),
    "AVIF": (10_000, "0040-00000014"),
}
_PIXELS = "0040-00000012"

_UNREADABLE = frozenset({Kind.IMAGE_EMPTY, Kind.IMAGE_UNREADABLE})
_FAILED = frozenset({Kind.ENGINE_FAILED, Kind.ENGINE_TIMEOUT})


async def describe(call: Call, services: Services, *, average: bool = False) -> tuple[Loaded, PictureFacts]:
    """Return the picture that a call names and what it tells about itself, with its main colour if asked for.

    Raises:
        ApiError: BadRequest for what is no picture, ImageDamage, ImageTooLarge, and those of `source.load`.
    """
    loaded = await source.load(call, services, _check_bytes)
    tenant = call.principal.appid or ""
    with refusing(loaded.data):
        facts = await services.pictures.describe(loaded.data, average=average, tenant=tenant)
    if facts.format not in FORMATS:
        raise fail("BadRequest", variant="format")
    _check_size(facts)
    return loaded, facts


@contextmanager
def refusing(picture: bytes) -> Iterator[None]:
    """Turn refusals of a picture into the engine's own.

    Raises:
        ApiError: BadRequest, ImageDamage, ImageTooLarge.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.kind in _UNREADABLE and format_of(picture) not in FORMATS:
            raise fail("BadRequest", variant="format") from refusal
        if refusal.kind in _UNREADABLE | _FAILED:
            raise fail("ImageDamage") from refusal
        if refusal.kind is Kind.IMAGE_TOO_MANY_PIXELS:
            most = refusal.facts.get("max_pixels", str(source.MOST_PIXELS))
            raise _too_large(f"{most} pixels", _PIXELS) from refusal
        raise


def _check_bytes(record: ObjectRecord) -> None:
    if record.size > source.LARGEST:
        raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=source.LARGEST)


def _check_size(facts: PictureFacts) -> None:
    longest, ec = _SIDES.get(facts.format, (source.LONGEST_SIDE, ""))
    if max(facts.width, facts.height) > longest:
        raise _too_large(f"{longest} pixels a side", ec)
    if facts.width * facts.height * facts.frames > source.MOST_PIXELS:
        raise _too_large(f"{source.MOST_PIXELS} pixels", _PIXELS)


def _too_large(limit: str, ec: str) -> ApiError:
    message = f"Maximal size of image supported is {limit}."
    return fail("ImageTooLarge", message, headers={EC_HEADER: ec} if ec else {})

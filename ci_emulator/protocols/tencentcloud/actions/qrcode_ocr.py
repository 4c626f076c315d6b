"""QrcodeOCR: read the codes in a picture (spec: tencentcloud-api3.md section 2)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from ci_emulator.core.fetching import Fetcher, FetchError, TooLarge
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.core.registry import MiB
from ci_emulator.engines.codes.model import Code, Point
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.answers import answer
from ci_emulator.protocols.tencentcloud.errors import fail
from ci_emulator.protocols.tencentcloud.regions import Regions
from ci_emulator.protocols.tencentcloud.registry import action
from ci_emulator.protocols.tencentcloud.type_names import has_position, type_name

#: The formats that are documented, by Pillow's names.
FORMATS = frozenset({"PNG", "JPEG"})
FETCH_SECONDS = 3.0
_LONGEST_DIAGNOSIS = 300

PARAMS = (
    Param("ImageBase64", text(), "base64", about="the picture: PNG, JPG or JPEG, as base64"),
    Param("ImageUrl", text(), "URL", about="where the picture is; wins when both are given"),
)

_CORNERS = ("LeftTop", "RightTop", "RightBottom", "LeftBottom")


@dataclass(frozen=True, slots=True)
class Limits:
    """What was documented at a time: the most characters of base64, and the regions."""

    base64: int
    regions: Regions

    @property
    def bytes(self) -> int:
        """The most bytes of a file whose base64 is within the limit."""
        return self.base64 // 4 * 3


LIMITS = {
    "current": Limits(10 * MiB, Regions()),
    "2018": Limits(3 * MiB, Regions(frozenset({"ap-beijing", "ap-guangzhou"}), required=True)),
}


@action("ocr", "QrcodeOCR", params=PARAMS, regions=lambda config: LIMITS[config.qrcode_ocr_limits].regions)
async def qrcode_ocr(call: Call, services: Services) -> Reply:
    """Read the QR codes and bar codes in a picture."""
    limits = LIMITS[services.config.qrcode_ocr_limits]
    picture = await _picture(call, services.fetcher, limits)
    reading = await services.codes.read(picture, formats=FORMATS, tenant=call.principal.appid or "")
    if not reading.codes and services.config.qrcode_ocr_nothing == "error":
        raise fail("FailedOperation.ImageNoText")
    return answer(
        call,
        {
            "CodeResults": [_result(code) for code in reading.codes],
            "ImgSize": {"Wide": reading.width, "High": reading.height},
        },
    )


async def _picture(call: Call, fetcher: Fetcher, limits: Limits) -> bytes:
    """Return the picture that is given; a URL wins, even one that cannot be fetched."""
    url, encoded = call.params["ImageUrl"], call.params["ImageBase64"]
    if url:
        try:
            return await fetcher.fetch(
                url, limit=limits.bytes, seconds=FETCH_SECONDS, asked_of=call.target.authority
            )
        except TooLarge:
            raise fail("LimitExceeded.TooLargeFileError") from None
        except FetchError as error:
            call.diagnosis = f"ImageUrl: {str(error)[:_LONGEST_DIAGNOSIS]}"
            raise fail("FailedOperation.DownLoadError") from None
    if not encoded:
        raise fail("InvalidParameterValue.InvalidParameterValueLimit")
    if len(encoded) > limits.base64:
        raise fail("LimitExceeded.TooLargeFileError")
    return decode(encoded)


def decode(encoded: str) -> bytes:
    """Decode base64 as clients write it: with a `data:` prefix, line breaks, or without padding.

    Raises:
        ApiError: FailedOperation.ImageDecodeFailed for what is no base64.
    """
    if encoded[:5].lower() == "data:":
        _, comma, encoded = encoded.partition(",")
        if not comma:
            raise fail("FailedOperation.ImageDecodeFailed")
    compact = "".join(encoded.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise fail("FailedOperation.ImageDecodeFailed") from None


def _result(code: Code) -> dict[str, Any]:
    placed = has_position(code.symbology)
    return {
        "TypeName": type_name(code.symbology),
        "Url": code.text,
        "Position": {
            name: _coord(corner) if placed else {"X": -1, "Y": -1}
            for name, corner in zip(_CORNERS, code.corners, strict=True)
        },
    }


def _coord(point: Point) -> dict[str, int]:
    return {"X": round(point.x), "Y": round(point.y)}

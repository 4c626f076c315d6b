"""What `GET /<key>?ci-process=QRcode` says, as cos-python-sdk-v5 gives it to its caller."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from PIL import Image, ImageOps
from qcloud_cos import CosS3Client
from sdk_pictures import codes_in

Points = list[tuple[int, int]]


class Found(NamedTuple):
    """One code; the points are in the order of QrcodeOCR: top left, top right, bottom right, bottom left."""

    text: str
    points: Points


def codes_of(answer: dict[str, Any]) -> list[Found]:
    """Return the codes of an answer without its root element, and check that its parts agree with one another."""
    infos = answer.get("QRcodeInfo", [])
    if isinstance(infos, dict):
        infos = [infos]  # the SDK makes no list of an element that does not repeat
    assert answer["CodeStatus"] == ("1" if infos else "0")
    return [_code(info) for info in infos]


def _code(info: dict[str, Any]) -> Found:
    assert list(info) == ["CodeUrl", "CodeLocation"]
    assert list(info["CodeLocation"]) == ["Point"]
    left_top, left_bottom, right_bottom, right_top = (_point(text) for text in info["CodeLocation"]["Point"])
    return Found(info["CodeUrl"], [left_top, right_top, right_bottom, left_bottom])


def _point(text: str) -> tuple[int, int]:
    x, y = (int(number) for number in text.split(","))
    assert text == f"{x},{y}"
    return x, y


def recognise(client: CosS3Client, bucket: str, key: str, **options: Any) -> list[Found]:
    """Return the codes of an object, without a mosaic; `options` are those of `ci_get_object_qrcode`."""
    _, answer = client.ci_get_object_qrcode(Bucket=bucket, Key=key, Cover=0, **options)
    assert "ResultImage" not in answer
    return codes_of(answer)


def texts(found: list[Found]) -> list[str]:
    """Return what the codes say, in their order."""
    return [code.text for code in found]


def picture_in(answer: dict[str, Any]) -> Image.Image:
    """Return the picture of an answer with a mosaic."""
    return Image.open(io.BytesIO(base64.b64decode(answer["ResultImage"], validate=True)))


def still_readable(image: Image.Image) -> list[tuple[str, str]]:
    """Return (symbology, text) of each code that a viewer's reader finds, on white and on black."""
    seen = ImageOps.exif_transpose(image).convert("RGBA")
    return [
        code
        for ground in ("white", "black")[: 1 if seen.getextrema()[3] == (255, 255) else 2]
        for code in codes_in(Image.alpha_composite(Image.new("RGBA", seen.size, ground), seen))
    ]


def near(points: Points, real: Sequence[Sequence[float]], tolerance: float = 3) -> bool:
    """Whether four points lie where they should, one by one."""
    return len(points) == len(real) == 4 and all(
        abs(x - real_x) <= tolerance and abs(y - real_y) <= tolerance
        for (x, y), (real_x, real_y) in zip(points, real, strict=True)
    )

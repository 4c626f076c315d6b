"""Looking at the pictures that the emulator makes, with readers of other people's."""

import base64
import io
import json
from typing import Any

import zxingcpp
from PIL import Image
from sdk_clients import PICTURES


def picture_of(answer: dict[str, Any]) -> Image.Image:
    """Return the picture of a `ci_qrcode_generate` answer, which has nothing but the picture."""
    assert set(answer) == {"ResultImage"}
    return png(base64.b64decode(answer["ResultImage"], validate=True))


def png(data: bytes) -> Image.Image:
    """Open a picture, which must be a PNG of one bit a pixel."""
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode) == ("PNG", "1")
    return image


def codes_in(image: Image.Image) -> list[tuple[str, str]]:
    """Return (symbology, text) of each code that zxing-cpp reads."""
    found = zxingcpp.read_barcodes(image.convert("L"), text_mode=zxingcpp.TextMode.Plain)
    return [(code.format.name, code.text) for code in found]


MANIFEST: dict[str, dict[str, Any]] = {
    picture["file"]: picture
    for picture in json.loads((PICTURES / "manifest.json").read_text(encoding="utf-8"))["pictures"]
}

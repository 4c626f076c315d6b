"""OpenCV's own QR and EAN readers: the last resort, and only where OpenCV is installed.

Its QR detector is given pictures of at most 1600 px (`read.py`): on a dense one of 12 megapixels it runs for 30 s. Its
bar code reader often takes other linear codes for an EAN, so a wrong check digit is not accepted (spec engines.md A1).
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ci_emulator.engines.codes.geometry import edges_of_pixels
from ci_emulator.engines.codes.model import Code, Kinds, Symbology
from ci_emulator.engines.codes.retail import canonical

if TYPE_CHECKING:
    from PIL import Image

# All of them provide the module cv2.
_DISTRIBUTIONS = (
    "opencv-python-headless",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-contrib-python",
)

# OpenCV's names, with the number of digits that its text has.
_RETAIL = {
    "EAN_13": (Symbology.EAN_13, 13),
    "EAN_8": (Symbology.EAN_8, 8),
    "UPC_A": (Symbology.UPC_A, 12),
}


@cache
def status() -> str:
    """Return the version of OpenCV, or `absent: ` and the reason; does not import it."""
    if find_spec("cv2") is None or find_spec("numpy") is None:
        return "absent: OpenCV is not installed"
    for name in _DISTRIBUTIONS:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "unknown version"


def read(image: Image.Image, only: Kinds | None) -> list[Code]:
    """Return the QR codes and the EAN and UPC-A codes of an 8-bit grey picture."""
    import numpy

    cv2 = prepared()
    pixels = numpy.asarray(image)
    codes: list[Code] = []
    for kind, find in (("matrix", _qr_codes), ("linear", _retail_codes)):
        if only not in {None, kind}:
            continue
        try:
            codes += find(cv2, pixels)
        except (cv2.error, UnicodeDecodeError):
            continue  # OpenCV asserts on some flat pictures, and its bindings on texts that are not UTF-8
    return codes


@cache
def prepared() -> Any:
    """Return the module cv2, set up for a worker: one thread, since there is a worker for each core, and silent."""
    import cv2

    cv2.setNumThreads(1)
    # Else it writes to stderr about every code with an ECI.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2


def _qr_codes(cv2: Any, pixels: Any) -> list[Code]:
    found, payloads, quads, _ = cv2.QRCodeDetectorAruco().detectAndDecodeBytesMulti(pixels)
    if not found:
        return []
    return [
        Code(_text(payload), payload, Symbology.QR_CODE, edges_of_pixels(quad.tolist()), "opencv")
        for payload, quad in zip(payloads, quads, strict=True)
        if payload
    ]


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.decode("latin-1")


def _retail_codes(cv2: Any, pixels: Any) -> list[Code]:
    found, texts, types, quads = cv2.barcode.BarcodeDetector().detectAndDecodeWithType(pixels)
    if not found:
        return []
    codes = []
    for text, type_, quad in zip(texts, types, quads, strict=True):
        symbology, digits = _RETAIL.get(type_, (Symbology.OTHER, 0))
        if len(text) != digits or not _has_check_digit(text):
            continue
        symbology, text = canonical(symbology, text)
        bottom_left, top_left, top_right, bottom_right = quad.tolist()
        corners = edges_of_pixels([top_left, top_right, bottom_right, bottom_left])
        codes.append(Code(text, text.encode(), symbology, corners, "opencv"))
    return codes


def _has_check_digit(text: str) -> bool:
    """Tell whether the last digit is the check digit of the GS1 numbers: weights 1 and 3 from the right."""
    if not (text and text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(text))) % 10 == 0

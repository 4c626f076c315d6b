"""Codes by zxing-cpp: the fast writer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes import code128

_BYTE_ORDER_MARK = "\ufeff"

# Pixels to modules.
_BLACK_AND_WHITE = bytes([1]) + bytes(255)


def qr(content: str) -> Sequence[bytes]:
    """Return the modules of a QR code, error correction level M, smallest version that holds the content.

    Text beyond ASCII is written as UTF-8 with its ECI; left to itself zxing-cpp takes Latin-1 or Shift_JIS where it can,
    which some readers cannot decode (spec engines.md part E). Where that does not fit it may still take those.

    Raises:
        Refusal: CONTENT_TOO_LONG.
    """
    import zxingcpp

    if content.startswith(_BYTE_ORDER_MARK):
        content = _BYTE_ORDER_MARK + content  # zxing-cpp 3.1.1 drops the first one
    charsets: Sequence[dict[str, str]] = ({},) if content.isascii() else ({"eci": "UTF-8"}, {})
    for charset in charsets:
        try:
            # Without a level it raises the error correction as far as the version allows.
            symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **charset)
        except ValueError:
            continue
        return _rows(symbol)
    raise Refusal(Kind.CONTENT_TOO_LONG, length=len(content))


def ean_13(digits: str) -> bytes:
    """Return the bars and spaces of an EAN-13 for its first 12 digits, one byte a module; the check digit is computed."""
    import zxingcpp

    return _rows(zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13))[0]


def code_128(content: str) -> bytes:
    """Return the bars and spaces of a Code 128; refusals as `code128.symbol_characters`."""
    import zxingcpp

    code128.symbol_characters(content)  # the same limits as the other writer, whatever this library allows
    return _rows(zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Code128))[0]


def _rows(symbol: Any) -> list[bytes]:
    """Return the modules of a symbol drawn at one pixel a module: 1 where the pixel is black."""
    pixels = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))
    modules = pixels.tobytes().translate(_BLACK_AND_WHITE)
    width = len(modules) // len(pixels)
    return [modules[start : start + width] for start in range(0, len(modules), width)]

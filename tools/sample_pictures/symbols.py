"""Module patterns of the symbologies, as the writers make them.

QR codes come from `qrcode` (UTF-8 bytes without ECI, as the service writes them), the others from zxing-cpp's writer.
"""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
import zxingcpp
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

_FORMATS = {
    "DATA_MATRIX": zxingcpp.BarcodeFormat.DataMatrix,
    "PDF_417": zxingcpp.BarcodeFormat.PDF417,
    "AZTEC": zxingcpp.BarcodeFormat.Aztec,
    "EAN_13": zxingcpp.BarcodeFormat.EAN13,
    "EAN_8": zxingcpp.BarcodeFormat.EAN8,
    "EAN_2": zxingcpp.BarcodeFormat.EAN2,
    "UPC_A": zxingcpp.BarcodeFormat.UPCA,
    "UPC_E": zxingcpp.BarcodeFormat.UPCE,
    "CODE_39": zxingcpp.BarcodeFormat.Code39,
    "CODE_93": zxingcpp.BarcodeFormat.Code93,
    "CODE_128": zxingcpp.BarcodeFormat.Code128,
}


@dataclass(frozen=True)
class Symbol:
    """A code before it is drawn.

    `modules` is a mode "L" picture with one pixel per module, 0 = dark, without a quiet zone. A linear code has one
    row; a PDF417 has each of its rows as often as a module is high in the standard's 3:1 proportion.
    """

    text: str
    symbology: str
    modules: Image.Image


def qr(text: str) -> Symbol:
    """A QR code of the smallest version that carries the text at error correction level M."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text.encode(), optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    pixels = bytes(0 if dark else 255 for row in rows for dark in row)
    return Symbol(text, "QR_CODE", Image.frombytes("L", (len(rows[0]), len(rows)), pixels))


def matrix(text: str, symbology: str) -> Symbol:
    """A (square) Data Matrix, PDF417 or Aztec code."""
    return Symbol(text, symbology, _written(text, symbology))


def linear(text: str, symbology: str) -> Symbol:
    """A linear code; of a retail code the text is the digits as printed, check digit included."""
    pattern = _written(text, symbology)
    return Symbol(text, symbology, pattern.crop((0, 0, pattern.width, 1)))


def _written(text: str, symbology: str) -> Image.Image:
    # Data Matrix has rectangular sizes too; force_square keeps to the ones everybody knows.
    choice = {"force_square": True} if symbology == "DATA_MATRIX" else {}
    barcode = zxingcpp.create_barcode(text, _FORMATS[symbology], **choice)
    return Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False))

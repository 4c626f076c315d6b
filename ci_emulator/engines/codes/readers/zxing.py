"""zxing-cpp: the main reader (spec engines.md, "What follows for us")."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ci_emulator.engines.codes.geometry import corners, edges_of_pixels, is_clockwise
from ci_emulator.engines.codes.model import Code, Corners, Kinds, Symbology

if TYPE_CHECKING:
    from PIL import Image

_SYMBOLOGIES = {
    "QRCode": Symbology.QR_CODE,
    "QRCodeModel1": Symbology.QR_CODE,
    "QRCodeModel2": Symbology.QR_CODE,
    "MicroQRCode": Symbology.MICRO_QR_CODE,
    "RMQRCode": Symbology.RMQR_CODE,
    "DataMatrix": Symbology.DATA_MATRIX,
    "PDF417": Symbology.PDF_417,
    "CompactPDF417": Symbology.PDF_417,
    "MicroPDF417": Symbology.MICRO_PDF_417,
    "Aztec": Symbology.AZTEC,
    "AztecCode": Symbology.AZTEC,
    "AztecRune": Symbology.AZTEC,
    "MaxiCode": Symbology.MAXICODE,
    "EAN13": Symbology.EAN_13,
    "ISBN": Symbology.EAN_13,
    "EAN8": Symbology.EAN_8,
    "EAN5": Symbology.EAN_5,
    "EAN2": Symbology.EAN_2,
    "UPCE": Symbology.UPC_E,
    "Code39": Symbology.CODE_39,
    "Code39Std": Symbology.CODE_39,
    "Code39Ext": Symbology.CODE_39,
    "Code32": Symbology.CODE_39,
    "PZN": Symbology.CODE_39,
    "Code93": Symbology.CODE_93,
    "Code128": Symbology.CODE_128,
    "ITF": Symbology.ITF,
    "ITF14": Symbology.ITF,
    "Codabar": Symbology.CODABAR,
    "DataBar": Symbology.DATABAR,
    "DataBarOmni": Symbology.DATABAR,
    "DataBarStk": Symbology.DATABAR,
    "DataBarStkOmni": Symbology.DATABAR,
    "DataBarLtd": Symbology.DATABAR_LIMITED,
    "DataBarExp": Symbology.DATABAR_EXPANDED,
    "DataBarExpStk": Symbology.DATABAR_EXPANDED,
    "Telepen": Symbology.TELEPEN,
    "TelepenAlpha": Symbology.TELEPEN,
    "TelepenNumeric": Symbology.TELEPEN,
    "DXFilmEdge": Symbology.DX_FILM_EDGE,
}


def status() -> str:
    """Return the version of zxing-cpp, which is always installed."""
    return version("zxing-cpp")


def read(image: Image.Image, only: Kinds | None) -> list[Code]:
    """Return the codes of an 8-bit grey picture.

    A UPC-A symbol arrives as an EAN-13 of 13 digits with a leading 0 and cannot be told from one (measured with
    zxing-cpp 3.1.1: also `symbology`, `symbology_identifier` and `extra` are equal), so it is reported as EAN_13.
    A UPC-E symbol arrives expanded to 13 digits; its own 8 digits, which `extra` holds, are reported.
    """
    import zxingcpp

    del only  # a bar code inside a QR code is recognised as an accident only when both are looked for
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return [_code(barcode) for barcode in found]


def _code(barcode: Any) -> Code:
    symbology = _SYMBOLOGIES.get(barcode.format.name, Symbology.OTHER)
    text, raw = barcode.text, barcode.bytes
    if symbology is Symbology.UPC_E:
        text = (barcode.extra or {}).get("UPCE", text)
        raw = text.encode()
    return Code(text, raw, symbology, _corners(barcode.position, symbology), "zxing")


def _corners(position: Any, symbology: Symbology) -> Corners:
    points = [
        (float(point.x), float(point.y))
        for point in (
            position.top_left, position.top_right, position.bottom_right, position.bottom_left
        )
    ]  # fmt: skip
    # Measured: corners of matrix codes are edges, those of bar codes and MaxiCode name the outermost pixels.
    if symbology is Symbology.MAXICODE:
        return edges_of_pixels(points)
    if not symbology.is_linear:
        return corners(points)
    # Also measured: for a bar code the "top" is that of the picture even when the code lies on its head.
    if not is_clockwise(points):
        points = [points[3], points[2], points[1], points[0]]
    return edges_of_pixels(points)

"""zxing-cpp: the main reader (spec engines.md, "What follows for us")."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from ci_emulator.engines.codes.geometry import corners, edges_of_pixels, is_clockwise
from ci_emulator.engines.codes.model import Code, Corners, Kinds, Symbology
from ci_emulator.engines.codes.retail import ADD_ONS, RETAIL, canonical, split_off

SYMBOLOGIES = {
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
}
"""The symbology of each of zxing-cpp's formats, by its name."""


def status() -> str:
    """Return the version of zxing-cpp, which is always installed."""
    return version("zxing-cpp")


def read(image: Any, only: Kinds | None, formats: Any = None) -> list[Code]:
    """Return the codes of an 8-bit grey picture: a PIL image, or an array of shape (height, width).

    `formats` are zxing-cpp's own, all when None. How retail codes are told apart: see `codes.retail`.
    """
    del only  # a bar code inside a QR code is recognised as an accident only when both are looked for
    return codes_of(look(image, formats))


def look(image: Any, formats: Any = None, *, invert: bool = True, unread: bool = False) -> list[Any]:
    """Return what zxing-cpp finds in a picture, in its own types.

    `invert` tells to look for light codes on dark ground too, which takes a third of the time; `unread` to return places
    as well where a code was located but not decoded.
    """
    import zxingcpp

    found: list[Any] = zxingcpp.read_barcodes(
        image,
        **({} if formats is None else {"formats": formats}),
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=invert,
        return_errors=unread,
        ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Read,
    )
    return found


def codes_of(found: Iterable[Any]) -> list[Code]:
    """Return the codes among what `look` found, each add-on behind the code that it belongs to.

    The edges of films are left out: stripes and noise have many of those.
    """
    wanted = (barcode for barcode in found if barcode.valid and barcode.format.name != "DXFilmEdge")
    return [code for barcode in wanted for code in _codes(barcode)]


def _codes(barcode: Any) -> list[Code]:
    """Return what zxing-cpp takes for one bar code: a retail code and its add-on are two."""
    symbology = SYMBOLOGIES.get(barcode.format.name, Symbology.OTHER)
    corners_ = _corners(barcode.position, symbology)
    if symbology not in RETAIL:
        return [Code(barcode.text, barcode.bytes, symbology, corners_, "zxing")]
    extra = barcode.extra or {}
    add_on = extra.get("EanAddOn", "")
    symbology, text = canonical(symbology, extra.get("UPCE", barcode.text.removesuffix(add_on)))
    if len(add_on) not in ADD_ONS:
        add_on = ""  # seen: a single digit
    main, beside = split_off(corners_, symbology, len(add_on))
    codes = [Code(text, text.encode(), symbology, main, "zxing")]
    if add_on:
        codes.append(Code(add_on, add_on.encode(), ADD_ONS[len(add_on)], beside, "zxing"))
    return codes


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

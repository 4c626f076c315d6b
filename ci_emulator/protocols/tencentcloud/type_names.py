"""How QrcodeOCR names symbologies, and which of them get a position (spec: tencentcloud-api3.md section 2.2)."""

from __future__ import annotations

from ci_emulator.engines.codes.model import Symbology

#: The documented names; a symbology that the action does not document keeps its canonical name.
TYPE_NAMES: dict[Symbology, str] = {
    Symbology.QR_CODE: "QR_CODE",
    Symbology.MICRO_QR_CODE: "QR_CODE",
    Symbology.DATA_MATRIX: "DATA_MATRIX",
    Symbology.PDF_417: "PDF_417",
    Symbology.EAN_13: "EAN-13",
    Symbology.EAN_8: "EAN-8",
    Symbology.EAN_2: "EAN-2",
    Symbology.UPC_A: "UPC-A",
    Symbology.UPC_E: "UPC-E",
    Symbology.CODE_39: "CODE-39",
    Symbology.CODE_93: "CODE-93",
    Symbology.CODE_128: "CODE-128",
}


def type_name(symbology: Symbology) -> str:
    """Return the TypeName of a symbology."""
    return TYPE_NAMES.get(symbology, symbology.value)


def has_position(symbology: Symbology) -> bool:
    """Whether a code has a position; the service documents -1 for all coordinates of a linear code."""
    return not symbology.is_linear

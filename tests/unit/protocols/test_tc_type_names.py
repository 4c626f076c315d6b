"""How QrcodeOCR names symbologies (spec: tencentcloud-api3.md section 2.2)."""

from __future__ import annotations

import pytest

from ci_emulator.engines.codes.model import Symbology
from ci_emulator.protocols.tencentcloud.type_names import TYPE_NAMES, has_position, type_name

#: The values of the SDK's documentation, without WX_CODE: there is no reader for mini-program codes.
DOCUMENTED = {
    *("QR_CODE", "DATA_MATRIX", "PDF_417"),
    *("EAN-13", "EAN-8", "EAN-2", "UPC-A", "UPC-E", "CODE-39", "CODE-93", "CODE-128"),
}


def test_every_documented_name_can_be_given() -> None:
    assert set(TYPE_NAMES.values()) == DOCUMENTED


@pytest.mark.parametrize("symbology", Symbology)
def test_a_symbology_without_a_documented_name_keeps_its_own(symbology: Symbology) -> None:
    name = type_name(symbology)
    assert name in DOCUMENTED or name == symbology.value


@pytest.mark.parametrize("symbology", Symbology)
def test_linear_codes_have_no_position(symbology: Symbology) -> None:
    matrix = {
        "QR_CODE",
        "MICRO_QR_CODE",
        "RMQR_CODE",
        "DATA_MATRIX",
        "PDF_417",
        "MICRO_PDF_417",
        "AZTEC",
        "MAXICODE",
    }
    assert has_position(symbology) is (symbology.value in matrix)

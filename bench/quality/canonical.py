"""One spelling for texts that readers legitimately report differently; the same for every contender and the truth."""

from __future__ import annotations

from bench.quality.texts import upc_e_as_upc_a
from ci_emulator.engines.codes.model import Symbology

_RETAIL = frozenset({Symbology.EAN_13, Symbology.EAN_8, Symbology.UPC_A, Symbology.UPC_E})
_DATABAR = frozenset({Symbology.DATABAR, Symbology.DATABAR_LIMITED})
_GTIN_DIGITS = 14
_UPC_E_DIGITS = 8


def canonical(symbology: Symbology, text: str) -> tuple[str, str]:
    """Return a family of symbologies and the text as all of its readers could have said it.

    UPC-A is an EAN-13 with a leading 0 and UPC-E a short way of writing some of those, so retail codes become 14 digits;
    DataBar's GTIN loses the application identifier 01; GS1 brackets, Codabar's start and stop and separators go.
    """
    if symbology in _RETAIL:
        return "retail", _gtin(symbology, text)
    if symbology in _DATABAR:
        plain = _without_brackets(text)
        if len(plain) == _GTIN_DIGITS + 2 and plain.startswith("01"):
            plain = plain[2:]
        return symbology.value, plain
    if symbology is Symbology.DATABAR_EXPANDED:
        return symbology.value, _without_brackets(text)
    if symbology is Symbology.CODABAR:
        return symbology.value, text.strip("ABCDabcd")
    return symbology.value, text


def _gtin(symbology: Symbology, text: str) -> str:
    digits = text.split(" ")[0].split("+")[0]
    if symbology is Symbology.UPC_E and len(digits) == _UPC_E_DIGITS and digits.isdigit():
        digits = upc_e_as_upc_a(digits)
    return digits.zfill(_GTIN_DIGITS) if digits.isdigit() else text


def addon_of(text: str) -> str:
    """Return the digits that a reader put behind a retail code and a blank or a plus sign; empty when there are none."""
    for mark in (" ", "+"):
        _, found, addon = text.partition(mark)
        if found:
            return addon.strip()
    return ""


def _without_brackets(text: str) -> str:
    return text.translate(str.maketrans("", "", "()[]\x1d"))

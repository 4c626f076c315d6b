"""The mosaic over every kind of code, however it lies."""

from __future__ import annotations

import pytest
import zxingcpp
from mosaic_checks import TEXT, covered, drawn, everything_read, opened, saved, turned
from PIL import Image

FORMATS = zxingcpp.BarcodeFormat
SYMBOLS = {
    "qr": (FORMATS.QRCode, TEXT),
    "qr-large": (FORMATS.QRCode, TEXT * 12),
    "micro-qr": (FORMATS.MicroQRCode, "1234567"),
    "rmqr": (FORMATS.RMQRCode, "rmqr 1234567"),
    "data-matrix-smallest": (FORMATS.DataMatrix, "1"),
    "data-matrix": (FORMATS.DataMatrix, TEXT * 3),
    "aztec": (FORMATS.Aztec, "AZTEC 1"),
    "pdf-417": (FORMATS.PDF417, "M1SAMPLE/TRAVELLER " * 3),
    "maxicode": (FORMATS.MaxiCode, "MAXI 1234567"),
    "ean-13": (FORMATS.EAN13, "2001234567893"),
    "ean-8": (FORMATS.EAN8, "20123451"),
    "upc-a": (FORMATS.UPCA, "412345678903"),
    "upc-e": (FORMATS.UPCE, "01234565"),
    "code-128": (FORMATS.Code128, "BOX-0042-A"),
    "code-39": (FORMATS.Code39, "A1-42X"),
    "code-93": (FORMATS.Code93, "SHELF-B7"),
    "itf": (FORMATS.ITF, "12345678901231"),
    "codabar": (FORMATS.Codabar, "A1234567B"),
    "databar": (FORMATS.DataBarOmni, "0112345678901231"),
    "databar-expanded": (FORMATS.DataBarExp, "[01]98898765432106"),
}


def tilted(symbol: Image.Image) -> Image.Image:
    """The symbol seen from the side: its right edge is farther away."""
    width, height = symbol.size
    out = Image.new("L", (width + 40, height + 40), 200)
    coefficients = (1.18, 0.0, -20.0, 0.08, 1.1, -26.0, 0.18 / width, 0.0)
    seen = symbol.transform(
        out.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=235
    )
    out.paste(seen, (0, 0))
    return out


# No reader finds a MaxiCode that lies at 45 degrees.
LYING = [
    (name, degrees) for name in SYMBOLS for degrees in (0, 17, 45, 90) if (name, degrees) != ("maxicode", 45)
]


@pytest.mark.parametrize(("name", "degrees"), LYING)
def test_nobody_reads_a_covered_code(name: str, degrees: int) -> None:
    format_, content = SYMBOLS[name]
    data = saved(turned(drawn(format_, content), degrees))

    result = covered(data)

    assert everything_read(result) == set()
    assert opened(result).size == opened(data).size


@pytest.mark.parametrize("name", ["qr", "qr-large", "data-matrix", "aztec", "pdf-417", "ean-13", "code-128"])
def test_nobody_reads_a_covered_code_seen_from_the_side(name: str) -> None:
    format_, content = SYMBOLS[name]
    assert everything_read(covered(saved(tilted(drawn(format_, content, 6))))) == set()


@pytest.mark.parametrize("scale", [2, 3, 10, 24])
@pytest.mark.parametrize("name", ["qr", "data-matrix-smallest", "ean-13"])
def test_nobody_reads_a_covered_code_of_any_size(name: str, scale: int) -> None:
    format_, content = SYMBOLS[name]
    assert everything_read(covered(saved(turned(drawn(format_, content, scale), 0)))) == set()

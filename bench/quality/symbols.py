"""One maker for each symbology: a text and its pattern, drawn by zxing-cpp's writer (Chinese QR codes by `qrcode`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import zxingcpp

from bench.quality import texts
from bench.quality.truth import Grey
from ci_emulator.engines.codes.model import Symbology

_FORMATS = zxingcpp.BarcodeFormat
_DARK, _LIGHT = 0, 255

# How much lower than the bars of the main symbol those of an add-on begin, in modules.
_ADDON_DROP = 8
_GUARD_OVERHANG = 5


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol without quiet zone.

    `pattern` has `pitch` pixels a module; the code's own place in it is `box` (left, top, right, bottom), which
    leaves out an add-on. `caption` is what is printed below the bars, empty for matrix codes. `quiet` is in modules.
    """

    symbology: Symbology
    text: str
    pattern: Grey
    quiet: float
    caption: str = ""
    addon: str = ""
    pitch: float = 1.0
    main_columns: int = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        height, width = self.pattern.shape
        return 0.0, 0.0, float(self.main_columns or width), float(height)

    @property
    def modules(self) -> float:
        """The longer side in modules."""
        return float(max(self.pattern.shape)) / self.pitch


def _drawn(content: str, kind: Any, **options: Any) -> Grey:
    image = zxingcpp.create_barcode(content, kind, **options).to_image(scale=1, add_quiet_zones=False)
    return np.asarray(image, dtype=np.uint8)


def _matrix(
    symbology: Symbology, kind: Any, text: str, quiet: float, pitch: float = 1.0, **options: Any
) -> Symbol:
    return Symbol(symbology, text, _drawn(text, kind, **options), quiet, pitch=pitch)


def _qr(draw: Random) -> Symbol:
    level = draw.choice("LMQH")
    if draw.random() < 0.25:
        return _chinese_qr(texts.chinese(draw), level)
    return _matrix(Symbology.QR_CODE, _FORMATS.QRCode, texts.message(draw), 4, ec_level=level)


def _chinese_qr(text: str, level: str) -> Symbol:
    # zxing-cpp would take Shift_JIS where it can; most writers put UTF-8 into the symbol without saying so.
    import qrcode
    from qrcode import constants

    code = qrcode.QRCode(
        error_correction=getattr(constants, f"ERROR_CORRECT_{level}"), border=0, mask_pattern=len(text) % 8
    )
    code.add_data(text.encode())
    code.make(fit=True)
    pattern = np.where(np.array(code.get_matrix(), dtype=bool), _DARK, _LIGHT).astype(np.uint8)
    return Symbol(Symbology.QR_CODE, text, pattern, 4)


def _micro_qr(draw: Random) -> Symbol:
    text = texts.digits(draw, draw.randint(4, 20)) if draw.random() < 0.6 else texts.upper(draw, 3, 10)
    return _matrix(Symbology.MICRO_QR_CODE, _FORMATS.MicroQRCode, text, 2)


def _rmqr(draw: Random) -> Symbol:
    return _matrix(Symbology.RMQR_CODE, _FORMATS.RMQRCode, texts.upper(draw, 4, 20), 2)


def _data_matrix(draw: Random) -> Symbol:
    text = texts.message(draw) if draw.random() < 0.3 else texts.upper(draw, 4, 30)
    return _matrix(Symbology.DATA_MATRIX, _FORMATS.DataMatrix, text, 2)


def _pdf_417(draw: Random) -> Symbol:
    return _matrix(Symbology.PDF_417, _FORMATS.PDF417, texts.upper(draw, 8, 60), 3)


def _micro_pdf_417(draw: Random) -> Symbol:
    return _matrix(Symbology.MICRO_PDF_417, _FORMATS.MicroPDF417, texts.upper(draw, 4, 24), 3)


def _aztec(draw: Random) -> Symbol:
    text = texts.message(draw) if draw.random() < 0.4 else texts.upper(draw, 4, 50)
    return _matrix(Symbology.AZTEC, _FORMATS.Aztec, text, 2)


def _maxicode(draw: Random) -> Symbol:
    # Drawn with about five pixels a hexagon, 30 of them in a row.
    pattern = _drawn(text := texts.upper(draw, 5, 40), _FORMATS.MaxiCode)
    return Symbol(Symbology.MAXICODE, text, pattern, 2, pitch=pattern.shape[1] / 30)


def _bars(symbology: Symbology, kind: Any, text: str, draw: Random, caption: str | None = None) -> Symbol:
    """Stretch the bars to a height of a quarter to two thirds of their length."""
    row = _drawn(text, kind)[0]
    pattern = np.tile(_trimmed(row[np.newaxis])[0], (max(15, int(len(row) * draw.uniform(0.25, 0.65))), 1))
    return Symbol(symbology, text, pattern, 10, caption=text if caption is None else caption)


def _trimmed(pattern: Grey) -> Grey:
    """Cut off light columns and rows: what a code measures is from its first bar to its last."""
    rows, columns = np.nonzero(pattern == _DARK)
    return pattern[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _retail(symbology: Symbology, kind: Any, text: str, draw: Random, addon: str = "") -> Symbol:
    """Bars of equal height, or with guard bars that reach further down beside the digits."""
    drawn = _drawn(f"{text} {addon}".strip(), kind)
    bars, guards = drawn[0], drawn[-1]
    width = int(np.nonzero(bars == _DARK)[0].max()) + 1
    height = int(width * draw.uniform(0.3, 0.7))
    overhang = _GUARD_OVERHANG if draw.random() < 0.6 else 0
    guard_row = guards.copy()
    guard_row[width:] = _LIGHT
    pattern = np.vstack([np.tile(bars, (height, 1)), np.tile(guard_row, (overhang, 1))])
    if addon:
        pattern[_ADDON_DROP:, width:] = guards[width:]
    return Symbol(
        symbology, text, pattern.astype(np.uint8), 11, caption=text, addon=addon, main_columns=width
    )


def _ean_13(draw: Random) -> Symbol:
    text = texts.with_check_digit(draw.choice("123456789") + texts.digits(draw, 11))
    if draw.random() < 0.2:
        return _retail(Symbology.EAN_13, _FORMATS.EAN13, text, draw, texts.digits(draw, draw.choice((2, 5))))
    return _retail(Symbology.EAN_13, _FORMATS.EAN13, text, draw)


def _ean_8(draw: Random) -> Symbol:
    return _retail(Symbology.EAN_8, _FORMATS.EAN8, texts.with_check_digit("9" + texts.digits(draw, 6)), draw)


def _upc_a(draw: Random) -> Symbol:
    return _retail(Symbology.UPC_A, _FORMATS.UPCA, texts.with_check_digit(texts.digits(draw, 11)), draw)


def _upc_e(draw: Random) -> Symbol:
    return _retail(Symbology.UPC_E, _FORMATS.UPCE, texts.upc_e(draw), draw)


def _code_39(draw: Random) -> Symbol:
    return _bars(Symbology.CODE_39, _FORMATS.Code39, texts.upper(draw, 4, 12), draw)


def _code_93(draw: Random) -> Symbol:
    return _bars(Symbology.CODE_93, _FORMATS.Code93, texts.upper(draw, 4, 14), draw)


def _code_128(draw: Random) -> Symbol:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/"
    return _bars(Symbology.CODE_128, _FORMATS.Code128, texts.characters(draw, 4, 20, alphabet), draw)


def _itf(draw: Random) -> Symbol:
    return _bars(Symbology.ITF, _FORMATS.ITF, texts.digits(draw, 2 * draw.randint(3, 8)), draw)


def _codabar(draw: Random) -> Symbol:
    start, stop = draw.choice("ABCD"), draw.choice("ABCD")
    text = start + texts.digits(draw, draw.randint(5, 12)) + stop
    return _bars(Symbology.CODABAR, _FORMATS.Codabar, text, draw, caption=text[1:-1])


def _databar(draw: Random) -> Symbol:
    body = texts.digits(draw, 13)
    text = texts.with_check_digit(body)
    if draw.random() < 0.15:
        pattern = _trimmed(_drawn(text, _FORMATS.DataBarStkOmni))
        return Symbol(Symbology.DATABAR, text, pattern, 3, caption=f"(01){text}")
    return _bars(Symbology.DATABAR, _FORMATS.DataBarOmni, text, draw, caption=f"(01){text}")


def _databar_limited(draw: Random) -> Symbol:
    text = texts.with_check_digit(draw.choice("01") + texts.digits(draw, 12))
    return _bars(Symbology.DATABAR_LIMITED, _FORMATS.DataBarLtd, text, draw, caption=f"(01){text}")


def _databar_expanded(draw: Random) -> Symbol:
    item = texts.with_check_digit(texts.digits(draw, 13))
    more = f"[10]{texts.upper(draw, 3, 8)}" if draw.random() < 0.5 else ""
    content = f"[01]{item}{more}"
    kind = _FORMATS.DataBarExpStk if draw.random() < 0.25 else _FORMATS.DataBarExp
    text = content.replace("[", "").replace("]", "")
    caption = content.replace("[", "(").replace("]", ")")
    return Symbol(Symbology.DATABAR_EXPANDED, text, _trimmed(_drawn(content, kind)), 3, caption=caption)


MAKERS: dict[Symbology, Callable[[Random], Symbol]] = {
    Symbology.QR_CODE: _qr,
    Symbology.MICRO_QR_CODE: _micro_qr,
    Symbology.RMQR_CODE: _rmqr,
    Symbology.DATA_MATRIX: _data_matrix,
    Symbology.PDF_417: _pdf_417,
    Symbology.MICRO_PDF_417: _micro_pdf_417,
    Symbology.AZTEC: _aztec,
    Symbology.MAXICODE: _maxicode,
    Symbology.EAN_13: _ean_13,
    Symbology.EAN_8: _ean_8,
    Symbology.UPC_A: _upc_a,
    Symbology.UPC_E: _upc_e,
    Symbology.CODE_39: _code_39,
    Symbology.CODE_93: _code_93,
    Symbology.CODE_128: _code_128,
    Symbology.ITF: _itf,
    Symbology.CODABAR: _codabar,
    Symbology.DATABAR: _databar,
    Symbology.DATABAR_LIMITED: _databar_limited,
    Symbology.DATABAR_EXPANDED: _databar_expanded,
}


def make(symbology: Symbology, draw: Random) -> Symbol:
    """Make a symbol of a kind, with a text of its own."""
    return MAKERS[symbology](draw)

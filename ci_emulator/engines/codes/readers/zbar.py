"""zbar through pyzbar: a fallback that needs the shared library libzbar (spec engines.md, parts A and "Chinese text").

`pyzbar.decode` leaves zbar's charset guesser on, which garbles 14 of 23 short Chinese texts, and gives the convex hull
of a code, which loses its direction; so this module speaks to zbar through pyzbar's thin wrapper.
"""

from __future__ import annotations

import ctypes
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.model import Code, Corners, Kinds, Symbology
from ci_emulator.engines.codes.retail import canonical

if TYPE_CHECKING:
    from PIL import Image

# zbar.h: zbar_symbol_type_t; by default UPC-A is reported as the EAN-13 that it is.
_UPC_E = 9
_QR_CODE = 64
_SYMBOLOGIES = {
    2: Symbology.EAN_2,
    5: Symbology.EAN_5,
    8: Symbology.EAN_8,
    _UPC_E: Symbology.UPC_E,
    12: Symbology.UPC_A,
    13: Symbology.EAN_13,
    14: Symbology.EAN_13,
    25: Symbology.ITF,
    34: Symbology.DATABAR,
    35: Symbology.DATABAR_EXPANDED,
    38: Symbology.CODABAR,
    39: Symbology.CODE_39,
    57: Symbology.PDF_417,
    _QR_CODE: Symbology.QR_CODE,
    93: Symbology.CODE_93,
    128: Symbology.CODE_128,
}

# zbar.h: zbar_config_t. ZBAR_CFG_BINARY (zbar 0.23.1) has the number that pyzbar calls CFG_NUM.
_ENABLE = 0
_BINARY = 4

# The image format "Y800": 8-bit grey.
_Y800 = int.from_bytes(b"Y800", "little")


class _Symbol(NamedTuple):
    """What zbar reports; `orientation` in quarter turns clockwise, -1 when unknown; points in pixels."""

    type: int
    data: bytes
    orientation: int
    points: tuple[tuple[int, int], ...]


@cache
def status() -> str:
    """Return the version of libzbar, or `absent: ` and the reason."""
    try:
        wrapper = _wrapper()
        major, minor, patch = ctypes.c_uint(0), ctypes.c_uint(0), ctypes.c_uint(0)
        library = wrapper.load_libzbar()
        library.zbar_version(ctypes.byref(major), ctypes.byref(minor), ctypes.byref(patch))
    except ModuleNotFoundError:
        return "absent: pyzbar is not installed"
    except (ImportError, OSError):
        return "absent: libzbar not found"
    return f"{major.value}.{minor.value}.{patch.value}"


def read(image: Image.Image, only: Kinds | None) -> list[Code]:
    """Return the codes of an 8-bit grey picture; two-dimensional ones are QR codes only."""
    del only  # zbar looks along the same scan lines whatever is asked for
    pixels = image.tobytes()
    symbols = _scan(pixels, image.size, binary=True)
    guessed: dict[tuple[tuple[int, int], ...], bytes] = {}
    if any(symbol.type == _QR_CODE and not _is_utf8(symbol.data) for symbol in symbols):
        # Kanji mode or a Latin-1 or Shift_JIS payload: now zbar's own charset handling is what we want.
        guessed = {symbol.points: symbol.data for symbol in _scan(pixels, image.size, binary=False)}
    codes = []
    for symbol in symbols:
        symbology = _SYMBOLOGIES.get(symbol.type, Symbology.OTHER)
        data = symbol.data if _is_utf8(symbol.data) else guessed.get(symbol.points, symbol.data)
        text = data.decode() if _is_utf8(data) else data.decode("latin-1")
        symbology, number = canonical(symbology, text)
        raw = symbol.data if number == text else number.encode()
        codes.append(Code(number, raw, symbology, _corners(symbol), "zbar"))
    return codes


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wrapper() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # the search for the shared library leaves things to the garbage collector
        from pyzbar import wrapper
    return wrapper


def _scan(pixels: bytes, size: tuple[int, int], *, binary: bool) -> list[_Symbol]:
    zbar = _wrapper()
    scanner = zbar.zbar_image_scanner_create()
    image = zbar.zbar_image_create()
    try:
        zbar.zbar_image_scanner_set_config(scanner, _QR_CODE, _BINARY, int(binary))
        zbar.zbar_image_scanner_set_config(scanner, _UPC_E, _ENABLE, 1)
        zbar.zbar_image_set_format(image, _Y800)
        zbar.zbar_image_set_size(image, *size)
        zbar.zbar_image_set_data(
            image, ctypes.cast(ctypes.c_char_p(pixels), ctypes.c_void_p), len(pixels), None
        )
        zbar.zbar_scan_image(scanner, image)
        symbols = []
        symbol = zbar.zbar_image_first_symbol(image)
        while symbol:
            symbols.append(_symbol(zbar, symbol))
            symbol = zbar.zbar_symbol_next(symbol)
        return symbols
    finally:
        zbar.zbar_image_destroy(image)
        zbar.zbar_image_scanner_destroy(scanner)


def _symbol(zbar: Any, symbol: Any) -> _Symbol:
    return _Symbol(
        symbol.contents.type,
        ctypes.string_at(zbar.zbar_symbol_get_data(symbol), zbar.zbar_symbol_get_data_length(symbol)),
        zbar.zbar_symbol_get_orientation(symbol) if zbar.zbar_symbol_get_orientation else -1,
        tuple(
            (zbar.zbar_symbol_get_loc_x(symbol, index), zbar.zbar_symbol_get_loc_y(symbol, index))
            for index in range(zbar.zbar_symbol_get_loc_size(symbol))
        ),
    )


def _corners(symbol: _Symbol) -> Corners:
    """Measured: four edge corners of a QR code, top left first, against the clock; scan line ends of a bar code."""
    if symbol.type == _QR_CODE and len(symbol.points) == 4:
        top_left, bottom_left, bottom_right, top_right = symbol.points
        return corners((top_left, top_right, bottom_right, bottom_left))
    columns = [x for x, _ in symbol.points] or [0]
    rows = [y for _, y in symbol.points] or [0]
    turns = max(symbol.orientation, 0)
    # Along the scan line zbar gives edges, across it the number of the last pixel.
    left, right = min(columns), max(columns) + turns % 2
    top, bottom = min(rows), max(rows) + 1 - turns % 2
    clockwise = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return corners(clockwise[turns:] + clockwise[:turns])

"""The readers that are compared: each takes a picture file and returns what it read, decoding included."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
import zxingcpp
from PIL import Image

from bench.quality.truth import Grey
from ci_emulator.config import Config
from ci_emulator.engines.codes.model import Symbology
from ci_emulator.engines.codes.read import read_codes
from ci_emulator.engines.codes.readers.zxing import SYMBOLOGIES

Points = tuple[tuple[float, float], ...]


class Found(NamedTuple):
    """One code that a contender reported. `ordered` is False where a library does not tell which corner is which."""

    text: str
    symbology: Symbology
    corners: Points
    ordered: bool = True


_MAX_PIXELS = Config().max_pixels


def chain(data: bytes) -> list[Found]:
    """The readers that the server uses unless told otherwise."""
    return _ours(data, Config().readers)


def preset(data: bytes) -> list[Found]:
    """The server with `readers=pyzbar,opencv`."""
    return _ours(data, ("pyzbar", "opencv"))


def _ours(data: bytes, readers: Sequence[str]) -> list[Found]:
    reading = read_codes(data, readers=readers, max_pixels=_MAX_PIXELS)
    return [
        Found(code.text, code.symbology, tuple((point.x, point.y) for point in code.corners))
        for code in reading.codes
    ]


def _grey(data: bytes) -> Grey:
    image = Image.open(io.BytesIO(data))
    image.draft("L", image.size)
    return np.asarray(image.convert("L"))


def zxing(data: bytes) -> list[Found]:
    """zxing-cpp alone, with its defaults except that control characters are not spelled out."""
    found = []
    for barcode in zxingcpp.read_barcodes(_grey(data), text_mode=zxingcpp.TextMode.Plain):
        place = barcode.position
        corners = tuple(
            (float(point.x), float(point.y))
            for point in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        )
        found.append(Found(barcode.text, SYMBOLOGIES.get(barcode.format.name, Symbology.OTHER), corners))
    return found


_PYZBAR = {
    "QRCODE": Symbology.QR_CODE,
    "EAN13": Symbology.EAN_13,
    "ISBN13": Symbology.EAN_13,
    "EAN8": Symbology.EAN_8,
    "EAN2": Symbology.EAN_2,
    "EAN5": Symbology.EAN_5,
    "UPCA": Symbology.UPC_A,
    "UPCE": Symbology.UPC_E,
    "CODE39": Symbology.CODE_39,
    "CODE93": Symbology.CODE_93,
    "CODE128": Symbology.CODE_128,
    "I25": Symbology.ITF,
    "CODABAR": Symbology.CODABAR,
    "DATABAR": Symbology.DATABAR,
    "DATABAR_EXP": Symbology.DATABAR_EXPANDED,
    "PDF417": Symbology.PDF_417,
}


def pyzbar(data: bytes) -> list[Found]:
    """`pyzbar.decode`; its polygon is a convex hull, so a corner of it has no name."""
    from pyzbar.pyzbar import decode

    found = []
    for symbol in decode(_grey(data)):
        corners = tuple((float(x), float(y)) for x, y in symbol.polygon)
        if len(corners) != 4:
            left, top, width, height = symbol.rect
            right, bottom = left + width, top + height
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        text = symbol.data.decode("utf-8", "replace")
        found.append(Found(text, _PYZBAR.get(symbol.type, Symbology.OTHER), corners, ordered=False))
    return found


def opencv(data: bytes) -> list[Found]:
    """OpenCV's QRCodeDetectorAruco and barcode.BarcodeDetector; what they throw counts as nothing found."""
    pixels = _grey(data)
    found: list[Found] = []
    for detect in (_opencv_qr, _opencv_bars):
        try:
            found += detect(pixels)
        except (cv2.error, UnicodeDecodeError):
            continue
    return found


def _opencv_qr(pixels: Grey) -> list[Found]:
    there, payloads, quads, _ = cv2.QRCodeDetectorAruco().detectAndDecodeBytesMulti(pixels)
    if not there:
        return []
    return [
        Found(payload.decode("utf-8", "replace"), Symbology.QR_CODE, _points(quad))
        for payload, quad in zip(payloads, quads, strict=True)
        if payload
    ]


def _opencv_bars(pixels: Grey) -> list[Found]:
    there, read, types, quads = cv2.barcode.BarcodeDetector().detectAndDecodeWithType(pixels)
    if not there:
        return []
    found = []
    for text, kind, quad in zip(read, types, quads, strict=True):
        if text:
            bottom_left, top_left, top_right, bottom_right = _points(quad)
            symbology = Symbology(kind) if kind in Symbology.__members__ else Symbology.OTHER
            found.append(Found(text, symbology, (top_left, top_right, bottom_right, bottom_left)))
    return found


def _points(quad: Any) -> Points:
    return tuple((float(x), float(y)) for x, y in quad)


CONTENDERS: dict[str, Callable[[bytes], list[Found]]] = {
    "chain": chain,
    "preset": preset,
    "zxing": zxing,
    "pyzbar": pyzbar,
    "opencv": opencv,
}


def prepare() -> None:
    """Load what the contenders need, and let each compute in one thread only."""
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

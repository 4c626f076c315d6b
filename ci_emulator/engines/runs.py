"""What the jobs of `engines.jobs` do; imported by the workers only."""

from __future__ import annotations

import os

from ci_emulator.engines.codes import read, write
from ci_emulator.engines.codes.model import Reading
from ci_emulator.engines.jobs import Picture, Ping, Pong, ReadCodes, WriteBarcode, WriteQr


def ping(_request: Ping) -> Pong:
    """Answer."""
    return Pong(os.getpid())


def read_codes(request: ReadCodes) -> Reading:
    """Read the codes of a picture; raises the Refusals of `codes.read.read_codes`."""
    return read.read_codes(
        request.data,
        readers=request.readers,
        formats=request.formats,
        max_pixels=request.max_pixels,
        only=request.only,
        seconds=request.seconds,
    )


def write_qr(request: WriteQr) -> Picture:
    """Draw a QR code; raises the Refusals of `codes.write.write_qr`."""
    return Picture(
        write.write_qr(request.content, request.width, writer=request.writer, max_width=request.max_width)
    )


def write_barcode(request: WriteBarcode) -> Picture:
    """Draw a bar code; raises the Refusals of `codes.write.write_barcode`."""
    return Picture(
        write.write_barcode(
            request.content,
            request.width,
            symbology=request.symbology,
            writer=request.writer,
            max_width=request.max_width,
        )
    )


def warm_up() -> None:
    """Draw a code and read it, so that the libraries are loaded and have worked once."""
    read.read_codes(write.write_qr("warm", 100), max_pixels=100 * 100)

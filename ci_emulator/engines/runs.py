"""What the jobs of `engines.jobs` do; imported by the workers only."""

from __future__ import annotations

import os

from ci_emulator.engines.archive_model import Answer
from ci_emulator.engines.codes import read, write
from ci_emulator.engines.codes.model import Reading
from ci_emulator.engines.jobs import (
    CoverCodes,
    Describe,
    ListArchive,
    Picture,
    Ping,
    Pong,
    ReadCodes,
    ReadExif,
    WriteBarcode,
    WriteQr,
)
from ci_emulator.engines.picture_model import Exif, PictureFacts


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
        tile=request.tile,
    )


def cover_codes(request: CoverCodes) -> Picture:
    """Put a mosaic over codes; raises the Refusals of `mosaic.cover`."""
    from ci_emulator.engines import mosaic

    return Picture(
        mosaic.cover(
            request.data,
            request.codes,
            others=request.others,
            readers=request.readers,
            max_pixels=request.max_pixels,
        )
    )


def describe(request: Describe) -> PictureFacts:
    """Describe a picture file; raises the Refusals of `picture_facts.describe`."""
    from ci_emulator.engines import picture_facts

    return picture_facts.describe(request.data, average=request.average, max_pixels=request.max_pixels)


def read_exif(request: ReadExif) -> Exif:
    """Read the EXIF tags of a picture file; raises the Refusals of `picture_exif.read_exif`."""
    from ci_emulator.engines import picture_exif

    return picture_exif.read_exif(request.data)


def list_archive(request: ListArchive) -> Answer:
    """List an archive, or tell which bytes are needed for that; see `archives.list_archive`."""
    from ci_emulator.engines import archives

    return archives.list_archive(request.size, request.pieces, request.seconds)


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

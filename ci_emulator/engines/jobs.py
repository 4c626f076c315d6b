"""The jobs of the recognition workers: one row and one request type each.

The server imports this module, so it names the code behind a job (`engines.runs`) by path only.
"""

from __future__ import annotations

import msgspec

from ci_emulator.engines.archive_model import Answer, Piece
from ci_emulator.engines.codes.model import Code, Kinds, Reading
from ci_emulator.engines.codes.write import BarSymbology, Writer
from ci_emulator.engines.job_table import Job
from ci_emulator.engines.picture_model import Exif, PictureFacts


class Ping(msgspec.Struct, frozen=True):
    """Asks for an answer and nothing else."""


class Pong(msgspec.Struct, frozen=True):
    """`pid` is the worker's process id."""

    pid: int


class ReadCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `codes.read.read_codes`; `data` is the picture file."""

    data: bytes
    readers: tuple[str, ...]
    formats: frozenset[str] | None = None
    max_pixels: int
    only: Kinds | None = None
    seconds: float = 2.0
    tile: int | None = None


class CoverCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `mosaic.cover`; `data` is the picture file."""

    data: bytes
    codes: tuple[Code, ...]
    others: tuple[Code, ...] = ()
    readers: tuple[str, ...]
    max_pixels: int


class Describe(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `picture_facts.describe`; `data` is the picture file."""

    data: bytes
    average: bool
    max_pixels: int


class ReadExif(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `picture_exif.read_exif`; `data` is the picture file."""

    data: bytes


class ListArchive(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `archives.list_archive`; `size` is that of the archive in bytes."""

    size: int
    pieces: tuple[Piece, ...]
    seconds: float


class WriteQr(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `codes.write.write_qr`; `width` and `max_width` are in pixels."""

    content: str
    width: int
    writer: Writer
    max_width: int = 10_000


class WriteBarcode(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `codes.write.write_barcode`; `width` and `max_width` are in pixels."""

    content: str
    width: int
    symbology: BarSymbology
    writer: Writer
    max_width: int = 10_000


class Picture(msgspec.Struct, frozen=True):
    """An encoded picture."""

    data: bytes


JOBS = {
    "ping": Job("ci_emulator.engines.runs:ping", Ping, Pong),
    "read_codes": Job("ci_emulator.engines.runs:read_codes", ReadCodes, Reading),
    "cover_codes": Job("ci_emulator.engines.runs:cover_codes", CoverCodes, Picture),
    "describe": Job("ci_emulator.engines.runs:describe", Describe, PictureFacts),
    "read_exif": Job("ci_emulator.engines.runs:read_exif", ReadExif, Exif),
    "list_archive": Job("ci_emulator.engines.runs:list_archive", ListArchive, Answer),
    "write_qr": Job("ci_emulator.engines.runs:write_qr", WriteQr, Picture),
    "write_barcode": Job("ci_emulator.engines.runs:write_barcode", WriteBarcode, Picture),
}

ENGINES = "ci_emulator.engines.codes.chain:available_stages"

WARM_UP = "ci_emulator.engines.runs:warm_up"

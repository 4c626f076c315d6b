"""The formats of archives that are listed, one reader each."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ci_emulator.engines.archive_model import Entry
from ci_emulator.engines.sparse_file import SparseFile

#: The most bytes that a gzip stream may become on the way through it, and that one header may ask for.
_MOST_UNPACKED = 2 * 1024**3
_LARGEST_READ = 1024 * 1024
_BLOCK = 512

#: Archives are listed with fewer entries than this.
MOST_ENTRIES = 1000


class OutOfTime(Exception):
    """The archive takes too long, or becomes too large on the way."""


class TooManyEntries(Exception):
    """There are `MOST_ENTRIES` or more."""


class PasswordNeeded(Exception):
    """Even the names are encrypted."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a format is listed: lazily, of a file, until a deadline (see `time.monotonic`).

    `whole` tells that all of the file has to be at hand.
    """

    format: str
    whole: bool
    entries: Callable[[SparseFile, float], Iterator[Entry]]


def find(head: bytes, file: SparseFile) -> Reader | None:
    """Return the reader of a file that begins with `head`, None when it is no archive."""
    if head.startswith(b"Rar!\x1a\x07"):
        return Reader("rar", whole=True, entries=_rar)
    if head.startswith(b"\x1f\x8b"):
        inner = zlib.decompressobj(wbits=31).decompress(head, _BLOCK)
        if _begins_tar(inner):
            return Reader("tar.gz", whole=True, entries=_tar_gz)
        return Reader("gz", whole=False, entries=_gz)
    if _begins_tar(head[:_BLOCK]):
        return Reader("tar", whole=True, entries=_tar)
    if zipfile.is_zipfile(file):
        return Reader("zip", whole=False, entries=_zip)
    return None


def _begins_tar(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # an archive of nothing
        return True
    except tarfile.HeaderError:
        return False
    return True


def _zip(file: SparseFile, deadline: float) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            yield Entry(_zip_name(info), info.file_size, info.date_time)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a name; without the flag for UTF-8 it is in whatever the writer's system used, in China mostly GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _gz(file: SparseFile, deadline: float) -> Iterator[Entry]:
    """Yield the one file, whose size (modulo 4 GiB) ends the archive."""
    flags, modified = struct.unpack("<3xBL2x", file.read(10))
    name = ""
    if flags & 4:
        file.seek(struct.unpack("<H", file.read(2))[0], io.SEEK_CUR)
    if flags & 8:
        begin = file.tell()
        file.seek(0)
        text = file.read(min(4096, begin + 1024))[begin:]
        name = text.partition(b"\0")[0].decode("latin-1")
    file.seek(-4, io.SEEK_END)
    yield Entry(name, struct.unpack("<L", file.read(4))[0], _utc(modified) if modified else None)


def _tar(file: SparseFile, deadline: float) -> Iterator[Entry]:
    return _members(file, deadline)


def _tar_gz(file: SparseFile, deadline: float) -> Iterator[Entry]:
    return _members(_Unpacked(file, deadline), deadline)


def _members(file: io.RawIOBase, deadline: float) -> Iterator[Entry]:
    with tarfile.open(fileobj=file, mode="r:", errors="surrogateescape") as archive:
        while (member := archive.next()) is not None:
            if time.monotonic() > deadline:
                raise OutOfTime
            name = _text(member.name) + ("/" if member.isdir() else "")
            yield Entry(name, member.size if member.isreg() else 0, _utc(member.mtime))


class _Unpacked(io.RawIOBase):
    """The bytes within a gzip file, read forwards only, within bounds."""

    def __init__(self, file: SparseFile, deadline: float) -> None:
        super().__init__()
        file.seek(0)
        self._bytes = gzip.GzipFile(fileobj=file)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._bytes.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._bytes.tell():
            raise OSError("forwards only")
        while offset > self._bytes.tell() and self.read(min(offset - self._bytes.tell(), _LARGEST_READ)):
            pass
        return self._bytes.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _LARGEST_READ:
            raise OSError("too much at once")
        if time.monotonic() > self._deadline or self._bytes.tell() > _MOST_UNPACKED:
            raise OutOfTime
        return self._bytes.read(size)


def _rar(file: SparseFile, deadline: float) -> Iterator[Entry]:
    import rarfile

    # A packed comment would be unpacked by whatever program is installed.
    rarfile.rar3_decompress = lambda *_, **__: b""
    seen = 0

    def count(_info: object) -> None:
        nonlocal seen
        seen += 1
        if seen > 2 * MOST_ENTRIES:  # there are other records than entries
            raise TooManyEntries
        if time.monotonic() > deadline:
            raise OutOfTime

    # Further volumes are files of their own, which nobody may name to a process of this server.
    with rarfile.RarFile(file, info_callback=count, errors="strict", part_only=True) as archive:
        entries = archive.infolist()
        if not entries and archive.needs_password():
            raise PasswordNeeded
        for info in entries:
            yield Entry(info.filename, info.file_size or 0, info.date_time)


def _utc(seconds: float) -> tuple[int, int, int, int, int, int] | None:
    try:
        moment = time.gmtime(seconds)
    except (ValueError, OverflowError, OSError):
        return None
    return moment[:6]


def _text(name: str) -> str:
    """Return a name of a tar archive, which is mostly UTF-8, and GBK where that makes no sense."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
    return name

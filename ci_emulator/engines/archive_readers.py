"""The formats of archives that are listed, one reader each."""

from __future__ import annotations

import gzip
import io
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from ci_emulator.engines.archive_model import Entry
from ci_emulator.engines.sparse_file import SparseFile

#: The most bytes that a gzip stream may become on the way through it, and that one header may ask for.
_MOST_UNPACKED = 2 * 1024**3
_LARGEST_READ = 1024 * 1024
_BLOCK = 512

#: The longest extended header and the longest name of a TAR: tarfile searches them in quadratic time.
_LONGEST_EXTENSION = 8192
_EXTENSIONS = frozenset({
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
})  # fmt: skip

#: The most bytes of all headers of a TAR together.
_MOST_HEADERS = 8 * 1024 * 1024

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
    headers = _Bounded(file, deadline, _MOST_HEADERS)  # nothing else of a TAR is read
    with tarfile.open(fileobj=headers, mode="r:", errors="surrogateescape", tarinfo=_Member) as archive:
        while (member := archive.next()) is not None:
            # Each holds a copy of what was told about all of them.
            archive.members.clear()  # type: ignore[attr-defined]
            name = _text(member.name) + ("/" if member.isdir() else "")
            yield Entry(name, member.size if member.isreg() else 0, _utc(member.mtime))


class _Member(tarfile.TarInfo):
    """A header that is refused before anything that belongs to it is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        longest = _LONGEST_EXTENSION if member.type in _EXTENSIONS else sys.maxsize
        if not 0 <= member.size <= longest:
            # Only this class itself is no end of the archive for tarfile.
            raise tarfile.HeaderError("a size that no member has")
        return member


class _Bounded(io.RawIOBase):
    """A file of which no more than so many bytes are read, until a deadline: libraries read on without an end."""

    def __init__(self, file: io.RawIOBase, deadline: float, most: int = sys.maxsize) -> None:
        super().__init__()
        self._file = file
        self._deadline = deadline
        self._left = most

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._deadline:
            raise OutOfTime
        data = self._file.read(-1 if size is None else size) or b""
        self._left -= len(data)
        if self._left < 0:
            raise TooManyEntries
        return data


class _Unpacked(io.RawIOBase):
    """The bytes within a gzip file, read forwards only, within bounds."""

    def __init__(self, file: SparseFile, deadline: float) -> None:
        super().__init__()
        file.seek(0)
        self._bytes = gzip.GzipFile(fileobj=_Bounded(file, deadline))

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
        if self._bytes.tell() > _MOST_UNPACKED:
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

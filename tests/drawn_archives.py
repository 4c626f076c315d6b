"""Archives made for tests; what no library here can write is written by hand."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

MODIFIED = (2021, 11, 21, 12, 30, 42)
#: The same, in unix seconds.
MODIFIED_SECONDS = 1637497842

Files = Iterable[tuple[str, bytes]]


def zip_of(files: Files, *, comment: bytes = b"") -> bytes:
    """Return a ZIP; zipfile writes names beyond ASCII in UTF-8 and says so."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, MODIFIED), data)
        archive.comment = comment
    return made.getvalue()


def zip_in(encoding: str, name: str) -> bytes:
    """Return a ZIP with one file whose name is in an encoding that nothing tells, as the Windows of its writer did."""
    raw = name.encode(encoding)
    place = "x" * len(raw)
    return zip_of([(place, b"content")]).replace(place.encode(), raw)


def tar_of(files: Files, **options: object) -> bytes:
    """Return a TAR."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", **options) as archive:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), MODIFIED_SECONDS
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def gz_of(data: bytes, name: str = "") -> bytes:
    """Return a GZ, with a name in its header or without."""
    made = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=made, mtime=MODIFIED_SECONDS if name else 0) as archive:
        archive.write(data)
    return made.getvalue()


def rar_of(files: Files, *, encrypted: bool = False, first_volume: bool = False) -> bytes:
    """Return a RAR 5 archive of files that are not packed; of an `encrypted` one only the first header."""
    made = b"Rar!\x1a\x07\x01\x00"
    if encrypted:
        return made + _rar_block(4, 0, bytes([0, 0, 15]) + bytes(16)) + bytes(64)
    made += _rar_block(1, 0, b"\0")
    for name, data in files:
        # flags: there are a time and a checksum; attributes, packing, system (Unix) and the name follow
        fields = _vint(0x2 | 0x4) + _vint(len(data)) + _vint(0o100644) + struct.pack("<L", MODIFIED_SECONDS)
        fields += struct.pack("<L", zlib.crc32(data)) + _vint(0) + _vint(1)
        fields += _vint(len(name.encode())) + name.encode()
        made += _rar_block(2, 2, fields, data)
    return made + _rar_block(5, 0, bytes([first_volume]))


def _rar_block(kind: int, flags: int, fields: bytes, data: bytes = b"") -> bytes:
    head = _vint(kind) + _vint(flags) + (_vint(len(data)) if flags & 2 else b"") + fields
    head = _vint(len(head)) + head
    return struct.pack("<L", zlib.crc32(head)) + head + data


def _vint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])

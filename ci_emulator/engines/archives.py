"""What is in an archive, told by its headers: nothing is unpacked but what has to be passed over on the way to them.

Archives come from strangers, so everything is bounded: the bytes that are read, the entries, their names, the time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from itertools import islice

from ci_emulator.engines import archive_readers as readers
from ci_emulator.engines.archive_model import Answer, Entry, Listed, NotListed, Piece, Wanted
from ci_emulator.engines.archive_readers import MOST_ENTRIES
from ci_emulator.engines.sparse_file import SparseFile

#: So much of the beginning tells the format.
_HEAD_BYTES = 512

#: Formats without a directory have to be read whole, and must be smaller than this.
LARGEST_WHOLE = 128 * 1024 * 1024

#: The largest directory that is read, and all names together.
_LARGEST_DIRECTORY = 8 * 1024 * 1024
_LONGEST_NAMES = 4 * 1024 * 1024

#: Formats that are documented or common and not read: how they begin, and what they are called.
_UNREAD = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}


def list_archive(size: int, pieces: tuple[Piece, ...], seconds: float) -> Answer:
    """List an archive of `size` bytes of which some pieces are known, or tell which bytes are needed too.

    It takes about `seconds` at most.
    """
    return Answer(_look(size, pieces, time.monotonic() + seconds))


def _look(size: int, pieces: tuple[Piece, ...], deadline: float) -> Wanted | Listed | NotListed:
    file = SparseFile(size, pieces)
    try:
        head = file.read(_HEAD_BYTES)
        for magic, name in _UNREAD.items():
            if head.startswith(magic):
                return NotListed("format", name)
        reader = readers.find(head, file)
        if reader is None:
            return NotListed("unreadable")
        if reader.whole and size >= LARGEST_WHOLE:
            return NotListed("size", reader.format)
        file.seek(0)
        if reader.whole:
            file.read()
            file.seek(0)
        return _listed(reader.entries(file, deadline))
    except readers.OutOfTime:
        return NotListed("time")
    except readers.TooManyEntries:
        return NotListed("entries")
    except readers.PasswordNeeded:
        return NotListed("password")
    except Exception:
        # The libraries raise whatever they stumble over, and some put it in the place of the exception of our file.
        if file.wanted is None:
            return NotListed("unreadable")
        start, length = file.wanted
        if length > (LARGEST_WHOLE if start == 0 else _LARGEST_DIRECTORY):
            return NotListed("entries")
        return Wanted(start, length)


def _listed(entries: Iterable[Entry]) -> Listed | NotListed:
    found = tuple(islice(entries, MOST_ENTRIES))
    if len(found) == MOST_ENTRIES or sum(len(entry.name) for entry in found) > _LONGEST_NAMES:
        return NotListed("entries")
    if not all(0 <= entry.size <= sys.maxsize for entry in found):
        return NotListed("unreadable")
    return Listed(found)

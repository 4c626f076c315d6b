"""The contents of archives as they are told, in types that travel between processes as msgpack."""

from __future__ import annotations

from typing import Literal

import msgspec

#: Why there is no list: no archive of a format that is read, or one that is damaged; one of a format that is known and not
#: read; too many entries; too many bytes for its format; longer than the time allows; a password that is needed, or wrong.
Problem = Literal["unreadable", "format", "entries", "size", "time", "password"]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A file or folder (its name ends with `/`) in an archive.

    `size` is in bytes, unpacked. `modified` holds year, month, day, hour, minute and second as the archive tells them, None
    when it tells none.
    """

    name: str
    size: int
    modified: tuple[int, int, int, int, int, int] | None = None


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of a file, from the offset `start`."""

    start: int
    data: bytes


class Wanted(msgspec.Struct, frozen=True, tag="wanted"):
    """Bytes that are needed to go on: `length` of them from the offset `start`."""

    start: int
    length: int


class Listed(msgspec.Struct, frozen=True, tag="listed"):
    """What is in an archive, in its own order."""

    entries: tuple[Entry, ...]


class NotListed(msgspec.Struct, frozen=True, tag="not-listed"):
    """Why an archive is not listed; `format` is what it is called, as far as that is known."""

    problem: Problem
    format: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a look into an archive came to."""

    result: Wanted | Listed | NotListed

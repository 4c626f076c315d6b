"""List objects, versions and uploads of a bucket page by page, folded at a delimiter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ci_emulator.core.ids import order_of_version
from ci_emulator.operations import versions
from ci_emulator.operations.keys import (
    before,
    key_of_object,
    key_prefix,
    object_id,
    past,
    upload_key,
    version_key,
    versions_of,
)
from ci_emulator.operations.records import (
    OBJECTS,
    UPLOADS,
    VERSIONS,
    ObjectRecord,
    UploadRecord,
    decode_object,
    decode_upload,
)
from ci_emulator.storage.base import Facts, FactsReader

Record = TypeVar("Record")

#: How many records are read where the next ones may all be folded into one.
_AT_A_FOLD = 16


@dataclass(frozen=True, slots=True)
class Version:
    """A version in a listing, and whether it is the one that a GET without a version sees."""

    record: ObjectRecord
    is_latest: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A page in UTF-8 byte order of the keys.

    When more follows, `last` is the last entry on the page: a record, or a common prefix; else it is None.
    """

    entries: tuple[Record, ...]
    prefixes: tuple[str, ...]
    last: Record | str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is listed: keys that begin with `prefix`, folded at `delimiter`, at most `limit` entries."""

    prefix: str = ""
    delimiter: str = ""
    limit: int = 1000


class _Walk(Protocol[Record]):
    """A walk over records in the order of their keys, which can skip all keys that begin with a text."""

    def skip(self, prefix: str) -> None:
        """Go on behind every key that begins with a text."""
        ...

    async def step(self, limit: int) -> list[tuple[str, Record]]:
        """Return the next (key, record) pairs, at most `limit` and none at the end only; go on behind them."""
        ...


class Listing:
    """Lists what the facts of a store say."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def objects(self, bucket: str, wanted: Wanted, *, marker: str = "") -> Page[ObjectRecord]:
        """Return the objects and common prefixes behind `marker`, which is exclusive (cos.md section 4.1, GET Bucket)."""
        walk = _Objects(self._facts, bucket, wanted.prefix, marker)
        return await _page(walk, wanted, marker)

    async def versions(
        self, bucket: str, wanted: Wanted, *, key_marker: str = "", version_marker: str = ""
    ) -> Page[Version]:
        """Return versions and delete markers, newest first within a key, behind the marker.

        With `version_marker` the versions of `key_marker` that are older than it follow first, without it none. The
        marker's version may have been deleted meanwhile; a `null` one is then not known, and its key is passed over.
        """
        order = newest = None
        if version_marker:
            order, newest = await self._facts.read(
                lambda reader: _orders(reader, bucket, key_marker, version_marker)
            )
        walk = _Versions(self._facts, bucket, wanted.prefix, key_marker, order, newest)
        return await _page(walk, wanted, key_marker if order is None else "")

    async def uploads(
        self, bucket: str, wanted: Wanted, *, key_marker: str = "", upload_marker: str = ""
    ) -> Page[UploadRecord]:
        """Return unfinished uploads behind the marker; with `upload_marker` those of `key_marker` with a higher id too."""
        walk = _Uploads(self._facts, bucket, wanted.prefix, key_marker, upload_marker)
        return await _page(walk, wanted, "" if upload_marker else key_marker)


def _orders(reader: FactsReader, bucket: str, key: str, version: str) -> tuple[int | None, int | None]:
    """Return the order of a version that a marker names, and that of the newest version of its key."""
    newest = versions.current(reader, bucket, key) or next(versions.others(reader, bucket, key), None)
    order = order_of_version(version)
    if order is None:
        found = versions.find(reader, bucket, key, version)
        order = found.order if found is not None else None
    return order, newest.order if newest is not None else None


async def _page(walk: _Walk[Record], wanted: Wanted, marker: str) -> Page[Record]:
    if wanted.limit <= 0:
        return Page((), (), None)
    if marker and _fold(marker, wanted) == marker:
        # The marker is a common prefix of the page before: all that it stands for is behind us.
        walk.skip(marker)
    entries: list[Record] = []
    prefixes: list[str] = []
    last: Record | str = ""
    size = _AT_A_FOLD if wanted.delimiter else wanted.limit + 1
    while rows := await walk.step(min(size, wanted.limit + 1 - len(entries) - len(prefixes))):
        for key, record in rows:
            if isinstance(last, str) and last and key.startswith(last):
                continue
            if len(entries) + len(prefixes) == wanted.limit:
                return Page(tuple(entries), tuple(prefixes), last)
            folded = _fold(key, wanted)
            if folded is not None:
                prefixes.append(folded)
                last = folded
            else:
                entries.append(record)
                last = record
        size *= 2
        if isinstance(last, str):
            # A folder may hold very many keys: jump over the rest, and do not read far into the next one.
            walk.skip(last)
            size = _AT_A_FOLD
    return Page(tuple(entries), tuple(prefixes), None)


def _fold(key: str, wanted: Wanted) -> str | None:
    """Return the common prefix that a key is folded into, or None."""
    if not wanted.delimiter or not key.startswith(wanted.prefix):
        return None
    at = key.find(wanted.delimiter, len(wanted.prefix))
    return None if at < 0 else key[: at + len(wanted.delimiter)]


class _Objects:
    """The current versions of a bucket's objects."""

    def __init__(self, facts: Facts, bucket: str, prefix: str, marker: str) -> None:
        self._facts = facts
        self._bucket = bucket
        self._within = object_id(bucket, prefix)
        self._after: bytes | None = object_id(bucket, marker) if marker else None

    def skip(self, prefix: str) -> None:
        self._after = past(object_id(self._bucket, prefix))

    async def step(self, limit: int) -> list[tuple[str, ObjectRecord]]:
        rows = await self._facts.scan(OBJECTS, prefix=self._within, after=self._after, limit=limit)
        if rows:
            self._after = rows[-1][0]
        return [(key_of_object(name, self._bucket), decode_object(data)) for name, data in rows]


class _Uploads:
    """The unfinished uploads of a bucket."""

    def __init__(self, facts: Facts, bucket: str, prefix: str, key: str, upload: str) -> None:
        self._facts = facts
        self._bucket = bucket
        self._within = key_prefix(bucket, prefix)
        self._after: bytes | None = None
        if key:
            self._after = upload_key(bucket, key, upload) if upload else past(versions_of(bucket, key))

    def skip(self, prefix: str) -> None:
        self._after = past(key_prefix(self._bucket, prefix))

    async def step(self, limit: int) -> list[tuple[str, UploadRecord]]:
        rows = await self._facts.scan(UPLOADS, prefix=self._within, after=self._after, limit=limit)
        if rows:
            self._after = rows[-1][0]
        return [(record.key, record) for record in (decode_upload(data) for _, data in rows)]


class _Versions:
    """All versions of a bucket's objects: OBJECTS and VERSIONS merged, newest first within a key."""

    def __init__(
        self, facts: Facts, bucket: str, prefix: str, key: str, order: int | None, newest: int | None
    ) -> None:
        self._facts = facts
        self._bucket = bucket
        self._prefix = prefix
        self._after_object: bytes | None = object_id(bucket, key) if key else None
        self._after_version: bytes | None = None
        #: The key whose newest version is behind us.
        self._begun: str | None = None
        if not key:
            return
        if order is None:
            self._after_version = past(versions_of(bucket, key))
            return
        self._after_version = version_key(bucket, key, order)
        if newest is not None and newest < order:
            # What was the newest is deleted: the current version, if there is one, was not on the page before.
            self._after_object = before(object_id(bucket, key))
        else:
            self._begun = key

    def skip(self, prefix: str) -> None:
        self._after_object = past(object_id(self._bucket, prefix))
        self._after_version = past(key_prefix(self._bucket, prefix))

    async def step(self, limit: int) -> list[tuple[str, Version]]:
        # In one look, because a version can move from one space to the other.
        rows = await self._facts.read(lambda reader: self._rows(reader, limit))
        records = [decode_object(data) for _, data in rows]
        records.sort(key=lambda record: (record.key.encode(), -record.order))
        found = []
        # Of two full scans the first `limit` of the merged rows are sure to be the next ones.
        for record in records[:limit]:
            found.append((record.key, Version(record, is_latest=record.key != self._begun)))
            self._begun = record.key
            # The current version of a key is its newest: whatever is seen of a key, that one is behind us.
            self._after_object = max(self._after_object or b"", object_id(self._bucket, record.key))
            at = version_key(self._bucket, record.key, record.order)
            self._after_version = max(self._after_version or b"", at)
        return found

    def _rows(self, reader: FactsReader, limit: int) -> list[tuple[bytes, bytes]]:
        bucket, prefix = self._bucket, self._prefix
        return [
            *reader.scan(OBJECTS, prefix=object_id(bucket, prefix), after=self._after_object, limit=limit),
            *reader.scan(VERSIONS, prefix=key_prefix(bucket, prefix), after=self._after_version, limit=limit),
        ]

"""How versions of an object follow each other; every function works inside a transaction.

Two spaces hold the versions of a key. OBJECTS has the current one, unless that is a delete marker; VERSIONS has all
others, newest first. So what most requests want is one look-up away, and a bucket that never kept versions has
nothing in VERSIONS at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ci_emulator.core.ids import order_of_version, version_id
from ci_emulator.operations.keys import object_id, version_key, versions_of
from ci_emulator.operations.records import (
    NULL_VERSION,
    OBJECTS,
    VERSIONS,
    BucketRecord,
    ObjectRecord,
    Segment,
    decode_object,
    encode,
)
from ci_emulator.storage.base import FactsReader, Transaction

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change left: the record that was written or removed (None: nothing was there), and the bytes it freed."""

    record: ObjectRecord | None
    freed: tuple[Segment, ...] = ()


def current(reader: FactsReader, bucket: str, key: str) -> ObjectRecord | None:
    """Return the current version of an object, None when there is none or it is a delete marker."""
    data = reader.get(OBJECTS, object_id(bucket, key))
    return decode_object(data) if data is not None else None


def others(reader: FactsReader, bucket: str, key: str) -> Iterator[ObjectRecord]:
    """Yield what VERSIONS holds of an object, newest first."""
    prefix, after = versions_of(bucket, key), None
    while rows := reader.scan(VERSIONS, prefix=prefix, after=after, limit=_BATCH):
        for _, data in rows:
            yield decode_object(data)
        after = rows[-1][0]


def find(reader: FactsReader, bucket: str, key: str, version: str) -> ObjectRecord | None:
    """Return a version of an object by its id."""
    now = current(reader, bucket, key)
    if now is not None and now.version_id == version:
        return now
    if version == NULL_VERSION:
        return next((record for record in others(reader, bucket, key) if record.version_id == version), None)
    order = order_of_version(version)
    data = reader.get(VERSIONS, version_key(bucket, key, order)) if order is not None else None
    found = decode_object(data) if data is not None else None
    return found if found is not None and found.version_id == version else None


def put(transaction: Transaction, bucket: BucketRecord, draft: ObjectRecord) -> Changed:
    """Make a draft the current version, as the bucket's versioning has it; `draft.order` is the earliest it can have."""
    order = max(draft.order, _newest_order(transaction, bucket, draft.key) + 1)
    freed = _make_room(transaction, bucket, draft.key)
    record = msgspec.structs.replace(draft, order=order, version=_name(bucket, order))
    transaction.put(OBJECTS, object_id(bucket.name, draft.key), encode(record))
    return Changed(record, freed)


def replace(transaction: Transaction, bucket: str, old: ObjectRecord, new: ObjectRecord) -> None:
    """Put a changed record in the place of the one it was made of; both are the same version."""
    now = current(transaction, bucket, old.key)
    if now is not None and now.order == old.order:
        transaction.put(OBJECTS, object_id(bucket, old.key), encode(new))
    else:
        transaction.put(VERSIONS, version_key(bucket, old.key, old.order), encode(new))


def delete(transaction: Transaction, bucket: BucketRecord, key: str, order: int) -> Changed:
    """Delete an object: in a bucket that keeps versions a delete marker covers it, and is returned."""
    if not bucket.versioning:
        now = current(transaction, bucket.name, key)
        if now is None:
            return Changed(None)
        transaction.delete(OBJECTS, object_id(bucket.name, key))
        return Changed(now, now.segments)
    order = max(order, _newest_order(transaction, bucket, key) + 1)
    freed = _make_room(transaction, bucket, key)
    transaction.delete(OBJECTS, object_id(bucket.name, key))
    marker = ObjectRecord(
        key=key, order=order, modified=order / 1e6, version=_name(bucket, order), delete_marker=True
    )
    transaction.put(VERSIONS, version_key(bucket.name, key, order), encode(marker))
    return Changed(marker, freed)


def delete_version(transaction: Transaction, bucket: str, key: str, version: str) -> Changed:
    """Remove one version for good; when it was the current one, the newest of the others takes its place."""
    found = find(transaction, bucket, key, version)
    if found is None:
        return Changed(None)
    now = current(transaction, bucket, key)
    if now is not None and now.order == found.order:
        transaction.delete(OBJECTS, object_id(bucket, key))
        now = None
    else:
        transaction.delete(VERSIONS, version_key(bucket, key, found.order))
    if now is None:
        _promote(transaction, bucket, key)
    return Changed(found, found.segments)


def _promote(transaction: Transaction, bucket: str, key: str) -> None:
    newest = next(others(transaction, bucket, key), None)
    if newest is not None and not newest.delete_marker:
        transaction.delete(VERSIONS, version_key(bucket, key, newest.order))
        transaction.put(OBJECTS, object_id(bucket, key), encode(newest))


def _make_room(transaction: Transaction, bucket: BucketRecord, key: str) -> tuple[Segment, ...]:
    """Move or remove what a new version replaces; returns the bytes that nothing names any more."""
    now = current(transaction, bucket.name, key)
    if not bucket.versioning:
        return now.segments if now is not None else ()
    if now is not None and (bucket.versioning == "Enabled" or now.version_id != NULL_VERSION):
        kept = msgspec.structs.replace(now, version=now.version_id)
        transaction.put(VERSIONS, version_key(bucket.name, key, now.order), encode(kept))
        now = None
    if bucket.versioning == "Enabled":
        return ()
    if now is not None:
        return now.segments
    null = next(
        (record for record in others(transaction, bucket.name, key) if record.version_id == NULL_VERSION),
        None,
    )
    if null is None:
        return ()
    transaction.delete(VERSIONS, version_key(bucket.name, key, null.order))
    return null.segments


def _newest_order(transaction: Transaction, bucket: BucketRecord, key: str) -> int:
    """Return the order of what is the newest before room is made, so that what replaces it is newer still."""
    now = current(transaction, bucket.name, key)
    if now is not None:
        return now.order
    newest = next(others(transaction, bucket.name, key), None) if bucket.versioning else None
    return newest.order if newest is not None else 0


def _name(bucket: BucketRecord, order: int) -> str:
    return {"": "", "Enabled": version_id(order), "Suspended": NULL_VERSION}[bucket.versioning]

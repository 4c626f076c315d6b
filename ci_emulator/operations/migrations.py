"""How the facts of an older data directory become those of this version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ci_emulator.operations.records import OBJECTS, Attributes, ObjectRecord, Segment, encode
from ci_emulator.storage.base import Layout, Transaction

_BATCH = 1000


def to_2(transaction: Transaction) -> None:
    """Layout 1 kept one blob for each object, and what lies beside the bytes among the object's own fields."""
    after: bytes | None = None
    while rows := transaction.scan(OBJECTS, after=after, limit=_BATCH):
        for name, data in rows:
            transaction.put(OBJECTS, name, encode(_object_of_1(msgspec.msgpack.decode(data))))
        after = rows[-1][0]


def _object_of_1(old: Mapping[str, Any]) -> ObjectRecord:
    return ObjectRecord(
        key=old["key"],
        order=int(old["modified"] * 1_000_000),
        modified=old["modified"],
        segments=(Segment(old["blob"], old["size"]),),
        size=old["size"],
        etag=old["etag"],
        crc64=old["crc64"],
        attributes=Attributes(
            headers=old.get("headers", {}),
            meta=old.get("meta", {}),
            storage_class=old.get("storage_class", "STANDARD"),
            acl=old.get("acl", "default"),
        ),
    )


#: The layout of `operations.records`. Its version goes up whenever older records cannot be read as they are.
LAYOUT = Layout(2, {1: to_2})

"""The facts about buckets and objects as they are kept in a store."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

#: Who else may read or write; `default` on an object means "as its bucket".
CannedAcl = Literal["private", "public-read", "public-read-write", "authenticated-read", "default"]

BUCKETS = "buckets"
OBJECTS = "objects"


class BucketRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket: full name, owner (APPID), region, creation time in unix seconds."""

    name: str
    owner: str
    region: str
    created: float
    acl: CannedAcl = "private"


class ObjectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An object: its bytes are the blob `blob`, `size` bytes long.

    `etag` is without quotes, `crc64` the CRC-64/XZ of the bytes, `modified` unix seconds. `headers` holds what was
    given at upload and is given back at download, `meta` the user's own metadata; names are lower-case.
    """

    key: str
    blob: str
    size: int
    etag: str
    crc64: int
    modified: float
    headers: dict[str, str] = {}
    meta: dict[str, str] = {}
    storage_class: str = "STANDARD"
    acl: CannedAcl = "default"


Record = TypeVar("Record", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()
_bucket_decoder = msgspec.msgpack.Decoder(BucketRecord)
_object_decoder = msgspec.msgpack.Decoder(ObjectRecord)


def encode(record: BucketRecord | ObjectRecord) -> bytes:
    """Return a record as the bytes that a store keeps."""
    return _encoder.encode(record)


def decode_bucket(data: bytes) -> BucketRecord:
    """Read back a bucket's record."""
    return _bucket_decoder.decode(data)


def decode_object(data: bytes) -> ObjectRecord:
    """Read back an object's record."""
    return _object_decoder.decode(data)


def bucket_id(name: str) -> bytes:
    """Return the key of a bucket's record."""
    return name.encode()


def objects_prefix(bucket: str) -> bytes:
    """Return what the keys of all records of a bucket's objects begin with (no bucket name holds a NUL)."""
    return bucket.encode() + b"\0"


def object_id(bucket: str, key: str) -> bytes:
    """Return the key of an object's record; their order is the UTF-8 byte order of the object keys."""
    return objects_prefix(bucket) + key.encode()

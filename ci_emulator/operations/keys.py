"""The keys of facts, made so that their byte order is the order in which things are listed."""

from __future__ import annotations

_END = b"\0\1"
_LAST = 2**64 - 1


def bucket_id(name: str) -> bytes:
    """Return the key of a bucket's record."""
    return name.encode()


def within_bucket(bucket: str) -> bytes:
    """Return what all keys of a bucket's objects, versions and uploads begin with (no bucket name holds a NUL)."""
    return bucket.encode() + b"\0"


def object_id(bucket: str, key: str) -> bytes:
    """Return the key of an object's current version; the order is the UTF-8 byte order of the object keys."""
    return within_bucket(bucket) + key.encode()


def key_of_object(name: bytes, bucket: str) -> str:
    """Return the object's key out of `object_id`."""
    return name[len(within_bucket(bucket)) :].decode()


def key_prefix(bucket: str, prefix: str) -> bytes:
    """Return what the keys of all versions or uploads begin with whose object key begins with `prefix`.

    A NUL within an object key is escaped, so that the end of the key can be told from it and sorts before it.
    """
    return within_bucket(bucket) + prefix.encode().replace(b"\0", b"\0\xff")


def versions_of(bucket: str, key: str) -> bytes:
    """Return what the keys of all versions, or all uploads, of one object begin with."""
    return key_prefix(bucket, key) + _END


def version_key(bucket: str, key: str, order: int) -> bytes:
    """Return the key of a version; newer ones of the same object come first."""
    return versions_of(bucket, key) + (_LAST - order).to_bytes(8, "big")


def upload_key(bucket: str, key: str, upload_id: str) -> bytes:
    """Return the key of an upload; the uploads of one object are in the order of their ids."""
    return versions_of(bucket, key) + upload_id.encode()


def parts_of(upload_id: str) -> bytes:
    """Return what the keys of all parts of an upload begin with."""
    return upload_id.encode() + b"\0"


def part_key(upload_id: str, number: int) -> bytes:
    """Return the key of a part; parts are in the order of their numbers."""
    return parts_of(upload_id) + number.to_bytes(4, "big")


def before(name: bytes) -> bytes:
    """Return a key before `name` and behind all others that come before it; `name` must not be empty."""
    last = name[-1]
    return past(name[:-1] + bytes([last - 1])) if last else name[:-1]


def past(name: bytes) -> bytes:
    """Return a key behind every key that begins with `name`, and before the next one.

    UTF-8 and the escapes hold no 0xFF 0xFF; the eight bytes of a version's order may.
    """
    return name + b"\xff" * 9

"""The facts about buckets, objects, versions and uploads as they are kept in a store."""

from __future__ import annotations

from typing import Literal

import msgspec

#: Who else may read or write; `default` on an object means "as its bucket".
CannedAcl = Literal["private", "public-read", "public-read-write", "authenticated-read", "default"]

#: What a grant permits; FULL_CONTROL is all of the others together.
Permission = Literal["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]

#: The grantees that are groups: everybody, and everybody who signs.
ALL_USERS, AUTHENTICATED_USERS = "AllUsers", "AuthenticatedUsers"

#: Whether a bucket keeps versions; it cannot go back to never having done so.
Versioning = Literal["", "Enabled", "Suspended"]

#: Whether a bucket was bound to picture processing and recognition, or unbound; "" when nobody ever said.
Binding = Literal["", "on", "off"]

#: What zones a bucket's objects are kept in: one, or several ("multi-AZ").
Zones = Literal["", "MAZ"]

#: How an object came to be, whether it can be appended to, or that it is a link to another one.
ObjectKind = Literal["normal", "appendable", "multipart", "symlink"]

#: The version of an object that was written while its bucket kept none.
NULL_VERSION = "null"

BUCKETS = "buckets"
OBJECTS = "objects"  # the current version of each object, unless that is a delete marker
VERSIONS = "versions"  # what is not current, and every delete marker
UPLOADS = "uploads"  # multipart uploads that are neither completed nor aborted
PARTS = "parts"  # the parts of those uploads


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """What an ACL permits beside its canned part.

    `grantee` is one of the two groups, or an account as it is compared: `<uin of the account>/<uin of its user>`, of
    which the second is that of the first for the account itself.
    """

    grantee: str
    permission: Permission


class BucketRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bucket: full name, owner (APPID), region, creation time in unix seconds.

    `configurations` holds what is set on its sub-resources, each document as text by the name of the sub-resource;
    where there are several of a kind, by `<name>/<id>`. `configured` says when each one was set, in unix seconds.
    `storage_class` is what OSS calls the bucket's; COS knows that of objects only.
    `services` holds what was opened on the bucket beside its `binding`, each with the time in unix seconds.
    """

    name: str
    owner: str
    region: str
    created: float
    acl: CannedAcl = "private"
    grants: tuple[Grant, ...] = ()
    versioning: Versioning = ""
    zones: Zones = ""
    storage_class: str = "STANDARD"
    configurations: dict[str, str] = {}
    configured: dict[str, float] = {}
    binding: Binding = ""
    services: dict[str, float] = {}


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """A piece of an object's bytes: a whole blob."""

    blob: str
    size: int


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept beside the bytes of an object; the names of headers and metadata are lower-case.

    `encryption` holds the server-side encryption headers that are given back; nothing is encrypted.
    """

    headers: dict[str, str] = {}
    meta: dict[str, str] = {}
    storage_class: str = "STANDARD"
    acl: CannedAcl = "default"
    grants: tuple[Grant, ...] = ()
    tags: dict[str, str] = {}
    encryption: dict[str, str] = {}


class ObjectRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of an object.

    `order` is the microsecond in which it was made, unique for its key; a higher one is newer. `version` is "" in a
    bucket that never kept versions. `etag` is without quotes, `crc64` the CRC-64/XZ of all bytes, `modified` unix
    seconds, `parts` the number of parts of a multipart object. `retention` is the document that was set as such, and locks
    nothing; a copy has none. A delete marker has no bytes. Of a link `target` is the key that it leads to; size, `etag`
    and `crc64` are those of that text, for which there are no segments.
    """

    key: str
    order: int
    modified: float
    version: str = ""
    segments: tuple[Segment, ...] = ()
    size: int = 0
    etag: str = ""
    crc64: int = 0
    attributes: Attributes = Attributes()
    kind: ObjectKind = "normal"
    parts: int = 0
    restored_until: float | None = None
    retention: str = ""
    target: str = ""
    delete_marker: bool = False

    @property
    def version_id(self) -> str:
        """The version as a versioned bucket names it."""
        return self.version or NULL_VERSION


class UploadRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A multipart upload in progress: what the object will have, who began it (APPID) and when (unix seconds)."""

    key: str
    upload_id: str
    initiator: str
    initiated: float
    attributes: Attributes = Attributes()


class PartRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of an upload; `number` counts from 1."""

    number: int
    segment: Segment
    etag: str
    crc64: int
    modified: float


_encoder = msgspec.msgpack.Encoder()
_bucket_decoder = msgspec.msgpack.Decoder(BucketRecord)
_object_decoder = msgspec.msgpack.Decoder(ObjectRecord)
_upload_decoder = msgspec.msgpack.Decoder(UploadRecord)
_part_decoder = msgspec.msgpack.Decoder(PartRecord)


def encode(record: BucketRecord | ObjectRecord | UploadRecord | PartRecord) -> bytes:
    """Return a record as the bytes that a store keeps."""
    return _encoder.encode(record)


def decode_bucket(data: bytes) -> BucketRecord:
    """Read back a bucket's record."""
    return _bucket_decoder.decode(data)


def decode_object(data: bytes) -> ObjectRecord:
    """Read back the record of a version of an object."""
    return _object_decoder.decode(data)


def decode_upload(data: bytes) -> UploadRecord:
    """Read back an upload's record."""
    return _upload_decoder.decode(data)


def decode_part(data: bytes) -> PartRecord:
    """Read back a part's record."""
    return _part_decoder.decode(data)

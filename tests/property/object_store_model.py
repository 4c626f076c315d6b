"""What the operations on objects must do, in plain Python and as simply as it can be said.

Versions of a key are a list, the newest first; everything is looked up by walking through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

State = Literal["", "Enabled", "Suspended"]

#: The least bytes of a part that is not the last one; the real limit would make every example megabytes long.
SMALLEST_PART = 8


@dataclass
class Version:
    """One version of an object, or a delete marker (no body); of a link the body is the key that it leads to."""

    version_id: str
    body: bytes | None
    kind: str = "normal"
    parts: int = 0
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Upload:
    """A multipart upload: number → bytes and ETag."""

    bucket: str
    key: str
    upload_id: str
    parts: dict[int, tuple[bytes, str]] = field(default_factory=dict)


class Model:
    """Buckets, objects, versions and uploads."""

    def __init__(self) -> None:
        self.buckets: dict[str, State] = {}
        self.objects: dict[tuple[str, str], list[Version]] = {}
        self.uploads: dict[str, Upload] = {}

    def versions(self, bucket: str, key: str) -> list[Version]:
        return self.objects.get((bucket, key), [])

    def current(self, bucket: str, key: str) -> Version | None:
        newest = next(iter(self.versions(bucket, key)), None)
        return newest if newest is not None and newest.body is not None else None

    def find(self, bucket: str, key: str, version_id: str) -> Version | None:
        return next((v for v in self.versions(bucket, key) if v.version_id == version_id), None)

    def add(self, bucket: str, key: str, version: Version) -> None:
        """A new object or delete marker: only a bucket with versioning enabled keeps all that came before."""
        kept = self.versions(bucket, key)
        if self.buckets[bucket] != "Enabled":
            kept = [old for old in kept if old.version_id != "null"]
        self.objects[bucket, key] = [version, *kept]

    def remove(self, bucket: str, key: str, version_id: str) -> None:
        kept = [old for old in self.versions(bucket, key) if old.version_id != version_id]
        self.objects[bucket, key] = kept
        if not kept:
            del self.objects[bucket, key]

    def is_empty(self, bucket: str) -> bool:
        return not any(name == bucket for name, _ in self.objects) and not any(
            upload.bucket == bucket for upload in self.uploads.values()
        )

    def keys(self, bucket: str) -> list[str]:
        return sorted((key for name, key in self.objects if name == bucket), key=str.encode)

    def listed_objects(self, bucket: str, prefix: str, delimiter: str) -> list[str]:
        """Names in the order of a listing; a common prefix ends with the delimiter and is there once."""
        keys = (key for key in self.keys(bucket) if self.current(bucket, key) is not None)
        return list(dict.fromkeys(common or key for key, common in folded(keys, prefix, delimiter)))

    def listed_versions(self, bucket: str, prefix: str, delimiter: str) -> list[object]:
        """(key, version id, is latest, is marker) in the order of a listing, and common prefixes as texts."""
        found: dict[object, None] = {}
        for key, common in folded(self.keys(bucket), prefix, delimiter):
            if common:
                found[common] = None
                continue
            for index, version in enumerate(self.versions(bucket, key)):
                found[key, version.version_id, index == 0, version.body is None] = None
        return list(found)

    def listed_uploads(self, bucket: str, prefix: str, delimiter: str) -> list[object]:
        """(key, upload id) in the order of a listing, and common prefixes as texts."""
        found: dict[object, None] = {}
        uploads = [upload for upload in self.uploads.values() if upload.bucket == bucket]
        uploads.sort(key=lambda upload: (upload.key.encode(), upload.upload_id))
        for upload in uploads:
            for key, common in folded([upload.key], prefix, delimiter):
                found[common or (key, upload.upload_id)] = None
        return list(found)

    def bytes_kept(self) -> int:
        """All bytes that must be in the store, those of unfinished uploads included."""
        versions = (version for several in self.objects.values() for version in several)
        parts = (part for upload in self.uploads.values() for part, _ in upload.parts.values())
        kept = (version.body or b"" for version in versions if version.kind != "symlink")
        return sum(map(len, kept)) + sum(map(len, parts))


def folded(keys: Iterable[str], prefix: str, delimiter: str) -> Iterator[tuple[str, str]]:
    """Give each key that begins with the prefix, and the common prefix that stands for it in a listing, or ""."""
    for key in keys:
        if key.startswith(prefix):
            rest = key[len(prefix) :]
            at = rest.find(delimiter) if delimiter else -1
            yield key, prefix + rest[: at + len(delimiter)] if at >= 0 else ""

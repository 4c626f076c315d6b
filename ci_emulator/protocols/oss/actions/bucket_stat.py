"""GetBucketStat (oss: GetBucketStat): how much a bucket holds, of each storage class."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.listing import Wanted
from ci_emulator.operations.records import ObjectRecord, UploadRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import attributes
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

#: How the elements of each storage class that is charged by the object begin.
_CHARGED = {
    "IA": "InfrequentAccess",
    "Archive": "Archive",
    "ColdArchive": "ColdArchive",
    "DeepColdArchive": "DeepColdArchive",
}
#: Of such a class a smaller object counts as one of so many bytes.
_LEAST_CHARGED = 64 * 1024
_STANDARD = "Standard"
_AT_ONCE = 1000


@dataclass
class Held:
    """What a bucket holds: numbers by OSS's names of storage classes; `charged` counts small objects as larger ones."""

    objects: Counter[str] = field(default_factory=Counter)
    storage: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    markers: int = 0
    uploads: int = 0
    parts: int = 0

    def add(self, record: ObjectRecord) -> None:
        """Count a version, or a delete marker."""
        if record.delete_marker:
            self.markers += 1
            return
        name = attributes.shown_class(record.attributes.storage_class)
        self.objects[name] += 1
        self.storage[name] += record.size
        self.charged[name] += max(record.size, _LEAST_CHARGED)


@action("bucket", "GET", "stat", called="GetBucketStat")
async def bucket_stat(call: Call, services: Services) -> Reply:
    """Tell how many bytes, objects and unfinished uploads a bucket has at this moment."""
    bucket = await services.buckets.find(call.place.bucket or "")
    held = Held()
    async for record in _versions(services, bucket.name):
        held.add(record)
    async for upload in _uploads(services, bucket.name):
        held.uploads += 1
        held.parts += await _count_parts(services, upload)
    return xml.reply("BucketStat", to_children(held, int(services.clock.now())))


def to_children(held: Held, now: int) -> dict[str, xml.Content]:
    """Return the children of a `<BucketStat>` that is right at `now` (unix seconds)."""
    found: dict[str, xml.Content] = {
        "Storage": held.storage.total(),
        "ObjectCount": held.objects.total(),
        "MultipartUploadCount": held.uploads,
        "LiveChannelCount": 0,
        "LastModifiedTime": now,
        "StandardStorage": held.storage[_STANDARD],
        "StandardObjectCount": held.objects[_STANDARD],
    }
    for name, element in _CHARGED.items():
        found[f"{element}Storage"] = held.charged[name]
        found[f"{element}RealStorage"] = held.storage[name]
        found[f"{element}ObjectCount"] = held.objects[name]
    found["MultipartPartCount"] = held.parts
    found["DeleteMarkerCount"] = held.markers
    return found


async def _versions(services: Services, bucket: str) -> AsyncIterator[ObjectRecord]:
    key = version = ""
    while True:
        page = await services.listing.versions(
            bucket, Wanted(limit=_AT_ONCE), key_marker=key, version_marker=version
        )
        for entry in page.entries:
            yield entry.record
        if page.last is None or isinstance(page.last, str):
            return
        key, version = page.last.record.key, page.last.record.version_id


async def _uploads(services: Services, bucket: str) -> AsyncIterator[UploadRecord]:
    key = upload = ""
    while True:
        page = await services.listing.uploads(
            bucket, Wanted(limit=_AT_ONCE), key_marker=key, upload_marker=upload
        )
        for entry in page.entries:
            yield entry
        if page.last is None or isinstance(page.last, str):
            return
        key, upload = page.last.key, page.last.upload_id


async def _count_parts(services: Services, upload: UploadRecord) -> int:
    count = after = 0
    while parts := await services.uploads.parts(upload.upload_id, after=after, limit=_AT_ONCE):
        count += len(parts)
        after = parts[-1].number
    return count

"""The operations over both stores do what the model in `object_store_model` does, whatever is asked in which order.

A short run is part of every test run; `pytest -m soak tests/property` runs for as long as CI_EMULATOR_SOAK_EXAMPLES
(2000 by default) examples of each store take.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from unittest import mock

import msgspec
import object_store_model
import pytest
from fastcrc import crc64
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from object_store_model import Model, State, Upload, Version

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import RandomIds
from ci_emulator.operations import objects as objects_module
from ci_emulator.operations import uploads as uploads_module
from ci_emulator.operations import versions as versions_module
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.links import Follow
from ci_emulator.operations.listing import Listing, Page, Wanted
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord, ObjectRecord
from ci_emulator.operations.sweep import Sweep
from ci_emulator.operations.uploads import Listed, Uploads
from ci_emulator.storage.base import Store
from ci_emulator.storage.disk import DiskStore
from ci_emulator.storage.memory import MemoryStore

T = TypeVar("T")

ONE, OTHER, MISSING = "one-1250000000", "one-12500000001", "two-1250000000"
LONGEST = "\U0001f600" * 212 + "xy"
# Each example has four keys of one of these families.
FAMILIES = (
    ("a", "a/", "a/b", "a/b/c", "a/./b", "a/../b", "a//", "a/c", "b", "ab"),
    ("a", "a\0", "a\0/b", "a\0\0", "a\x01", "\0", "b"),
    ("a", "é", "é/", "中/文", "中/", "\uffff", "~", LONGEST, "\U0001f600"),
)
DELIMITERS = ("/", "/", "", "b", "\0", "é")

# Few buckets and, in each example, few keys: what is of interest happens where things meet.
buckets = st.sampled_from((ONE, ONE, ONE, OTHER))
keys = st.integers(0, 3)
bodies = st.binary(max_size=40) | st.integers(0, 300_000).map(
    lambda size: hashlib.shake_128(b"%d" % size).digest(size)
)
limits = st.sampled_from((1, 2, 3, 5, 1000))
picks = st.integers(0, 4)
ATTRIBUTES = Attributes(headers={"content-type": "text/plain"}, meta={"é": "ü"})


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 70_000):
        yield body[start : start + 70_000]


class ObjectStore(RuleBasedStateMachine):
    """One store beside the model; every rule does something to both, and compares."""

    async def open_store(self) -> Store:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.runner = asyncio.Runner()
        self.clock = FixedClock(1_700_000_000.0)
        self.patches = ExitStack()
        # Small limits, so that small examples reach what lies beyond them.
        for module, name, value in (
            (uploads_module, "SMALLEST_PART", object_store_model.SMALLEST_PART),
            (objects_module, "SMALL", 16),
            (versions_module, "_BATCH", 2),
        ):
            self.patches.enter_context(mock.patch.object(module, name, value))
        self.run(self._open())

    def run(self, work: Awaitable[T]) -> T:
        async def finish() -> T:
            return await work

        return self.runner.run(finish())

    async def _open(self) -> None:
        self.store = await self.open_store()
        self.content = Content(self.store.blobs)
        self.buckets = Buckets(self.store.facts)
        self.objects = Objects(self.store.facts, self.content, self.clock)
        self.uploads = Uploads(self.store.facts, self.content, self.clock, RandomIds())
        self.listing = Listing(self.store.facts)

    def teardown(self) -> None:
        try:
            self.check_everything()
        finally:
            self.run(self.store.close())
            self.runner.close()
            self.patches.close()

    def refusal(self, work: Awaitable[Any]) -> Kind | None:
        """The kind of the refusal that a work ends with, None when it is carried out."""
        try:
            self.run(work)
        except Refusal as refusal:
            return refusal.kind
        return None

    # buckets

    @initialize(
        pool=st.sampled_from(FAMILIES).flatmap(
            lambda family: st.lists(st.sampled_from(family), min_size=4, max_size=4, unique=True)
        ),
        state=st.sampled_from(("", "Enabled", "Enabled", "Suspended")),
    )
    def begin(self, pool: list[str], state: State) -> None:
        self.pool = pool
        for bucket in (ONE, OTHER):
            self.create(bucket)
        if state:
            self.set_versioning(ONE, state)

    def create(self, bucket: str) -> None:
        record = BucketRecord(name=bucket, owner="1250000000", region="ap-guangzhou", created=1)
        wanted = Kind.BUCKET_OWNED_BY_YOU if bucket in self.model.buckets else None
        assert self.refusal(self.buckets.create(record, most=10)) == wanted
        self.model.buckets.setdefault(bucket, "")

    @rule()
    def delete_and_create_bucket(self) -> None:
        wanted = None if self.model.is_empty(OTHER) else Kind.BUCKET_NOT_EMPTY
        assert self.refusal(self.buckets.delete(OTHER)) == wanted
        if wanted is None:
            del self.model.buckets[OTHER]
            assert self.refusal(self.buckets.delete(OTHER)) == Kind.BUCKET_MISSING
        self.create(OTHER)

    @rule(bucket=buckets, state=st.sampled_from(("Enabled", "Enabled", "Suspended")))
    def set_versioning(self, bucket: str, state: State) -> None:
        self.run(self.buckets.change(bucket, lambda old: msgspec.structs.replace(old, versioning=state)))
        self.model.buckets[bucket] = state

    @rule(number=keys, body=bodies)
    def nothing_is_done_in_a_missing_bucket(self, number: int, body: bytes) -> None:
        key = self.pool[number]
        for work in (
            self.objects.put(MISSING, key, chunks(body), ATTRIBUTES, Expected()),
            self.objects.append(MISSING, key, 0, chunks(body), ATTRIBUTES, Expected()),
            self.objects.link(MISSING, key, key, ATTRIBUTES),
            self.objects.delete(MISSING, key),
            self.objects.delete(MISSING, key, "null"),
            self.uploads.begin(MISSING, key, "1250000000", ATTRIBUTES),
        ):
            assert self.refusal(work) == Kind.BUCKET_MISSING

    # writing

    @rule(bucket=buckets, number=keys, body=bodies)
    def put(self, bucket: str, number: int, body: bytes) -> None:
        key = self.pool[number]
        record = self.run(self.objects.put(bucket, key, chunks(body), ATTRIBUTES, Expected()))
        self.written(bucket, key, record, body)

    def written(
        self, bucket: str, key: str, record: ObjectRecord, body: bytes, kind: str = "normal", parts: int = 0
    ) -> None:
        """Note in the model what became the current version, under the id that the store gave it."""
        assert (record.version == "") == (self.model.buckets[bucket] == "")
        assert (record.version_id == "null") == (self.model.buckets[bucket] != "Enabled")
        self.model.add(bucket, key, Version(record.version_id, body, kind, parts))
        self.check_record(record, self.model.versions(bucket, key)[0])

    @rule(bucket=buckets, number=keys, body=bodies, wrong=st.sampled_from(("md5", "sha1", "breaks")))
    def put_in_vain(self, bucket: str, number: int, body: bytes, wrong: str) -> None:
        key = self.pool[number]

        async def broken() -> AsyncIterator[bytes]:
            yield body
            raise Refusal(Kind.BODY_INCOMPLETE)

        expected = Expected() if wrong == "breaks" else Expected(**{wrong: b"?"})
        sent = broken() if wrong == "breaks" else chunks(body)
        wanted = Kind.BODY_INCOMPLETE if wrong == "breaks" else Kind.DIGEST_MISMATCH
        assert self.refusal(self.objects.put(bucket, key, sent, ATTRIBUTES, expected)) == wanted

    @rule(bucket=buckets, number=keys, body=st.binary(max_size=40), off=st.sampled_from((0, 0, 0, 1)))
    def append(self, bucket: str, number: int, body: bytes, off: int) -> None:
        key = self.pool[number]
        now = self.model.current(bucket, key)
        size = len(now.body or b"") if now is not None else 0
        appending = self.objects.append(bucket, key, size + off, chunks(body), ATTRIBUTES, Expected())
        wanted = None
        if now is not None and now.kind != "appendable":
            wanted = Kind.NOT_APPENDABLE
        elif off:
            wanted = Kind.APPEND_POSITION
        if wanted is not None:
            assert self.refusal(appending) == wanted
            return
        record = self.run(appending)
        if now is None:
            self.written(bucket, key, record, body, "appendable")
        else:
            now.body = (now.body or b"") + body
            self.check_record(record, now)

    @rule(bucket=buckets, number=keys, leading_to=keys)
    def link(self, bucket: str, number: int, leading_to: int) -> None:
        key, target = self.pool[number], self.pool[leading_to]
        record = self.run(self.objects.link(bucket, key, target, ATTRIBUTES))
        assert record.target == target
        self.written(bucket, key, record, target.encode(), "symlink")

    @rule(source=buckets, number=keys, bucket=buckets, into=keys, pick=picks)
    def copy(self, source: str, number: int, bucket: str, into: int, pick: int) -> None:
        key, new = self.pool[number], self.pool[into]
        version = self.pick_version(source, key, pick)
        if version is None or version.body is None or version.kind == "symlink":
            return

        async def work() -> ObjectRecord:
            opened = await self.objects.open(source, key, whole, version.version_id)
            try:
                return await self.objects.put(
                    bucket, new, opened.stream or chunks(opened.body), ATTRIBUTES, Expected()
                )
            finally:
                if opened.stream is not None:
                    await opened.stream.aclose()

        self.written(bucket, new, self.run(work()), version.body)

    @rule(bucket=buckets, number=keys, body=bodies, delay=st.sampled_from((0.0, 0.0, 0.0005, 0.002)))
    def put_and_disappear(self, bucket: str, number: int, body: bytes, delay: float) -> None:
        """A client goes away in the middle: the object is there whole, or as it was before."""
        key = self.pool[number]

        async def work() -> ObjectRecord | None:
            putting = asyncio.ensure_future(
                self.objects.put(bucket, key, chunks(body), ATTRIBUTES, Expected())
            )
            await asyncio.sleep(delay)
            putting.cancel()
            with suppress(asyncio.CancelledError):
                await putting
            await asyncio.gather(*self.content._removals)
            page = await self.listing.versions(bucket, Wanted(key))
            return next((found.record for found in page.entries if found.record.key == key), None)

        before = self.store_orders(bucket, key)
        record = self.run(work())
        if record is not None and record.order not in before:
            self.written(bucket, key, record, body)

    def store_orders(self, bucket: str, key: str) -> set[int]:
        page = self.run(self.listing.versions(bucket, Wanted(key)))
        return {found.record.order for found in page.entries if found.record.key == key}

    @rule(bucket=buckets, number=keys, first=bodies, second=bodies)
    def put_twice_at_once(self, bucket: str, number: int, first: bytes, second: bytes) -> None:
        key = self.pool[number]
        bodies = first, second

        async def work() -> list[ObjectRecord]:
            return await asyncio.gather(
                *(self.objects.put(bucket, key, chunks(body), ATTRIBUTES, Expected()) for body in bodies)
            )

        for record, body in sorted(
            zip(self.run(work()), bodies, strict=True), key=lambda pair: pair[0].order
        ):
            self.written(bucket, key, record, body)

    @rule(bucket=buckets, number=keys, pick=picks, tag=st.integers(0, 2))
    def change_tags(self, bucket: str, number: int, pick: int, tag: int) -> None:
        key = self.pool[number]

        def change(old: ObjectRecord) -> ObjectRecord:
            attributes = msgspec.structs.replace(old.attributes, tags={"n": str(tag)})
            return msgspec.structs.replace(old, attributes=attributes)

        version = self.pick_version(bucket, key, pick)
        if version is None or version.body is None:
            wanted = None if self.model.current(bucket, key) is not None else Kind.KEY_MISSING
            assert self.refusal(self.objects.change(bucket, key, change)) == wanted
            version = self.model.current(bucket, key)
        else:
            self.run(self.objects.change(bucket, key, change, version.version_id))
        if version is not None:
            version.tags = {"n": str(tag)}

    # deleting

    @rule(bucket=buckets, number=keys)
    def delete(self, bucket: str, number: int) -> None:
        key = self.pool[number]
        record = self.run(self.objects.delete(bucket, key))
        if self.model.buckets[bucket]:
            assert record is not None
            assert record.delete_marker
            self.model.add(bucket, key, Version(record.version_id, None))
        else:
            assert (record is None) == (self.model.current(bucket, key) is None)
            if record is not None:
                self.model.remove(bucket, key, "null")

    @rule(bucket=buckets, number=keys, pick=picks)
    def delete_version(self, bucket: str, number: int, pick: int) -> None:
        key = self.pool[number]
        version = self.pick_version(bucket, key, pick)
        version_id = version.version_id if version is not None else "MTg0NDUxNTc1NTE5MTc1NjM4MDA"
        record = self.run(self.objects.delete(bucket, key, version_id))
        assert (record is None) == (version is None)
        if record is not None:
            assert record.version_id == version_id
            self.model.remove(bucket, key, version_id)

    def pick_version(self, bucket: str, key: str, pick: int) -> Version | None:
        versions = self.model.versions(bucket, key)
        return versions[pick % len(versions)] if versions else None

    # reading

    @rule(bucket=buckets, number=keys, pick=picks, start=st.integers(0, 50), length=st.integers(0, 400_000))
    def read(self, bucket: str, number: int, pick: int, start: int, length: int) -> None:
        key = self.pool[number]
        version = self.pick_version(bucket, key, pick)
        if version is None:
            assert self.refusal(self.objects.find(bucket, key)) == Kind.KEY_MISSING
            assert self.refusal(self.objects.find(bucket, key, "null")) == Kind.VERSION_MISSING
            return
        if version.kind == "symlink":
            self.read_link(bucket, key, version)
            return
        body = version.body or b""
        start = min(start, len(body))
        length = min(length, len(body) - start)
        data = self.run(self.bytes_of(bucket, key, version.version_id, lambda record: (start, length)))
        assert data == body[start : start + length]

    def read_link(self, bucket: str, key: str, link: Version) -> None:
        async def follow(target: str) -> None:
            assert target.encode() == link.body

        reading = self.objects.open(bucket, key, whole, link.version_id)
        assert self.refusal(reading) == Kind.SYMLINK_NOT_FOLLOWED
        target = self.model.current(bucket, (link.body or b"").decode())
        if target is None or target.kind == "symlink":
            wanted = Kind.KEY_MISSING if target is None else Kind.SYMLINK_NOT_FOLLOWED
            assert self.refusal(self.objects.reach(bucket, key, link.version_id, follow)) == wanted
        else:
            data = self.run(self.bytes_of(bucket, key, link.version_id, whole, follow=follow))
            assert data == target.body

    async def bytes_of(
        self,
        bucket: str,
        key: str,
        version: str | None,
        plan: Callable[[ObjectRecord], tuple[int, int]],
        meanwhile: Callable[[], Awaitable[object]] | None = None,
        follow: Follow | None = None,
    ) -> bytes:
        opened = await self.objects.open(bucket, key, plan, version, follow)
        if meanwhile is not None:
            await meanwhile()
        if opened.stream is None:
            return opened.body
        try:
            return b"".join([chunk async for chunk in opened.stream])
        finally:
            await opened.stream.aclose()

    @rule(bucket=buckets, number=keys, version=st.booleans())
    def read_while_it_is_deleted(self, bucket: str, number: int, version: bool) -> None:
        key = self.pool[number]
        now = self.model.current(bucket, key)
        if now is None or now.kind == "symlink":
            return
        deleted = now.version_id if version else None

        async def delete() -> None:
            record = await self.objects.delete(bucket, key, deleted)
            assert record is not None
            if record.delete_marker:
                self.model.add(bucket, key, Version(record.version_id, None))
            else:
                self.model.remove(bucket, key, record.version_id)

        assert self.run(self.bytes_of(bucket, key, None, whole, delete)) == now.body

    def list_objects(self, bucket: str, prefix: str, delimiter: str, limit: int) -> None:
        async def page(last: Any) -> Page[ObjectRecord]:
            marker = getattr(last, "key", last) or ""
            return await self.listing.objects(bucket, Wanted(prefix, delimiter, limit), marker=marker)

        found = self.run(self.all_pages(page, limit, lambda record: record.key))
        assert found == self.model.listed_objects(bucket, prefix, delimiter)

    def list_versions(self, bucket: str, prefix: str, delimiter: str, limit: int) -> None:
        async def page(last: Any) -> Page[Any]:
            record = getattr(last, "record", None)
            return await self.listing.versions(
                bucket,
                Wanted(prefix, delimiter, limit),
                key_marker=record.key if record is not None else last or "",
                version_marker=record.version_id if record is not None else "",
            )

        def shown(found: Any) -> tuple[str, str, bool, bool]:
            record = found.record
            return record.key, record.version_id, found.is_latest, record.delete_marker

        found = self.run(self.all_pages(page, limit, shown))
        assert found == self.model.listed_versions(bucket, prefix, delimiter)

    def list_uploads(self, bucket: str, prefix: str, delimiter: str, limit: int) -> None:
        async def page(last: Any) -> Page[Any]:
            return await self.listing.uploads(
                bucket,
                Wanted(prefix, delimiter, limit),
                key_marker=getattr(last, "key", last) or "",
                upload_marker=getattr(last, "upload_id", ""),
            )

        found = self.run(self.all_pages(page, limit, lambda record: (record.key, record.upload_id)))
        assert found == self.model.listed_uploads(bucket, prefix, delimiter)

    async def all_pages(
        self, page: Callable[[Any], Awaitable[Page[Any]]], limit: int, shown: Callable[[Any], object]
    ) -> list[object]:
        """Follow the pages to the end, and return entries and common prefixes in the order of their names."""
        found: list[object] = []
        last = None
        while True:
            part = await page(last)
            assert len(part.entries) + len(part.prefixes) <= limit
            names = [((shown(entry), self.name_of(entry))) for entry in part.entries]
            names += [(prefix, prefix) for prefix in part.prefixes]
            names.sort(
                key=lambda pair: pair[1].encode()
            )  # stable: several versions of a key keep their order
            found += [entry for entry, _ in names]
            if part.last is None:
                return found
            assert names, "a page that goes on must hold something"
            last = part.last

    @staticmethod
    def name_of(entry: Any) -> str:
        name: str = getattr(entry, "record", entry).key
        return name

    # multipart uploads

    @rule(bucket=buckets, number=keys)
    def begin_upload(self, bucket: str, number: int) -> None:
        key = self.pool[number]
        upload = self.run(self.uploads.begin(bucket, key, "1250000000", ATTRIBUTES))
        self.model.uploads[upload.upload_id] = Upload(bucket, key, upload.upload_id)

    @rule(
        bucket=buckets,
        number=keys,
        parts=st.lists(st.binary(min_size=7, max_size=30), min_size=1, max_size=4),
        left_out=st.integers(0, 1),
    )
    def upload_in_parts(self, bucket: str, number: int, parts: list[bytes], left_out: int) -> None:
        self.begin_upload(bucket, number)
        upload = list(self.model.uploads.values())[-1]
        for index, part in reversed(list(enumerate(parts, 1))):
            self.put_part(len(self.model.uploads) - 1, index, part)
        self.complete(upload, list(range(1, len(parts) + 1 - left_out)), wrong_etag=False)

    def pick_upload(self, pick: int) -> Upload:
        uploads = list(self.model.uploads.values())
        return uploads[pick % len(uploads)]

    @precondition(lambda self: self.model.uploads)
    @rule(pick=picks, number=st.integers(1, 4), body=st.binary(min_size=6, max_size=12) | bodies)
    def put_part(self, pick: int, number: int, body: bytes) -> None:
        upload = self.pick_upload(pick)
        part = self.run(
            self.uploads.put_part(
                upload.bucket, upload.key, upload.upload_id, number, chunks(body), Expected()
            )
        )
        assert (part.etag, part.crc64) == (hashlib.md5(body).hexdigest(), crc64.xz(body))
        upload.parts[number] = body, part.etag

    @rule(bucket=buckets, number=keys)
    def put_part_of_nothing(self, bucket: str, number: int) -> None:
        key = self.pool[number]
        unknown = "1700000000" + "0" * 64
        putting = self.uploads.put_part(bucket, key, unknown, 1, chunks(b"x"), Expected())
        assert self.refusal(putting) == Kind.UPLOAD_MISSING
        assert self.refusal(self.uploads.abort(bucket, key, unknown)) == Kind.UPLOAD_MISSING
        assert self.refusal(self.uploads.complete(bucket, key, unknown, [])) == Kind.UPLOAD_MISSING

    @precondition(lambda self: self.model.uploads)
    @rule(pick=picks, after=st.integers(0, 4), limit=limits)
    def list_parts(self, pick: int, after: int, limit: int) -> None:
        upload = self.pick_upload(pick)
        parts = self.run(self.uploads.parts(upload.upload_id, after=after, limit=limit))
        wanted = [number for number in sorted(upload.parts) if number > after][:limit]
        assert [(part.number, part.etag, part.segment.size) for part in parts] == [
            (number, upload.parts[number][1], len(upload.parts[number][0])) for number in wanted
        ]

    @precondition(lambda self: self.model.uploads)
    @rule(pick=picks, chosen=st.lists(st.integers(1, 4), max_size=4) | st.just([]), wrong=st.booleans())
    def complete_as_it_comes(self, pick: int, chosen: list[int], wrong: bool) -> None:
        self.complete(self.pick_upload(pick), chosen, wrong_etag=wrong)

    @precondition(lambda self: any(1 in upload.parts for upload in self.model.uploads.values()))
    @rule(pick=picks, count=st.integers(1, 4))
    def complete_what_is_there(self, pick: int, count: int) -> None:
        uploads = [upload for upload in self.model.uploads.values() if 1 in upload.parts]
        upload = uploads[pick % len(uploads)]
        there = [number for number in range(1, count + 1) if set(range(1, number + 1)) <= set(upload.parts)]
        self.complete(upload, there, wrong_etag=False)

    def complete(self, upload: Upload, chosen: list[int], *, wrong_etag: bool) -> None:
        listed = [
            Listed(number, "?" if wrong_etag else upload.parts.get(number, (b"", "?"))[1])
            for number in chosen
        ]
        completing = self.uploads.complete(upload.bucket, upload.key, upload.upload_id, listed)
        wanted = None
        if chosen != sorted(set(chosen)):
            wanted = Kind.PART_ORDER
        elif (
            not chosen
            or wrong_etag
            or chosen != list(range(1, len(chosen) + 1))
            or not set(chosen) <= set(upload.parts)
        ):
            wanted = Kind.PART_INVALID
        elif any(len(upload.parts[number][0]) < object_store_model.SMALLEST_PART for number in chosen[:-1]):
            wanted = Kind.PART_TOO_SMALL
        if wanted is not None:
            assert self.refusal(completing) == wanted
            return
        body = b"".join(upload.parts[number][0] for number in chosen)
        self.written(upload.bucket, upload.key, self.run(completing), body, "multipart", len(chosen))
        del self.model.uploads[upload.upload_id]

    @precondition(lambda self: self.model.uploads)
    @rule(pick=picks)
    def abort_upload(self, pick: int) -> None:
        upload = self.pick_upload(pick)
        self.run(self.uploads.abort(upload.bucket, upload.key, upload.upload_id))
        del self.model.uploads[upload.upload_id]

    # time

    @rule(seconds=st.sampled_from((0.000001, 1.0, 3600.0, -2.0)))
    def pass_time(self, seconds: float) -> None:
        """Even a clock that is set back leaves the order of versions alone."""
        self.clock.move(seconds)

    # what must hold

    @invariant()
    def check_listing(self) -> None:
        for bucket in self.model.buckets:
            self.list_versions(bucket, "", "", 2)
            self.list_objects(bucket, "", "", 2)
        self.list_versions(ONE, "", "/", 3)

    def check_everything(self) -> None:
        """Every version, byte for byte, and not a byte more than that."""
        for (bucket, key), versions in self.model.objects.items():
            for version in versions:
                record = self.run(self.objects.find(bucket, key, version.version_id))
                self.check_record(record, version)
                if version.kind == "symlink":
                    continue
                data = self.run(self.bytes_of(bucket, key, version.version_id, whole))
                assert data == (version.body or b"")
        assert self.run(self.bytes_in_store()) == self.model.bytes_kept()
        sweep = Sweep(self.store.facts, self.content, FixedClock(9e9), age=1)
        assert self.run(sweep.run()) == 0, "a blob that no fact names"

    def check_record(self, record: ObjectRecord, version: Version) -> None:
        assert record.version_id == version.version_id
        assert record.delete_marker == (version.body is None)
        if version.body is None:
            return
        assert (record.size, record.crc64) == (len(version.body), crc64.xz(version.body))
        assert (record.kind, record.parts) == (version.kind, version.parts)
        assert record.attributes == msgspec.structs.replace(ATTRIBUTES, tags=version.tags)
        if version.kind in ("normal", "symlink"):
            assert record.etag == hashlib.md5(version.body).hexdigest()
        else:
            assert record.etag != hashlib.md5(version.body).hexdigest()

    async def bytes_in_store(self) -> int:
        ids = [blob async for batch in self.store.blobs.survey() for blob, _ in batch]
        return sum([len(await self.store.blobs.read(blob, 0, 1 << 40)) for blob in ids])


def whole(record: ObjectRecord) -> tuple[int, int]:
    return 0, record.size


class InMemory(ObjectStore):
    async def open_store(self) -> Store:
        return await MemoryStore.open(self.clock)

    @invariant()
    def nothing_is_left_over(self) -> None:
        self.check_everything()


class OnDisk(ObjectStore):
    #: A file system in memory, where there is one: what a sync costs is of no interest here.
    directory: ClassVar[str | None] = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(dir=self.directory))
        super().__init__()

    async def open_store(self) -> Store:
        return await DiskStore.open(self.root, LAYOUT)

    @rule()
    def restart(self) -> None:
        self.run(self.store.close())
        self.run(self._open())
        self.check_everything()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            shutil.rmtree(self.root)


MACHINES = pytest.mark.parametrize("machine", [InMemory, OnDisk])
SHORT = {InMemory: (60, 50), OnDisk: (20, 40)}


def run(machine: type[ObjectStore], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            phases=set(Phase) - {Phase.explain},
            suppress_health_check=list(HealthCheck),
        ),
    )


@MACHINES
def test_the_store_does_what_the_model_does(machine: type[ObjectStore]) -> None:
    run(machine, *SHORT[machine])


@pytest.mark.soak
@pytest.mark.timeout(0)
@MACHINES
def test_the_store_does_what_the_model_does_for_a_long_time(machine: type[ObjectStore]) -> None:
    run(machine, int(os.environ.get("CI_EMULATOR_SOAK_EXAMPLES", "2000")), 100)

"""Multipart uploads: begin, receive parts in any order, complete or abort."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import Ids, upload_id
from ci_emulator.operations import versions
from ci_emulator.operations.commits import bucket_in, check_absent, keep
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.crc64 import combine
from ci_emulator.operations.keys import part_key, parts_of, upload_key
from ci_emulator.operations.opaque import opaque_etag
from ci_emulator.operations.records import (
    PARTS,
    UPLOADS,
    Attributes,
    ObjectRecord,
    PartRecord,
    UploadRecord,
    decode_part,
    decode_upload,
    encode,
)
from ci_emulator.storage.base import BlobMissing, Facts, FactsReader, Transaction

MOST_PARTS = 10_000
#: The least bytes of a part that is not the last one where nothing else is said (spec: cos.md section 4.0).
SMALLEST_PART = 1024**2


@dataclass(frozen=True, slots=True)
class Listed:
    """A part as the client names it when it completes an upload; the ETag is without quotes."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True)
class PartRules:
    """What a cloud demands of the parts of an object: the least bytes of all but the last, and numbers without gaps."""

    smallest: int
    gapless: bool = True


class Uploads:
    """The multipart uploads of all buckets."""

    def __init__(self, facts: Facts, content: Content, clock: Clock, ids: Ids) -> None:
        self._facts = facts
        self._content = content
        self._clock = clock
        self._ids = ids

    async def begin(self, bucket: str, key: str, initiator: str, attributes: Attributes) -> UploadRecord:
        """Begin an upload.

        Raises:
            Refusal: BUCKET_MISSING.
        """
        now = self._clock.now()
        upload = UploadRecord(
            key=key,
            upload_id=upload_id(now, self._ids.token() + self._ids.token()),
            initiator=initiator,
            initiated=now,
            attributes=attributes,
        )

        def work(transaction: Transaction) -> None:
            bucket_in(transaction, bucket)
            transaction.put(UPLOADS, upload_key(bucket, key, upload.upload_id), encode(upload))

        await self._facts.transact(work)
        return upload

    async def find(self, bucket: str, key: str, upload: str) -> UploadRecord:
        """Return an upload in progress.

        Raises:
            Refusal: UPLOAD_MISSING.
        """
        data = await self._facts.get(UPLOADS, upload_key(bucket, key, upload))
        if data is None:
            raise Refusal(Kind.UPLOAD_MISSING)
        return decode_upload(data)

    async def put_part(
        self,
        bucket: str,
        key: str,
        upload: str,
        number: int,
        chunks: AsyncIterator[bytes],
        expected: Expected,
    ) -> PartRecord:
        """Store a part; it replaces one of the same number.

        Raises:
            Refusal: UPLOAD_MISSING, DIGEST_MISMATCH (fact `digest`), those of the store, and whatever `chunks` raises.
        """
        await self.find(bucket, key, upload)
        received = await self._content.receive(chunks, expected)
        part = PartRecord(
            number=number,
            segment=received.segment,
            etag=received.md5,
            crc64=received.crc64,
            modified=self._clock.now(),
        )

        def work(transaction: Transaction) -> versions.Changed:
            _upload_in(transaction, bucket, key, upload)
            old = transaction.get(PARTS, part_key(upload, number))
            transaction.put(PARTS, part_key(upload, number), encode(part))
            return versions.Changed(None, (decode_part(old).segment,) if old is not None else ())

        await keep(self._facts, self._content, (received.segment,), work)
        return part

    async def parts(self, upload: str, *, after: int = 0, limit: int = 1000) -> list[PartRecord]:
        """Return up to `limit` parts of an upload whose number is above `after`, by ascending number."""
        rows = await self._facts.scan(
            PARTS, prefix=parts_of(upload), after=part_key(upload, after), limit=limit
        )
        return [decode_part(data) for _, data in rows]

    async def complete(
        self,
        bucket: str,
        key: str,
        upload: str,
        listed: Sequence[Listed],
        *,
        forbid_overwrite: bool = False,
        rules: PartRules | None = None,
    ) -> ObjectRecord:
        """Make an object of the listed parts; parts that are not listed are dropped with the upload.

        Without `rules` those of COS hold: 1 MB at least, and numbers without gaps.

        Raises:
            Refusal: UPLOAD_MISSING, PART_ORDER (numbers not ascending), PART_INVALID (missing, another ETag, or a gap
                in the numbers), PART_TOO_SMALL (and not the last), KEY_EXISTS as `Objects.put`; the upload goes on
                then.
        """
        work = self.completion(bucket, key, upload, listed, forbid_overwrite=forbid_overwrite, rules=rules)
        changed = await self._facts.transact(work)
        await self._content.drop(changed.freed)
        assert changed.record is not None  # noqa: S101 - a put always leaves a record
        return changed.record

    def completion(
        self,
        bucket: str,
        key: str,
        upload: str,
        listed: Sequence[Listed],
        *,
        forbid_overwrite: bool = False,
        rules: PartRules | None = None,
    ) -> Callable[[Transaction], versions.Changed]:
        """Return what `complete` does in its transaction, for one that does more in the same step."""
        modified = self._clock.now()
        order = int(modified * 1_000_000)

        def work(transaction: Transaction) -> versions.Changed:
            record = bucket_in(transaction, bucket)
            begun = _upload_in(transaction, bucket, key, upload)
            stored = _all_parts(transaction, upload)
            parts = _chosen(listed, stored, rules or PartRules(SMALLEST_PART))
            if forbid_overwrite:
                check_absent(transaction, record, key)
            size = crc = 0
            for part in parts:
                crc = combine(crc, part.crc64, part.segment.size)
                size += part.segment.size
            draft = ObjectRecord(
                key=key,
                order=order,
                modified=modified,
                segments=tuple(part.segment for part in parts),
                size=size,
                etag=f"{opaque_etag(upload, *(part.etag for part in parts))}-{len(parts)}",
                crc64=crc,
                attributes=begun.attributes,
                kind="multipart",
                parts=len(parts),
            )
            changed = versions.put(transaction, record, draft)
            _forget(transaction, bucket, key, upload, stored)
            used = {part.number for part in parts}
            unused = tuple(part.segment for number, part in stored.items() if number not in used)
            return versions.Changed(changed.record, changed.freed + unused)

        return work

    async def preview(
        self,
        bucket: str,
        key: str,
        upload: str,
        listed: Sequence[Listed],
        check: Callable[[int], None],
        rules: PartRules | None = None,
    ) -> bytes:
        """Return the bytes of the object that `complete` would make; `check` raises when their number is too large.

        Raises:
            Refusal: as `complete`, and whatever `check` raises.
        """

        def work(reader: FactsReader) -> list[PartRecord]:
            bucket_in(reader, bucket)
            _upload_in(reader, bucket, key, upload)
            return _chosen(listed, _all_parts(reader, upload), rules or PartRules(SMALLEST_PART))

        segments = [part.segment for part in await self._facts.read(work)]
        size = sum(segment.size for segment in segments)
        check(size)
        try:
            return await self._content.read(segments, 0, size)
        except BlobMissing:
            # A part was sent anew in this moment, so it is not the one that is listed any more.
            raise Refusal(Kind.PART_INVALID) from None

    async def abort(self, bucket: str, key: str, upload: str) -> None:
        """Drop an upload and its parts.

        Raises:
            Refusal: UPLOAD_MISSING.
        """

        def work(transaction: Transaction) -> dict[int, PartRecord]:
            _upload_in(transaction, bucket, key, upload)
            stored = _all_parts(transaction, upload)
            _forget(transaction, bucket, key, upload, stored)
            return stored

        stored = await self._facts.transact(work)
        await self._content.drop(part.segment for part in stored.values())


def _upload_in(reader: FactsReader, bucket: str, key: str, upload: str) -> UploadRecord:
    data = reader.get(UPLOADS, upload_key(bucket, key, upload))
    if data is None:
        raise Refusal(Kind.UPLOAD_MISSING)
    return decode_upload(data)


def _all_parts(reader: FactsReader, upload: str) -> dict[int, PartRecord]:
    rows = reader.scan(PARTS, prefix=parts_of(upload), limit=MOST_PARTS)
    return {part.number: part for part in (decode_part(data) for _, data in rows)}


def _forget(
    transaction: Transaction, bucket: str, key: str, upload: str, parts: dict[int, PartRecord]
) -> None:
    transaction.delete(UPLOADS, upload_key(bucket, key, upload))
    for number in parts:
        transaction.delete(PARTS, part_key(upload, number))


def _chosen(listed: Sequence[Listed], stored: dict[int, PartRecord], rules: PartRules) -> list[PartRecord]:
    """Return the parts that a client lists, checked as the clouds check them (spec: cos.md section 4.3, complete)."""
    numbers = [part.number for part in listed]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise Refusal(Kind.PART_ORDER)
    found: list[PartRecord] = []
    for number, wanted in enumerate(listed, 1):
        part = stored.get(wanted.number)
        if part is None or part.etag != wanted.etag or (rules.gapless and wanted.number != number):
            raise Refusal(Kind.PART_INVALID, number=wanted.number)
        found.append(part)
    if not found:
        raise Refusal(Kind.PART_INVALID)
    if any(part.segment.size < rules.smallest for part in found[:-1]):
        raise Refusal(Kind.PART_TOO_SMALL, limit=rules.smallest)
    return found

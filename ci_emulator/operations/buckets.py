"""Create, find, change, list and delete buckets."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.keys import bucket_id, within_bucket
from ci_emulator.operations.records import (
    BUCKETS,
    OBJECTS,
    UPLOADS,
    VERSIONS,
    BucketRecord,
    decode_bucket,
    encode,
)
from ci_emulator.storage.base import Facts, Transaction

_ALL = 1_000_000


class Buckets:
    """The buckets of all accounts."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        #: Records that were read: nearly every request asks for one. Who changes a bucket does it here, so it is known.
        self._known: dict[str, BucketRecord] = {}
        self._changes = 0

    async def create(self, bucket: BucketRecord, *, most: int) -> None:
        """Create a bucket.

        Raises:
            Refusal: BUCKET_OWNED_BY_YOU or BUCKET_TAKEN when the name exists, TOO_MANY_BUCKETS when the owner has
                `most` already.
        """

        def work(transaction: Transaction) -> None:
            present = transaction.get(BUCKETS, bucket_id(bucket.name))
            if present is not None:
                mine = decode_bucket(present).owner == bucket.owner
                raise Refusal(Kind.BUCKET_OWNED_BY_YOU if mine else Kind.BUCKET_TAKEN, bucket=bucket.name)
            everyones = transaction.scan(BUCKETS, limit=_ALL)
            if sum(decode_bucket(data).owner == bucket.owner for _, data in everyones) >= most:
                raise Refusal(Kind.TOO_MANY_BUCKETS, limit=most)
            transaction.put(BUCKETS, bucket_id(bucket.name), encode(bucket))

        await self._facts.transact(work)

    async def find(self, name: str) -> BucketRecord:
        """Return a bucket.

        Raises:
            Refusal: BUCKET_MISSING.
        """
        known = self._known.get(name)
        if known is not None:
            return known
        changes = self._changes
        data = await self._facts.get(BUCKETS, bucket_id(name))
        if data is None:
            raise Refusal(Kind.BUCKET_MISSING, bucket=name)
        record = decode_bucket(data)
        if changes == self._changes:  # else this may be what it was before
            self._known[name] = record
        return record

    def known(self, name: str) -> BucketRecord | None:
        """Return a bucket that was found lately, at no cost; None says nothing."""
        return self._known.get(name)

    async def change(self, name: str, change: Callable[[BucketRecord], BucketRecord]) -> BucketRecord:
        """Change what is known of a bucket; `change` runs inside the transaction and may raise.

        Raises:
            Refusal: BUCKET_MISSING, and whatever `change` raises.
        """

        def work(transaction: Transaction) -> BucketRecord:
            data = transaction.get(BUCKETS, bucket_id(name))
            if data is None:
                raise Refusal(Kind.BUCKET_MISSING, bucket=name)
            new = change(decode_bucket(data))
            transaction.put(BUCKETS, bucket_id(name), encode(new))
            return new

        try:
            return await self._facts.transact(work)
        finally:
            self._forget(name)

    async def owned_by(self, owner: str | None) -> list[BucketRecord]:
        """Return the buckets of one account (of all accounts when None) in the order of their names."""
        rows = await self._facts.scan(BUCKETS, limit=_ALL)
        records = [decode_bucket(data) for _, data in rows]
        return [record for record in records if owner is None or record.owner == owner]

    async def delete(self, name: str) -> None:
        """Delete a bucket that holds no object, no version, no delete marker and no unfinished upload.

        Raises:
            Refusal: BUCKET_MISSING, BUCKET_NOT_EMPTY.
        """

        def work(transaction: Transaction) -> None:
            if not transaction.delete(BUCKETS, bucket_id(name)):
                raise Refusal(Kind.BUCKET_MISSING, bucket=name)
            for space in (OBJECTS, VERSIONS, UPLOADS):
                if transaction.scan(space, prefix=within_bucket(name), limit=1):
                    raise Refusal(Kind.BUCKET_NOT_EMPTY, bucket=name)

        try:
            await self._facts.transact(work)
        finally:
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._changes += 1
        self._known.pop(name, None)

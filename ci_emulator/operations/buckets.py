"""Create, find, list and delete buckets."""

from __future__ import annotations

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import (
    BUCKETS,
    OBJECTS,
    BucketRecord,
    bucket_id,
    decode_bucket,
    encode,
    objects_prefix,
)
from ci_emulator.storage.base import Facts, Transaction


class Buckets:
    """The buckets of all accounts."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

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
            everyones = transaction.scan(BUCKETS, limit=1_000_000)
            if sum(decode_bucket(data).owner == bucket.owner for _, data in everyones) >= most:
                raise Refusal(Kind.TOO_MANY_BUCKETS, limit=most)
            transaction.put(BUCKETS, bucket_id(bucket.name), encode(bucket))

        await self._facts.transact(work)

    async def find(self, name: str) -> BucketRecord:
        """Return a bucket.

        Raises:
            Refusal: BUCKET_MISSING.
        """
        data = await self._facts.get(BUCKETS, bucket_id(name))
        if data is None:
            raise Refusal(Kind.BUCKET_MISSING, bucket=name)
        return decode_bucket(data)

    async def owned_by(self, owner: str | None) -> list[BucketRecord]:
        """Return the buckets of one account (of all accounts when None) in the order of their names."""
        rows = await self._facts.scan(BUCKETS, limit=1_000_000)
        records = [decode_bucket(data) for _, data in rows]
        return [record for record in records if owner is None or record.owner == owner]

    async def set_acl(self, name: str, acl: str) -> None:
        """Replace a bucket's canned ACL.

        Raises:
            Refusal: BUCKET_MISSING.
        """

        def work(transaction: Transaction) -> None:
            data = transaction.get(BUCKETS, bucket_id(name))
            if data is None:
                raise Refusal(Kind.BUCKET_MISSING, bucket=name)
            record = msgspec.structs.replace(decode_bucket(data), acl=acl)
            transaction.put(BUCKETS, bucket_id(name), encode(record))

        await self._facts.transact(work)

    async def delete(self, name: str) -> None:
        """Delete an empty bucket.

        Raises:
            Refusal: BUCKET_MISSING, BUCKET_NOT_EMPTY.
        """

        def work(transaction: Transaction) -> None:
            if transaction.scan(OBJECTS, prefix=objects_prefix(name), limit=1):
                raise Refusal(Kind.BUCKET_NOT_EMPTY, bucket=name)
            if not transaction.delete(BUCKETS, bucket_id(name)):
                raise Refusal(Kind.BUCKET_MISSING, bucket=name)

        await self._facts.transact(work)

"""Put, find, open and delete objects: bytes first, then the fact; old bytes go when no fact names them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from fastcrc import crc64

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Stream
from ci_emulator.operations.records import (
    BUCKETS,
    OBJECTS,
    CannedAcl,
    ObjectRecord,
    bucket_id,
    decode_object,
    encode,
    object_id,
)
from ci_emulator.storage.base import BlobMissing, Store, Transaction

#: Below this a read costs one hop to the store instead of a stream.
SMALL = 256 * 1024

#: How often a reader looks again when the object is overwritten between its fact and its bytes.
_RETRIES = 8


@dataclass(frozen=True, slots=True)
class Expected:
    """Checksums that the client announced for what it sends, as raw digests."""

    md5: bytes | None = None
    sha1: bytes | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is kept beside the bytes of an object; names are lower-case."""

    headers: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    storage_class: str = "STANDARD"
    acl: CannedAcl = "default"


@dataclass(frozen=True, slots=True)
class Opened:
    """An object whose bytes are at hand: in `body` when they are few, else in `stream`."""

    record: ObjectRecord
    body: bytes = b""
    stream: Stream | None = None


class Objects:
    """The objects of all buckets."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def put(
        self,
        bucket: str,
        key: str,
        chunks: AsyncIterator[bytes],
        attributes: Attributes,
        expected: Expected,
    ) -> ObjectRecord:
        """Store an object; it replaces one of the same key in one step, when all its bytes are safe.

        Raises:
            Refusal: BUCKET_MISSING, DIGEST_MISMATCH (fact `digest`), STORAGE_FULL, and whatever `chunks` raises; the store is then
                as before.
        """
        md5 = hashlib.md5(usedforsecurity=False)
        sha1 = hashlib.sha1(usedforsecurity=False) if expected.sha1 is not None else None
        size = crc = 0
        writer = await self._store.blobs.create()
        try:
            async for chunk in chunks:
                md5.update(chunk)
                if sha1 is not None:
                    sha1.update(chunk)
                crc = crc64.xz(chunk, crc)
                size += len(chunk)
                await writer.write(chunk)
            _check("MD5", expected.md5, md5.digest())
            _check("SHA-1", expected.sha1, sha1.digest() if sha1 else None)
            blob = await writer.commit()
        except BaseException:
            await asyncio.shield(writer.abort())
            raise
        record = ObjectRecord(
            key=key,
            blob=blob,
            size=size,
            etag=md5.hexdigest(),
            crc64=crc,
            modified=self._clock.now(),
            headers=attributes.headers,
            meta=attributes.meta,
            storage_class=attributes.storage_class,
            acl=attributes.acl,
        )
        await self._replace(bucket, record)
        return record

    async def _replace(self, bucket: str, record: ObjectRecord) -> None:
        name = object_id(bucket, record.key)

        def work(transaction: Transaction) -> str | None:
            if transaction.get(BUCKETS, bucket_id(bucket)) is None:
                raise Refusal(Kind.BUCKET_MISSING, bucket=bucket)
            old = transaction.get(OBJECTS, name)
            transaction.put(OBJECTS, name, encode(record))
            return decode_object(old).blob if old is not None else None

        try:
            replaced = await self._store.facts.transact(work)
        except BaseException:
            # Even a cancellation that comes out of a transaction means that nothing of it was kept.
            await asyncio.shield(self._store.blobs.remove(record.blob))
            raise
        if replaced is not None:
            await asyncio.shield(self._store.blobs.remove(replaced))

    async def find(self, bucket: str, key: str) -> ObjectRecord:
        """Return what is known of an object.

        Raises:
            Refusal: KEY_MISSING.
        """
        data = await self._store.facts.get(OBJECTS, object_id(bucket, key))
        if data is None:
            raise Refusal(Kind.KEY_MISSING, key=key)
        return decode_object(data)

    async def open(self, bucket: str, key: str, plan: Callable[[ObjectRecord], tuple[int, int]]) -> Opened:
        """Open a part of an object.

        Args:
            bucket: the bucket's name.
            key: the object's key.
            plan: given the object's record, returns (start, length) in bytes, or raises; asked again when the object
                is overwritten before its bytes could be opened.

        Raises:
            Refusal: KEY_MISSING, and whatever `plan` raises.
        """
        for _ in range(_RETRIES):
            record = await self.find(bucket, key)
            start, length = plan(record)
            try:
                if length <= SMALL:
                    return Opened(record, body=await self._store.blobs.read(record.blob, start, length))
                return Opened(record, stream=await self._store.blobs.open(record.blob, start, length))
            except BlobMissing:
                continue
        raise Refusal(Kind.OVERLOADED)

    async def delete(self, bucket: str, key: str) -> bool:
        """Delete an object; returns whether there was one."""
        name = object_id(bucket, key)

        def work(transaction: Transaction) -> str | None:
            old = transaction.get(OBJECTS, name)
            if old is None:
                return None
            transaction.delete(OBJECTS, name)
            return decode_object(old).blob

        blob = await self._store.facts.transact(work)
        if blob is not None:
            await asyncio.shield(self._store.blobs.remove(blob))
        return blob is not None


def _check(digest: str, announced: bytes | None, actual: bytes | None) -> None:
    if announced is not None and announced != actual:
        raise Refusal(
            Kind.DIGEST_MISMATCH,
            digest=digest,
            expected=base64.b64encode(announced).decode(),
            actual=base64.b64encode(actual or b"").decode(),
        )

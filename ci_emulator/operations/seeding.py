"""Fill a bucket from a directory, as tests and demonstrations want it at the start."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, BucketRecord


async def fill(buckets: Buckets, objects: Objects, bucket: BucketRecord, directory: Path) -> int:
    """Create the bucket unless it exists, and put every file below the directory that it does not hold yet.

    The key of a file is its path below the directory; an object that exists is left as it is, so that what somebody
    changed survives a restart. Returns the number of files that were put.

    Raises:
        OSError: the directory cannot be read.
    """
    if not await asyncio.to_thread(directory.is_dir):
        raise FileNotFoundError(2, "there is no such directory", str(directory))
    try:
        await buckets.create(bucket, most=2**31)
    except Refusal as refusal:
        if refusal.kind is not Kind.BUCKET_OWNED_BY_YOU:
            raise
    put = 0
    for path in await asyncio.to_thread(_files, directory):
        key = path.relative_to(directory).as_posix()
        if await _exists(objects, bucket.name, key):
            continue
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = await asyncio.to_thread(path.read_bytes)
        await objects.put(
            bucket.name, key, _once(content), Attributes(headers={"content-type": kind}), Expected()
        )
        put += 1
    return put


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


async def _exists(objects: Objects, bucket: str, key: str) -> bool:
    try:
        await objects.find(bucket, key)
    except Refusal:
        return False
    return True


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

"""What every change of objects has in common: facts that name new bytes, and the bucket that they are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations import versions
from ci_emulator.operations.content import Content
from ci_emulator.operations.keys import bucket_id
from ci_emulator.operations.records import BUCKETS, BucketRecord, Segment, decode_bucket
from ci_emulator.storage.base import Facts, FactsReader, Transaction


async def keep(
    facts: Facts,
    content: Content,
    segments: Sequence[Segment],
    work: Callable[[Transaction], versions.Changed],
) -> versions.Changed:
    """Commit the facts that name new bytes; drop the bytes when that fails, and those that it frees when it does not."""
    return (await keep_all(facts, content, segments, lambda transaction: [work(transaction)]))[0]


async def keep_all(
    facts: Facts,
    content: Content,
    segments: Sequence[Segment],
    work: Callable[[Transaction], list[versions.Changed]],
) -> list[versions.Changed]:
    """Commit several changes in one step, as `keep` does one."""
    try:
        changes = await facts.transact(work)
    except BaseException:
        # Even a cancellation that comes out of a transaction means that nothing of it was kept.
        await content.drop(segments)
        raise
    finally:
        content.settled(segments)
    await content.drop(segment for changed in changes for segment in changed.freed)
    return changes


def bucket_in(reader: FactsReader, name: str) -> BucketRecord:
    """Return a bucket's record inside a transaction.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    data = reader.get(BUCKETS, bucket_id(name))
    if data is None:
        raise Refusal(Kind.BUCKET_MISSING, bucket=name)
    return decode_bucket(data)


def check_absent(reader: FactsReader, bucket: BucketRecord, key: str) -> None:
    """Refuse to overwrite; a bucket that ever kept versions overwrites nothing that it is not told to."""
    if not bucket.versioning and versions.current(reader, bucket.name, key) is not None:
        raise Refusal(Kind.KEY_EXISTS, key=key)

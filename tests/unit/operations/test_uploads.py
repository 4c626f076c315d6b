from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator

import pytest
from fastcrc import crc64

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.ids import SeededIds
from ci_emulator.operations import uploads as uploads_module
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.content import Content, Expected
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.operations.uploads import Listed, Uploads
from ci_emulator.storage.base import Store

NAME = "pictures-1250000000"
ATTRIBUTES = Attributes(headers={"content-type": "a/b"}, meta={"x-cos-meta-a": "b"}, tags={"k": "v"})

pytestmark = pytest.mark.usefixtures("buckets", "_small_parts")


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_module, "SMALLEST_PART", 10)


@pytest.fixture
def content(store: Store) -> Content:
    return Content(store.blobs)


@pytest.fixture
def objects(store: Store, content: Content, clock: FixedClock) -> Objects:
    return Objects(store.facts, content, clock)


@pytest.fixture
def uploads(store: Store, content: Content, clock: FixedClock) -> Uploads:
    return Uploads(store.facts, content, clock, SeededIds(1))


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def _begin(uploads: Uploads, key: str = "k") -> str:
    return (await uploads.begin(NAME, key, "1250000000", ATTRIBUTES)).upload_id


async def _put(uploads: Uploads, upload: str, number: int, *parts: bytes, key: str = "k") -> Listed:
    record = await uploads.put_part(NAME, key, upload, number, _chunks(*parts), Expected())
    return Listed(record.number, record.etag)


async def _blobs(store: Store) -> int:
    return sum([len(batch) async for batch in store.blobs.survey()])


async def _read(objects: Objects, key: str = "k") -> bytes:
    opened = await objects.open(NAME, key, lambda record: (0, record.size))
    if opened.stream is None:
        return opened.body
    try:
        return b"".join([chunk async for chunk in opened.stream])
    finally:
        await opened.stream.aclose()


async def _refused(kind: Kind, waiting) -> None:
    with pytest.raises(Refusal) as caught:
        await waiting
    assert caught.value.kind is kind


async def test_parts_become_an_object(uploads: Uploads, objects: Objects, clock: FixedClock) -> None:
    upload = await _begin(uploads)
    assert upload.startswith("1700000000")
    pieces = [b"0123456789", b"abcdefghijk", b"", b"x"]
    listed = [
        await _put(uploads, upload, number, piece) for number, piece in ((1, pieces[0]), (2, pieces[1]))
    ]
    clock.move(10)
    record = await uploads.complete(NAME, "k", upload, listed)
    whole = b"".join(pieces[:2])
    assert (record.size, record.crc64, record.parts) == (len(whole), crc64.xz(whole), 2)
    assert (record.kind, record.attributes, record.modified) == ("multipart", ATTRIBUTES, clock.now())
    assert re.fullmatch("[0-9a-f]{32}-2", record.etag)
    assert await objects.find(NAME, "k") == record
    assert await _read(objects) == whole


@pytest.mark.parametrize("sizes", [[0], [10, 0], [10, 300_000, 262_144, 1], [262_145] * 3], ids=str)
async def test_the_whole_is_its_parts_in_order(uploads: Uploads, objects: Objects, sizes: list[int]) -> None:
    upload = await _begin(uploads)
    pieces = [bytes((number * 31 + at) % 251 for at in range(size)) for number, size in enumerate(sizes)]
    listed = {}
    for number in reversed(range(len(pieces))):
        piece = pieces[number]
        listed[number] = await _put(uploads, upload, number + 1, piece[:7], piece[7:])
    record = await uploads.complete(NAME, "k", upload, [listed[number] for number in range(len(pieces))])
    whole = b"".join(pieces)
    assert (await _read(objects), record.crc64) == (whole, crc64.xz(whole))


async def test_a_part_takes_the_place_of_one_of_its_number(uploads: Uploads, store: Store) -> None:
    upload = await _begin(uploads)
    await _put(uploads, upload, 7, b"first")
    again = await _put(uploads, upload, 7, b"second")
    (part,) = await uploads.parts(upload)
    assert (part.number, part.etag, part.segment.size) == (7, again.etag, 6)
    assert part.etag == hashlib.md5(b"second").hexdigest()
    assert await _blobs(store) == 1


async def test_parts_that_are_not_listed_go(uploads: Uploads, objects: Objects, store: Store) -> None:
    upload = await _begin(uploads)
    listed = [await _put(uploads, upload, number, b"x" * 10) for number in (1, 2, 3, 9)]
    await uploads.complete(NAME, "k", upload, listed[:2])
    assert await _blobs(store) == 2
    assert await uploads.parts(upload) == []
    await objects.delete(NAME, "k")
    assert await _blobs(store) == 0


async def test_what_it_replaces_goes(uploads: Uploads, objects: Objects, store: Store) -> None:
    await objects.put(NAME, "k", _chunks(b"old"), Attributes(), Expected())
    upload = await _begin(uploads)
    await uploads.complete(NAME, "k", upload, [await _put(uploads, upload, 1, b"new")])
    assert (await _read(objects), await _blobs(store)) == (b"new", 1)


async def test_abort_leaves_nothing(uploads: Uploads, store: Store, buckets: Buckets) -> None:
    upload = await _begin(uploads)
    for number in (1, 2):
        await _put(uploads, upload, number, b"x")
    await _refused(Kind.BUCKET_NOT_EMPTY, buckets.delete(NAME))
    await uploads.abort(NAME, "k", upload)
    assert (await uploads.parts(upload), await _blobs(store)) == ([], 0)
    await buckets.delete(NAME)


async def test_two_uploads_of_a_key_know_nothing_of_each_other(uploads: Uploads, objects: Objects) -> None:
    one, other = await _begin(uploads), await _begin(uploads)
    first, second = await _put(uploads, one, 1, b"one"), await _put(uploads, other, 1, b"other")
    await _refused(Kind.PART_INVALID, uploads.complete(NAME, "k", one, [second]))
    await uploads.complete(NAME, "k", other, [second])
    await uploads.complete(NAME, "k", one, [first])
    assert await _read(objects) == b"one"


@pytest.mark.parametrize(
    ("choose", "kind"),
    [
        pytest.param(lambda a, b, c: [], Kind.PART_INVALID, id="none"),
        pytest.param(lambda a, b, c: [b, a], Kind.PART_ORDER, id="order"),
        pytest.param(lambda a, b, c: [a, a], Kind.PART_ORDER, id="twice"),
        pytest.param(lambda a, b, c: [a, c], Kind.PART_INVALID, id="gap"),
        pytest.param(lambda a, b, c: [b, c], Kind.PART_INVALID, id="not-from-1"),
        pytest.param(lambda a, b, c: [a, b, c, Listed(4, a.etag)], Kind.PART_INVALID, id="missing"),
        pytest.param(lambda a, b, c: [Listed(1, b.etag)], Kind.PART_INVALID, id="etag"),
        pytest.param(lambda a, b, c: [a, b, c], Kind.PART_TOO_SMALL, id="small"),
    ],
)
async def test_what_cannot_be_completed_goes_on(
    uploads: Uploads, objects: Objects, store: Store, choose, kind: Kind
) -> None:
    upload = await _begin(uploads)
    listed = [
        await _put(uploads, upload, 1, b"0123456789"),
        await _put(uploads, upload, 2, b"short"),
        await _put(uploads, upload, 3, b"last"),
    ]
    before = await uploads.parts(upload)
    await _refused(kind, uploads.complete(NAME, "k", upload, choose(*listed)))
    assert (await uploads.parts(upload), await _blobs(store)) == (before, 3)
    await _refused(Kind.KEY_MISSING, objects.find(NAME, "k"))
    await uploads.complete(NAME, "k", upload, listed[:2])


async def test_an_object_that_must_not_be_overwritten(
    uploads: Uploads, objects: Objects, store: Store
) -> None:
    await objects.put(NAME, "k", _chunks(b"old"), Attributes(), Expected())
    upload = await _begin(uploads)
    listed = [await _put(uploads, upload, 1, b"new")]
    await _refused(Kind.KEY_EXISTS, uploads.complete(NAME, "k", upload, listed, forbid_overwrite=True))
    assert (await _read(objects), await _blobs(store)) == (b"old", 2)
    await objects.delete(NAME, "k")
    await uploads.complete(NAME, "k", upload, listed, forbid_overwrite=True)
    assert await _read(objects) == b"new"


async def test_an_upload_is_known_by_bucket_key_and_id(uploads: Uploads, store: Store) -> None:
    upload = await _begin(uploads)
    for bucket, key, wrong in ((NAME, "k", "x"), (NAME, "other", upload), ("other-1", "k", upload)):
        await _refused(Kind.UPLOAD_MISSING, uploads.find(bucket, key, wrong))
        await _refused(
            Kind.UPLOAD_MISSING, uploads.put_part(bucket, key, wrong, 1, _chunks(b"x"), Expected())
        )
        await _refused(Kind.UPLOAD_MISSING, uploads.abort(bucket, key, wrong))
    await _refused(Kind.UPLOAD_MISSING, uploads.complete(NAME, "other", upload, [Listed(1, "x")]))
    assert await _blobs(store) == 0


async def test_no_upload_in_a_bucket_that_does_not_exist(uploads: Uploads) -> None:
    await _refused(Kind.BUCKET_MISSING, uploads.begin("none-1", "k", "1", ATTRIBUTES))


@pytest.mark.parametrize("end", ["abort", "complete"])
async def test_a_part_that_arrives_after_the_end_leaves_nothing(
    uploads: Uploads, store: Store, end: str
) -> None:
    upload = await _begin(uploads)
    listed = [await _put(uploads, upload, 1, b"first")]
    ended = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"late"
        await ended.wait()
        yield b"r"

    late = asyncio.create_task(uploads.put_part(NAME, "k", upload, 1, slow(), Expected()))
    await asyncio.sleep(0.01)
    if end == "abort":
        await uploads.abort(NAME, "k", upload)
    else:
        await uploads.complete(NAME, "k", upload, listed)
    ended.set()
    await _refused(Kind.UPLOAD_MISSING, late)
    assert (await uploads.parts(upload), await _blobs(store)) == ([], int(end == "complete"))


@pytest.mark.parametrize(
    "expected", [Expected(md5=b"\0" * 16), Expected(sha1=b"\0" * 20)], ids=["MD5", "SHA-1"]
)
async def test_a_wrong_checksum_keeps_the_part_that_was_there(
    uploads: Uploads, store: Store, expected: Expected
) -> None:
    upload = await _begin(uploads)
    await _put(uploads, upload, 1, b"old")
    before = await uploads.parts(upload)
    await _refused(Kind.DIGEST_MISMATCH, uploads.put_part(NAME, "k", upload, 1, _chunks(b"new"), expected))
    assert (await uploads.parts(upload), await _blobs(store)) == (before, 1)


async def test_writers_of_one_part_leave_one(uploads: Uploads, objects: Objects, store: Store) -> None:
    upload = await _begin(uploads)
    pieces = [bytes([letter]) * 1000 for letter in b"abcdefgh"]
    await asyncio.gather(*(_put(uploads, upload, 1, piece[:500], piece[500:]) for piece in pieces))
    (part,) = await uploads.parts(upload)
    await uploads.complete(NAME, "k", upload, [Listed(1, part.etag)])
    assert await _read(objects) in pieces
    assert await _blobs(store) == 1


async def test_only_one_of_several_completes(uploads: Uploads) -> None:
    upload = await _begin(uploads)
    listed = [await _put(uploads, upload, 1, b"x")]
    answers = await asyncio.gather(
        *(uploads.complete(NAME, "k", upload, listed) for _ in range(3)), return_exceptions=True
    )
    assert sorted(isinstance(answer, ObjectRecord) for answer in answers) == [False, False, True]


async def test_parts_are_listed_by_number(uploads: Uploads) -> None:
    upload, other = await _begin(uploads), await _begin(uploads)
    await _put(uploads, other, 5, b"other")
    for number in (10_000, 2, 256, 1, 255):
        await _put(uploads, upload, number, b"x")
    assert [part.number for part in await uploads.parts(upload)] == [1, 2, 255, 256, 10_000]
    assert [part.number for part in await uploads.parts(upload, after=2, limit=2)] == [255, 256]
    assert await uploads.parts(upload, after=10_000) == []

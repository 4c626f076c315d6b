"""Parts of an object, read one after the other, all of one and the same version."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download, symlinks
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.services import Services


class Parts:
    """The object that a call names; `record` is what is known of it.

    What a download asks for beside the object (conditions, ranges) does not count.
    """

    def __init__(self, call: Call, services: Services, record: ObjectRecord) -> None:
        self._call = call
        self._services = services
        self.record = record

    @classmethod
    async def of(cls, call: Call, services: Services) -> Parts:
        """Find the object and check that it may be read.

        Raises:
            Refusal: KEY_MISSING, VERSION_MISSING.
            ApiError: those of `download.check_query`, NoSuchKey for a delete marker, InvalidObjectState for an archived
                object, those of customer keys.
        """
        download.check_query(call)
        record, _ = await _read(call, services, None, 0, 0)
        return cls(call, services, record)

    async def read(self, start: int, length: int) -> bytes:
        """Return `length` bytes from the offset `start`.

        Raises:
            Refusal: OVERLOADED when the object was written meanwhile, so that the client asks again; and as in `of`.
        """
        return (await _read(self._call, self._services, self.record, start, length))[1]


async def _read(
    call: Call, services: Services, known: ObjectRecord | None, start: int, length: int
) -> tuple[ObjectRecord, bytes]:
    def plan(record: ObjectRecord) -> tuple[int, int]:
        download.check_readable(call, record)
        download.check_restored(record, services.clock.now())
        if known is not None and (known.key, known.order, known.etag) != (
            record.key,
            record.order,
            record.etag,
        ):
            raise Refusal(Kind.OVERLOADED)
        return start, length

    bucket, key = call.place.bucket or "", call.place.key or ""
    follow = symlinks.follower(call, services, bucket, "cos:GetObject")
    try:
        opened = await services.objects.open(bucket, key, plan, requested_version(call), follow)
    except Refusal as refusal:
        raise download.missing(refusal) from None
    if opened.stream is None:
        return opened.record, opened.body
    try:
        return opened.record, b"".join([chunk async for chunk in opened.stream])
    finally:
        await opened.stream.aclose()

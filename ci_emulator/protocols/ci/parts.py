"""Parts of an object, read one after the other, all of one and the same version."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.objects import Loaded
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.ci.source import opened
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
            Refusal, ApiError: those of `source.opened`.
        """
        return cls(call, services, (await _read(call, services, None, 0, 0)).record)

    async def read(self, start: int, length: int) -> bytes:
        """Return `length` bytes from the offset `start`.

        Raises:
            Refusal: OVERLOADED when the object was written meanwhile, so that the client asks again; and as in `of`.
        """
        return (await _read(self._call, self._services, self.record, start, length)).data


async def _read(
    call: Call, services: Services, known: ObjectRecord | None, start: int, length: int
) -> Loaded:
    def plan(record: ObjectRecord) -> tuple[int, int]:
        if known is not None and (known.key, known.order, known.etag) != (
            record.key,
            record.order,
            record.etag,
        ):
            raise Refusal(Kind.OVERLOADED)
        return start, length

    return await (await opened(call, services, plan)).load()

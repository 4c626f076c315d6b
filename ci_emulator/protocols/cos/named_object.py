"""The version of an object that a request names, for requests about it rather than about its bytes."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos.download import check_not_a_marker, missing
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.services import Services


async def find(call: Call, services: Services) -> ObjectRecord:
    """Return what is known of the version that a call names, or of the current one.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING.
        ApiError: NoSuchKey where a delete marker covers the object, MethodNotAllowed when it is one that is named.
    """
    try:
        record = await services.objects.find(
            call.place.bucket or "", call.place.key or "", requested_version(call)
        )
    except Refusal as refusal:
        raise missing(refusal) from None
    check_not_a_marker(record)
    return record


async def change(
    call: Call, services: Services, work: Callable[[ObjectRecord], ObjectRecord]
) -> ObjectRecord:
    """Change what is known of the version that a call names, or of the current one; its bytes stay.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING.
        ApiError: MethodNotAllowed for a delete marker, and whatever `work` raises.
    """

    def checked(record: ObjectRecord) -> ObjectRecord:
        check_not_a_marker(record)
        return work(record)

    return await services.objects.change(
        call.place.bucket or "", call.place.key or "", checked, requested_version(call)
    )

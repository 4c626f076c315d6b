"""The object that an operation of Cloud Infinite is about, read as a download would read it.

What a download asks for beside the object (conditions, ranges) does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.objects import Loaded, Opened
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download, symlinks
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.services import Services

#: What a principal must be allowed to do with what a link leads to.
READ = ("cos:GetObject",)


async def opened(
    call: Call,
    services: Services,
    plan: Callable[[ObjectRecord], tuple[int, int]],
    permissions: Sequence[str] = READ,
) -> Opened:
    """Open a part of the object that a call names; `plan` returns (start, length) of it in bytes, or raises.

    A link is followed when the principal has all of the `permissions` on what it leads to.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING, SYMLINK_NOT_FOLLOWED.
        ApiError: those of `download.check_query`, NoSuchKey or MethodNotAllowed for a delete marker, InvalidObjectState
            for an archived object, AccessDenied for a link, those of customer keys.
    """
    download.check_query(call)

    def checked(record: ObjectRecord) -> tuple[int, int]:
        download.check_readable(call, record)
        download.check_restored(record, services.clock.now())
        return plan(record)

    bucket, key = call.place.bucket or "", call.place.key or ""
    followers = [symlinks.follower(call, services, bucket, permission) for permission in permissions]

    async def follow(target: str) -> None:
        for ask in followers:
            await ask(target)

    try:
        return await services.objects.open(bucket, key, checked, requested_version(call), follow)
    except Refusal as refusal:
        raise download.missing(refusal) from None


async def load(call: Call, services: Services, *, largest: int, permissions: Sequence[str] = READ) -> Loaded:
    """Return the object that a call names, with its bytes.

    Raises:
        Refusal: IMAGE_TOO_MANY_BYTES over `largest` bytes, and as `opened`.
        ApiError: as `opened`.
    """

    def plan(record: ObjectRecord) -> tuple[int, int]:
        if record.size > largest:
            raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=largest)
        return 0, record.size

    return await (await opened(call, services, plan, permissions)).load()

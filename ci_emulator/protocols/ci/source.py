"""The object that an operation of Cloud Infinite is about, read as a download would read it."""

from __future__ import annotations

from collections.abc import Sequence

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.objects import Loaded
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download, symlinks
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.services import Services


async def load(
    call: Call, services: Services, *, largest: int, permissions: Sequence[str] = ("cos:GetObject",)
) -> Loaded:
    """Return the object that a call names, with its bytes.

    What a download asks for beside the object (conditions, ranges) does not count. A link is followed when the
    principal has all of the `permissions` on what it leads to.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING, SYMLINK_NOT_FOLLOWED, IMAGE_TOO_MANY_BYTES over `largest` bytes.
        ApiError: those of `download.check_query`, NoSuchKey or MethodNotAllowed for a delete marker, InvalidObjectState
            for an archived object, AccessDenied for a link, those of customer keys.
    """
    download.check_query(call)

    def check(record: ObjectRecord) -> None:
        download.check_readable(call, record)
        download.check_restored(record, services.clock.now())
        if record.size > largest:
            raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=largest)

    bucket, key = call.place.bucket or "", call.place.key or ""
    followers = [symlinks.follower(call, services, bucket, permission) for permission in permissions]

    async def follow(target: str) -> None:
        for ask in followers:
            await ask(target)

    try:
        return await services.objects.load(bucket, key, check, requested_version(call), follow)
    except Refusal as refusal:
        raise download.missing(refusal) from None

"""Objects that are links to other keys of their bucket: how one is made, and where it leads."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from fastcrc import crc64

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import Attributes, ObjectRecord

#: Asked before a link is followed to an object: returns when its key may be read, else raises.
Follow = Callable[[str], Awaitable[None]]


def draft(key: str, target: str, attributes: Attributes, now: float, order: int) -> ObjectRecord:
    """Return the record of a link, made at `now` (unix seconds); what it leads to need not exist."""
    text = target.encode()
    return ObjectRecord(
        key=key,
        order=order,
        modified=now,
        size=len(text),
        etag=hashlib.md5(text, usedforsecurity=False).hexdigest(),
        crc64=crc64.xz(text),
        attributes=attributes,
        kind="symlink",
        target=target,
    )


async def followed(
    link: ObjectRecord,
    follow: Follow | None,
    current: Callable[[str], Awaitable[ObjectRecord | None]],
) -> ObjectRecord:
    """Return what a link leads to; `current` returns the current version of a key, None when there is none.

    Raises:
        Refusal: KEY_MISSING (fact `link`) for a link that leads nowhere, SYMLINK_NOT_FOLLOWED for one that leads to a link, and without
            `follow`; and whatever `follow` raises.
    """
    if follow is None:
        raise Refusal(Kind.SYMLINK_NOT_FOLLOWED)
    await follow(link.target)
    reached = await current(link.target)
    if reached is None:
        raise Refusal(Kind.KEY_MISSING, "The target of the symbolic link does not exist.", link=link.key)
    if reached.kind == "symlink":
        raise Refusal(Kind.SYMLINK_NOT_FOLLOWED)
    return reached

"""The object that `x-oss-process` is about, and what every answer tells of it (aliyun.md section 3.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.operations.objects import Loaded
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import download
from ci_emulator.protocols.oss import attributes, described, named_object, reading
from ci_emulator.protocols.services import Services

LARGEST = 20 * MiB
"""The most bytes of a picture."""

LONGEST_SIDE = 30_000
MOST_PIXELS = 250_000_000
"""Of all frames together."""


async def load(
    call: Call, services: Services, check: Callable[[ObjectRecord], None], beside: Sequence[str] = ()
) -> Loaded:
    """Return the object, or the version that is named, with its bytes; conditions count, ranges do not.

    A link is followed when the principal has `oss:GetObject` and the permissions `beside` it on what it leads to. `check`
    raises for an object that is not to be read.

    Raises:
        Refusal: PRECONDITION_FAILED, and those of `Objects.open`.
        ApiError: those of `reading.check_readable`, `named_object.missing` and `named_object.requested_version`,
            AccessDenied for a link, those of `check`.
        download.NotModified: the client has it already.
    """

    def plan(record: ObjectRecord) -> tuple[int, int]:
        reading.check_readable(call, services, record)
        download.compare(reading.conditions(call.target.headers), record)
        check(record)
        return 0, record.size

    bucket = call.place.bucket or ""
    followers = [
        reading.follower(call, services, bucket, permission) for permission in ("oss:GetObject", *beside)
    ]

    async def follow(target: str) -> None:
        for ask in followers:
            await ask(target)

    version = await named_object.requested_version(call, services, "read", "oss:GetObjectVersion")
    try:
        opened = await services.objects.open(bucket, call.place.key or "", plan, version, follow)
    except Refusal as refusal:
        raise named_object.missing(refusal) from None
    return await opened.load()


def headers(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return what an answer tells of its source, and that a browser shall store it instead of showing it.

    The CRC-64 of the source is not told: SDKs compare it with the bytes that they get.
    """
    return [
        ("ETag", described.etag(record)),
        ("Last-Modified", http_date(record.modified)),
        ("x-oss-object-type", described.TYPES[record.kind]),
        ("x-oss-storage-class", attributes.shown_class(record.attributes.storage_class)),
        *named_object.version_headers(record),
        ("Content-Disposition", "attachment"),
        ("x-oss-force-download", "true"),
    ]


def answer(
    record: ObjectRecord,
    content: Any,
    *more: tuple[str, str],
    media_type: str = "application/json",
) -> Reply:
    """Return an answer in JSON; text beyond ASCII stays as it is, and a blank follows each comma and colon."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(200, [("Content-Type", media_type), *headers(record), *more], body)

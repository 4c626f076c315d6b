"""APPEND Object (spec: cos.md section 4.3)."""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer
from ci_emulator.operations.objects import LARGEST_APPENDED
from ci_emulator.protocols.cos import access, names, upload
from ci_emulator.protocols.cos.download import written
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PARAMS = (
    Param(
        "position", integer(0), "integer", required=True, about="the length of the object so far, in bytes"
    ),
)


@action(
    "object",
    "POST",
    "append",
    permission="cos:AppendObject",
    access="write",
    params=PARAMS,
    max_body=LARGEST_APPENDED,
    called="AppendObject",
)
async def append_object(call: Call, services: Services) -> Reply:
    """Add bytes to the end of an object, or begin one; headers about the object count at its beginning only."""
    key, headers = call.place.key or "", call.target.headers
    names.check_key(key)
    upload.check_length(call.body)
    try:
        record = await services.objects.append(
            call.place.bucket or "",
            key,
            call.params["position"],
            call.body.chunks(LARGEST_APPENDED),
            upload.attributes(headers, access.owner_of(call.place.bucket or "")),
            upload.expected(headers),
            announced=call.body.length or 0,
        )
    except Refusal as refusal:
        raise upload.digest_error(refusal) from None
    return Reply(headers=[*written(record), ("x-cos-next-append-position", str(record.size))])

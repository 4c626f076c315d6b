"""PutSymlink and GetSymlink (oss: PutSymlink, GetSymlink)."""

from __future__ import annotations

from urllib.parse import quote

from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.target import decode_percent
from ci_emulator.protocols.oss import attributes, described, documents, named_object, names, writing
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

HEADER = "x-oss-symlink-target"


@action("object", "PUT", "symlink", called="PutSymlink", permission="oss:PutObject", access="write")
async def put_symlink(call: Call, services: Services) -> Reply:
    """Make an object that leads to another one of its bucket, which need not exist."""
    wanted = await writing.attributes_of(call, services)
    target = _target(call)
    if await documents.read(call):
        raise fail("InvalidArgument", reason="A symbolic link has no body.")
    record = await services.objects.link(
        call.place.bucket or "",
        call.place.key or "",
        target,
        wanted,
        forbid_overwrite=attributes.forbids_overwrite(call.target.headers),
    )
    return Reply(headers=[("ETag", described.etag(record)), *named_object.version_headers(record)])


@action("object", "GET", "symlink", called="GetSymlink", permission="oss:GetObject", access="read")
async def get_symlink(call: Call, services: Services) -> Reply:
    """Tell where a link leads; what it leads to is not looked at."""
    record = await named_object.find(call, services, "read", "oss:GetObjectVersion")
    if record.kind != "symlink":
        raise Refusal(Kind.KEY_MISSING, key=record.key)
    return Reply(
        headers=[
            (HEADER, quote(record.target)),
            ("Last-Modified", http_date(record.modified)),
            ("ETag", described.etag(record)),
            *attributes.shown_metadata(record.attributes),
            *named_object.version_headers(record),
        ]
    )


def _target(call: Call) -> str:
    """Return the key that a link is to lead to.

    Raises:
        ApiError: MissingArgument, InvalidArgument for one that is not UTF-8, or the link itself.
        Refusal: KEY_TOO_LONG, KEY_INVALID.
    """
    target = decode_percent(call.target.header(HEADER) or "")
    if not target:
        raise fail("MissingArgument")
    try:
        target.encode()
    except UnicodeEncodeError:
        raise fail("InvalidArgument", reason=f"The header {HEADER} is not valid UTF-8.") from None
    names.check_key(target)
    if target == call.place.key:
        raise fail("InvalidArgument", reason="A symbolic link cannot lead to itself.")
    return target

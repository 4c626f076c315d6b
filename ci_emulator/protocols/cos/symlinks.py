"""Objects that are links to other keys of their bucket (document 436/109082; spec: cos.md section 4.3, row symlink)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from ci_emulator.core.model import Call
from ci_emulator.core.target import decode_percent
from ci_emulator.operations.links import Follow
from ci_emulator.protocols.cos import access, names
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.services import Services

HEADER = "x-cos-symlink-target"

#: The only storage class that a link has.
STORAGE_CLASS = "STANDARD"


def requested_target(headers: Mapping[str, str]) -> str:
    """Return the key that a link is to lead to.

    The document writes it with a `/` in front, the SDKs without one; no key begins with it.

    Raises:
        ApiError: InvalidArgument when there is none, or none that is UTF-8.
        Refusal: KEY_TOO_LONG, KEY_INVALID.
    """
    target = decode_percent(headers.get(HEADER) or "").removeprefix("/")
    try:
        target.encode()
    except UnicodeEncodeError:
        raise fail("InvalidArgument", f"{HEADER} is not valid UTF-8.", name=HEADER) from None
    if not target:
        raise fail("InvalidArgument", f"{HEADER} must name a key.", name=HEADER)
    names.check_key(target)
    return target


def target_header(target: str) -> tuple[str, str]:
    """Return the header that names the key that a link leads to, percent-encoded but for `/`."""
    return HEADER, quote(target)


def follower(call: Call, services: Services, bucket: str, permission: str) -> Follow:
    """Return what asks whether the principal of a call may read an object that a link leads to.

    Who reads through a link must be allowed to read both: the link was asked about like any other object.
    `permission` is how policies name what is done.
    """

    async def follow(target: str) -> None:
        if not await access.may(call, services, access.Asked(bucket, target, "read", permission)):
            raise fail("AccessDenied", "The target of the symbolic link may not be read.")

    return follow

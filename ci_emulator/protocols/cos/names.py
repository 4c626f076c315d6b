"""Rules for names and for who owns them (spec: cos.md sections 4.0, 4.2 and 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast, get_args

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import CannedAcl
from ci_emulator.protocols.cos.errors import fail

#: Bytes of the largest XML document that a bucket's configuration takes.
SMALL_DOCUMENT = 64 * 1024

LONGEST_KEY = 850
_LONGEST_HOST = 60
_BUCKET = re.compile(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]{1,20}$")
#: "control characters 24, 25, 26, 27" of the documentation.
_BANNED = re.compile("[\x18-\x1b]")
_BUCKET_ACLS = frozenset(get_args(CannedAcl)) - {"default"}
_OBJECT_ACLS = frozenset(get_args(CannedAcl)) - {"public-read-write"}


def check_bucket(name: str, region: str) -> None:
    """Check the full name of a bucket that is to be created.

    Raises:
        Refusal: BUCKET_NAME_INVALID, BUCKET_NAME_TOO_LONG.
    """
    if not _BUCKET.match(name):
        raise Refusal(Kind.BUCKET_NAME_INVALID, bucket=name)
    if len(f"{name}.cos.{region}.myqcloud.com") > _LONGEST_HOST:
        raise Refusal(Kind.BUCKET_NAME_TOO_LONG, bucket=name)


def check_key(key: str) -> None:
    """Check the key of an object that is to be written.

    Raises:
        Refusal: KEY_TOO_LONG over 850 bytes of UTF-8, KEY_INVALID.
    """
    if len(key.encode()) > LONGEST_KEY:
        raise Refusal(Kind.KEY_TOO_LONG, limit=LONGEST_KEY)
    if key.startswith(("/", "\\")) or _BANNED.search(key):
        raise Refusal(Kind.KEY_INVALID)


def requested_version(call: Call) -> str | None:
    """Return the version that a request names, None for the current one; the documentation spells it both ways."""
    return call.target.parameter("versionId") or call.target.parameter("VersionId") or None


def canned_acl(headers: Mapping[str, str], *, for_object: bool) -> CannedAcl:
    """Return the canned ACL that a request names.

    Raises:
        ApiError: InvalidArgument for one that does not exist, NotImplemented for grants to single accounts.
    """
    if any(name.startswith("x-cos-grant-") and value for name, value in headers.items()):
        raise fail("NotImplemented", "Grants (x-cos-grant-*) are not implemented by this emulator.")
    acl = headers.get("x-cos-acl")
    if not acl:
        return "default" if for_object else "private"
    if acl not in (_OBJECT_ACLS if for_object else _BUCKET_ACLS):
        raise fail("InvalidArgument", f"The canned ACL {acl!r} does not exist.", name="x-cos-acl")
    return cast(CannedAcl, acl)


def owner(appid: str) -> dict[str, str]:
    """Return the Owner element's children for an account."""
    return {"ID": f"qcs::cam::uin/{appid}:uin/{appid}", "DisplayName": appid}

"""Rules for names and for who owns them (spec: cos.md sections 4.0, 4.2 and 6)."""

from __future__ import annotations

import re

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call

LONGEST_KEY = 850
_LONGEST_HOST = 60
_BUCKET = re.compile(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]{1,20}$")
#: "control characters 24, 25, 26, 27" of the documentation.
_BANNED = re.compile("[\x18-\x1b]")


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


def owner(appid: str) -> dict[str, str]:
    """Return the Owner element's children for an account."""
    return {"ID": f"qcs::cam::uin/{appid}:uin/{appid}", "DisplayName": appid}

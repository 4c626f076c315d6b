"""What the headers of an upload say about the object (spec: cos.md sections 4.0 and 4.3)."""

from __future__ import annotations

import base64
import binascii

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.objects import Expected
from ci_emulator.protocols.cos.errors import fail

#: Kept at upload and given back at download.
KEPT = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)
META = "x-cos-meta-"
MOST_METADATA = 2048
DEFAULT_TYPE = "application/octet-stream"

STORAGE_CLASSES = frozenset(
    {
        "STANDARD",
        "STANDARD_IA",
        "INTELLIGENT_TIERING",
        "ARCHIVE",
        "DEEP_ARCHIVE",
        "COLD",
        "MAZ_STANDARD",
        "MAZ_STANDARD_IA",
        "MAZ_INTELLIGENT_TIERING",
        "MAZ_COLD",
    }
)
_UNSUPPORTED = (
    "x-cos-server-side-encryption",
    "x-cos-tagging",
    "x-cos-traffic-limit",
    "x-cos-forbid-overwrite",
)


def kept_headers(call: Call) -> dict[str, str]:
    """Return the headers that are given back at download.

    Raises:
        ApiError: NotImplemented for a header that changes the upload and is not carried out yet: nothing that a
            client asks for is dropped in silence; InvalidArgument for one that is not UTF-8.
    """
    for name in call.target.headers:
        if name.startswith(_UNSUPPORTED) and call.target.header(name):
            raise fail("NotImplemented", f"The header {name} is not implemented by this emulator.")
    headers = {name: _utf8(name, value) for name in KEPT if (value := call.target.header(name))}
    headers.setdefault("content-type", DEFAULT_TYPE)
    return headers


def metadata(call: Call) -> dict[str, str]:
    """Return the user's own metadata by lower-case name.

    Raises:
        Refusal: METADATA_TOO_LARGE over 2 KB.
        ApiError: InvalidArgument for one that is not UTF-8.
    """
    found = {name: _utf8(name, value) for name, value in call.target.headers.items() if name.startswith(META)}
    if sum(len(name) + len(value.encode()) for name, value in found.items()) > MOST_METADATA:
        raise Refusal(Kind.METADATA_TOO_LARGE, limit=MOST_METADATA)
    return found


def storage_class(call: Call) -> str:
    """Return the storage class that is asked for.

    Raises:
        Refusal: STORAGE_CLASS_UNKNOWN.
    """
    name = call.target.header("x-cos-storage-class") or "STANDARD"
    if name.upper() not in STORAGE_CLASSES:
        raise Refusal(Kind.STORAGE_CLASS_UNKNOWN, name=name)
    return name.upper()


def expected(call: Call) -> Expected:
    """Return the checksums that the client announces.

    Raises:
        Refusal: DIGEST_MALFORMED.
        ApiError: InvalidSHA1Digest.
    """
    sha1 = call.target.header("x-cos-content-sha1")
    try:
        digest = bytes.fromhex(sha1) if sha1 else None
    except ValueError:
        raise fail("InvalidSHA1Digest") from None
    if digest is not None and len(digest) != 20:
        raise fail("InvalidSHA1Digest")
    return Expected(md5=_md5(call.target.header("content-md5")), sha1=digest)


def _utf8(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise fail("InvalidArgument", f"The header {name} is not valid UTF-8.", name=name) from None
    return value


def _md5(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise Refusal(Kind.DIGEST_MALFORMED)
    return digest

"""What the headers of an upload say about the object (spec: cos.md sections 4.0 and 4.3).

A POST form says the same in its fields, so everything here takes a mapping of lower-case names to texts; an empty text
counts as absent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Body
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import Attributes
from ci_emulator.protocols.cos import encryption, grants, tags
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.header_values import is_utf8

Headers = Mapping[str, str]

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
#: Bits a second (spec: cos.md section 4.0).
_TRAFFIC_LIMIT = range(819_200, 838_860_800 + 1)


def attributes(headers: Headers, owner: str) -> Attributes:
    """Return everything that is kept beside the bytes; `owner` is the APPID that will own the object.

    Raises:
        Refusal: METADATA_TOO_LARGE, STORAGE_CLASS_UNKNOWN.
        ApiError: InvalidArgument, InvalidTag, and those of `encryption` and `grants.from_headers`.
    """
    check_traffic_limit(headers)
    acl = grants.from_headers(headers, owner, for_object=True)
    return Attributes(
        headers=kept_headers(headers),
        meta=metadata(headers),
        storage_class=storage_class(headers),
        acl=acl.canned,
        grants=acl.grants,
        tags=tags.from_header(headers.get("x-cos-tagging") or ""),
        encryption=encryption.requested(headers),
    )


def kept_headers(headers: Headers) -> dict[str, str]:
    """Return the headers that are given back at download.

    Raises:
        ApiError: InvalidArgument for one that is not UTF-8.
    """
    found = {name: _utf8(name, value) for name in KEPT if (value := headers.get(name))}
    found.setdefault("content-type", DEFAULT_TYPE)
    return found


def metadata(headers: Headers) -> dict[str, str]:
    """Return the user's own metadata by lower-case name.

    Raises:
        Refusal: METADATA_TOO_LARGE over 2 KB.
        ApiError: InvalidArgument for one that is not UTF-8.
    """
    found = {name: _utf8(name, value) for name, value in headers.items() if name.startswith(META)}
    if sum(len(name) + len(value.encode()) for name, value in found.items()) > MOST_METADATA:
        raise Refusal(Kind.METADATA_TOO_LARGE, limit=MOST_METADATA)
    return found


def storage_class(headers: Headers) -> str:
    """Return the storage class that is asked for.

    Raises:
        Refusal: STORAGE_CLASS_UNKNOWN.
    """
    name = headers.get("x-cos-storage-class") or "STANDARD"
    if name.upper() not in STORAGE_CLASSES:
        raise Refusal(Kind.STORAGE_CLASS_UNKNOWN, name=name)
    return name.upper()


def check_traffic_limit(headers: Headers) -> None:
    """Check x-cos-traffic-limit; a valid one is accepted, the transfer is not slowed down.

    Raises:
        ApiError: InvalidArgument.
    """
    text = headers.get("x-cos-traffic-limit")
    if text and not (text.isascii() and text.isdigit() and int(text[:12]) in _TRAFFIC_LIMIT):
        raise fail(
            "InvalidArgument",
            f"x-cos-traffic-limit must be between {_TRAFFIC_LIMIT.start} and {_TRAFFIC_LIMIT.stop - 1}.",
            name="x-cos-traffic-limit",
        )


def check_length(body: Body) -> None:
    """Refuse a body that neither announces its length nor comes in chunks.

    Raises:
        Refusal: LENGTH_REQUIRED (411).
    """
    if body.length is None and not body.chunked:
        raise Refusal(Kind.LENGTH_REQUIRED)


def forbids_overwrite(headers: Headers) -> bool:
    """Whether an object that exists must not be replaced."""
    return (headers.get("x-cos-forbid-overwrite") or "").lower() == "true"


def expected(headers: Headers) -> Expected:
    """Return the checksums that the client announces.

    Raises:
        Refusal: DIGEST_MALFORMED.
        ApiError: InvalidSHA1Digest.
    """
    sha1 = headers.get("x-cos-content-sha1")
    try:
        digest = bytes.fromhex(sha1) if sha1 else None
    except ValueError:
        raise fail("InvalidSHA1Digest") from None
    if digest is not None and len(digest) != 20:
        raise fail("InvalidSHA1Digest")
    return Expected(md5=_md5(headers.get("content-md5")), sha1=digest)


def digest_error(refusal: Refusal) -> Exception:
    """Return what a refusal by `Objects.put` and its like is for COS: a wrong SHA-1 has a code of its own."""
    if refusal.kind is Kind.DIGEST_MISMATCH and refusal.facts["digest"] == "SHA-1":
        return fail("InvalidSHA1Digest")
    return refusal


def _utf8(name: str, value: str) -> str:
    if not is_utf8(value):
        raise fail("InvalidArgument", f"The header {name} is not valid UTF-8.", name=name)
    return value


def _md5(text: str | None) -> bytes | None:
    if not text:
        return None
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise Refusal(Kind.DIGEST_MALFORMED)
    return digest

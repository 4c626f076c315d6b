"""What is kept beside the bytes of an object, in the words of OSS: headers, metadata, storage class, ACL, tags.

What one dialect wrote the other reads: metadata is kept under the names of COS and called `x-oss-meta-` here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import Attributes, CannedAcl
from ci_emulator.protocols.cos import upload as cos_upload
from ci_emulator.protocols.header_values import is_utf8
from ci_emulator.protocols.oss import encryption, tags
from ci_emulator.protocols.oss.errors import fail

META = "x-oss-meta-"
ACL_HEADER, CLASS_HEADER = "x-oss-object-acl", "x-oss-storage-class"
MOST_METADATA = 8 * 1024

#: OSS's names of storage classes, and those under which they are kept.
_CLASSES = {
    "Standard": "STANDARD",
    "IA": "STANDARD_IA",
    "Archive": "ARCHIVE",
    "ColdArchive": "COLD",
    "DeepColdArchive": "DEEP_ARCHIVE",
}
_SHOWN = {kept: shown for shown, kept in _CLASSES.items()} | {"INTELLIGENT_TIERING": "IA"}

_ARCHIVED = frozenset({"Archive", "ColdArchive", "DeepColdArchive"})

_LIMIT_NAME = "x-oss-traffic-limit"
#: Bits a second.
_TRAFFIC_LIMIT = range(245_760, 838_860_800 + 1)

#: The ACLs of objects; those of buckets are the same without the first.
ACLS: frozenset[str] = frozenset({"default", "private", "public-read", "public-read-write"})


def requested(headers: Mapping[str, str], default_class: str = "STANDARD") -> Attributes:
    """Return everything that the headers of an upload say about the object.

    `default_class` is the kept name of the storage class that it has if they say nothing of that.

    Raises:
        Refusal: METADATA_TOO_LARGE.
        ApiError: InvalidArgument, and those of `encryption.requested`.
    """
    given = headers.get(CLASS_HEADER)
    return Attributes(
        headers=kept_headers(headers),
        meta=metadata(headers),
        storage_class=storage_class(given) if given else default_class,
        acl=canned_acl(headers.get(ACL_HEADER) or "default"),
        tags=tags.from_header(headers.get(tags.HEADER) or ""),
        encryption=encryption.requested(headers),
    )


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are given back at download, Content-Type and the like.

    Raises:
        ApiError: InvalidArgument for one that is not UTF-8.
    """
    return cos_upload.kept_headers({name: _utf8(name, headers.get(name) or "") for name in cos_upload.KEPT})


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the user's own metadata under the names that are kept.

    Raises:
        Refusal: METADATA_TOO_LARGE over 8 KB.
        ApiError: InvalidArgument for one that is not UTF-8.
    """
    found = {name: _utf8(name, value) for name, value in headers.items() if name.startswith(META)}
    if sum(len(name) + len(value.encode()) for name, value in found.items()) > MOST_METADATA:
        raise Refusal(Kind.METADATA_TOO_LARGE, limit=MOST_METADATA)
    return {cos_upload.META + name.removeprefix(META): value for name, value in found.items()}


def shown_metadata(attributes: Attributes) -> list[tuple[str, str]]:
    """Return kept metadata as headers."""
    return [(META + name.removeprefix(cos_upload.META), value) for name, value in attributes.meta.items()]


def storage_class(name: str) -> str:
    """Return the kept name of a storage class.

    Raises:
        ApiError: InvalidArgument.
    """
    if name not in _CLASSES:
        raise fail("InvalidArgument", variant="class")
    return _CLASSES[name]


def shown_class(kept: str) -> str:
    """Return OSS's name of a storage class; those that OSS does not have are shown as the nearest."""
    return _SHOWN.get(kept.removeprefix("MAZ_"), "Standard")


def needs_restore(kept: str) -> bool:
    """Whether objects of a kept storage class are archived: OSS reads them only when they were restored."""
    return shown_class(kept) in _ARCHIVED


def shown_acl(attributes: Attributes) -> str:
    """Return OSS's name of the ACL of an object; one that OSS does not have is shown as private."""
    return attributes.acl if attributes.acl in ACLS else "private"


def check_traffic_limit(call: Call) -> None:
    """Check `x-oss-traffic-limit`, a header or a parameter; the transfer is not slowed down.

    Raises:
        ApiError: InvalidArgument for what is not between 245760 and 838860800 bits a second.
    """
    text = call.target.header(_LIMIT_NAME) or call.target.parameter(_LIMIT_NAME)
    if text and not (text.isascii() and text.isdigit() and int(text[:12]) in _TRAFFIC_LIMIT):
        bounds = f"{_TRAFFIC_LIMIT.start} and {_TRAFFIC_LIMIT.stop - 1}"
        raise fail("InvalidArgument", reason=f"{_LIMIT_NAME} must be between {bounds}.")


def canned_acl(name: str, *, of_bucket: bool = False) -> CannedAcl:
    """Return an ACL by its name.

    Raises:
        ApiError: InvalidArgument.
    """
    for known in ACLS:
        if name == known and not (of_bucket and known == "default"):
            return known  # type: ignore[return-value]
    raise fail("InvalidArgument", reason=f"The ACL {name!r} is not known.")


def expected(headers: Mapping[str, str]) -> Expected:
    """Return the checksum that the client announces.

    Raises:
        Refusal: DIGEST_MALFORMED.
    """
    text = headers.get("content-md5")
    if not text:
        return Expected()
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise Refusal(Kind.DIGEST_MALFORMED)
    return Expected(md5=digest)


def forbids_overwrite(headers: Mapping[str, str]) -> bool:
    """Whether an object that exists must not be replaced."""
    return (headers.get("x-oss-forbid-overwrite") or "").lower() == "true"


def _utf8(name: str, value: str) -> str:
    if not is_utf8(value):
        raise fail("InvalidArgument", reason=f"The header {name} is not valid UTF-8.")
    return value

"""What OSS tells about an object in headers (aliyun.md section 4)."""

from __future__ import annotations

import base64

from ci_emulator.core.clock import http_date
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.header_values import one_line
from ci_emulator.protocols.oss import attributes, encryption, named_object

CRC, NEXT_POSITION = "x-oss-hash-crc64ecma", "x-oss-next-append-position"

#: How objects of each kind are called.
TYPES = {"normal": "Normal", "appendable": "Appendable", "multipart": "Multipart", "symlink": "Symlink"}

#: Query parameters that put their value in the place of a header.
OVERRIDES = (
    "response-content-type",
    "response-content-language",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-expires",
)


def etag(record: ObjectRecord) -> str:
    """Return the ETag with its quotes: OSS writes hexadecimal in upper case."""
    return f'"{record.etag.upper()}"'


def md5(etag: str) -> str:
    """Return the value of Content-MD5 for an ETag that is the MD5 in hexadecimal."""
    return base64.b64encode(bytes.fromhex(etag)).decode("ascii")


def written(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return what tells a writer what there is now: ETag, checksums, version, encryption."""
    return [("ETag", etag(record)), *assured(record), *_md5(record)]


def assured(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return what `written` does besides the ETag and the MD5 of an object that was put as a whole."""
    found = [(CRC, str(record.crc64)), *named_object.version_headers(record)]
    return found + encryption.shown(record.attributes.encryption)


def headers(
    record: ObjectRecord,
    now: float,
    overrides: dict[str, str],
    *,
    link: ObjectRecord | None = None,
    partial: bool = False,
) -> list[tuple[str, str]]:
    """Return the headers of a download.

    Args:
        record: the object whose bytes are sent.
        now: unix seconds.
        overrides: headers that the query asks for, by lower-case name.
        link: the link that led to the object; all but what is about the bytes is the link's own.
        partial: whether only some of the bytes are sent, which have another MD5.
    """
    named = link or record
    kept = named.attributes
    found = [(_titled(name), one_line(value)) for name, value in (kept.headers | overrides).items()]
    found += [
        ("Accept-Ranges", "bytes"),
        ("ETag", etag(record)),
        ("Last-Modified", http_date(max(record.modified, named.modified))),
        ("x-oss-object-type", TYPES[named.kind]),
        ("x-oss-storage-class", attributes.shown_class(kept.storage_class)),
        *assured(record),
    ]
    if not partial:
        found += _md5(record)
    found += [(name, one_line(value)) for name, value in attributes.shown_metadata(kept)]
    if record.kind == "appendable":
        found.append((NEXT_POSITION, str(record.size)))
    if kept.tags:
        found.append(("x-oss-tagging-count", str(len(kept.tags))))
    if record.restored_until is not None and record.restored_until > now:
        until = http_date(record.restored_until)
        found.append(("x-oss-restore", f'ongoing-request="false", expiry-date="{until}"'))
    return found


def _md5(record: ObjectRecord) -> list[tuple[str, str]]:
    if record.kind != "normal":
        return []
    return [("Content-MD5", md5(record.etag))]


def _titled(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))

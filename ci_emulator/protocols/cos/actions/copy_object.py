"""PUT Object - Copy (spec: cos.md section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import NULL_VERSION, Attributes
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import access, copy_source, names, upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

_METADATA = "x-cos-metadata-directive"
_TAGGING = "x-cos-tagging-directive"


@action(
    "object", "PUT", copy_source.HEADER, permission="cos:PutObject", access="write", called="PutObjectCopy"
)
async def copy_object(call: Call, services: Services) -> Reply:
    """Store a copy of an object, with its metadata or with others.

    Storage class, ACL and encryption are those of the request, never of the source.
    """
    bucket, key, headers = call.place.bucket or "", call.place.key or "", call.target.headers
    names.check_key(key)
    source = copy_source.parse(headers[copy_source.HEADER])
    keeps_metadata, keeps_tags = _keeps(headers, _METADATA), _keeps(headers, _TAGGING)
    attributes = upload.attributes(headers, access.owner_of(bucket))
    async with copy_source.reading(call, services, source, copy_source.whole) as opened:
        kept = opened.record.attributes
        if keeps_metadata:
            attributes = replace(attributes, headers=kept.headers, meta=kept.meta)
        if keeps_tags:
            attributes = replace(attributes, tags=kept.tags)
        if keeps_metadata and source == copy_source.CopySource(bucket, key, None):
            _check_changed(kept, attributes)
        record = await services.objects.put(
            bucket,
            key,
            opened.chunks,
            attributes,
            Expected(),
            forbid_overwrite=upload.forbids_overwrite(headers),
        )
    children: dict[str, xml.Content] = {
        "ETag": f'"{record.etag}"',
        "CRC64": record.crc64,
        "LastModified": iso8601(record.modified),
    }
    if record.version not in ("", NULL_VERSION):
        children["VersionId"] = record.version
    return xml.reply(
        "CopyObjectResult",
        children,
        [*copy_source.version_header(opened.record), *attributes.encryption.items()],
    )


def _keeps(headers: Mapping[str, str], name: str) -> bool:
    """Return whether a directive says `Copy`, in any case, or nothing; else it must say `Replaced`."""
    text = (headers.get(name) or "copy").lower()
    if text not in ("copy", "replaced"):
        raise fail("InvalidArgument", f"{name} must be Copy or Replaced.", name=name)
    return text == "copy"


def _check_changed(old: Attributes, new: Attributes) -> None:
    """Refuse to copy an object onto itself when nothing but its ACL could be another one afterwards."""
    if replace(new, acl=old.acl, grants=old.grants) == old:
        raise fail(
            "InvalidRequest",
            f"A copy of an object onto itself must change something; {_METADATA} must be Replaced.",
        )

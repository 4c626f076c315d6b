"""CopyObject (aliyun.md section 4; oss: CopyObject)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.copy_source import CopySource, whole
from ci_emulator.protocols.cos.download import NotModified
from ci_emulator.protocols.oss import (
    attributes,
    copy_source,
    described,
    encryption,
    listings,
    writing,
)
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.select import COPY, action
from ci_emulator.protocols.services import Services

_METADATA = "x-oss-metadata-directive"
_TAGGING = "x-oss-tagging-directive"


@action("object", "PUT", COPY, called="CopyObject", permission="oss:PutObject", access="write")
async def copy_object(call: Call, services: Services) -> Reply:
    """Store a copy of an object, with its metadata or with others; a link is copied as a link."""
    source = copy_source.parse(call)
    wanted = await writing.attributes_of(call, services)
    try:
        copied, record = await _copy(call, services, source, wanted)
    except NotModified:
        return Reply(304)
    return xml.reply(
        "CopyObjectResult",
        {"LastModified": listings.date(record.modified), "ETag": described.etag(record)},
        # oss2 looks for the ETag among the headers.
        [
            ("ETag", described.etag(record)),
            *copy_source.version_header(copied),
            *described.assured(record),
        ],
    )


async def _copy(
    call: Call, services: Services, source: CopySource, wanted: Attributes
) -> tuple[ObjectRecord, ObjectRecord]:
    """Return the record of the source and that of the copy."""
    bucket, key, headers = call.place.bucket or "", call.place.key or "", call.target.headers
    keeps_metadata, keeps_tags = _keeps(headers, _METADATA), _keeps(headers, _TAGGING)
    forbids = attributes.forbids_overwrite(headers)

    def merged(kept: Attributes) -> Attributes:
        found = replace(wanted, headers=kept.headers, meta=kept.meta) if keeps_metadata else wanted
        return replace(found, tags=kept.tags) if keeps_tags else found

    found = await copy_source.find(call, services, source)
    if found.kind == "symlink":
        copy_source.check(call, services, found)
        made = merged(found.attributes)
        link = await services.objects.link(bucket, key, found.target, made, forbid_overwrite=forbids)
        return found, link
    if source == CopySource(bucket, key, None) and not forbids:
        versioned = (await services.buckets.find(bucket)).versioning
        if not versioned:
            return found, await _describe_anew(call, services, wanted, keeps_tags=keeps_tags)
    async with copy_source.reading_it(call, services, source, whole) as opened:
        made = merged(opened.record.attributes)
        record = await services.objects.put(
            bucket, key, opened.chunks, made, Expected(), forbid_overwrite=forbids
        )
    return opened.record, record


async def _describe_anew(
    call: Call, services: Services, wanted: Attributes, *, keeps_tags: bool
) -> ObjectRecord:
    """Change what is kept beside the bytes of an object that is copied onto itself.

    Its metadata is that of the request whatever the directive says, and its bytes and its kind stay (oss: CopyObject). So
    do storage class, ACL and encryption, of which the request says nothing.
    """
    headers = call.target.headers

    def change(record: ObjectRecord) -> ObjectRecord:
        copy_source.check(call, services, record)
        kept = record.attributes
        new = replace(
            wanted,
            grants=() if headers.get(attributes.ACL_HEADER) else kept.grants,
            acl=wanted.acl if headers.get(attributes.ACL_HEADER) else kept.acl,
            storage_class=wanted.storage_class
            if headers.get(attributes.CLASS_HEADER)
            else kept.storage_class,
            encryption=wanted.encryption if headers.get(encryption.HEADER) else kept.encryption,
            tags=kept.tags if keeps_tags else wanted.tags,
        )
        restored = record.restored_until if new.storage_class == kept.storage_class else None
        return replace(record, attributes=new, modified=services.clock.now(), restored_until=restored)

    return await services.objects.change(call.place.bucket or "", call.place.key or "", change)


def _keeps(headers: Mapping[str, str], name: str) -> bool:
    """Return whether a directive says COPY or nothing; else it must say REPLACE."""
    text = (headers.get(name) or "COPY").upper()
    if text not in ("COPY", "REPLACE"):
        raise fail("InvalidArgument", reason=f"{name} must be COPY or REPLACE.")
    return text == "COPY"

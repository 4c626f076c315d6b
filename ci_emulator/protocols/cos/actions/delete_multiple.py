"""DELETE Multiple Objects (spec: cos.md section 4.3, delete multiple)."""

from __future__ import annotations

import asyncio

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import documents, referer
from ci_emulator.protocols.cos.access import Asked, may
from ci_emulator.protocols.cos.errors import COS_ERRORS, fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml_in import Node

MOST_OBJECTS = 1000

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}

#: A key and the version of it that is to be deleted, None for the object as such.
_Named = tuple[str, str | None]


@action(
    "bucket",
    "POST",
    "delete",
    permission="cos:DeleteMultipleObjects",
    access="deferred",
    max_body=2 * MiB,
    takes="xml",
    called="DeleteMultipleObjects",
)
async def delete_multiple(call: Call, services: Services) -> Reply:
    """Delete up to 1000 objects or versions; each is allowed or refused as if it were deleted alone."""
    root = await documents.read_xml(call, "Delete")
    quiet = _BOOLEANS.get((root.value("Quiet") or "").lower())
    named = [_named(node) for node in root.children("Object")]
    if quiet is None or not 0 < len(named) <= MOST_OBJECTS:
        raise Refusal(Kind.XML_MALFORMED)
    bucket = call.place.bucket or ""
    referer.check(call, await services.buckets.find(bucket))
    asked = [Asked(bucket, key, "write", "cos:DeleteMultipleObjects", version) for key, version in named]
    allowed = []
    for one in asked:
        allowed.append(await may(call, services, one))
        # A long policy takes milliseconds for each of a thousand keys, and others want to be answered meanwhile.
        await asyncio.sleep(0)
    deletable = [one for one, yes in zip(named, allowed, strict=True) if yes]
    removed = await services.objects.delete_all(bucket, deletable)
    children: list[tuple[str, xml.Content]] = []
    if not quiet:
        children += [
            ("Deleted", _deleted(one, record)) for one, record in zip(deletable, removed, strict=True)
        ]
    children += [("Error", _refused(one)) for one, yes in zip(named, allowed, strict=True) if not yes]
    return xml.reply("DeleteResult", children)


def _named(node: Node) -> _Named:
    # Blanks are part of a key.
    key = node.child("Key")
    if key is None or not key.text:
        raise Refusal(Kind.XML_MALFORMED)
    return key.text, node.value("VersionId") or None


def _deleted(one: _Named, removed: ObjectRecord | None) -> dict[str, xml.Content]:
    key, version = one
    children: dict[str, xml.Content] = {"Key": key}
    if removed is not None and removed.delete_marker:
        children |= {"DeleteMarker": "true", "DeleteMarkerVersionId": removed.version_id}
    if version is not None:
        children["VersionId"] = version
    return children


def _refused(one: _Named) -> dict[str, xml.Content]:
    key, version = one
    resolved = COS_ERRORS.resolve(fail("AccessDenied"))
    children: dict[str, xml.Content] = {"Key": key}
    if version is not None:
        children["VersionId"] = version
    return children | {"Code": resolved.row.code, "Message": resolved.message}

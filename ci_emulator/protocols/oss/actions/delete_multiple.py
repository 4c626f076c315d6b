"""DeleteMultipleObjects (aliyun.md section 4; oss: DeleteMultipleObjects)."""

from __future__ import annotations

import asyncio

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import MiB
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss import access, documents, listings
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml_in import Node

MOST_OBJECTS = 1000
_PERMISSION, _OF_A_VERSION = "oss:DeleteObject", "oss:DeleteObjectVersion"
_BOOLEANS = {"true": True, "false": False, "": False}

_EC_OF_NO_DIGEST = "0016-00000606"
_EC_OF_NO_VERSION = "0016-00000612"
_EC_OF_NO_KEY = "0016-00000613"

#: A key and the version of it that is to be deleted, None for the object as such.
_Named = tuple[str, str | None]


@action(
    "bucket",
    "POST",
    "delete",
    called="DeleteMultipleObjects",
    permission=_PERMISSION,
    access="deferred",
    params=(listings.ENCODING_TYPE,),
    max_body=2 * MiB,
    takes="xml",
)
async def delete_multiple(call: Call, services: Services) -> Reply:
    """Delete up to 1000 objects or versions, all of them or none: an answer has no place for those that it may not."""
    if not call.target.header("content-md5"):
        raise fail("MissingArgument", headers={EC_HEADER: _EC_OF_NO_DIGEST})
    root = await documents.read_xml(call, "Delete")
    quiet = _BOOLEANS.get((root.value("Quiet") or "").lower())
    named = [_named(node) for node in root.children("Object")]
    if quiet is None or not 0 < len(named) <= MOST_OBJECTS:
        raise Refusal(Kind.XML_MALFORMED)
    bucket = call.place.bucket or ""
    for key, version in named:
        for permission in (_PERMISSION, *([_OF_A_VERSION] if version else [])):
            if not await access.may(call, services, bucket, key, "write", permission):
                raise access.denied(call)
        # A long policy takes milliseconds for each of a thousand keys, and others want to be answered meanwhile.
        await asyncio.sleep(0)
    removed = await services.objects.delete_all(bucket, named)
    if quiet:
        return Reply()
    encoding = call.params["encoding-type"]
    name = listings.naming(encoding)
    children: list[tuple[str, xml.Content]] = [("EncodingType", encoding)] if encoding else []
    for (key, version), record in zip(named, removed, strict=True):
        children.append(("Deleted", {"Key": name(key)} | _versions(version, record)))
    return xml.reply("DeleteResult", children)


def _named(node: Node) -> _Named:
    # Blanks are part of a key.
    key, version = node.child("Key"), node.value("VersionId")
    if key is None or not key.text:
        raise fail("MalformedXML", headers={EC_HEADER: _EC_OF_NO_KEY})
    if version == "":
        reason = "VersionId must not be empty."
        raise fail("InvalidArgument", reason=reason, headers={EC_HEADER: _EC_OF_NO_VERSION})
    return key.text, version


def _versions(version: str | None, removed: ObjectRecord | None) -> dict[str, xml.Content]:
    children: dict[str, xml.Content] = {}
    if removed is not None and removed.delete_marker:
        children |= {"DeleteMarker": "true", "DeleteMarkerVersionId": removed.version_id}
    if version is not None:
        children["VersionId"] = version
    return children

"""POST Object restore (spec: cos.md section 4.3)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos import documents, named_object
from ci_emulator.protocols.cos.download import ARCHIVED
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml_in import Node

_DAYS = range(1, 365 + 1)
_TIERS = frozenset({"Expedited", "Standard", "Bulk"})
_SECONDS_A_DAY = 86_400


@action(
    "object", "POST", "restore", permission="cos:PostObjectRestore", takes="xml", called="PostObjectRestore"
)
async def restore_object(call: Call, services: Services) -> Reply:
    """Make an archived object readable for some days, and at once."""
    root = await documents.read_xml(call, "RestoreRequest")
    days, tier = _days(root), _tier(root)

    def change(record: ObjectRecord) -> ObjectRecord:
        storage_class = record.attributes.storage_class
        if storage_class not in ARCHIVED:
            raise fail("RestoreNonArchiveObject")
        if storage_class == "DEEP_ARCHIVE" and tier == "Expedited":
            raise fail("InvalidArgument", "A DEEP_ARCHIVE object is not restored Expedited.", name="Tier")
        return msgspec.structs.replace(record, restored_until=call.received + days * _SECONDS_A_DAY)

    await named_object.change(call, services, change)
    return Reply(202)


def _days(root: Node) -> int:
    text = root.need("Days")
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise Refusal(Kind.XML_MALFORMED)
    if len(text) > 9 or int(text) not in _DAYS:
        message = f"Days must be between {_DAYS.start} and {_DAYS.stop - 1}."
        raise fail("InvalidArgument", message, name="Days")
    return int(text)


def _tier(root: Node) -> str:
    parameters = root.child("CASJobParameters")
    tier = (parameters.value("Tier") if parameters is not None else None) or "Standard"
    if tier not in _TIERS:
        raise Refusal(Kind.XML_MALFORMED)
    return tier

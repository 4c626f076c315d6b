"""RestoreObject (oss: RestoreObject)."""

from __future__ import annotations

from msgspec.structs import replace

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.oss import attributes, documents, named_object
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml_in import Node

_SECONDS_A_DAY = 86_400
#: For how many days an object of a storage class may be restored.
_DAYS = {"Archive": range(1, 7 + 1), "ColdArchive": range(1, 365 + 1), "DeepColdArchive": range(1, 365 + 1)}
_TIERS = frozenset({"Expedited", "Standard", "Bulk"})
#: What is the farthest away is not fetched leisurely.
_DEEP_TIERS = frozenset({"Expedited", "Standard"})

_EC_OF_TIER, _EC_OF_DAYS = "0016-00000703", "0016-00000704"


@action("object", "POST", "restore", called="RestoreObject", takes="xml")
async def restore_object(call: Call, services: Services) -> Reply:
    """Make an archived object readable for some days, and at once; 202 the first time, 200 for more days."""
    body = await documents.read(call)
    root = xml_in.parse(body, "RestoreRequest") if body.strip() else None
    days, tier = _days(root), _tier(root)
    again = False

    def change(record: ObjectRecord) -> ObjectRecord:
        nonlocal again
        storage_class = attributes.shown_class(record.attributes.storage_class)
        if storage_class not in _DAYS:
            raise fail("OperationNotSupported")
        if days not in _DAYS[storage_class]:
            raise _bad_days(_DAYS[storage_class])
        if storage_class == "DeepColdArchive" and tier not in _DEEP_TIERS:
            raise _bad_tier(_DEEP_TIERS)
        again = (record.restored_until or 0) > call.received
        return replace(record, restored_until=call.received + days * _SECONDS_A_DAY)

    record = await named_object.change(call, services, change, "owner", "oss:RestoreObjectVersion")
    return Reply(200 if again else 202, named_object.version_headers(record))


def _days(root: Node | None) -> int:
    text = (root.value("Days") if root is not None else None) or "1"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _bad_days(_DAYS["ColdArchive"])
    return int(text)


def _tier(root: Node | None) -> str:
    parameters = root.child("JobParameters") if root is not None else None
    tier = (parameters.value("Tier") if parameters is not None else None) or "Standard"
    if tier not in _TIERS:
        raise _bad_tier(_TIERS)
    return tier


def _bad_days(allowed: range) -> Exception:
    reason = f"Days must be between {allowed.start} and {allowed.stop - 1}."
    return fail("InvalidArgument", reason=reason, headers={EC_HEADER: _EC_OF_DAYS})


def _bad_tier(allowed: frozenset[str]) -> Exception:
    reason = f"Tier must be one of {', '.join(sorted(allowed))}."
    return fail("InvalidArgument", reason=reason, headers={EC_HEADER: _EC_OF_TIER})

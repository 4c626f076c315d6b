"""PUT and GET Object retention (spec: cos.md section 4.2, object-lock; doc 436/40135)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml, xml_in
from ci_emulator.protocols.cos import documents, named_object
from ci_emulator.protocols.cos.configurations import Configuration, text_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

RETENTION = Configuration(
    name="retention",
    root="Retention",
    called="ObjectRetention",
    about="until when an object is locked",
)


@action(
    "object",
    "PUT",
    RETENTION.name,
    called="PutObjectRetention",
    permission="cos:PutObjectRetention",
    takes="xml",
    stored_only=True,
)
async def put_retention(call: Call, services: Services) -> Reply:
    """Say until when a version of an object is locked; it is not."""
    node = RETENTION.parse(await documents.read(call))
    await _check_lockable(call, services)
    until = _until(node)
    if until <= services.clock.now():
        raise fail("InvalidLockedTime", "The time until which an object is locked must be in the future.")

    def change(record: ObjectRecord) -> ObjectRecord:
        if record.retention and until < _until(xml_in.parse(record.retention.encode(), RETENTION.root)):
            raise fail("InvalidLockedTime", "The time for which an object is locked cannot be made shorter.")
        return msgspec.structs.replace(record, retention=node.to_text())

    await named_object.change(call, services, change)
    return Reply()


@action(
    "object",
    "GET",
    RETENTION.name,
    called="GetObjectRetention",
    permission="cos:GetObjectRetention",
    stored_only=True,
)
async def get_retention(call: Call, services: Services) -> Reply:
    """Tell what was set as the retention of a version of an object."""
    record = await named_object.find(call, services)
    await _check_lockable(call, services)
    if not record.retention:
        raise fail("NoSuchObjectLockConfiguration", "The object has no retention.")
    return xml.reply_text(record.retention)


async def _check_lockable(call: Call, services: Services) -> None:
    bucket = await services.buckets.find(call.place.bucket or "")
    if text_of(bucket, "object-lock") is None:
        raise fail("NoSuchObjectLockConfiguration")


def _until(node: xml_in.Node) -> float:
    """Return RetainUntilDate in unix seconds; without an offset it is UTC."""
    try:
        date = datetime.fromisoformat(node.need("RetainUntilDate"))
    except ValueError:
        # The schema lets pass years that no calendar of this program has.
        raise Refusal(Kind.XML_MALFORMED, "RetainUntilDate is out of range.") from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()

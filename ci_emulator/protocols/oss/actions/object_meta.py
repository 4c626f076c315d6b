"""GetObjectMeta (aliyun.md section 4)."""

from __future__ import annotations

from ci_emulator.core.clock import http_date
from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.oss import described, named_object
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services


@action("object", "HEAD", "objectMeta", called="GetObjectMeta", permission="oss:GetObject", access="read")
async def get_object_meta(call: Call, services: Services) -> Reply:
    """Tell the ETag, the length and the time of an object; a link is not followed, and nobody counts accesses."""
    record = await named_object.find(call, services, "read", "oss:GetObjectVersion")
    told = [
        ("ETag", described.etag(record)),
        ("Last-Modified", http_date(record.modified)),
        *named_object.version_headers(record),
    ]
    return Reply(headers=told, length=record.size)

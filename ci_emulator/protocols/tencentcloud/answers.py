"""Answers of API 3.0 on the wire."""

from __future__ import annotations

import json
from typing import Any

from ci_emulator.core.model import Call, Reply


def answer(call: Call, fields: dict[str, Any]) -> Reply:
    """Return the fields of an action's answer, with the request id."""
    document = {"Response": {**fields, "RequestId": call.request_id}}
    # The text of a code may hold lone surrogates, which UTF-8 cannot carry.
    return json_reply(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    )


def json_reply(body: bytes) -> Reply:
    """Return a JSON body with status 200 and a Content-Type without a charset.

    With any other status or type the Python SDK sees no error in it (spec: tencentcloud-api3.md section 0).
    """
    return Reply(headers=[("Content-Type", "application/json")], body=body)

"""The error table of API 3.0, and the one place that writes its error document (tencentcloud-api3.md section 1.6)."""

from __future__ import annotations

import json
from typing import Literal

from ci_emulator.protocols.error_model import ErrorTable
from ci_emulator.protocols.tencentcloud import error_table, ocr_error_table, sts_error_table

Language = Literal["zh-CN", "en-US"]

TC_ERRORS = ErrorTable(error_table.ROWS + ocr_error_table.ROWS + sts_error_table.ROWS)
"""Every error of API 3.0; all with status 200, as the SDKs require."""

fail = TC_ERRORS.fail
"""`raise fail("MissingParameter", variant="header", name="X-TC-Action")`."""


def render(error: Exception, *, language: Language, request_id: str) -> bytes:
    """Return the JSON body for any exception, as UTF-8; never raises.

    The caller sends it with HTTP status 200 and the Content-Type `application/json`, without a charset: the SDK for
    Python takes anything else for a success (section 0, 1 and 2).
    """
    row, message = TC_ERRORS.resolve(error, chinese=language == "zh-CN")
    document = {"Response": {"Error": {"Code": row.code, "Message": message}, "RequestId": request_id}}
    # What a caller sent may hold lone surrogates, which UTF-8 cannot carry.
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

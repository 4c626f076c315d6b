"""The headers of an answer by Cloud Infinite on a COS host (spec: ci.md sections 0.1 and 0.2)."""

from __future__ import annotations

from ci_emulator.core.model import Call


def headers(call: Call, content_type: str | None = "application/xml") -> list[tuple[str, str]]:
    """Return Content-Type without a charset (None: none at all), CI's own server name, and its id beside the one of COS.

    The documentation shows `x-cos-request-id` in some examples and `x-ci-request-id` in others; both are sent, with
    one value, since SDKs read either.
    """
    typed = [("Content-Type", content_type)] if content_type is not None else []
    return [
        *typed,
        ("Server", "tencent-ci"),
        ("x-ci-request-id", call.request_id),
    ]

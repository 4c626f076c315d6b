"""The error table of COS and CI hosts, and the one place that writes their error document (cos.md section 3)."""

from __future__ import annotations

from lxml import etree

from ci_emulator.core.clock import iso8601
from ci_emulator.protocols.cos import ci_error_table, error_table
from ci_emulator.protocols.error_model import ApiError, ErrorTable, Rendered, Resolved
from ci_emulator.protocols.xml import printable

COS_ERRORS = ErrorTable(error_table.ROWS + ci_error_table.ROWS)
"""Every error that a COS or CI host sends."""

fail = COS_ERRORS.fail
"""`raise fail("NoSuchUpload")`, `raise fail("InvalidArgument", name="width", reason="it is not a number")`."""

CI_NUMERIC = ci_error_table.CI_NUMERIC

_DECLARATION = b"<?xml version='1.0' encoding='utf-8' ?>\n"


def render(
    error: Exception, *, resource: str, request_id: str, trace_id: str, head: bool, now: float
) -> Rendered:
    """Return the answer for any exception; never raises.

    `resource` is `<host>/<key>` without a scheme; `now` is in unix seconds and becomes ServerTime, by which browsers
    and Node correct their clock. The SDK for Python gives up on a document with an empty element, so none is empty.
    The answer to HEAD has no body. The caller adds the headers of every answer: Date and Server.
    """
    resolved = COS_ERRORS.resolve(error)
    own = error if isinstance(error, ApiError) else None
    body = b"" if head else _document(resolved, _extra(resolved, own, now), resource, request_id, trace_id)
    headers = [
        ("Content-Type", "application/xml"),
        ("Content-Length", str(len(body))),
        ("x-cos-request-id", request_id),
        ("x-cos-trace-id", trace_id),
        *(own.headers.items() if own else ()),
    ]
    return Rendered(resolved.row.status, headers, body)


def _extra(resolved: Resolved, own: ApiError | None, now: float) -> dict[str, str]:
    """Return the children between Message and Resource."""
    extra = dict(own.extra) if own else {}
    if resolved.row.code == "RequestTimeTooSkewed" or resolved.message == error_table.EXPIRED_MESSAGE:
        extra.setdefault("ServerTime", iso8601(now))
    return extra


def _document(
    resolved: Resolved, extra: dict[str, str], resource: str, request_id: str, trace_id: str
) -> bytes:
    root = etree.Element("Error")
    children = {
        "Code": resolved.row.code,
        "Message": resolved.message,
        **extra,
        "Resource": resource or "/",
        "RequestId": request_id or "unknown",
        "TraceId": trace_id or "unknown",
    }
    for name, text in children.items():
        etree.SubElement(root, name).text = printable(text)
    etree.indent(root, space="\t")
    return _DECLARATION + etree.tostring(root, encoding="utf-8", xml_declaration=False)

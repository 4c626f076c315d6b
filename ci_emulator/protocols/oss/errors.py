"""The error table of OSS hosts, and the one place that writes their error document (aliyun.md section 1.6)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols import xml
from ci_emulator.protocols.error_model import ApiError, ErrorTable, Rendered, Resolved
from ci_emulator.protocols.oss.error_table import ECS, ROWS

OSS_ERRORS = ErrorTable(ROWS)
"""Every error that an OSS host sends."""

fail = OSS_ERRORS.fail
"""`raise fail("NoSuchUpload")`, `raise fail("InvalidArgument", reason="max-keys must be an integer.")`."""

EC_HEADER = "x-oss-ec"
"""The header of the EC; an `ApiError` that has it among its headers says the EC of its situation."""

_RECOMMEND = "https://api.aliyun.com/troubleshoot?q="

_BUCKET = "BucketName"

#: What a refusal tells besides its message: the fact, and the element that holds it.
_DETAILS: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.BUCKET_MISSING: (("bucket", _BUCKET),),
    Kind.BUCKET_TAKEN: (("bucket", _BUCKET),),
    Kind.BUCKET_OWNED_BY_YOU: (("bucket", _BUCKET),),
    Kind.BUCKET_NOT_EMPTY: (("bucket", _BUCKET),),
    Kind.BUCKET_NAME_INVALID: (("bucket", _BUCKET),),
    Kind.KEY_MISSING: (("key", "Key"),),
}


def render(
    error: Exception, *, host: str, request_id: str, head: bool, bucket_name: Callable[[str], str] = str
) -> Rendered:
    """Return the answer for any exception; never raises.

    `host` is the Host that was asked, `bucket_name` returns what the client calls a bucket by its full name. The answer to HEAD has its document, in base64, in a header. No element has a
    namespace: the SDKs for Python look for plain names.
    """
    resolved = OSS_ERRORS.resolve(error)
    own = error.headers if isinstance(error, ApiError) else {}
    ec = own.get(EC_HEADER) or ec_of(resolved)
    document = _document(resolved, _details(error, bucket_name), host, request_id, ec)
    headers = [("x-oss-request-id", request_id), *own.items()]
    if ec and EC_HEADER not in own:
        headers.append((EC_HEADER, ec))
    if head:
        headers.append(("x-oss-err", base64.b64encode(document).decode("ascii")))
        return Rendered(resolved.row.status, headers, b"")
    return Rendered(resolved.row.status, [("Content-Type", "application/xml"), *headers], document)


def ec_of(resolved: Resolved) -> str:
    """Return the EC of an error, "" when none is documented."""
    return ECS.get((resolved.row.code, resolved.row.variant), "")


def _details(error: Exception, bucket_name: Callable[[str], str]) -> Mapping[str, str]:
    if isinstance(error, ApiError):
        return error.extra
    if isinstance(error, Refusal):
        names = _DETAILS.get(error.kind, ())
        found = {element: error.facts[fact] for fact, element in names if fact in error.facts}
        return found | {_BUCKET: bucket_name(found[_BUCKET])} if _BUCKET in found else found
    return {}


def _document(resolved: Resolved, details: Mapping[str, str], host: str, request_id: str, ec: str) -> bytes:
    children: dict[str, xml.Content] = {
        "Code": resolved.row.code,
        "Message": resolved.message,
        "RequestId": request_id,
        "HostId": host,
        **details,
    }
    if ec:
        children |= {"EC": ec, "RecommendDoc": f"{_RECOMMEND}{ec}"}
    return xml.document("Error", children)

"""What the website host says in pages of its own: errors and redirects, as HTML."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import quote

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos.errors import COS_ERRORS
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services

#: What may stand in an address as it is; a `%` is part of an escape already.
_IN_URL = "%/:?#[]@!$&'()*+,;=~"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def refusal(error: Exception, call: Call, services: Services) -> Reply:
    """Return the page for any exception; never raises."""
    resolved = COS_ERRORS.resolve(error)
    own = error.headers.items() if isinstance(error, ApiError) else ()
    trace_id = services.ids.cos_trace_id()
    facts = {
        "Code": resolved.row.code,
        "Message": resolved.message,
        "RequestId": call.request_id,
        "TraceId": trace_id,
    }
    return _page(call, resolved.row.status, facts, [("x-cos-trace-id", trace_id), *own])


def redirect(call: Call, status: int, scheme: str | None, key: str) -> Reply:
    """Lead to a key of the same website, over another scheme if one is given; the query is kept.

    An address with another scheme has no port: what listens on the one that was asked does not speak it.
    """
    return _to(call, status, scheme, "/" + quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~"))


def redirect_scheme(call: Call, status: int, scheme: str) -> Reply:
    """Lead to the same address over another scheme."""
    return _to(call, status, scheme, call.target.raw_path)


def scheme_of(call: Call) -> str:
    """Return the scheme that the client speaks: https when a trusted proxy says so."""
    return "https" if call.secure else "http"


def _to(call: Call, status: int, scheme: str | None, path: str) -> Reply:
    wanted = scheme or scheme_of(call)
    host = call.target.host
    name = f"[{host.name}]" if ":" in host.name else host.name
    keeps_port = wanted == scheme_of(call) and host.port not in (None, _DEFAULT_PORTS[wanted])
    authority = f"{name}:{host.port}" if keeps_port else name
    query = f"?{call.target.raw_query}" if call.target.raw_query else ""
    location = quote(f"{wanted}://{authority}{path}{query}".encode("utf-8", "surrogateescape"), safe=_IN_URL)
    return _page(call, status, {"Location": location}, [("Location", location)])


def _page(call: Call, status: int, facts: dict[str, str], headers: list[tuple[str, str]]) -> Reply:
    title = f"{status} {HTTPStatus(status).phrase}"
    items = "".join(f"<li>{escape(name)}: {escape(text)}</li>\n" for name, text in facts.items())
    text = (
        f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n"
        f"<body>\n<h1>{title}</h1>\n<ul>\n{items}</ul>\n</body>\n</html>\n"
    )
    body = text.encode("utf-8", "replace")
    return Reply(
        status,
        [("Content-Type", "text/html; charset=utf-8"), *headers],
        b"" if call.target.method == "HEAD" else body,
        length=len(body),
    )

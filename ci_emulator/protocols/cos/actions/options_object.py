"""OPTIONS Object (document 8288): the question that a browser asks ahead of a request to another origin."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import cors, cross_origin
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "OPTIONS", called="OptionsObject", permission="cos:OptionsObject", access="none")
async def options_object(call: Call, services: Services) -> Reply:
    """Tell a browser whether a page may send a request."""
    origin = _need(call, "Origin")
    method = _need(call, "Access-Control-Request-Method")
    requested = cors.header_names(call.target.header("access-control-request-headers"))
    rules = await cross_origin.rules_for(call, services)
    found = None if requested is None else cors.match(rules, origin, method, requested)
    if found is None or requested is None:
        if call.place.bucket is not None:
            await services.buckets.find(call.place.bucket)
        raise fail("AccessForbidden")
    headers = cross_origin.allowing(found, origin, requested, found.rule.expose)
    if call.target.header("access-control-request-private-network") == "true":
        headers.append(("Access-Control-Allow-Private-Network", "true"))
    return Reply(headers=headers)


def _need(call: Call, name: str) -> str:
    value = call.target.header(name.lower())
    if value is None:
        raise fail("BadRequest", reason=f"a preflight request has the header {name}")
    return value

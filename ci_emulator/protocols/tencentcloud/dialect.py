"""Tencent API 3.0 as the pipeline sees it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from ci_emulator.core.clock import http_date
from ci_emulator.core.model import Call, Principal, Reply
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Target
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud import actions, authenticate, authorise, gateway
from ci_emulator.protocols.tencentcloud.answers import json_reply
from ci_emulator.protocols.tencentcloud.envelope import open_envelope, read_body
from ci_emulator.protocols.tencentcloud.errors import fail, render
from ci_emulator.protocols.tencentcloud.parameters import own_parameters
from ci_emulator.protocols.tencentcloud.registry import regions_of

for _module in pkgutil.iter_modules(actions.__path__):
    importlib.import_module(f"{actions.__name__}.{_module.name}")


async def _not_known_yet(call: Call, services: Any) -> Reply:
    """Stand in for the action until the signature was checked: the service tells nobody else what exists."""
    raise fail("InvalidAction")


#: A body over the limit is refused in `read`, where the form of the call decides the code.
_UNKNOWN = Action("Unknown", _not_known_yet, "none", max_body=2**63)


class TencentCloudDialect:
    """See `ci_emulator.protocols.dialect.Dialect`."""

    name = "tencentcloud"

    def request_id(self, services: Services) -> str:
        """Return a UUID."""
        return services.ids.uuid()

    def select(self, call: Call) -> Action:
        """Open the envelope; which action it holds is looked up when the signature was checked."""
        call.envelope = open_envelope(call.target)
        return _UNKNOWN

    async def read(self, call: Call, services: Services) -> None:
        """Read the body, which the signature covers, and check the common parameters."""
        await read_body(call, call.envelope)
        gateway.check_common(call.envelope)

    def authenticate(self, call: Call, services: Services) -> Principal:
        """Return who asks."""
        return authenticate.authenticate(call, services)

    async def authorise(self, call: Call, services: Services) -> None:
        """Find the action, which only now may be told to exist, and ask the policies."""
        call.action = authorise.find_action(call)
        authorise.authorise(call, call.action)

    def parse(self, call: Call, services: Services) -> dict[str, Any]:
        """Check the region, and parse the action's parameters."""
        action = call.action or _UNKNOWN
        product = action.permission.partition(":")[0]
        gateway.check_region(call.envelope, regions_of(product, action.name, services.config))
        return own_parameters(call.envelope, action.params)

    def refuse(self, error: Exception, call: Call, services: Services) -> Reply:
        """Return the JSON error document, with status 200 as always."""
        language = call.envelope.language if call.envelope else open_envelope(call.target).language
        return json_reply(render(error, language=language, request_id=call.request_id))

    def refuse_unread(self, error: Exception, target: Target, services: Services) -> Reply:
        """Return the JSON error document of a request that could not be read."""
        language = open_envelope(target).language
        reply = json_reply(render(error, language=language, request_id=self.request_id(services)))
        return _with_common_headers(reply, target, services)

    async def finish(self, call: Call, reply: Reply, services: Services) -> Reply:
        """Add Server and Date, and give back the client's trace id."""
        return _with_common_headers(reply, call.target, services)


def _with_common_headers(reply: Reply, target: Target, services: Services) -> Reply:
    reply.headers += [("Server", "nginx"), ("Date", http_date(services.clock.now()))]
    trace = target.header("x-tc-traceid")
    if trace is not None and trace.isascii() and trace.isprintable():
        reply.headers.append(("X-TC-TraceId", trace))
    return reply

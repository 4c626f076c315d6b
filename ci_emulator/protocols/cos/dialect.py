"""COS and CI as the pipeline sees them."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from ci_emulator.core.clock import http_date
from ci_emulator.core.model import Call, Principal, Reply
from ci_emulator.core.params import parse_params
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Target
from ci_emulator.protocols.ci import actions as ci_actions
from ci_emulator.protocols.cos import access, actions, authenticate, cross_origin, select, website_pages
from ci_emulator.protocols.cos.errors import render
from ci_emulator.protocols.services import Services

for _package in (actions, ci_actions):
    for _module in pkgutil.iter_modules(_package.__path__):
        importlib.import_module(f"{_package.__name__}.{_module.name}")


class CosDialect:
    """See `ci_emulator.protocols.dialect.Dialect`."""

    name = "cos"

    def request_id(self, services: Services) -> str:
        """Return base64 of a text that begins with the time."""
        return services.ids.cos_request_id(services.clock.now())

    def select(self, call: Call) -> Action:
        """Return the action that scope, method and query name."""
        return select.select(call)

    async def read(self, call: Call, services: Services) -> None:
        """Read no body, as the q-sign signature covers none, but the rules for pages of other origins."""
        await cross_origin.prepare(call, services)

    def authenticate(self, call: Call, services: Services) -> Principal:
        """Return who asks."""
        return authenticate.authenticate(call, services)

    async def authorise(self, call: Call, services: Services) -> None:
        """Refuse what the principal may not do."""
        await access.authorise(call, services)

    def parse(self, call: Call, services: Services) -> dict[str, Any]:
        """Parse the action's parameters out of the query; of a repeated one the first counts."""
        declared = call.action.params if call.action else ()
        return parse_params(declared, dict(reversed(call.target.query))) if declared else {}

    def refuse(self, error: Exception, call: Call, services: Services) -> Reply:
        """Return the XML error document, or a page on the website host."""
        if call.place.service == "website":
            return website_pages.refusal(error, call, services)
        return self._document(error, call.target, call.request_id, services)

    def refuse_unread(self, error: Exception, target: Target, services: Services) -> Reply:
        """Return the XML error document of a request that could not be read."""
        request_id = self.request_id(services)
        reply = self._document(error, target, request_id, services)
        return _with_common_headers(reply, request_id, services)

    async def finish(self, call: Call, reply: Reply, services: Services) -> Reply:
        """Add Server, Date and the request id, and what a page of another origin may read."""
        _with_common_headers(reply, call.request_id, services)
        await cross_origin.finish(call, reply, services)
        return reply

    def _document(self, error: Exception, target: Target, request_id: str, services: Services) -> Reply:
        rendered = render(
            error,
            resource=target.authority + target.raw_path if target.authority else target.raw_path,
            request_id=request_id,
            trace_id=services.ids.cos_trace_id(),
            head=target.method == "HEAD",
            now=services.clock.now(),
        )
        return Reply(rendered.status, rendered.headers, rendered.body, length=len(rendered.body))


def _with_common_headers(reply: Reply, request_id: str, services: Services) -> Reply:
    """Add what every answer carries (spec: cos.md section 4.0); an action may have named another server."""
    present = {name for name, _ in reply.headers}
    for name, value in (
        ("Server", "tencent-cos"),
        ("Date", http_date(services.clock.now())),
        ("x-cos-request-id", request_id),
    ):
        if name not in present:
            reply.headers.append((name, value))
    return reply

"""OSS as the pipeline sees it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from ci_emulator.core.clock import http_date
from ci_emulator.core.model import Call, Principal, Reply
from ci_emulator.core.params import parse_params
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Target
from ci_emulator.protocols.oss import access, actions, authenticate, select
from ci_emulator.protocols.oss.address import read_address
from ci_emulator.protocols.oss.errors import render
from ci_emulator.protocols.oss.names import Naming
from ci_emulator.protocols.services import Services

for _module in pkgutil.iter_modules(actions.__path__):
    importlib.import_module(f"{actions.__name__}.{_module.name}")


class OssDialect:
    """See `ci_emulator.protocols.dialect.Dialect`. The envelope of a call is its `Address`."""

    name = "oss"

    def __init__(self, naming: Naming, default_bucket: str | None) -> None:
        self._naming = naming
        self._default_bucket = default_bucket

    def request_id(self, services: Services) -> str:
        """Return 24 hexadecimal digits in upper case."""
        return services.ids.oss_request_id(services.clock.now())

    def select(self, call: Call) -> Action:
        """Find out what address and path may mean, and return the action that scope, method and query name."""
        place = call.place
        address = read_address(call.target, place, self._default_bucket, self._naming)
        call.envelope = address
        found = []
        for reading in reversed(address.readings):
            call.place = address.place(reading, place.region)
            found.append(select.select(call))
        # Which of them it is the signature says: until then a body may be as large as any of them takes.
        return max(found, key=lambda action: action.max_body)

    async def read(self, call: Call, services: Services) -> None:
        """Read nothing: no signature covers the body."""

    def authenticate(self, call: Call, services: Services) -> Principal:
        """Return who asks; the reading that was signed is what the call is about, and decides about the action."""
        principal = authenticate.authenticate(call, services)
        call.action = select.select(call)
        if call.body.length is not None and call.body.length > call.action.max_body:
            raise call.action.too_large()
        return principal

    async def authorise(self, call: Call, services: Services) -> None:
        """Refuse what the principal may not do."""
        await access.authorise(call, services)

    def parse(self, call: Call, services: Services) -> dict[str, Any]:
        """Parse the action's parameters out of the query; of a repeated one the first counts."""
        declared = call.action.params if call.action else ()
        return parse_params(declared, dict(reversed(call.target.query))) if declared else {}

    def refuse(self, error: Exception, call: Call, services: Services) -> Reply:
        """Return the XML error document."""
        return self._document(error, call.target, call.request_id)

    def refuse_unread(self, error: Exception, target: Target, services: Services) -> Reply:
        """Return the XML error document of a request that could not be read."""
        reply = self._document(error, target, self.request_id(services))
        return _with_common_headers(reply, services)

    async def finish(self, call: Call, reply: Reply, services: Services) -> Reply:
        """Add what every answer carries."""
        if not any(name == "x-oss-request-id" for name, _ in reply.headers):
            reply.headers.append(("x-oss-request-id", call.request_id))
        return _with_common_headers(reply, services)

    def _document(self, error: Exception, target: Target, request_id: str) -> Reply:
        rendered = render(
            error,
            host=target.authority,
            request_id=request_id,
            head=target.method == "HEAD",
            bucket_name=self._naming.short,
        )
        return Reply(rendered.status, rendered.headers, rendered.body)


def _with_common_headers(reply: Reply, services: Services) -> Reply:
    reply.headers += [
        ("Server", "AliyunOSS"),
        ("Date", http_date(services.clock.now())),
        ("x-oss-server-time", "1"),
    ]
    return reply

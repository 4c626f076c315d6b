"""The control paths as the pipeline sees them: JSON in and out, for whoever can reach a control host."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ci_emulator import __version__
from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import ANONYMOUS, Call, Principal, Reply
from ci_emulator.core.registry import Action, Registry
from ci_emulator.core.target import Target
from ci_emulator.engines.pool_model import PoolStatus
from ci_emulator.protocols.services import Services

#: By (method, path).
REGISTRY: Registry[tuple[str, str]] = Registry()

_STATUS = {
    Kind.KEY_MISSING: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.BODY_TOO_LARGE: 413,
    Kind.UNSUPPORTED_EXPECTATION: 417,
    Kind.INTERNAL: 500,
}


def json_reply(document: Any, status: int = 200) -> Reply:
    """Return a JSON document."""
    body = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
    return Reply(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body)


async def health(call: Call, services: Services) -> Reply:
    """Tell that the process is alive and answers."""
    return json_reply({"status": "ok", "version": __version__})


async def ready(call: Call, services: Services) -> Reply:
    """Tell whether requests can be served, and in what state recognition is; 503 when no worker can be started."""
    status = services.pool.status()
    return json_reply(
        {
            "ready": not status.failing,
            "version": __version__,
            "store": services.config.store,
            "auth": services.config.auth,
            "readers": _readers(status),
            "recognition": msgspec.to_builtins(status),
        },
        503 if status.failing else 200,
    )


def _readers(status: PoolStatus) -> dict[str, str]:
    """Return each reader's version or why it is absent; asked here only until a worker has told."""
    if status.engines:
        return status.engines
    from ci_emulator.engines.codes.chain import available_stages

    return available_stages()


for _path, _run in (("/_emulator/health", health), ("/_emulator/ready", ready)):
    REGISTRY.add(("GET", _path), Action(_path, _run, "none", about=(_run.__doc__ or "").strip()))


class ControlDialect:
    """See `ci_emulator.protocols.dialect.Dialect`."""

    name = "control"

    def request_id(self, services: Services) -> str:
        """Return a UUID."""
        return services.ids.uuid()

    def select(self, call: Call) -> Action:
        """Return the action of a method and a path; HEAD is GET without its body."""
        method = "GET" if call.target.method == "HEAD" else call.target.method
        path = call.target.raw_path
        found = REGISTRY.find((method, path))
        if found is not None:
            return found
        known = any(selector[1] == path for selector, _ in REGISTRY)
        raise Refusal(Kind.METHOD_NOT_ALLOWED if known else Kind.KEY_MISSING)

    async def read(self, call: Call, services: Services) -> None:
        """Read nothing."""

    def authenticate(self, call: Call, services: Services) -> Principal:
        """Ask nobody: the paths exist on control hosts only."""
        return ANONYMOUS

    async def authorise(self, call: Call, services: Services) -> None:
        """Let everybody through."""

    def parse(self, call: Call, services: Services) -> dict[str, Any]:
        """Return nothing: no control path has parameters yet."""
        return {}

    def refuse(self, error: Exception, call: Call, services: Services) -> Reply:
        """Return `{"error": kind, "message": text}`."""
        kind = error.kind if isinstance(error, Refusal) else Kind.INTERNAL
        return json_reply(
            {"error": kind.value, "message": kind.value.replace("-", " ")}, _STATUS.get(kind, 400)
        )

    def refuse_unread(self, error: Exception, target: Target, services: Services) -> Reply:
        """Return the document of a request that could not be read."""
        kind = error.kind if isinstance(error, Refusal) else Kind.INTERNAL
        return json_reply(
            {"error": kind.value, "message": kind.value.replace("-", " ")}, _STATUS.get(kind, 400)
        )

    async def finish(self, call: Call, reply: Reply, services: Services) -> Reply:
        """Add Server, Date and the request id; an answer to HEAD only tells its length."""
        if call.target.method == "HEAD":
            reply.length, reply.body = len(reply.body), b""
        reply.headers += [
            ("Server", "ci-emulator"),
            ("Date", http_date(services.clock.now())),
            ("x-ci-emulator-request-id", call.request_id),
        ]
        return reply

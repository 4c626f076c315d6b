"""The life of a request: THE ordered list of stages that every one of them passes.

A stage fills in what it finds out, or raises; whatever is raised becomes the dialect's own error document in one
place. Only `respond` is called from outside.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.target import Target
from ci_emulator.protocols.addressing import Addressing, locate
from ci_emulator.protocols.dialect import Dialect
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services

log = logging.getLogger("ci_emulator.requests")


class Pipeline:
    """The stages, over the dialects and the services of one server."""

    def __init__(self, dialects: Mapping[str, Dialect], addressing: Addressing, services: Services) -> None:
        self._dialects = dialects
        self._addressing = addressing
        self._services = services
        self.stages: tuple[Callable[[Call], Awaitable[None] | None], ...] = (
            self.locate,  # whose request is it: dialect, bucket, key – from the raw target and the headers alone
            self.select,  # which action does it ask for
            self.gate,  # is the body one that this action takes; nothing of it was read yet
            self.read,  # only what the signature covers
            self.authenticate,  # who asks
            self.authorise,  # may they
            self.parse,  # what exactly do they ask
        )

    async def respond(self, call: Call) -> Reply:
        """Answer a call; never raises but for cancellation."""
        began = time.perf_counter()
        try:
            for stage in self.stages:
                waiting = stage(call)
                if waiting is not None:
                    await waiting
            reply = await self.run(call)
        except Exception as error:
            reply = self.refuse(error, call)
        reply = await self._dialect(call).finish(call, reply, self._services)
        self._journal(call, reply, time.perf_counter() - began)
        return reply

    def locate(self, call: Call) -> None:
        """Find out what the request is about."""
        try:
            call.place = locate(call.target, self._addressing)
        finally:
            call.request_id = self._dialect(call).request_id(self._services)

    def select(self, call: Call) -> None:
        """Find the action."""
        call.action = self._dialect(call).select(call)

    def gate(self, call: Call) -> None:
        """Refuse a body that the action does not take, before any of it is read or asked for."""
        expectation = call.target.header("expect")
        if expectation is not None and expectation.lower() != "100-continue":
            raise Refusal(Kind.UNSUPPORTED_EXPECTATION, expectation=expectation)
        action = call.action
        if action is not None and call.body.length is not None and call.body.length > action.max_body:
            raise action.too_large()

    async def read(self, call: Call) -> None:
        """Read what the signature covers."""
        await self._dialect(call).read(call, self._services)

    def authenticate(self, call: Call) -> None:
        """Find out who asks."""
        call.principal = self._dialect(call).authenticate(call, self._services)

    async def authorise(self, call: Call) -> None:
        """Ask whether they may."""
        await self._dialect(call).authorise(call, self._services)

    def parse(self, call: Call) -> None:
        """Parse the parameters."""
        call.params = self._dialect(call).parse(call, self._services)

    async def run(self, call: Call) -> Reply:
        """Do it."""
        if call.action is None:
            raise Refusal(Kind.NOT_IMPLEMENTED)
        return await call.action.run(call, self._services)

    def refuse(self, error: Exception, call: Call) -> Reply:
        """Turn whatever was raised into the dialect's error document."""
        if not isinstance(error, Refusal | ApiError):
            log.error("%s: unexpected error", call.request_id, exc_info=error)
        call.diagnosis = call.diagnosis or f"{type(error).__name__}: {error}"
        return self._dialect(call).refuse(error, call, self._services)

    def refuse_unread(self, error: Exception, target: Target) -> Reply:
        """Answer a request that never became a call, in the dialect that its headers point to."""
        try:
            name = locate(target, self._addressing).dialect
        except Refusal:
            name = "cos"
        return self._dialects[name].refuse_unread(error, target, self._services)

    def _dialect(self, call: Call) -> Dialect:
        return self._dialects[call.place.dialect]

    def _journal(self, call: Call, reply: Reply, seconds: float) -> None:
        level = logging.INFO if call.diagnosis else logging.DEBUG
        if log.isEnabledFor(level):
            log.log(
                level,
                "%s %d %s %s%s %.1fms%s",
                call.request_id,
                reply.status,
                call.target.method,
                call.target.authority,
                call.target.raw_path,
                seconds * 1000,
                f" – {call.diagnosis}" if call.diagnosis else "",
            )

"""What a protocol must be able to do; the pipeline calls these in its own order."""

from __future__ import annotations

from typing import Any, Protocol

from ci_emulator.core.model import Call, Principal, Reply
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Target
from ci_emulator.protocols.services import Services


class Dialect(Protocol):
    """A protocol: how it names actions, signs requests, refuses and answers."""

    name: str

    def request_id(self, services: Services) -> str:
        """Return a new request id in the dialect's own form."""
        ...

    def select(self, call: Call) -> Action:
        """Return the action that a located call asks for.

        What does not exist is an action too, one that refuses when it is run: a caller learns what there is only
        after it has shown who it is.
        """
        ...

    async def read(self, call: Call, services: Services) -> None:
        """Read into `call.content` what the signature covers of the body, if it covers it."""
        ...

    def authenticate(self, call: Call, services: Services) -> Principal:
        """Return who asks; raises an error of the dialect when the signature does not hold."""
        ...

    async def authorise(self, call: Call, services: Services) -> None:
        """Raise an error of the dialect unless the principal may do this."""
        ...

    def parse(self, call: Call, services: Services) -> dict[str, Any]:
        """Return the parsed parameters of the action."""
        ...

    def refuse(self, error: Exception, call: Call, services: Services) -> Reply:
        """Return the error document of anything that was raised; never raises."""
        ...

    def refuse_unread(self, error: Exception, target: Target, services: Services) -> Reply:
        """Return the error document of a request that never became a call; never raises."""
        ...

    async def finish(self, call: Call, reply: Reply, services: Services) -> Reply:
        """Add the headers that every answer of the dialect carries."""
        ...

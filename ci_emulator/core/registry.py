"""The actions that exist: one declaration each, from which dispatch and documentation are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param

#: Runs an action. The second argument is the services container of the composition root.
Run = Callable[[Call, Any], Awaitable[Reply]]

KiB = 1024
MiB = 1024 * KiB
GiB = 1024 * MiB


#: What must be granted to whom, see `Action`; `none` is for what anybody may ask.
Access = Literal["owner", "create", "read", "write", "read_acp", "write_acp", "deferred", "none"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a cloud calls one thing that can be asked.

    `permission` is the name that access decisions see. `max_body` is the largest request body in bytes; a body
    that announces more is refused before a byte of it is read, as a document that is too long when `takes` is `xml`. `access` is what the resource's ACL must grant to
    others than its owner: `read`, `write`, `read_acp`, `write_acp`, or `owner` for what no ACL can grant (`create` makes the
    resource); `deferred` when only the body says who asks or what for, so that the action has to ask itself; `none` for what
    anybody may ask. Who asks needs the permissions `beside` too, on the same resource and with the same access; what must be
    `signed` is not for strangers, whatever an ACL grants them. `stored_only` says
    that what is set is kept and given back and has no effect.
    """

    name: str
    run: Run
    permission: str
    params: tuple[Param, ...] = ()
    max_body: int = 64 * KiB
    takes: Literal["bytes", "xml"] = "bytes"
    access: Access = "owner"
    about: str = ""
    stored_only: bool = False
    beside: tuple[str, ...] = ()
    signed: bool = False

    def too_large(self) -> Refusal:
        """Return why a body of more than `max_body` bytes is refused."""
        kind = Kind.XML_TOO_LARGE if self.takes == "xml" else Kind.BODY_TOO_LARGE
        return Refusal(kind, limit=self.max_body)


Selector = TypeVar("Selector")


class Registry(Generic[Selector]):
    """Actions by what selects them; one selector has one action."""

    def __init__(self) -> None:
        self._actions: dict[Selector, Action] = {}

    def add(self, selector: Selector, action: Action) -> None:
        """Register an action.

        Raises:
            ValueError: the selector is taken.
        """
        if selector in self._actions:
            raise ValueError(f"{selector} is registered twice")
        self._actions[selector] = action

    def find(self, selector: Selector) -> Action | None:
        """Return the action, or None."""
        return self._actions.get(selector)

    def __iter__(self) -> Iterator[tuple[Selector, Action]]:
        return iter(self._actions.items())

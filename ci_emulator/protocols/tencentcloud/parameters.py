"""The parameters of an action out of a call: JSON has types, a query or a form has texts (tencentcloud-api3.md 1.4, 1.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ci_emulator.core.params import Param
from ci_emulator.protocols.tencentcloud.envelope import Envelope
from ci_emulator.protocols.tencentcloud.errors import fail

INTEGER = "integer"
"""The `type` of a parameter that is a number in JSON; its `parse` is given decimal text all the same."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,3}", re.ASCII)
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class ListParam(Param):
    """A parameter that is a list of objects with these members; its `parse` is not called."""

    members: tuple[Param, ...] = ()


def own_parameters(envelope: Envelope, declared: Sequence[Param]) -> dict[str, Any]:
    """Return the action's own parameters by name; the default for one that is absent or null.

    Raises:
        ApiError: UnknownParameter, InvalidParameter (wrong type or format), MissingParameter.
    """
    own = _unfolded(envelope.own) if envelope.flat else envelope.own
    return _Reader(envelope.flat).members(own, declared, "")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values; `flat` ones are all texts."""

    flat: bool

    def members(self, given: dict[str, Any], declared: Sequence[Param], place: str) -> dict[str, Any]:
        names = {param.name for param in declared}
        for name in given:
            if name not in names:
                raise fail("UnknownParameter", name=place + name)
        values: dict[str, Any] = {}
        for param in declared:
            value = given.get(param.name)
            if value is not None:
                values[param.name] = self._value(param, value, place + param.name)
            elif param.required:
                raise fail("MissingParameter", name=place + param.name)
            else:
                values[param.name] = param.default
        return values

    def _value(self, param: Param, value: Any, name: str) -> Any:
        if isinstance(param, ListParam):
            return self._items(param, value, name)
        kind = int if param.type == INTEGER and not self.flat else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise fail("InvalidParameter", variant="type", name=name)
        try:
            return param.parse(str(value))
        except ValueError:
            raise fail("InvalidParameter", name=name) from None

    def _items(self, param: ListParam, value: Any, name: str) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise fail("InvalidParameter", variant="type", name=name)
        return [self.members(item, param.members, f"{name}.{index}.") for index, item in enumerate(value)]


def _unfolded(flat: dict[str, Any]) -> dict[str, Any]:
    """Return the structures that names like `Tags.0.Key` stand for; where all names are numbers, it is a list.

    Raises:
        ApiError: InvalidParameter for a list whose numbers are not 0, 1, 2…, and for a name that is a value and a structure.
    """
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *way, last = name.split(".", _DEEPEST)
        node = tree
        for step in way:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise fail("InvalidParameter", name=name)
        if last in node:
            raise fail("InvalidParameter", name=name)
        node[last] = value
    return {name: _listed(node, name) for name, node in tree.items()}


def _listed(node: Any, name: str) -> Any:
    if not isinstance(node, dict):
        return node
    inner = {step: _listed(value, f"{name}.{step}") for step, value in node.items()}
    if not any(_INDEX.fullmatch(step) for step in inner):
        return inner
    if set(inner) != {str(index) for index in range(len(inner))}:
        raise fail("InvalidParameter", variant="array", name=name)
    return [inner[str(index)] for index in range(len(inner))]

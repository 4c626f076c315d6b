"""The JSON of a policy as plain values, and the checks that name the place of what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

#: Bytes of a whole policy, and of one statement of a bucket's policy (doc 436/8282).
LARGEST = 20 * 1024
LARGEST_STATEMENT = 4095

# Policy, statements, condition, operator, values: five deep; what is deeper cannot be a policy.
_DEEPEST = 8
# One that never ends is taken to the end: to look for its end again from every quote takes time by the square.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_LONGEST_SHOWN = 80


class PolicyError(ValueError):
    """A policy that is none; the message is printable ASCII and names the place."""


class Number(str):
    """A JSON number as it was written: neither its size nor its digits are anybody's problem."""


def load(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, its numbers as `Number`, of names that differ in more than their case.

    Raises:
        PolicyError: too long, too deep, not JSON, not an object, a name twice.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise PolicyError(f"The policy has more than {LARGEST} bytes.")
    if _depth(text) > _DEEPEST:
        raise PolicyError(f"The policy is nested more than {_DEEPEST} levels deep.")
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise PolicyError(
            f"The policy is not JSON: {error.msg}, line {error.lineno} column {error.colno}."
        ) from None
    if not isinstance(document, dict):
        raise PolicyError("The policy is not a JSON object.")
    return document


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        lowered = name.lower()
        if lowered in found:
            raise PolicyError(f"The name {shown(name)} stands twice in one object.")
        found[lowered] = value
    return found


def _constant(name: str) -> NoReturn:
    raise PolicyError(f"The policy is not JSON: {name} is no value.")


def shown(value: Any) -> str:
    """Return a value as JSON in ASCII, shortened, to be quoted in a message."""
    text = json.dumps(value).replace("\x7f", "\\u007f")
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def fields(value: Any, place: str, allowed: frozenset[str]) -> dict[str, Any]:
    """Return an object that has no other members than the allowed ones.

    Raises:
        PolicyError: no object, another member.
    """
    if not isinstance(value, dict):
        raise PolicyError(f"{place} is not an object.")
    for name in value:
        if name not in allowed:
            raise PolicyError(f"{place} has an element that is not known here: {shown(name)}.")
    return value


def strings(value: Any, place: str) -> tuple[str, ...]:
    """Return the strings of a string or of a list of them, at least one and none empty.

    Raises:
        PolicyError: anything else.
    """
    items = value if isinstance(value, list) else [value]
    if not items:
        raise PolicyError(f"{place} is an empty list.")
    for item in items:
        if not isinstance(item, str) or isinstance(item, Number) or not item:
            raise PolicyError(f"{place} is not a string or a list of strings: {shown(item)}.")
    return tuple(items)


def scalars(value: Any, place: str) -> tuple[str, ...]:
    """Return the texts of a condition's value or list of values: strings, numbers, booleans; at least one.

    Raises:
        PolicyError: anything else.
    """
    items = value if isinstance(value, list) else [value]
    if not items:
        raise PolicyError(f"{place} is an empty list.")
    return tuple(_scalar(item, place) for item in items)


def _scalar(item: Any, place: str) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return str(item)
    raise PolicyError(f"{place} has a value that is neither a string nor a number: {shown(item)}.")

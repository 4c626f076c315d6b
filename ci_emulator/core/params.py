"""Declared parameters: name, type, range, default, required; parsed in one place and listed in the docs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci_emulator.core.errors import Kind, Refusal

_INTEGER = re.compile(r"^[+-]?[0-9]{1,100}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of an action.

    `parse` turns the text into the value or raises ValueError with a sentence that follows the parameter's name.
    """

    name: str
    parse: Callable[[str], Any]
    type: str
    required: bool = False
    default: Any = None
    about: str = ""


def text(*, min_length: int = 0) -> Callable[[str], str]:
    """Return a parser of texts in valid UTF-8."""

    def parse(value: str) -> str:
        if len(value) < min_length:
            raise ValueError("must not be empty")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("must be valid UTF-8") from None
        return value

    return parse


def integer(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """Return a parser of decimal integers from `minimum` to `maximum` (None: without end)."""

    def parse(value: str) -> int:
        if not _INTEGER.match(value):
            raise ValueError("must be an integer")
        number = int(value)
        if number < minimum or (maximum is not None and number > maximum):
            bounds = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
            raise ValueError(f"must be {bounds}")
        return number

    return parse


def choice(*values: str) -> Callable[[str], str]:
    """Return a parser that accepts only the given texts."""

    def parse(value: str) -> str:
        if value not in values:
            raise ValueError("must be one of " + ", ".join(values))
        return value

    return parse


def parse_params(declared: Sequence[Param], given: Mapping[str, str]) -> dict[str, Any]:
    """Parse the declared parameters out of decoded texts; what is not declared is ignored.

    Raises:
        Refusal: PARAMETER_MISSING or PARAMETER_INVALID, with the fact `name`.
    """
    values: dict[str, Any] = {}
    for param in declared:
        raw = given.get(param.name)
        if raw is None:
            if param.required:
                raise Refusal(
                    Kind.PARAMETER_MISSING, f"The parameter {param.name} is required.", name=param.name
                )
            values[param.name] = param.default
            continue
        try:
            values[param.name] = param.parse(raw)
        except ValueError as error:
            raise Refusal(
                Kind.PARAMETER_INVALID, f"The parameter {param.name} {error}.", name=param.name
            ) from None
    return values

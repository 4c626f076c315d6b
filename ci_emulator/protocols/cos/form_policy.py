"""The policy of a POST Object form: until when it holds and which uploads it allows (spec: cos.md section 1.6)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.error_model import ApiError

#: A policy must say who signed it and for how long; q-sign-time is the field q-key-time.
_REQUIRED = ("q-sign-algorithm", "q-ak", "q-sign-time")

_RANGE = "content-length-range"


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be, or begin with; `key` as the policy writes it, without `$`."""

    key: str
    value: str
    how: Literal["eq", "starts-with"] = "eq"

    def allows(self, found: str | None) -> bool:
        """Whether a field may have this value, None when the form lacks the field."""
        if found is None:
            return False
        return found == self.value if self.how == "eq" else found.startswith(self.value)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: the unix second it ends at, what it asks of fields, and the size of the file in bytes, both included."""

    expires: float
    conditions: tuple[Condition, ...]
    smallest: int = 0
    largest: int | None = None

    def names(self, field: str) -> bool:
        """Whether the policy has a condition for a field, by its lower-case name."""
        return any(condition.key.lower() == field for condition in self.conditions)

    def check(self, fields: Mapping[str, str], now: float) -> None:
        """Refuse a form that the policy does not allow at `now` (unix seconds).

        `fields` are the form's by lower-case name, with the key as it will be and with `bucket`.

        Raises:
            ApiError: AccessDenied, InvalidPolicyDocument when the policy lacks what every one needs.
        """
        named = {condition.key.lower() for condition in self.conditions}
        if lacking := [name for name in _REQUIRED if name not in named]:
            raise _invalid(f"The policy has no condition for {', '.join(lacking)}.")
        if now > self.expires:
            raise fail(
                "AccessDenied",
                f"You post object request has been expired, expiration time: {int(self.expires)} "
                f"but the time now : {int(now)}",
            )
        for condition in self.conditions:
            name = condition.key.lower()
            if name == "q-sign-time" and name not in fields:
                name = "q-key-time"
            if not condition.allows(fields.get(name)):
                raise fail(
                    "AccessDenied",
                    f"Condition key {condition.key} doesn't match the value {condition.value}",
                )


def decode(field: str | None) -> bytes | None:
    """Return the text of a policy, None when the form has none; the text is what is signed.

    Raises:
        ApiError: InvalidPolicyDocument for what is not base64.
    """
    if not field:
        return None
    try:
        return base64.b64decode("".join(field.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None


def parse(text: bytes) -> Policy:
    """Read a policy.

    Raises:
        ApiError: InvalidPolicyDocument.
    """
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _invalid() from None
    if not isinstance(document, dict):
        raise _invalid()
    listed = document.get("conditions")
    if not isinstance(listed, list) or not listed:
        raise _invalid()
    smallest, largest = 0, None
    conditions: list[Condition] = []
    for item in listed:
        match item:
            case [str(name), int(least), int(most)] if name.lower() == _RANGE and _are_sizes(least, most):
                smallest = max(smallest, least)
                largest = most if largest is None else min(largest, most)
            case _:
                conditions += _conditions(item)
    return Policy(_expiration(document.get("expiration")), tuple(conditions), smallest, largest)


def _are_sizes(*numbers: int) -> bool:
    return all(number >= 0 and not isinstance(number, bool) for number in numbers)


def _conditions(item: Any) -> Iterator[Condition]:
    match item:
        case dict() if item and all(isinstance(value, str) for value in item.values()):
            for key, value in item.items():
                yield Condition(key, value)
        case [str(how), str(key), str(value)] if how.lower() == "eq" and key.startswith("$"):
            yield Condition(key[1:], value)
        case [str(how), str(key), str(value)] if how.lower() == "starts-with" and key.startswith("$"):
            yield Condition(key[1:], value, "starts-with")
        case _:
            raise _invalid(f"This is no condition of a policy: {_shown(item)}")


def _shown(item: Any) -> str:
    text = msgspec.json.encode(item).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"


def _expiration(value: Any) -> float:
    """Return the unix seconds of an ISO 8601 time; one without a zone is UTC."""
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        raise _invalid("The expiration of the policy is not an ISO 8601 time.") from None


def _invalid(message: str | None = None) -> ApiError:
    return fail("InvalidPolicyDocument", message)

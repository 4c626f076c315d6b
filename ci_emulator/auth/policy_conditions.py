"""The condition of a statement: operators over facts of the request (docs 598/10608, 436/46205, 436/46206).

A key that the request lacks makes a condition false, whatever its operator, and true when the operator ends in
`_if_exist`; `null_equal` asks whether it is lacking. A key that nobody here supplies is something else: its condition
cannot be evaluated.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any, Literal

from ci_emulator.auth.policy_document import PolicyError, scalars, shown
from ci_emulator.auth.policy_match import Wildcard

#: The keys that requests to this emulator have, in lower case; a request may still lack one.
SUPPLIED = frozenset(
    {
        "qcs:ip",
        "qcs:current_time",
        "cos:secure-transport",
        "cos:content-type",
        "cos:content-length",
        "cos:prefix",
        "cos:delimiter",
        "cos:max-keys",
        "cos:versionid",
        "cos:response-cache-control",
        "cos:response-content-disposition",
        "cos:response-content-encoding",
        "cos:response-content-language",
        "cos:response-content-type",
        "cos:response-expires",
        "cos:x-cos-acl",
        "cos:x-cos-copy-source",
        "cos:x-cos-forbid-overwrite",
        "cos:x-cos-grant-full-control",
        "cos:x-cos-grant-read",
        "cos:x-cos-grant-read-acp",
        "cos:x-cos-grant-write",
        "cos:x-cos-grant-write-acp",
        "cos:x-cos-metadata-directive",
        "cos:x-cos-server-side-encryption",
        "cos:x-cos-server-side-encryption-cos-kms-key-id",
        "cos:x-cos-server-side-encryption-customer-algorithm",
        "cos:x-cos-storage-class",
        "cos:x-cos-tagging",
        "cos:x-cos-traffic-limit",
        "acs:currenttime",
        "acs:securetransport",
        "acs:sourceip",
        "oss:delimiter",
        "oss:prefix",
    }
)

_Value = Any
_NUMBER = re.compile(r"-?[0-9]{1,64}(\.[0-9]{1,64})?([eE][+-]?[0-9]{1,3})?")
_IF_EXIST = "_if_exist"


def _text(text: str) -> str:
    return text


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return Decimal(text)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _within(found: _Value, network: _Value) -> bool:
    return found in network


def _like(found: str, pattern: Wildcard) -> bool:
    return pattern.matches(found)


@dataclass(frozen=True, slots=True)
class Operator:
    """How a fact is compared.

    `fact` and `value` read the texts of the two sides and raise ValueError, KeyError or OverflowError for what is none.
    `negated` operators hold when the comparison holds for none of the values.
    """

    kind: str
    fact: Callable[[str], _Value]
    value: Callable[[str], _Value]
    holds: Callable[[_Value, _Value], bool]
    negated: bool = False


def _ordered(prefix: str, kind: str, read: Callable[[str], _Value]) -> dict[str, Operator]:
    return {
        f"{prefix}_equal": Operator(kind, read, read, eq),
        f"{prefix}_not_equal": Operator(kind, read, read, eq, negated=True),
        f"{prefix}_less_than": Operator(kind, read, read, lt),
        f"{prefix}_less_than_equal": Operator(kind, read, read, le),
        f"{prefix}_greater_than": Operator(kind, read, read, gt),
        f"{prefix}_greater_than_equal": Operator(kind, read, read, ge),
    }


OPERATORS: dict[str, Operator] = {
    "string_equal": Operator("a string", _text, _text, eq),
    "string_not_equal": Operator("a string", _text, _text, eq, negated=True),
    "string_equal_ignore_case": Operator("a string", str.casefold, str.casefold, eq),
    "string_not_equal_ignore_case": Operator("a string", str.casefold, str.casefold, eq, negated=True),
    "string_like": Operator("a string", _text, Wildcard.of, _like),
    "string_not_like": Operator("a string", _text, Wildcard.of, _like, negated=True),
    **_ordered("numeric", "a number", _number),
    **_ordered("date", "an ISO 8601 time", _time),
    "bool_equal": Operator("true or false", _boolean, _boolean, eq),
    "ip_equal": Operator("an IP address or network", _address, _network, _within),
    "ip_not_equal": Operator("an IP address or network", _address, _network, _within, negated=True),
}


def _aliyun(prefix: str, comparisons: str) -> dict[str, Operator]:
    """Return operators as Alibaba's Resource Access Management writes them, by their lower-case names."""
    plain = {
        f"{prefix}{name.replace('_', '')}": OPERATORS[f"{prefix}_{name}"] for name in comparisons.split()
    }
    # What is `equal` there is `equals` here.
    return {name.replace("equal", "equals"): operator for name, operator in plain.items()}


OPERATORS |= {
    **_aliyun("string", "equal not_equal equal_ignore_case not_equal_ignore_case like not_like"),
    **_aliyun("numeric", "equal not_equal less_than less_than_equal greater_than greater_than_equal"),
    **_aliyun("date", "equal not_equal less_than less_than_equal greater_than greater_than_equal"),
    "bool": OPERATORS["bool_equal"],
    "ipaddress": OPERATORS["ip_equal"],
    "notipaddress": OPERATORS["ip_not_equal"],
}

_UNREADABLE = (ValueError, KeyError, OverflowError)

Qualifier = Literal["", "for_any_value:", "for_all_value:"]
_QUALIFIERS: tuple[Qualifier, ...] = ("for_any_value:", "for_all_value:")


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator; `operator` is None for what cannot be evaluated, `null_equal` has none either."""

    name: str
    key: str
    values: tuple[_Value, ...] = ()
    operator: Operator | None = None
    qualifier: Qualifier = ""
    if_exist: bool = False
    wants_null: frozenset[bool] = frozenset()

    @property
    def evaluated(self) -> bool:
        """Whether it can be evaluated at all."""
        return self.operator is not None or bool(self.wants_null)

    def met(self, facts: Mapping[str, tuple[str, ...]]) -> bool | None:
        """Whether the facts meet it; None when that cannot be told."""
        if not self.evaluated:
            return None
        found = facts.get(self.key, ())
        if self.operator is None:
            return (not found) in self.wants_null
        if not found:
            return self.if_exist
        try:
            results = [self._holds(self.operator, self.operator.fact(text)) for text in found]
        except _UNREADABLE:
            return None
        # Without a qualifier no value of a negated operator may be among the listed ones.
        every = self.qualifier == "for_all_value:" or (self.operator.negated and not self.qualifier)
        return all(results) if every else any(results)

    def _holds(self, operator: Operator, found: _Value) -> bool:
        return any(operator.holds(found, value) for value in self.values) is not operator.negated


def parse(block: Any, place: str, known: frozenset[str]) -> tuple[Condition, ...]:
    """Read the `condition` of a statement: `{operator: {key: value or values}}`, all of which must be met.

    Raises:
        PolicyError: another structure, or a value that its operator cannot compare.
    """
    if not isinstance(block, dict):
        raise PolicyError(f"{place} is not an object.")
    found = []
    for name, keys in block.items():
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(f"{place}, {shown(name)} is not an object of condition keys.")
        for key, value in keys.items():
            where = f"{place}, {shown(name)} of {shown(key)}"
            found.append(_condition(name, key, scalars(value, where), where, known))
    return tuple(found)


def _condition(name: str, key: str, texts: tuple[str, ...], where: str, known: frozenset[str]) -> Condition:
    qualifier: Qualifier = next((found for found in _QUALIFIERS if name.startswith(found)), "")
    plain = name.removeprefix(qualifier)
    if plain == "null_equal":
        wanted = _values(_boolean, texts, "true or false", where)
        return Condition(name, key, wants_null=frozenset(wanted) if key in known else frozenset())
    operator = OPERATORS.get(plain.removesuffix(_IF_EXIST))
    if operator is None:
        return Condition(name, key)
    values = _values(operator.value, texts, operator.kind, where)
    return Condition(
        name,
        key,
        values,
        operator if key in known else None,
        qualifier,
        if_exist=plain.endswith(_IF_EXIST),
    )


def _values(
    read: Callable[[str], _Value], texts: tuple[str, ...], kind: str, where: str
) -> tuple[_Value, ...]:
    values = []
    for text in texts:
        try:
            values.append(read(text))
        except _UNREADABLE:
            raise PolicyError(f"{where} is not {kind}: {shown(text)}.") from None
    return tuple(values)

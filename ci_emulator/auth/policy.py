"""Policies of Cloud Access Management and of buckets: what they say to a question (docs 598/10604, 436/18023).

A policy allows, denies or says nothing; who must be allowed by which policies is for others to decide. What cannot be
evaluated here never lets anybody in: in a statement that allows it counts as not met, in one that denies as met.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from ci_emulator.auth import policy_conditions
from ci_emulator.auth.policy_conditions import Condition
from ci_emulator.auth.policy_document import (
    LARGEST,
    LARGEST_STATEMENT,
    Number,
    PolicyError,
    fields,
    load,
    shown,
    strings,
)
from ci_emulator.auth.policy_match import Actions, Principals, Resource, segments_of

__all__ = ["LARGEST", "Effect", "Policy", "PolicyError", "Question", "parse"]

#: That of Cloud Access Management, and that of Alibaba's Resource Access Management.
_ALIYUN = "1"
_VERSIONS = ("2.0", _ALIYUN)

#: The services that policies of the second kind are about.
_ALIYUN_SERVICES = frozenset({"oss", "imm"})
_ELEMENTS = frozenset({"version", "statement", "principal"})
_STATEMENT_ELEMENTS = frozenset({"sid", "effect", "action", "resource", "condition", "principal"})


class Effect(StrEnum):
    """What a statement does with what it speaks of."""

    ALLOW = "allow"
    DENY = "deny"


class Question(msgspec.Struct, frozen=True):
    """What is asked: may who do what with which resource, given the facts of the request.

    `principals` and `resources` hold every spelling of the one who asks and of the one resource, as
    `qcs::cam::uin/1250000000:uin/1250000000` (anonymous: `qcs::cam::anyone:anyone`) and
    `qcs::cos:ap-guangzhou:uid/1250000000:bucket-1250000000/key` (of old: `…:prefix//1250000000/bucket/key`). `action` is like `cos:GetObject`. `facts` has the values
    of condition keys by their lower-case name; a key that is absent or has no value is lacking.
    """

    principals: tuple[str, ...]
    action: str
    resources: tuple[str, ...]
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `principals` is None in a policy that belongs to somebody."""

    effect: Effect
    actions: Actions
    resources: tuple[Resource, ...]
    conditions: tuple[Condition, ...] = ()
    principals: Principals | None = None

    def applies(self, question: Question, names: Sequence[Sequence[str]]) -> bool:
        """Whether it speaks of what is asked; where that cannot be told, in the way that lets nobody in.

        `names` are the segments of the question's resources, which are taken apart once for all statements.
        """
        if self.principals is not None and not self.principals.match(question.principals):
            return False
        if not any(resource.matches(name) for resource in self.resources for name in names):
            return False
        uncertain = self.effect is Effect.DENY
        answers = [self.actions.match(question.action)]
        answers += (condition.met(question.facts) for condition in self.conditions)
        return all(uncertain if answer is None else answer for answer in answers)

    @property
    def unevaluated(self) -> Iterator[str]:
        """What cannot be evaluated, as `operator:key`, `action:permid/NUMBER` or `principal:NAME`."""
        if self.principals is not None:
            yield from (f"principal:{name}" for name in self.principals.opaque)
        yield from (f"action:{name}" for name in self.actions.opaque)
        yield from (f"{one.name}:{one.key}" for one in self.conditions if not one.evaluated)


@dataclass(frozen=True, slots=True)
class Policy:
    """The statements of a policy, in their order."""

    statements: tuple[Statement, ...]
    version: str = "2.0"

    def speaks_of(self, action: str) -> bool:
        """Whether an action is one of the clouds that policies of this version are about, whatever `*` stands in it."""
        return (action.partition(":")[0].lower() in _ALIYUN_SERVICES) is (self.version == _ALIYUN)

    @property
    def unevaluated(self) -> tuple[str, ...]:
        """What cannot be evaluated, as `Statement.unevaluated`, in the order written, each once."""
        return tuple(dict.fromkeys(item for statement in self.statements for item in statement.unevaluated))

    def decide(self, question: Question) -> Effect | None:
        """Return what the policy says: a DENY anywhere wins; None when no statement speaks of it."""
        found = self._deciding(question)
        return found[1] if found else None

    def reason(self, question: Question) -> str:
        """Return why, in a few words for the log: `statement 2 denies cos:PutObject`."""
        found = self._deciding(question)
        if found is None:
            return f"no statement allows {question.action}"
        number, effect = found
        return f"statement {number} {'denies' if effect is Effect.DENY else 'allows'} {question.action}"

    def _deciding(self, question: Question) -> tuple[int, Effect] | None:
        if not self.speaks_of(question.action):
            return None
        allowing = None
        names = tuple(map(segments_of, question.resources))
        for number, statement in enumerate(self.statements, 1):
            if (statement.effect is Effect.DENY or allowing is None) and statement.applies(question, names):
                if statement.effect is Effect.DENY:
                    return number, Effect.DENY
                allowing = number, Effect.ALLOW
        return allowing


@lru_cache(maxsize=256)
def parse(text: str, *, of_bucket: bool, known: frozenset[str] = policy_conditions.SUPPLIED) -> Policy:
    """Read a policy; the case of the names of its elements does not count.

    A policy `of_bucket` names a principal, in each statement or once for all of them; any other belongs to somebody and
    names none. `known` are the condition keys, in lower case, that requests have; others cannot be evaluated.

    Raises:
        PolicyError: it is none; the message names the place.
    """
    document = fields(load(text), "The policy", _ELEMENTS)
    version = document.get("version", "2.0")
    if version not in _VERSIONS or isinstance(version, Number):
        raise PolicyError(f'The version of the policy is not "2.0": {shown(version)}.')
    common = _principals(document, "The principal of the policy", of_bucket=of_bucket)
    listed = _needed(document, "statement", "The policy")
    items = listed if isinstance(listed, list) else [listed]
    if not items:
        raise PolicyError("The statement of the policy is an empty list.")
    reader = _Reader(of_bucket, common, known)
    statements = tuple(reader.read(item, f"Statement {number}") for number, item in enumerate(items, 1))
    return Policy(statements, version)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads statements; `common` is who is meant by those that do not say it."""

    of_bucket: bool
    common: Principals | None
    known: frozenset[str]

    def read(self, item: Any, place: str) -> Statement:
        members = fields(item, place, _STATEMENT_ELEMENTS)
        if self.of_bucket and _size(item) > LARGEST_STATEMENT:
            raise PolicyError(f"{place} has more than {LARGEST_STATEMENT} bytes.")
        principals = _principals(members, f"{place}, principal", of_bucket=self.of_bucket) or self.common
        if self.of_bucket and principals is None:
            raise PolicyError(f"{place} has no principal.")
        action = _needed(members, "action", place)
        resource = _needed(members, "resource", place)
        where = f"{place}, resource"
        return Statement(
            effect=_effect(_needed(members, "effect", place), place),
            actions=Actions.of(strings(action, f"{place}, action"), f"{place}, action"),
            resources=tuple(Resource.of(text, where) for text in strings(resource, where)),
            conditions=policy_conditions.parse(
                members.get("condition", {}), f"{place}, condition", self.known
            ),
            principals=principals,
        )


def _size(item: Any) -> int:
    """Return the bytes of a value as JSON without blanks."""
    text = json.dumps(item, separators=(",", ":"), ensure_ascii=False)
    return len(text.encode("utf-8", "surrogatepass"))


def _needed(members: dict[str, Any], name: str, place: str) -> Any:
    if name not in members:
        raise PolicyError(f"{place} has no {name}.")
    return members[name]


def _effect(value: Any, place: str) -> Effect:
    try:
        return Effect(value.lower())
    except (AttributeError, ValueError):
        raise PolicyError(f"{place}, effect is neither allow nor deny: {shown(value)}.") from None


def _principals(members: dict[str, Any], place: str, *, of_bucket: bool) -> Principals | None:
    if "principal" not in members:
        return None
    if not of_bucket:
        raise PolicyError(f"{place} is not allowed: only the policy of a bucket says whom it is about.")
    value = members["principal"]
    if isinstance(value, dict):
        value = _needed(fields(value, place, frozenset({"qcs"})), "qcs", place)
    return Principals.of(strings(value, place), place)

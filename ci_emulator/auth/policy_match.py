"""Whom, what and where a statement speaks of: patterns of principals, actions and resources (docs 598/10603, 10606)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ci_emulator.auth.policy_document import PolicyError, shown

ANYONE = "qcs::cam::anyone:anyone"

_PRINCIPAL = re.compile(r"qcs::cam::[^:]+:[^:]+")
#: What the one who asks can be; groups, roles and services are not known here.
_KNOWN = re.compile(r"\*|qcs::cam::(anyone:anyone|(uin/[^:]+|\*):(uin/[^:]+|root|\*))")
_OWN_ROOT = re.compile(r"(qcs::cam::)uin/([^:]+):root")
_ACTION = re.compile(r"[^\s:]+:[^\s:]+")
_SEGMENTS = 6

#: A resource of Alibaba's clouds has no project.
_ALIYUN, _ALIYUN_SEGMENTS = "acs", 5


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A text in which each `*` stands for any text, the empty one included; nothing else is special."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, pattern: str) -> Wildcard:
        """Read a pattern."""
        return cls(tuple(pattern.split("*")))

    def matches(self, text: str) -> bool:
        """Whether the whole text is one that the pattern stands for; linear, no backtracking."""
        first, *middle = self.parts
        if not middle:
            return text == first
        last = middle.pop()
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


_EVERYTHING = Wildcard(("", ""))


@dataclass(frozen=True, slots=True)
class Principals:
    """Who is meant; `anybody` includes who does not sign, `opaque` are those of whom nobody here knows who they are."""

    anybody: bool
    patterns: tuple[Wildcard, ...]
    opaque: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: tuple[str, ...], place: str) -> Principals:
        """Read principals: `*`, `qcs::cam::anyone:anyone`, `qcs::cam::uin/OWNER:uin/USER`, with `root` and `*`.

        Raises:
            PolicyError: another form.
        """
        for text in texts:
            if text != "*" and not _PRINCIPAL.fullmatch(text):
                raise PolicyError(f"{place} is not of the form qcs::cam::uin/OWNER:uin/USER: {shown(text)}.")
        named = (_OWN_ROOT.sub(r"\1uin/\2:uin/\2", text) for text in texts)
        opaque = tuple(text for text in texts if not _KNOWN.fullmatch(text))
        return cls(not {"*", ANYONE}.isdisjoint(texts), tuple(map(Wildcard.of, named)), opaque)

    def match(self, spellings: tuple[str, ...]) -> bool:
        """Whether one of the spellings of who asks is meant."""
        return self.anybody or any(
            pattern.matches(spelling) for pattern in self.patterns for spelling in spellings
        )


@dataclass(frozen=True, slots=True)
class Actions:
    """What is meant; `opaque` are sets of permissions (`permid/NUMBER`) whose members nobody here knows."""

    patterns: tuple[Wildcard, ...]
    opaque: tuple[str, ...]

    @classmethod
    def of(cls, texts: tuple[str, ...], place: str) -> Actions:
        """Read actions: `*`, `cos:GetObject`, `name/cos:Get*`, `permid/NUMBER`; their case does not count.

        Raises:
            PolicyError: another form.
        """
        patterns, opaque = [], []
        for text in texts:
            name = text.lower().removeprefix("name/")
            if name.startswith("permid/"):
                opaque.append(text)
            elif name == "*" or _ACTION.fullmatch(name):
                patterns.append(Wildcard.of(name))
            else:
                raise PolicyError(f"{place} is not of the form SERVICE:ACTION: {shown(text)}.")
        return cls(tuple(patterns), tuple(opaque))

    def match(self, action: str) -> bool | None:
        """Whether an action is meant; None when only a set that is not known here could hold it."""
        lowered = action.lower()
        if any(pattern.matches(lowered) for pattern in self.patterns):
            return True
        return None if self.opaque else False


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: the patterns of the segments behind `qcs`; an empty segment stands for any."""

    segments: tuple[Wildcard, ...]

    @classmethod
    def of(cls, text: str, place: str) -> Resource:
        """Read `*`, `qcs:PROJECT:SERVICE:REGION:ACCOUNT:RESOURCE` or `acs:SERVICE:REGION:ACCOUNT:RESOURCE`.

        Raises:
            PolicyError: another form.
        """
        if text == "*":
            return cls(())
        aliyun = text.startswith(f"{_ALIYUN}:")
        expected = _ALIYUN_SEGMENTS if aliyun else _SEGMENTS
        segments = text.split(":", expected - 1)
        if len(segments) != expected or segments[0] not in ("qcs", _ALIYUN) or not segments[-1]:
            raise PolicyError(f"{place} is not of the form qcs::cos:REGION:uid/APPID:NAME: {shown(text)}.")
        if aliyun and "?" in text:
            raise PolicyError(
                f"{place} has a wildcard ? for one character, which is not evaluated here: {shown(text)}."
            )
        return cls(tuple(Wildcard.of(segment) if segment else _EVERYTHING for segment in segments[1:]))

    def matches(self, found: Sequence[str]) -> bool:
        """Whether a resource, whose spelling `segments_of` took apart, is this one."""
        if not self.segments:
            return True
        if len(found) != len(self.segments):
            return False
        # Resources differ in their names above all, and those come last.
        for pattern, segment in zip(reversed(self.segments), reversed(found), strict=True):
            if not pattern.matches(segment):
                return False
        return True


def segments_of(spelling: str) -> Sequence[str]:
    """Return the segments of a resource behind `qcs` or `acs`; the two have different numbers of them, so neither is the other."""
    count = _ALIYUN_SEGMENTS if spelling.startswith(f"{_ALIYUN}:") else _SEGMENTS
    return spelling.split(":", count - 1)[1:]

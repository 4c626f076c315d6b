"""The rules of `Pic-Operations`: chains of steps, each with a name and its own grammar (spec: ci.md section 3.1)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.params import Param, parse_params
from ci_emulator.protocols.ci import recognition
from ci_emulator.protocols.ci.catalogue import PICTURE_RULES, PROCESSES
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml import Content


@dataclass(frozen=True, slots=True)
class Made:
    """What a step makes of a picture file, and what it tells about it in the answer."""

    data: bytes
    told: Mapping[str, Content] = field(default_factory=dict)


#: Carries a step out: the services, the picture file, the values of its parameters, and whose turn it is in the queue.
Run = Callable[[Services, bytes, Mapping[str, Any], str], Awaitable[Made]]


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule that is carried out: its parameters, and whether values of them change the picture.

    What `recognises` needs recognition of content to be on for the bucket. `spellings` are names that parameters have in
    documents and SDKs by mistake.
    """

    params: tuple[Param, ...]
    run: Run
    changes: Callable[[Mapping[str, Any]], bool]
    spellings: Mapping[str, str] = field(default_factory=dict)
    recognises: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A rule with the values of its parameters."""

    name: str
    options: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        """Whether the step changes the picture, so that its result is worth nothing unless it is kept."""
        return RULES[self.name].changes(self.options)

    @property
    def recognises(self) -> bool:
        """Whether the step looks for something in the picture."""
        return RULES[self.name].recognises

    async def run(self, services: Services, picture: bytes, tenant: str) -> Made:
        """Carry the step out; raises what `RuleKind.run` raises."""
        return await RULES[self.name].run(services, picture, self.options, tenant)


async def _qrcode(services: Services, picture: bytes, options: Mapping[str, Any], tenant: str) -> Made:
    found = await recognition.recognise(services, picture, options, tenant=tenant)
    covered = picture if found.covered is None else found.covered
    return Made(covered, recognition.described(found.reading))


RULES: dict[str, RuleKind] = {
    # The template of the SDK for PHP writes `segmente`.
    "QRcode": RuleKind(
        recognition.PARAMS,
        _qrcode,
        lambda options: options["cover"] == "1",
        {"segmente": "segment"},
        recognises=True,
    ),
}
"""Every rule that is carried out, by name."""

#: The most steps of a rule (spec: ci.md section 6.1).
MOST_STEPS = 10

_NAME = re.compile(r"[A-Za-z0-9-]+")


def parse_steps(rule: str) -> tuple[Step, ...]:
    """Return the steps of a rule; blanks around them are dropped, since documented examples have some.

    Raises:
        Refusal: PARAMETER_INVALID, PARAMETER_MISSING with a sentence about what is wrong.
        ApiError: NotImplemented for a step that is known and not carried out.
    """
    texts = rule.split("|")
    if len(texts) > MOST_STEPS:
        message = f"it has {len(texts)} steps, and {MOST_STEPS} are the most"
        raise Refusal(Kind.PARAMETER_INVALID, message)
    return tuple(_step(text.strip()) for text in texts)


def _step(text: str) -> Step:
    if text.startswith("ci-process="):
        # What SDKs write as a query: none of these is carried out.
        name = text.removeprefix("ci-process=").partition("&")[0]
        raise _refusal(name, f"ci-process={name}", known=name in PROCESSES and PROCESSES[name].also_rule)
    name, *parts = text.rstrip("/").split("/")
    kind = RULES.get(name)
    if kind is None:
        raise _refusal(name, name, known=name in PICTURE_RULES)
    if len(parts) % 2:
        raise Refusal(Kind.PARAMETER_INVALID, f"the parameter {parts[-1]} has no value")
    given: dict[str, str] = {}
    for parameter, value in zip(parts[::2], parts[1::2], strict=True):
        given.setdefault(kind.spellings.get(parameter, parameter), value)
    unknown = given.keys() - {param.name for param in kind.params}
    if unknown:
        raise Refusal(Kind.PARAMETER_INVALID, f"there is no parameter {min(unknown)}")
    return Step(name, parse_params(kind.params, given))


def _refusal(name: str, called: str, *, known: bool) -> Exception:
    if known:
        return fail("NotImplemented", f"The rule {called} is not implemented by this emulator.")
    if not _NAME.fullmatch(name):
        return Refusal(Kind.PARAMETER_INVALID, "it does not begin with the name of a rule")
    return Refusal(Kind.PARAMETER_INVALID, f"there is no rule {called}")

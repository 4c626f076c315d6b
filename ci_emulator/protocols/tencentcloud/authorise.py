"""Which action a call asks for, and whether the policies let its caller have it (doc 598/10603)."""

from __future__ import annotations

from urllib.parse import unquote

from ci_emulator.auth.policy import Question
from ci_emulator.core.model import Call
from ci_emulator.core.registry import Action
from ci_emulator.protocols.cos.policy_facts import facts
from ci_emulator.protocols.decision import Resource, decide, spellings_of
from ci_emulator.protocols.tencentcloud.envelope import Envelope
from ci_emulator.protocols.tencentcloud.errors import fail
from ci_emulator.protocols.tencentcloud.registry import REGISTRY, VERSIONS, product_of, resource_parameter

#: What an action without resources of its own is about: no account's, so that every account may call it.
_NOBODYS = Resource(None)


def find_action(call: Call) -> Action:
    """Return the action that a call asks for.

    Raises:
        ApiError: NoSuchProduct, InvalidAction, NoSuchVersion.
    """
    common = call.envelope.common
    name = common["Action"]
    product = product_of(call.place.service, name)
    if product is None:
        raise fail("NoSuchProduct" if call.place.service else "InvalidAction")
    action = REGISTRY.find((product, name))
    if action is None:
        raise fail("InvalidAction")
    if common["Version"] not in VERSIONS[product]:
        raise fail("NoSuchVersion")
    return action


def authorise(call: Call, action: Action) -> None:
    """Refuse what a temporary key's policy or that of a sub-user does not allow; an account may call every action.

    Raises:
        ApiError: AuthFailure.UnauthorizedOperation.
    """
    if action.access == "none":
        return

    def ask() -> Question:
        return Question(
            spellings_of(call.principal), action.permission, _resources(call, action), facts(call)
        )

    decision = decide(call.principal, _NOBODYS, ask)
    if not decision.allowed:
        call.diagnosis = f"AuthFailure.UnauthorizedOperation: {decision.because}"
        raise fail("AuthFailure.UnauthorizedOperation")


def _resources(call: Call, action: Action) -> tuple[str, ...]:
    product = action.permission.partition(":")[0]
    envelope: Envelope = call.envelope
    parameter = resource_parameter(product, action.name)
    named = envelope.own.get(parameter) if parameter else None
    if isinstance(named, str):
        # As the action reads it: an escape must not make it look like another resource.
        return (unquote(named),)
    return (f"qcs::{product}::uin/{call.principal.appid}:*",)

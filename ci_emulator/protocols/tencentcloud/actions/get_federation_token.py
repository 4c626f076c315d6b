"""GetFederationToken: a temporary key with a policy of its own (doc 1312/48195)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer, text
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.answers import answer
from ci_emulator.protocols.tencentcloud.parameters import INTEGER
from ci_emulator.protocols.tencentcloud.registry import action
from ci_emulator.protocols.tencentcloud.temporary_keys import (
    caller,
    check_duration,
    check_name,
    issued,
    session_policy,
)

#: Seconds that the key of an account, and that of a sub-user may hold at most.
LONGEST, LONGEST_OF_USER = 7200, 129_600

PARAMS = (
    Param("Name", text(), "string", required=True, about="what the requester calls the key"),
    Param("Policy", text(), "string", required=True, about="what the key may do: a policy, percent-encoded"),
    Param("DurationSeconds", integer(1), INTEGER, default=1800, about="how long the key holds"),
)


@action("sts", "GetFederationToken", params=PARAMS)
async def get_federation_token(call: Call, services: Services) -> Reply:
    """Issue a temporary key that may do what its policy and its issuer's allow."""
    params, issuer = call.params, caller(call, services)
    check_name(params["Name"], shortest=1)
    check_duration(params["DurationSeconds"], LONGEST_OF_USER if issuer.user else LONGEST)
    fields = issued(
        call,
        services,
        seconds=params["DurationSeconds"],
        policy_text=session_policy(call, params["Policy"], issuer.appid),
        name=params["Name"],
    )
    return answer(call, fields)

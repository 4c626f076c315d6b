"""AssumeRole: a temporary key of a role (doc 1312/48197)."""

from __future__ import annotations

import re
from typing import Any

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer, text
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.answers import answer
from ci_emulator.protocols.tencentcloud.errors import fail
from ci_emulator.protocols.tencentcloud.parameters import INTEGER, ListParam
from ci_emulator.protocols.tencentcloud.registry import action
from ci_emulator.protocols.tencentcloud.temporary_keys import (
    caller,
    check_duration,
    check_name,
    issued,
    role_id,
    session_policy,
)

LONGEST = 43_200
_MOST_TAGS = 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,128}", re.ASCII)

_TAG = (
    Param("Key", text(), "string", required=True, about="the tag's key"),
    Param("Value", text(), "string", required=True, about="the tag's value"),
)
PARAMS = (
    Param("RoleArn", text(), "string", required=True, about="the role: `qcs::cam::uin/APPID:roleName/NAME`"),
    Param("RoleSessionName", text(), "string", required=True, about="what the requester calls the key"),
    Param("DurationSeconds", integer(1), INTEGER, default=7200, about="how long the key holds"),
    Param("Policy", text(), "string", about="what the key may do: a policy, percent-encoded"),
    Param("ExternalId", text(), "string", about="checked for its form, and not used"),
    ListParam("Tags", text(), "list", about="tags of the session: checked, and not used", members=_TAG),
    Param("SourceIdentity", text(), "string", about="not used"),
    Param("SerialNumber", text(), "string", about="not used: there is no second factor"),
    Param("TokenCode", text(), "string", about="not used"),
)


@action("sts", "AssumeRole", params=PARAMS, resource="RoleArn")
async def assume_role(call: Call, services: Services) -> Reply:
    """Issue a temporary key for a role of the account; no role is stored, so every name is one."""
    params, issuer = call.params, caller(call, services)
    role = role_id(params["RoleArn"], issuer.appid)
    check_name(params["RoleSessionName"], shortest=2)
    check_duration(params["DurationSeconds"], LONGEST)
    external = params["ExternalId"]
    if external is not None and not _EXTERNAL_ID.fullmatch(external):
        raise fail("InvalidParameter.ParamError")
    _check_tags(params["Tags"] or [])
    policy = params["Policy"]
    fields = issued(
        call,
        services,
        seconds=params["DurationSeconds"],
        policy_text=None if policy is None else session_policy(call, policy, issuer.appid),
        name=params["RoleSessionName"],
        role=role,
    )
    return answer(call, fields)


def _check_tags(tags: list[dict[str, Any]]) -> None:
    """Refuse more tags than a session may have, one key twice, and keys and values that are too long."""
    keys = {tag["Key"] for tag in tags}
    fits = all(0 < len(tag["Key"]) <= _LONGEST_KEY and len(tag["Value"]) <= _LONGEST_VALUE for tag in tags)
    if len(tags) > _MOST_TAGS or len(keys) != len(tags) or not fits:
        raise fail("InvalidParameter.ParamError")

"""GetCallerIdentity: whose key is it (doc 1312/66098)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.answers import answer
from ci_emulator.protocols.tencentcloud.registry import action
from ci_emulator.protocols.tencentcloud.temporary_keys import caller


@action("sts", "GetCallerIdentity", access="none")
async def get_caller_identity(call: Call, services: Services) -> Reply:
    """Say whose key a call was signed with; every key may ask that, whatever its policy."""
    principal = call.principal
    account, user = principal.appid, principal.user
    if account is None:
        found = caller(call, services)
        account, user = found.appid, found.user
    uin = user or account
    arn, user_id = f"qcs::cam:{account}:uin/{uin}", uin
    if principal.role:
        arn = f"qcs::sts:{account}:assumed-role/{principal.role}"
        user_id = f"{principal.role}:{principal.session_name}"
    elif principal.session_name:
        arn, user_id = f"qcs::sts:{account}:federated-user/{uin}", f"{uin}:{principal.session_name}"
    return answer(
        call,
        {
            "Arn": arn,
            "AccountId": account,
            "UserId": user_id,
            "PrincipalId": uin,
            "Type": "CAMRole" if principal.role else "CAMUser",
        },
    )

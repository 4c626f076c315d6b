"""Issuing temporary keys for the actions of STS: what of a request is checked, and what is answered (docs 1312/48195, 48197)."""

from __future__ import annotations

import re
import zlib
from typing import Any
from urllib.parse import unquote, unquote_plus

from ci_emulator.auth import policy, policy_document
from ci_emulator.auth.credentials import Credential
from ci_emulator.auth.policy_match import Resource
from ci_emulator.auth.temporary import Grant, issue
from ci_emulator.core.clock import iso8601
from ci_emulator.core.model import Call
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.errors import fail

LONGEST_POLICY = 6144
LONGEST_TOKEN = 4096

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_ROLE = re.compile(
    r"qcs::cam::uin/(?P<account>[0-9]{1,20}):"
    r"(?P<kind>role|roleName|role/tencentcloudServiceRole|role/tencentcloudServiceRoleName)/(?P<name>[^/:*]{1,128})"
)
_FIRST_ROLE = 2**62
_ACCOUNT_SEGMENT = 4


def caller(call: Call, services: Services) -> Credential:
    """Return the permanent key pair of a call; where keys are not checked and it is not known, the first there is.

    Raises:
        ApiError: TempKeyNotAllowed, and UnauthorizedOperation when there is none.
    """
    if call.principal.temporary:
        raise fail("FailedOperation.TempKeyNotAllowed")
    found = services.credentials.find(call.principal.secret_id)
    if found is not None:
        return found
    for pair in services.config.credentials:
        first = services.credentials.find(pair.secret_id)
        if first is not None and first.token is None:
            return first
    raise fail("UnauthorizedOperation")


def issued(
    call: Call, services: Services, *, seconds: int, policy_text: str | None, name: str, role: str = ""
) -> dict[str, Any]:
    """Issue a key of the caller's for so many seconds; return Credentials, ExpiredTime and Expiration.

    Raises:
        ApiError: as `caller`; ExtendStrategyOverSize.
    """
    now = int(services.clock.now())
    grant = Grant(
        expires=now + seconds,
        issued=now,
        policy=policy_text,
        style="tencent",
        nonce=bytes.fromhex(services.ids.token()),
        name=name,
        role=role,
    )
    key = issue(caller(call, services), grant)
    token = key.token or ""
    if len(token) > LONGEST_TOKEN:
        raise fail("InvalidParameter.ExtendStrategyOverSize")
    return {
        "Credentials": {"Token": token, "TmpSecretId": key.secret_id, "TmpSecretKey": key.secret_key},
        "ExpiredTime": now + seconds,
        "Expiration": iso8601(now + seconds),
    }


def check_duration(seconds: int, most: int) -> None:
    """Refuse a time that is longer than `most` seconds.

    Raises:
        ApiError: OverTimeError.
    """
    if seconds > most:
        raise fail("InvalidParameter.OverTimeError")


def check_name(name: str, *, shortest: int) -> None:
    """Refuse the name of a session with other characters than the documented ones, or more than 128 of them.

    Raises:
        ApiError: ParamError.
    """
    if not _NAME.fullmatch(name) or not shortest <= len(name) <= 128:
        raise fail("InvalidParameter.ParamError")


def session_policy(call: Call, sent: str, appid: str) -> str:
    """Return the text of a policy, which is sent percent-encoded; one that begins with `{` is not.

    Raises:
        ApiError: PolicyTooLong, StrategyFormatError, ResouceError, GrantOtherResource for a resource of another account,
            StrategyInvalid.
    """
    text = sent if sent.lstrip()[:1] == "{" else unquote_plus(sent)
    if len(text) > LONGEST_POLICY:
        raise fail("InvalidParameter.PolicyTooLong")
    code = "StrategyFormatError"
    try:
        document = policy_document.load(text)
        code = "ResouceError"
        resources = [resource for resource in _resources(document) if Resource.of(resource, "resource")]
        code = "StrategyInvalid"
        policy.parse(text, of_bucket=False)
    except policy.PolicyError as error:
        call.diagnosis = f"InvalidParameter.{code}: {error}"
        raise fail(f"InvalidParameter.{code}") from None
    if any(_foreign(resource, appid) for resource in resources):
        raise fail("InvalidParameter.GrantOtherResource")
    return text


def _resources(document: dict[str, Any]) -> list[str]:
    """Return the resources of all statements; what is no resource is left to the check of the policy."""
    listed = document.get("statement")
    statements = listed if isinstance(listed, list) else [listed]
    found = []
    for statement in statements:
        named = statement.get("resource") if isinstance(statement, dict) else None
        found += [text for text in (named if isinstance(named, list) else [named]) if isinstance(text, str)]
    return found


def _foreign(resource: str, appid: str) -> bool:
    segments = resource.split(":", _ACCOUNT_SEGMENT + 1)
    kind, _, account = (
        segments[_ACCOUNT_SEGMENT].partition("/") if len(segments) > _ACCOUNT_SEGMENT else ("",) * 3
    )
    return kind == "uid" and account.isdigit() and account != appid


def role_id(arn: str, appid: str) -> str:
    """Return the id of a role of the account; of one that is given by name it is made of the name.

    Raises:
        ApiError: ParamError for what names no role, RoleNotFound for the role of another account.
    """
    match = _ROLE.fullmatch(unquote(arn))
    if match is None:
        raise fail("InvalidParameter.ParamError")
    if match["account"] != appid:
        raise fail("ResourceNotFound.RoleNotFound")
    if match["kind"].endswith("Name"):
        return str(_FIRST_ROLE + zlib.crc32(match["name"].encode("utf-8", "surrogateescape")))
    return match["name"]

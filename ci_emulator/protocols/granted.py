"""What the access decisions of all clouds have in common: who is asked about what, and what ACLs grant to who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Principal
from ci_emulator.core.registry import Access, Action
from ci_emulator.operations.records import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    BucketRecord,
    Grant,
    Permission,
)
from ci_emulator.protocols.cos.grants import CANNED, account_of
from ci_emulator.protocols.decision import NOTHING, Decision, Granted
from ci_emulator.protocols.services import Services

#: The permission that each access needs from an ACL.
_NEEDED: dict[Access, Permission] = {
    "read": "READ",
    "write": "WRITE",
    "read_acp": "READ_ACP",
    "write_acp": "WRITE_ACP",
}


async def authorise(
    call: Call,
    services: Services,
    on_account: Callable[[Call, Services, str], Decision],
    on_named: Callable[[Call, Services, Action], Awaitable[Decision]],
    denied: Callable[[Call], Exception],
) -> None:
    """Refuse a call that its principal may not make.

    `on_account` decides about what belongs to no bucket that exists, `on_named` about the bucket or object that the call names;
    `denied` returns what is raised. What is `deferred` only has to have its bucket.

    Raises:
        Refusal: BUCKET_MISSING, which everybody is told.
    """
    action, place = call.action, call.place
    if action is None or action.access == "none":
        return
    if place.bucket is None or action.access == "create":
        decision = on_account(call, services, action.permission)
    elif action.access == "deferred":
        await services.buckets.find(place.bucket)
        return
    else:
        decision = await on_named(call, services, action)
    if not decision.allowed:
        call.diagnosis = f"AccessDenied: {decision.because}"
        raise denied(call)


async def granted(
    principal: Principal,
    services: Services,
    bucket: BucketRecord,
    key: str | None,
    access: Access,
    version: str | None = None,
) -> Granted:
    """Return to whom an ACL grants an access to a bucket or an object; writing an object is granted on its bucket alone.

    Each version of an object has an ACL of its own; without a `version` the current one's counts.
    """
    needed = _NEEDED.get(access)
    if needed is None:
        return NOTHING
    about = None if access == "write" else key
    grants = await _grants(services, bucket, about, version)
    grantees = {grant.grantee for grant in grants if grant.permission in (needed, "FULL_CONTROL")}
    if principal.appid is None:
        return Granted(asker=ALL_USERS in grantees)
    own = {ALL_USERS, AUTHENTICATED_USERS, account_of(principal.appid, principal.user)}
    return Granted(asker=not own.isdisjoint(grantees), account=account_of(principal.appid) in grantees)


async def _grants(
    services: Services, bucket: BucketRecord, key: str | None, version: str | None
) -> tuple[Grant, ...]:
    """Return what the ACL in force grants: the version's own, or the bucket's for one that has none."""
    if key is not None:
        try:
            record = await services.objects.find(bucket.name, key, version)
        except Refusal as refusal:
            if refusal.kind not in (Kind.KEY_MISSING, Kind.VERSION_MISSING):
                raise
        else:
            attributes = record.attributes
            if attributes.acl != "default":
                return CANNED[attributes.acl] + attributes.grants
    return CANNED[bucket.acl] + bucket.grants

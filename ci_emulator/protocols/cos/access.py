"""Who may do what: the owner everything, others what the canned ACLs say."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.operations.records import BucketRecord, CannedAcl
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.services import Services

#: What each canned ACL lets strangers do: (anonymous, any signed account).
_GRANTS: dict[CannedAcl, tuple[frozenset[str], frozenset[str]]] = {
    "private": (frozenset(), frozenset()),
    "default": (frozenset(), frozenset()),
    "public-read": (frozenset({"read"}), frozenset({"read"})),
    "public-read-write": (frozenset({"read", "write"}), frozenset({"read", "write"})),
    "authenticated-read": (frozenset(), frozenset({"read"})),
}


def owner_of(bucket: str) -> str:
    """Return the APPID that a bucket's full name ends with."""
    return bucket.rpartition("-")[2]


def _granted(acl: CannedAcl, access: str, *, anonymous: bool) -> bool:
    everyone, accounts = _GRANTS[acl]
    return access in (everyone if anonymous else accounts)


async def authorise(call: Call, services: Services) -> None:
    """Refuse a call that its principal may not make.

    Raises:
        ApiError: AccessDenied.
        Refusal: BUCKET_MISSING, which COS tells everybody.
    """
    place, principal = call.place, call.principal
    action = call.action
    access = action.access if action else "owner"
    if place.bucket is None or access == "create":
        if principal.anonymous or not _owns(call, owner_of(place.bucket) if place.bucket else None):
            raise fail("AccessDenied")
    elif access == "deferred":
        await services.buckets.find(place.bucket)
    elif not await may(call, services, place.bucket, place.key, access, requested_version(call)):
        raise fail("AccessDenied")


async def may(
    call: Call,
    services: Services,
    bucket_name: str,
    key: str | None,
    access: str,
    version: str | None = None,
) -> bool:
    """Whether the principal of a call has `read`, `write` or `owner` access to a bucket, or to an object in it.

    Each version of an object has an ACL of its own; without a version the current one's counts.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    bucket = await services.buckets.find(bucket_name)
    if _owns(call, bucket.owner):
        return True
    if access == "owner":
        return False
    return _granted(await _acl(services, bucket, key, version), access, anonymous=call.principal.anonymous)


def _owns(call: Call, owner: str | None) -> bool:
    principal = call.principal
    return principal.unchecked or (principal.appid is not None and owner in (None, principal.appid))


async def _acl(services: Services, bucket: BucketRecord, key: str | None, version: str | None) -> CannedAcl:
    """Return the ACL in force: the version's own, unless it says `default` or there is no such version."""
    if key is not None:
        try:
            record = await services.objects.find(bucket.name, key, version)
        except Refusal as refusal:
            if refusal.kind not in (Kind.KEY_MISSING, Kind.VERSION_MISSING):
                raise
        else:
            if record.attributes.acl != "default":
                return record.attributes.acl
    return bucket.acl

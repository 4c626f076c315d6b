"""Who may do what on COS hosts: a call is put into the words of `protocols.decision`, which decides."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ci_emulator.auth.policy import Question
from ci_emulator.core.model import Call
from ci_emulator.core.registry import Access, Action
from ci_emulator.protocols.cos import referer
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.cos.policy_facts import facts
from ci_emulator.protocols.decision import (
    Decision,
    Resource,
    decide,
    spellings_of,
    unbounded,
)
from ci_emulator.protocols.granted import authorise as check
from ci_emulator.protocols.granted import granted
from ci_emulator.protocols.services import Services

#: The actions whose resource is the folder that they list.
_LISTINGS = frozenset({"cos:GetBucket", "cos:GetBucketObjectVersions", "cos:ListMultipartUploads"})

_ALLOWED = Decision(allowed=True)


def owner_of(bucket: str) -> str:
    """Return the APPID that a bucket's full name ends with."""
    return bucket.rpartition("-")[2]


class Asked(msgspec.Struct, frozen=True):
    """An access to a bucket, or to an object in it, and how policies name what is done with it.

    Each version of an object has an ACL of its own; without a `version` the current one's counts. `headers` are what policies
    see in place of the call's own, as the fields of a form.
    """

    bucket: str
    key: str | None
    access: Access
    permission: str
    version: str | None = None
    headers: Mapping[str, str] | None = None


async def authorise(call: Call, services: Services) -> None:
    """Refuse a call that its principal may not make.

    Raises:
        ApiError: AccessDenied.
        Refusal: BUCKET_MISSING, which COS tells everybody.
    """
    await check(call, services, _on_account, _on_named, _denied)
    action, place = call.action, call.place
    if action is None or action.access in ("none", "create", "deferred"):
        return
    if place.bucket is not None:
        referer.check(call, await services.buckets.find(place.bucket))


def _denied(call: Call) -> Exception:
    return fail("AccessDenied")


async def _on_named(call: Call, services: Services, action: Action) -> Decision:
    """Decide about every permission that an action needs on the bucket or object which the call names."""
    bucket, version = call.place.bucket or "", requested_version(call)
    if action.signed and call.principal.anonymous:
        await services.buckets.find(bucket)
        return Decision(allowed=False, because="this must be signed, whatever strangers may read")
    decision = _ALLOWED
    for permission in (action.permission, *action.beside):
        asked = Asked(bucket, call.place.key, action.access, permission, version)
        decision = await _on_bucket(call, services, asked)
        if not decision.allowed:
            break
    return decision


async def may(call: Call, services: Services, asked: Asked) -> bool:
    """Whether the principal of a call has an access beside or in place of the one that its action asks for.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    decision = await _on_bucket(call, services, asked)
    if not decision.allowed:
        call.diagnosis = f"AccessDenied: {decision.because}"
    return decision.allowed


def _on_account(call: Call, services: Services, permission: str) -> Decision:
    """Decide about what belongs to no bucket that exists: the list of buckets, a bucket to be made."""
    bucket = call.place.bucket
    owner = owner_of(bucket) if bucket else None

    def ask() -> Question:
        # The region is the one that the bucket is made in; the list of buckets is the asking account's.
        region = call.place.region or (services.config.region if bucket else "")
        resources = spellings(permission, bucket or "", owner or call.principal.appid or "", region, "")
        return Question(spellings_of(call.principal), permission, resources, facts(call))

    return decide(call.principal, Resource(owner), ask)


async def _on_bucket(call: Call, services: Services, asked: Asked) -> Decision:
    bucket = await services.buckets.find(asked.bucket)
    resource = Resource(bucket.owner, bucket.configurations.get("policy"))
    principal = call.principal
    if unbounded(principal, resource) and principal.appid == bucket.owner:
        return _ALLOWED  # as in nearly every request, and then no ACL needs to be read

    def ask() -> Question:
        # A prefix must not make another action on the bucket look like one on a folder.
        prefix = call.target.parameter("prefix") if asked.permission in _LISTINGS else None
        key = asked.key if asked.key is not None else prefix or ""
        resources = spellings(asked.permission, bucket.name, bucket.owner, bucket.region, key)
        told = facts(call, asked.headers, asked.version)
        return Question(spellings_of(principal), asked.permission, resources, told)

    return decide(
        principal,
        resource,
        ask,
        await granted(principal, services, bucket, asked.key, asked.access, asked.version),
    )


def spellings(permission: str, bucket: str, owner: str, region: str, key: str) -> tuple[str, ...]:
    """Return how policies may name a resource; of a listing the prefix is the key, as policies on a folder are written.

    Actions of Cloud Infinite are about resources of its own too.
    """
    account = f"{region}:uid/{owner}"
    path = f"{bucket}/{key}"
    names = [
        f"qcs::cos:{account}:{path}",
        f"qcs::cos:{account}:prefix//{owner}/{bucket.rpartition('-')[0]}/{key}",
    ]
    if not key:
        names.append(f"qcs::cos:{account}:{bucket}")
    if permission.startswith("ci:"):
        names += (f"qcs::ci:{account}:bucket/{path}", f"qcs::ci:{account}:{path}")
    return tuple(names)

"""Who may do what on OSS hosts: a call is put into the words of `protocols.decision`, which decides.

A policy in the words of Resource Access Management speaks of `oss:` actions and `acs:oss:` resources; one of Cloud Access
Management says nothing about them. Buckets have their ACL here and there, objects theirs.
"""

from __future__ import annotations

from ci_emulator.auth.policy import Effect, Question, parse
from ci_emulator.core.model import Call
from ci_emulator.core.registry import Access, Action
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import access as cos_access
from ci_emulator.protocols.cos import policy_facts, referer
from ci_emulator.protocols.cos.access import owner_of
from ci_emulator.protocols.decision import Decision, Resource, decide, spellings_of, unbounded
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.granted import authorise as check
from ci_emulator.protocols.granted import granted
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.facts import facts
from ci_emulator.protocols.services import Services

_REFERER = "You are denied by bucket referer policy."


async def authorise(call: Call, services: Services) -> None:
    """Refuse a call that its principal may not make.

    Raises:
        ApiError: AccessDenied.
        Refusal: BUCKET_MISSING, which OSS tells everybody.
    """
    await check(call, services, _on_account, _on_named, denied)
    action, place = call.action, call.place
    if place.bucket is None or action is None or action.access in ("none", "create", "deferred"):
        return
    try:
        referer.check(call, await services.buckets.find(place.bucket))
    except ApiError as error:
        raise fail("AccessDenied", error.message or _REFERER) from None


def denied(call: Call) -> Exception:
    """Return how OSS refuses who may not do something; what a stranger hears depends on what is asked about."""
    action, place = call.action, call.place
    if not call.principal.anonymous:
        return fail("AccessDenied")
    if place.bucket is None or (action is not None and (action.access == "create" or action.signed)):
        return fail("AccessDenied", variant="anonymous")
    return fail("AccessDenied", variant="anonymous-bucket" if place.key is None else "")


async def may(
    call: Call,
    services: Services,
    bucket: str,
    key: str | None,
    access: Access,
    permission: str,
    version: str | None = None,
) -> bool:
    """Whether the principal of a call has an access beside the one that its action asks for.

    The ACL of a named `version` counts, else that of the current one.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    decision = await _on_bucket(call, services, bucket, key, access, permission, version)
    if not decision.allowed:
        call.diagnosis = f"AccessDenied: {decision.because}"
    return decision.allowed


async def _on_named(call: Call, services: Services, action: Action) -> Decision:
    bucket, key = call.place.bucket or "", call.place.key
    if action.signed and call.principal.anonymous:
        await services.buckets.find(bucket)
        return Decision(allowed=False, because="this must be signed, whatever strangers may read")
    decision = Decision(allowed=True)
    version = call.target.parameter("versionId")
    for permission in (action.permission, *action.beside):
        decision = await _on_bucket(call, services, bucket, key, action.access, permission, version)
        if not decision.allowed:
            break
    return decision


def _on_account(call: Call, services: Services, permission: str) -> Decision:
    """Decide about what belongs to no bucket that exists: the list of buckets, a bucket to be made."""
    bucket = call.place.bucket
    owner = owner_of(bucket) if bucket else None

    def ask() -> Question:
        account = owner or call.principal.appid or ""
        resources = _spellings(call, services, bucket or "", account, "")
        return Question(spellings_of(call.principal), permission, resources, facts(call))

    return decide(call.principal, Resource(owner), ask)


async def _on_bucket(
    call: Call,
    services: Services,
    bucket: str,
    key: str | None,
    access: Access,
    permission: str,
    version: str | None,
) -> Decision:
    record = await services.buckets.find(bucket)
    resource = Resource(record.owner, record.configurations.get("policy"))
    principal = call.principal
    if unbounded(principal, resource) and principal.appid == record.owner:
        return Decision(allowed=True)
    if _denied_in_cos(call, record, key, permission):
        return Decision(allowed=False, because="the bucket's policy, written for COS, denies it")

    def ask() -> Question:
        resources = _spellings(call, services, record.name, record.owner, key or "")
        return Question(spellings_of(principal), permission, resources, facts(call))

    return decide(principal, resource, ask, await granted(principal, services, record, key, access, version))


def _spellings(call: Call, services: Services, bucket: str, owner: str, key: str) -> tuple[str, ...]:
    """Return how policies of Resource Access Management may name a resource."""
    found: list[str] = []
    for name in dict.fromkeys((call.envelope.naming.short(bucket), bucket)):
        path = f"{name}/{key}" if key else name
        place = f"{services.config.oss_region}:{owner}:{path}"
        found += (f"acs:oss:{place}", f"acs:oss:oss-{place}", f"acs:imm:{place}")
    return tuple(found)


def _denied_in_cos(call: Call, bucket: BucketRecord, key: str | None, permission: str) -> bool:
    """Whether the policy of a bucket, which is one of COS, denies what is asked in words of OSS: nobody gets round it."""
    text = bucket.configurations.get("policy")
    if text is None or call.principal.unchecked:
        return False
    asked = f"cos:{permission.partition(':')[2]}"
    resources = cos_access.spellings(asked, bucket.name, bucket.owner, bucket.region, key or "")
    question = Question(spellings_of(call.principal), asked, resources, policy_facts.facts(call))
    return parse(text, of_bucket=True).decide(question) is Effect.DENY

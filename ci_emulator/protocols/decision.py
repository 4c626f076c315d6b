"""THE access decision: policies, the account, ACLs, in the order in which they have their say.

One function for every cloud: who asks is a `Principal`, what is asked a `Question` in the words of the policy language.

1. The policy that a temporary key was issued with must allow it.
2. What the user's own policy or the bucket's policy denies is denied.
3. The account that owns the bucket may do it; a user of that account as far as the user's policy allows.
4. What the bucket's policy allows is allowed, to whomever it names.
5. What an ACL grants is allowed.
6. What the bucket's policy or an ACL lets another account do, a user of that account may as far as the user's policy allows.
7. Everything else is denied.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ci_emulator.auth.policy import Effect, Policy, Question, parse
from ci_emulator.core.model import Principal

ANYONE = "qcs::cam::anyone:anyone"

#: What the account that owns a bucket may always do, so that no policy can lock everybody out.
_RESCUES = frozenset({"cos:PutBucketPolicy", "cos:GetBucketPolicy", "cos:DeleteBucketPolicy"})


class Decision(msgspec.Struct, frozen=True):
    """Whether something may be done; `because` says in one line why not."""

    allowed: bool
    because: str = ""


class Resource(msgspec.Struct, frozen=True):
    """Who owns what is asked about (None: whoever asks), and the text of the policy that is set on it."""

    owner: str | None
    policy: str | None = None


class Granted(msgspec.Struct, frozen=True):
    """What ACLs grant: to who asks, and to the account that a user belongs to."""

    asker: bool = False
    account: bool = False


NOTHING = Granted()


def spellings_of(principal: Principal) -> tuple[str, ...]:
    """Return how policies name a principal."""
    if principal.appid is None:
        return (ANYONE,)
    return (_spelling(principal.appid, principal.user),)


def _spelling(appid: str, user: str = "") -> str:
    return f"qcs::cam::uin/{appid}:uin/{user or appid}"


def owns(principal: Principal, owner: str | None) -> bool:
    """Whether a principal belongs to the account that owns something."""
    return principal.appid is not None and owner in (None, principal.appid)


def unbounded(principal: Principal, resource: Resource) -> bool:
    """Whether no policy has a say, so that what is asked need not be put into words."""
    return resource.policy is None and principal.session is None and not principal.user


def decide(
    principal: Principal, resource: Resource, ask: Callable[[], Question], granted: Granted = NOTHING
) -> Decision:
    """Decide; `ask` words the question and is called only if there is a policy, `granted` is what the ACLs say."""
    if principal.unchecked:
        return Decision(allowed=True)
    mine = owns(principal, resource.owner)
    if unbounded(principal, resource):
        return _unless(mine or granted.asker, "neither the owner nor granted by an ACL")
    question = ask()
    session = _parsed(principal.session)
    if session is not None and session.decide(question) is not Effect.ALLOW:
        return Decision(allowed=False, because=f"the temporary key's policy: {session.reason(question)}")
    root = mine and not principal.user
    own, shared = _parsed(principal.policy), _parsed(resource.policy, of_bucket=True)
    for whose, policy in (("user", own), ("bucket", shared)):
        rescued = root and question.action in _RESCUES
        if policy is not None and policy.decide(question) is Effect.DENY and not rescued:
            return Decision(allowed=False, because=f"the {whose}'s policy: {policy.reason(question)}")
    by_user = _says(own, question, Effect.ALLOW)
    allowed = (
        root
        or (mine and by_user)
        or _says(shared, question, Effect.ALLOW)
        or granted.asker
        or (not mine and by_user and _lets_account(principal, shared, question, granted))
    )
    return _unless(allowed, f"no policy and no ACL allows {question.action}")


def _lets_account(principal: Principal, shared: Policy | None, question: Question, granted: Granted) -> bool:
    """Whether the account of a user may do what is asked: what it is denied it has no right to pass on."""
    if principal.appid is None or not principal.user:
        return False
    asked = msgspec.structs.replace(question, principals=(_spelling(principal.appid),))
    effect = shared.decide(asked) if shared is not None else None
    return effect is Effect.ALLOW or (granted.account and effect is not Effect.DENY)


def _says(policy: Policy | None, question: Question, effect: Effect) -> bool:
    return policy is not None and policy.decide(question) is effect


def _parsed(policy: str | None, *, of_bucket: bool = False) -> Policy | None:
    return parse(policy, of_bucket=of_bucket) if policy is not None else None


def _unless(allowed: bool, otherwise: str) -> Decision:
    return Decision(allowed, "" if allowed else otherwise)

"""What holds of access decisions whoever asks for whatever, and whatever is set."""

import json

import msgspec
from access_world import (
    ANYONE,
    BUCKET,
    KEY,
    OTHER,
    OWNER,
    ROOT,
    STRANGER,
    USER,
    WHAT,
    State,
    deleted,
    may,
    policy,
    statement,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_emulator.core.model import Principal
from ci_emulator.operations.records import Grant

ACCOUNT = f"qcs::cos:ap-guangzhou:uid/{OWNER}:{BUCKET}"
RESOURCES = ["*", f"{ACCOUNT}/*", f"{ACCOUNT}/docs/*", f"{ACCOUNT}/{KEY}", ACCOUNT, f"{ACCOUNT}/other/*"]
ACTIONS = [
    "*",
    "cos:*",
    "cos:Get*",
    "cos:GetObject",
    "cos:PutObject",
    "name/cos:Put*",
    "ci:*",
    "cos:DeleteObject",
]
CONDITIONS = [
    None,
    {"ip_equal": {"qcs:ip": "192.0.2.0/24"}},
    {"ip_not_equal": {"qcs:ip": "192.0.2.0/24"}},
    {"string_equal": {"cos:prefix": "docs/"}},
    {"string_equal": {"vpc:requester_vpc": "vpc-1"}},
]

effects = st.sampled_from(["allow", "deny"])
whats = st.sampled_from(sorted(WHAT))
keys = st.sampled_from([KEY, "docs/b.txt", "other/a.txt"])


def statements(principals=None, effect=effects):
    """Statements; with `principals` those of the policy of a bucket."""
    return st.builds(
        statement,
        effect,
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3),
        st.sampled_from(RESOURCES),
        st.just(None) if principals is None else st.sampled_from(principals),
        st.sampled_from(CONDITIONS),
    )


def policies(principals=None):
    """The text of a policy, or None."""
    return st.none() | st.builds(
        lambda listed: policy(*listed), st.lists(statements(principals), min_size=1, max_size=3)
    )


def grants(permissions=("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")):
    grantees = ["AllUsers", "AuthenticatedUsers", f"{OTHER}/{OTHER}", f"{OTHER}/8", f"{OWNER}/7"]
    return st.lists(st.builds(Grant, st.sampled_from(grantees), st.sampled_from(permissions)), max_size=3)


def states(principals=(ANYONE, ROOT, USER, STRANGER)):
    """Any state of the bucket and of its object."""
    return st.builds(
        State,
        st.sampled_from(["private", "public-read", "public-read-write", "authenticated-read"]),
        grants(),
        st.sampled_from(["default", "private", "public-read", "authenticated-read"]),
        grants(("READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")),
        policies(principals),
    )


#: Everybody who does not ask with a temporary key.
parents = st.one_of(
    st.just(Principal(None)),
    st.builds(Principal, st.sampled_from([OWNER, OTHER]), st.just("id")),
    st.builds(
        Principal,
        st.sampled_from([OWNER, OTHER]),
        st.just("id"),
        user=st.sampled_from(["7", "8"]),
        policy=policies(),
    ),
)


def temporary(parent, session):
    """Return who asks with a temporary key of somebody; one without a policy is not bounded by any."""
    return msgspec.structs.replace(parent, session=session, temporary=True)


askers = parents | st.builds(temporary, parents.filter(lambda one: one.appid is not None), policies())

quick = settings(deadline=None, max_examples=300)


def with_more(text, more):
    """Return a policy with another statement."""
    document = json.loads(text)
    return json.dumps({**document, "statement": [*document["statement"], more]})


@given(askers, whats, states(), st.sampled_from(["user", "session", "bucket"]), st.data())
@quick
def test_one_more_deny_lets_nobody_in(who, what, state, where, data):
    principals = (ANYONE, ROOT, USER, STRANGER) if where == "bucket" else None
    more = data.draw(statements(principals, st.just("deny")))
    before = may(who, what, state)
    if where == "bucket":
        state.policy = policy(more) if state.policy is None else with_more(state.policy, more)
    elif where == "user" and who.user:
        # A user without a policy is allowed nothing by it; one that only denies allows no more.
        mine = policy(more) if who.policy is None else with_more(who.policy, more)
        who = msgspec.structs.replace(who, policy=mine)
    elif where == "session" and who.session is not None:
        who = msgspec.structs.replace(who, session=with_more(who.session, more))
    assert may(who, what, state) <= before


@given(askers, whats, states(), st.data())
@quick
def test_one_more_allow_keeps_nobody_out(who, what, state, data):
    more = data.draw(statements((ANYONE, ROOT, USER, STRANGER), st.just("allow")))
    before = may(who, what, state)
    state.policy = policy(more) if state.policy is None else with_more(state.policy, more)
    assert may(who, what, state) >= before


@given(askers, whats, states(), grants())
@quick
def test_more_grants_keep_nobody_out(who, what, state, more):
    before = may(who, what, state)
    state.grants += tuple(more)
    assert may(who, what, state) >= before


@given(askers, whats, states(), st.data())
@quick
def test_nobody_gets_past_a_deny_of_everything_but_to_the_policy(who, what, state, data):
    state.policy = policy(statement("deny", principal=ANYONE))
    root = who.appid == OWNER and not who.user
    expected = what in ("GetService", "PutBucket") or (root and what == "PutBucketPolicy")
    assert may(who, what, state) <= expected


@given(parents.filter(lambda one: one.appid is not None), policies(), whats, states())
@quick
def test_a_temporary_key_may_do_no_more_than_who_issued_it(parent, session, what, state):
    assert may(temporary(parent, session), what, state) <= may(parent, what, state)


@given(policies(), whats, states((ANYONE,)))
@quick
def test_a_sub_user_may_do_no_more_than_the_account(own, what, state):
    user = Principal(OWNER, "id", user="7", policy=own)
    assert may(user, what, state) <= may(Principal(OWNER, "id"), what, state)


@given(policies(), whats, states())
@quick
def test_a_user_of_another_account_may_what_the_account_may_and_the_policy_of_the_user_says(own, what, state):
    account = Principal(OTHER, "id")
    user = Principal(OTHER, "id", user="9", policy=own)
    allowed = Principal(OTHER, "id", user="9", policy=policy(statement()))
    # Nobody names user 9: what it may, everybody or its account may.
    assert may(account, what, state) <= may(allowed, what, state)
    assert may(user, what, state) <= may(allowed, what, state)


@given(
    whats,
    states((ANYONE,)),
    st.sampled_from([Principal(OWNER, "i"), Principal(OTHER, "i"), Principal(OTHER, "i", user="8")]),
)
@quick
def test_what_everybody_may_every_account_may(what, state, who):
    assert may(Principal(None), what, state) <= may(who, what, state)


@given(whats, states())
@quick
def test_who_is_not_checked_may_do_everything(what, state):
    assert may(Principal(None, unchecked=True), what, state)


@given(askers, states(), st.lists(keys, unique=True, min_size=1))
@quick
def test_deleting_several_objects_is_deleting_each(who, state, several):
    alone = [key for key in several if deleted(who, [key], state)]
    assert deleted(who, several, state) == alone

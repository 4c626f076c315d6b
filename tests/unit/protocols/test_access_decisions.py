"""The access decision as a table: in which state of a bucket who may do what.

The table was written down from the rules as people read them (docs 436/30752, 436/18023, 598/10601), not computed.
"""

import pytest
from access_world import (
    ANYONE,
    BUCKET,
    KEY,
    OTHER,
    OWNER,
    REGION,
    ROOT,
    STRANGER,
    USER,
    WHAT,
    WHO,
    State,
    deleted,
    may,
    policy,
    statement,
)

from ci_emulator.core.model import Principal
from ci_emulator.operations.records import Grant

#: Whom the account that owns the bucket lets do everything.
OURS = {"root", "user+allow", "temporary+allow", "user+allow-temporary+allow", "unchecked"}
#: Who is denied whatever else is said: by the user's own policy, or since the temporary key's does not allow it.
BARRED = {
    "user+deny",
    "temporary+unrelated",
    "temporary+deny",
    "user+allow-temporary+unrelated",
    "strangers-user+deny",
    "strangers-user+allow-temporary+unrelated",
}
EVERYBODY = set(WHO) - BARRED
SIGNED = EVERYBODY - {"anonymous"}
#: Whom a statement about the other account itself is about: its own keys, not those of its users.
ITSELF = {"stranger", "strangers-temporary"}
#: Whom it reaches what is granted to the other account: itself, and those of its users that it lets do so.
GUEST = ITSELF | {"strangers-user+allow", "strangers-user+allow-temporary+allow"}
#: Whom a grant to the owner's sub-user reaches beside those whom the account lets in.
COLLEAGUE = {"user", "users-temporary"}

READ, WRITE = (
    {"GetObject", "HeadObject", "CopySource"},
    {"PutObject", "DeleteObject", "DeleteMultipleObjects"},
)
LIST = {"GetBucket", "GetBucket docs/"}
ACLS = {"GetObjectACL", "PutObjectACL", "GetBucketACL", "PutBucketACL"}
CONFIGURE = {"PutBucketPolicy", "PutBucketVersioning", "DeleteBucket", "CreateQRcodeGenerateJob"}
#: What is about no bucket that there is; nothing that is set on one counts.
ELSEWHERE = {"GetService", "PutBucket"}
ON_BUCKET = set(WHAT) - ELSEWHERE


def granted(*permissions, to=f"{OTHER}/{OTHER}"):
    return [Grant(to, permission) for permission in permissions]


def allows(*actions, to=ANYONE, resource="*", **more):
    return policy(statement("allow", list(actions), resource, to, **more))


def denies(*actions, to=ANYONE, resource="*", **more):
    return policy(statement("deny", list(actions), resource, to, **more))


OFFICE = {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}
ABROAD = {"ip_not_equal": {"qcs:ip": ["10.0.0.0/8"]}}
FOLDER = f"qcs::cos:ap-guangzhou:uid/{OWNER}:{BUCKET}/docs/*"
ELSE = f"qcs::cos:ap-guangzhou:uid/{OWNER}:{BUCKET}/other/*"

#: state -> [(what, who may)]; what a row does not name is for those alone whom the account lets do everything.
TABLE = {
    "private": (State(), []),
    "public-read": (State("public-read"), [(READ | LIST, EVERYBODY)]),
    "public-read-write": (State("public-read-write"), [(READ | LIST | WRITE, EVERYBODY)]),
    "authenticated-read": (State("authenticated-read"), [(READ | LIST, SIGNED)]),
    "public object": (State(object_acl="public-read"), [(READ, EVERYBODY)]),
    "authenticated object": (
        State("public-read", object_acl="authenticated-read"),
        [(READ, SIGNED), (LIST, EVERYBODY)],
    ),
    "private object": (State("public-read-write", object_acl="private"), [(LIST | WRITE, EVERYBODY)]),
    "granted READ": (State(grants=granted("READ")), [(READ | LIST, OURS | GUEST)]),
    "granted WRITE": (State(grants=granted("WRITE")), [(WRITE, OURS | GUEST)]),
    "granted READ_ACP": (
        State(grants=granted("READ_ACP")),
        [({"GetBucketACL", "GetObjectACL"}, OURS | GUEST)],
    ),
    "granted WRITE_ACP": (
        State(grants=granted("WRITE_ACP")),
        [({"PutBucketACL", "PutObjectACL"}, OURS | GUEST)],
    ),
    "granted FULL_CONTROL": (
        State(grants=granted("FULL_CONTROL")),
        [(READ | LIST | WRITE | ACLS, OURS | GUEST)],
    ),
    "granted READ on the object": (
        State(object_acl="private", object_grants=granted("READ")),
        [(READ, OURS | GUEST)],
    ),
    "granted FULL_CONTROL on the object": (
        State(object_acl="private", object_grants=granted("FULL_CONTROL")),
        [(READ | {"GetObjectACL", "PutObjectACL"}, OURS | GUEST)],
    ),
    "granted READ on the bucket of a private object": (
        State(grants=granted("READ"), object_acl="private"),
        [(LIST, OURS | GUEST)],
    ),
    "granted READ to a sub-user": (
        State(grants=granted("READ", to=f"{OWNER}/7")),
        [(READ | LIST, OURS | COLLEAGUE)],
    ),
    "granted FULL_CONTROL to everybody": (
        State(grants=granted("FULL_CONTROL", to="AllUsers")),
        [(READ | LIST | WRITE | ACLS, EVERYBODY)],
    ),
    "granted READ_ACP to all accounts": (
        State(grants=granted("READ_ACP", to="AuthenticatedUsers")),
        [({"GetBucketACL", "GetObjectACL"}, SIGNED)],
    ),
    "policy lets everybody read": (
        State(policy=allows("cos:GetObject", "cos:HeadObject")),
        [(READ, EVERYBODY)],
    ),
    "policy lets everybody do everything": (State(policy=allows("*")), [(ON_BUCKET, EVERYBODY)]),
    "policy lets the other account do everything": (
        State(policy=allows("*", to=STRANGER)),
        [(ON_BUCKET, OURS | GUEST)],
    ),
    "policy lets every user of the other account": (
        State(policy=allows("*", to=f"qcs::cam::uin/{OTHER}:uin/*")),
        [(ON_BUCKET, OURS | GUEST | {"strangers-user"})],
    ),
    "policy lets a sub-user write": (
        State(policy=allows("cos:PutObject", to=USER)),
        [({"PutObject"}, OURS | COLLEAGUE)],
    ),
    "policy lets everybody list the folder": (
        State(policy=allows("cos:GetBucket", resource=FOLDER)),
        [({"GetBucket docs/"}, EVERYBODY)],
    ),
    "policy about another folder": (State(policy=allows("*", resource=ELSE)), []),
    "policy for the office": (
        State(policy=allows("cos:GetObject", "cos:HeadObject", condition=OFFICE)),
        [],
    ),
    "policy denies everybody": (
        State("public-read-write", policy=denies("*")),
        [(ON_BUCKET, {"unchecked"}), ({"PutBucketPolicy"}, {"root", "temporary+allow", "unchecked"})],
    ),
    "policy denies the other account": (
        State("public-read", policy=denies("*", to=STRANGER)),
        [(READ | LIST, EVERYBODY - ITSELF)],
    ),
    "policy denies the other account what it was granted": (
        State(
            grants=granted("FULL_CONTROL"), policy=denies("cos:PutObject", "cos:DeleteObject", to=STRANGER)
        ),
        [(READ | LIST | ACLS | {"DeleteMultipleObjects"}, OURS | GUEST)],
    ),
    "policy denies a user of the other account what the account was granted": (
        State(grants=granted("READ"), policy=denies("cos:GetObject", to=f"qcs::cam::uin/{OTHER}:uin/8")),
        [
            (READ | LIST, OURS | GUEST),
            ({"GetObject", "CopySource"}, OURS | ITSELF),
        ],
    ),
    "policy lets the other account read one folder": (
        State(policy=allows("cos:GetObject", "cos:GetBucket", to=STRANGER, resource=FOLDER)),
        [({"GetObject", "CopySource", "GetBucket docs/"}, OURS | GUEST)],
    ),
    "policy denies a sub-user": (
        State(policy=denies("*", to=USER)),
        [(ON_BUCKET, OURS - {"user+allow", "user+allow-temporary+allow"})],
    ),
    "policy denies the root": (
        State(policy=denies("*", to=ROOT)),
        [
            (ON_BUCKET, OURS - {"root", "temporary+allow"}),
            ({"PutBucketPolicy"}, OURS),
        ],
    ),
    "policy denies writing from abroad": (
        State("public-read-write", policy=denies("cos:PutObject", condition=ABROAD)),
        [(READ | LIST | WRITE, EVERYBODY), ({"PutObject"}, {"unchecked"})],
    ),
    "policy allows and denies": (
        State(
            policy=policy(statement(principal=STRANGER), statement("deny", "cos:GetObject", principal=ANYONE))
        ),
        [
            (ON_BUCKET, OURS | GUEST),
            ({"GetObject", "CopySource"}, {"unchecked"}),
        ],
    ),
}


def expected(rows, what):
    """Return who may do something; the last row that names it counts."""
    return next((who for actions, who in reversed(rows) if what in actions), OURS)


@pytest.mark.parametrize("what", sorted(ON_BUCKET))
@pytest.mark.parametrize("name", TABLE)
def test_who_may(name, what):
    state, rows = TABLE[name]
    assert {who for who in WHO if may(who, what, state)} == expected(rows, what)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_set_on_a_bucket_counts_nowhere_else(name):
    state, _ = TABLE[name]
    # Every account may ask for the list of its own buckets, and makes buckets of its own name only.
    assert {who for who in WHO if may(who, "GetService", state)} == OURS | GUEST
    assert {who for who in WHO if may(who, "PutBucket", state)} == OURS


@pytest.mark.parametrize(("peer", "lets"), [("10.1.2.3", EVERYBODY), ("192.0.2.1", OURS), ("", OURS)])
def test_a_condition_on_the_address(peer, lets):
    state, _ = TABLE["policy for the office"]
    for what in READ:
        assert {who for who in WHO if may(who, what, state, peer)} == lets


@pytest.mark.parametrize(("peer", "lets"), [("10.1.2.3", EVERYBODY), ("192.0.2.1", {"unchecked"})])
def test_a_condition_on_the_address_that_denies(peer, lets):
    state, _ = TABLE["policy denies writing from abroad"]
    assert {who for who in WHO if may(who, "PutObject", state, peer)} == lets


def test_a_user_of_another_account_may_no_more_than_the_user_is_allowed():
    user = Principal(OTHER, "p", user="8", policy=policy(statement(action="cos:GetObject")))
    for name in ("granted FULL_CONTROL", "policy lets the other account do everything"):
        state, _ = TABLE[name]
        assert {what for what in ON_BUCKET if may(user, what, state)} == {"GetObject", "CopySource"}
    elsewhere = policy(statement(action="*", resource=f"qcs::cos::uid/{OWNER}:other-{OWNER}/*"))
    for text in (None, elsewhere):
        stranger = Principal(OTHER, "q", user="8", policy=text)
        assert not any(may(stranger, what, state) for what in ON_BUCKET)


@pytest.mark.parametrize(
    ("resource", "what", "lets"),
    [
        (f"qcs::cos::uid/{OWNER}:*", "GetService", True),
        (f"qcs::cos::uid/{OTHER}:*", "GetService", False),
        (f"qcs::cos:{REGION}:uid/{OWNER}:fresh-{OWNER}/*", "PutBucket", True),
        (f"qcs::cos:{REGION}:uid/{OWNER}:fresh-{OWNER}", "PutBucket", True),
        (f"qcs::cos:ap-beijing:uid/{OWNER}:fresh-{OWNER}/*", "PutBucket", False),
        (f"qcs::cos:{REGION}:uid/{OTHER}:fresh-{OWNER}/*", "PutBucket", False),
    ],
)
def test_what_a_user_may_who_is_allowed_a_resource_that_is_no_bucket_yet(resource, what, lets):
    user = Principal(OWNER, "r", user="7", policy=policy(statement(resource=resource)))
    # The host names no region, so a bucket is made in that of the settings.
    assert may(user, what, State()) is lets


def test_several_objects_are_deleted_key_by_key():
    keys = [KEY, "docs/b.txt", "other/a.txt", "a.txt"]
    folder = State(policy=allows("cos:DeleteMultipleObjects", resource=FOLDER))
    shared = State("public-read-write", policy=denies("cos:DeleteMultipleObjects", resource=ELSE))
    for who in WHO:
        assert deleted(who, keys, State()) == (keys if who in OURS else [])
        lets = keys if who in OURS else keys[:2] if who in EVERYBODY else []
        assert deleted(who, keys, folder) == lets
        spares = [key for key in keys if not key.startswith("other/")] if who in EVERYBODY else []
        assert deleted(who, keys, shared) == (keys if who == "unchecked" else spares)


def test_the_table_names_what_can_be_asked():
    assert READ | WRITE | LIST | ACLS | CONFIGURE == ON_BUCKET
    named = {what for _, rows in TABLE.values() for actions, _ in rows for what in actions}
    assert named == ON_BUCKET

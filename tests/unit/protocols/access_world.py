"""A world for access decisions: who there is, what can be asked, and the state of one bucket with one object.

Only what decides is real: the declarations of the actions, `access.authorise` and what it asks.
"""

import json
from types import SimpleNamespace
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import ci_emulator.protocols.cos.dialect  # noqa: F401 - declares the actions
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Place, Principal
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.operations.records import Attributes, BucketRecord, ObjectRecord
from ci_emulator.protocols.cos import access, copy_source
from ci_emulator.protocols.cos.select import select
from ci_emulator.protocols.error_model import ApiError

OWNER, OTHER = "1250000000", "1260000000"
BUCKET, MINE = f"asked-{OWNER}", f"mine-{OTHER}"
KEY = "docs/a.txt"
REGION = "ap-guangzhou"


def statement(effect="allow", action="*", resource="*", principal=None, condition=None):
    """Return a statement; one without a principal is for the policy of somebody."""
    found = {"effect": effect, "action": action, "resource": resource}
    if principal is not None:
        found["principal"] = {"qcs": [principal]}
    if condition is not None:
        found["condition"] = condition
    return found


def policy(*statements):
    """Return the text of a policy."""
    return json.dumps({"version": "2.0", "statement": list(statements)})


ALLOW, DENY = policy(statement()), policy(statement(), statement("deny"))
#: Allows something, and says nothing of what is asked here.
UNRELATED = policy(statement(action="cos:GetBucketTagging"))

ROOT, STRANGER, ANYONE = (
    f"qcs::cam::uin/{OWNER}:uin/{OWNER}",
    f"qcs::cam::uin/{OTHER}:uin/{OTHER}",
    "qcs::cam::anyone:anyone",
)
USER = f"qcs::cam::uin/{OWNER}:uin/7"

WHO = {
    "root": Principal(OWNER, "a"),
    "user": Principal(OWNER, "b", user="7"),
    "user+allow": Principal(OWNER, "c", user="7", policy=ALLOW),
    "user+deny": Principal(OWNER, "d", user="7", policy=DENY),
    "stranger": Principal(OTHER, "e"),
    "strangers-user": Principal(OTHER, "f", user="8"),
    "strangers-user+allow": Principal(OTHER, "g", user="8", policy=ALLOW),
    "strangers-user+deny": Principal(OTHER, "p", user="8", policy=DENY),
    "strangers-user+allow-temporary+allow": Principal(
        OTHER, "q", user="8", policy=ALLOW, session=ALLOW, temporary=True
    ),
    "strangers-user+allow-temporary+unrelated": Principal(
        OTHER, "r", user="8", policy=ALLOW, session=UNRELATED, temporary=True
    ),
    "anonymous": Principal(None),
    "temporary+allow": Principal(OWNER, "h", session=ALLOW, temporary=True),
    "temporary+unrelated": Principal(OWNER, "i", session=UNRELATED, temporary=True),
    "temporary+deny": Principal(OWNER, "j", session=DENY, temporary=True),
    "users-temporary": Principal(OWNER, "k", user="7", session=ALLOW, temporary=True),
    "user+allow-temporary+allow": Principal(
        OWNER, "l", user="7", policy=ALLOW, session=ALLOW, temporary=True
    ),
    "user+allow-temporary+unrelated": Principal(
        OWNER, "m", user="7", policy=ALLOW, session=UNRELATED, temporary=True
    ),
    "strangers-temporary": Principal(OTHER, "n", session=ALLOW, temporary=True),
    "unchecked": Principal(None, "o", unchecked=True),
}

#: Method, bucket, key, query and headers of what is asked, by the name of its action.
WHAT = {
    "GetObject": ("GET", BUCKET, KEY, "", {}),
    "HeadObject": ("HEAD", BUCKET, KEY, "", {}),
    "PutObject": ("PUT", BUCKET, KEY, "", {}),
    "DeleteObject": ("DELETE", BUCKET, KEY, "", {}),
    "GetObjectACL": ("GET", BUCKET, KEY, "acl", {}),
    "PutObjectACL": ("PUT", BUCKET, KEY, "acl", {}),
    "GetBucket": ("GET", BUCKET, None, "", {}),
    "GetBucket docs/": ("GET", BUCKET, None, "prefix=docs/", {}),
    "GetBucketACL": ("GET", BUCKET, None, "acl", {}),
    "PutBucketACL": ("PUT", BUCKET, None, "acl", {}),
    "PutBucketPolicy": ("PUT", BUCKET, None, "policy", {}),
    "PutBucketVersioning": ("PUT", BUCKET, None, "versioning", {}),
    "DeleteBucket": ("DELETE", BUCKET, None, "", {}),
    "GetService": ("GET", None, None, "", {}),
    "PutBucket": ("PUT", f"fresh-{OWNER}", None, "", {}),
    "CreateQRcodeGenerateJob": ("GET", BUCKET, None, "ci-process=qrcode-generate", {}),
    "CopySource": (
        "PUT",
        MINE,
        "copy",
        "",
        {copy_source.HEADER: f"{BUCKET}.cos.{REGION}.myqcloud.com/{KEY}"},
    ),
    "DeleteMultipleObjects": ("POST", BUCKET, None, "delete", {}),
}


class Reached(Exception):
    """The bytes of an object would be read now."""


class State(SimpleNamespace):
    """What is set on the bucket and on its object: `acl`, `grants`, `object_acl`, `object_grants`, `policy` (text)."""

    def __init__(self, acl="private", grants=(), object_acl="default", object_grants=(), policy=None):
        super().__init__(
            acl=acl,
            grants=tuple(grants),
            object_acl=object_acl,
            object_grants=tuple(object_grants),
            policy=policy,
        )


def services(state):
    """Return services that know the bucket of a state, and another of the other account that all may write to."""
    bucket = BucketRecord(
        name=BUCKET,
        owner=OWNER,
        region=REGION,
        created=0,
        acl=state.acl,
        grants=state.grants,
        configurations={} if state.policy is None else {"policy": state.policy},
    )
    mine = BucketRecord(name=MINE, owner=OTHER, region=REGION, created=0, acl="public-read-write")
    attributes = Attributes(acl=state.object_acl, grants=state.object_grants)
    record = ObjectRecord(key=KEY, order=1, modified=0, attributes=attributes)

    async def find_bucket(name):
        found = {BUCKET: bucket, MINE: mine}.get(name)
        if found is None:
            raise Refusal(Kind.BUCKET_MISSING)
        return found

    async def find_object(name, key, version=None):
        if (name, key) != (BUCKET, KEY) or version is not None:
            raise Refusal(Kind.KEY_MISSING)
        return record

    async def delete_all(name, deletable):
        return [None for _ in deletable]

    async def open_object(*arguments):
        raise Reached

    return SimpleNamespace(
        buckets=SimpleNamespace(find=find_bucket),
        objects=SimpleNamespace(find=find_object, delete_all=delete_all, open=open_object),
        clock=SimpleNamespace(now=lambda: 0.0),
        config=SimpleNamespace(region=REGION),
    )


class Sent:
    """A body that was sent."""

    chunked = False

    def __init__(self, content=b""):
        self._content = content
        self.length = len(content)

    async def read(self, limit):
        return self._content


def call_of(who, what, peer="192.0.2.1", body=b""):
    """Return what reaches the decision when somebody (a name, or a Principal) asks for something."""
    method, bucket, key, query, headers = WHAT[what]
    principal = WHO[who] if isinstance(who, str) else who
    target = Target(method, Form.ORIGIN, "h", parse_host("h"), f"/{key or ''}", query, headers)
    assert dict(parse_qsl(query, keep_blank_values=True)) == dict(target.query)
    call = Call(target, Sent(body), peer, 1.7e9, place=Place("cos", "cos", bucket, key), principal=principal)
    call.action = select(call)
    return call


def may(who, what, state, peer="192.0.2.1"):
    """Whether somebody may do something in a state of the bucket."""
    if what == "DeleteMultipleObjects":
        return deleted(who, [KEY], state, peer) == [KEY]
    call, world = call_of(who, what, peer), services(state)
    try:
        finish(access.authorise(call, world))
        if what == "CopySource":
            finish(copied(call, world))
    except ApiError as error:
        if error.code != "AccessDenied":
            raise
        return False
    return True


async def copied(call, world):
    """Ask for the source of a copy, and for nothing of what is in it."""
    source = copy_source.parse(call.target.headers[copy_source.HEADER])
    try:
        async with copy_source.reading(call, world, source, copy_source.whole):
            raise AssertionError("nothing can be read")
    except Reached:
        return


def deleted(who, keys, state, peer="192.0.2.1"):
    """Return which of the keys somebody may delete in one request for all of them."""
    entries = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    call = call_of(who, "DeleteMultipleObjects", peer, f"<Delete>{entries}</Delete>".encode())
    world = services(state)
    finish(access.authorise(call, world))
    root = ET.fromstring(finish(call.action.run(call, world)).body)
    refused = {entry.findtext("Key"): entry.findtext("Code") for entry in root.iterfind("Error")}
    assert set(refused.values()) <= {"AccessDenied"}
    found = [entry.findtext("Key") for entry in root.iterfind("Deleted")]
    assert sorted([*found, *refused]) == sorted(keys)
    return found


def finish(coroutine):
    """Run a coroutine that waits for nothing, though it may let others have their turn; return what it returns."""
    while True:
        try:
            assert coroutine.send(None) is None, "it waits for something"
        except StopIteration as stop:
            return stop.value

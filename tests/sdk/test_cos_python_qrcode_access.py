"""Who may ask for the codes of a picture: both permissions, by every kind of policy (spec: ci.md section 2)."""

import json

import pytest
from drawn_pictures import TEXT, saved, scene
from recognised_codes import recognise, texts
from sdk_clients import APPID, PUBLISHED_KEY, REGION, STRANGER, cos_client, error_of, refused
from signed_requests import send
from sts_clients import pair_of, sts_of

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

BUCKET = f"private-{APPID}"
PUBLIC = f"public-{APPID}"
KEY = "dir/picture.png"
READ, DETECT = "cos:GetObject", "ci:CreateDetectQRcodeJob"

#: Actions that a policy allows -> whether the codes may be asked for.
ALLOWED = {
    "both": ([READ, DETECT], True),
    "with-the-prefix-of-names": ([f"name/{READ}", f"name/{DETECT}"], True),
    "by-wildcards": (["cos:Get*", "ci:*"], True),
    "everything": (["*"], True),
    "reading-alone": ([READ], False),
    "all-of-cos": (["cos:*"], False),
    "detecting-alone": ([DETECT], False),
    "all-of-ci": (["ci:*"], False),
    "another-job": ([READ, "ci:CreateQRcodeGenerateJob"], False),
}


def policy(actions, resource="*", effect="allow"):
    return {"version": "2.0", "statement": [{"effect": effect, "action": actions, "resource": resource}]}


def sub_user(name, number, text):
    return KeyPair(
        secret_id=f"AKID{name}",
        secret_key=f"{name}-secret",
        appid=APPID,
        user=str(number),
        policy=json.dumps(text),
    )


USERS = {name: sub_user(name, 100 + at, policy(ALLOWED[name][0])) for at, name in enumerate(ALLOWED)}
GUEST = KeyPair(secret_id="AKIDguest", secret_key="guest-secret", appid=APPID, user="200")
BARRED = sub_user(
    "barred",
    201,
    {
        "version": "2.0",
        "statement": policy(["*"])["statement"] + policy([DETECT], effect="deny")["statement"],
    },
)


@pytest.fixture(scope="module")
def server():
    keys = (PUBLISHED_KEY, STRANGER, GUEST, BARRED, *USERS.values())
    with Emulator(credentials=keys, region=REGION) as running:
        owner = cos_client(running)
        owner.create_bucket(Bucket=BUCKET)
        owner.create_bucket(Bucket=PUBLIC, ACL="public-read-write")
        for bucket in (BUCKET, PUBLIC):
            owner.put_object(Bucket=bucket, Key=KEY, Body=saved(scene()))
        owner._session.close()
        yield running


@pytest.fixture
def owner(server, make_cos):
    return make_cos(at=server)


@pytest.fixture
def set_policy(owner):
    """Sets the policy of the private bucket for the test."""

    def set_(principal, actions, resource, effect="allow"):
        statement = {
            "Principal": {"qcs": [principal]},
            "Effect": effect,
            "Action": actions,
            "Resource": resource,
        }
        owner.put_bucket_policy(Bucket=BUCKET, Policy={"version": "2.0", "Statement": [statement]})

    yield set_
    owner.delete_bucket_policy(Bucket=BUCKET)


def check(client, *, allowed, bucket=BUCKET, key=KEY):
    if allowed:
        assert texts(recognise(client, bucket, key)) == [TEXT]
        return
    with refused("AccessDenied", 403):
        recognise(client, bucket, key)


@pytest.mark.parametrize("name", USERS)
def test_a_user_with_a_policy(server, make_cos, name):
    client = make_cos(USERS[name], at=server)
    check(client, allowed=ALLOWED[name][1])
    # Without ci-process the picture needs the one permission that it always needs.
    if ALLOWED[name][0] == [READ]:
        assert client.get_object(Bucket=BUCKET, Key=KEY)["Body"].get_raw_stream().read()


def test_a_user_who_is_denied_the_job(server, make_cos):
    check(make_cos(BARRED, at=server), allowed=False)
    check(make_cos(BARRED, at=server), allowed=False, bucket=PUBLIC)


@pytest.mark.parametrize("name", ALLOWED)
def test_a_temporary_key(server, make_cos, name):
    actions, allowed = ALLOWED[name]
    issued = pair_of(sts_of(server, policy=policy(actions)).get_credential())
    check(make_cos(issued, at=server), allowed=allowed)


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [
        ([f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/dir/*"], True),
        (
            [
                f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/dir/*",
                f"qcs::ci:{REGION}:uid/{APPID}:bucket/{BUCKET}/*",
            ],
            True,
        ),
        ([f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/elsewhere/*"], False),
        ([f"qcs::ci:{REGION}:uid/{APPID}:bucket/{PUBLIC}/*"], False),
    ],
)
def test_a_temporary_key_for_a_folder(server, make_cos, resources, allowed):
    issued = pair_of(sts_of(server, policy=policy([READ, DETECT], resources)).get_credential())
    check(make_cos(issued, at=server), allowed=allowed)


PRINCIPALS = {
    "anyone": "qcs::cam::anyone:anyone",
    "account": f"qcs::cam::uin/{STRANGER.appid}:uin/{STRANGER.appid}",
}
#: How a bucket's policy may name the picture for the job; reading it is named as always.
RESOURCES = {
    "cos": (f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/dir/*", True),
    "cos-anywhere": ("qcs::cos:*:uid/*:*", True),
    "ci": (f"qcs::ci:{REGION}:uid/{APPID}:bucket/{BUCKET}/*", True),
    "ci-without-the-word-bucket": (f"qcs::ci:{REGION}:uid/{APPID}:{BUCKET}/{KEY}", True),
    "ci-another-bucket": (f"qcs::ci:{REGION}:uid/{APPID}:bucket/{PUBLIC}/*", False),
    "ci-another-folder": (f"qcs::ci:{REGION}:uid/{APPID}:bucket/{BUCKET}/elsewhere/*", False),
    "ci-another-region": (f"qcs::ci:ap-tokyo:uid/{APPID}:bucket/{BUCKET}/*", False),
}


@pytest.mark.parametrize("who", PRINCIPALS)
@pytest.mark.parametrize("name", RESOURCES)
def test_a_policy_of_the_bucket(server, owner, make_cos, name, who):
    resource, allowed = RESOURCES[name]
    principal = {"qcs": [PRINCIPALS[who]]}
    statements = [
        {
            "Principal": principal,
            "Effect": "allow",
            "Action": [f"name/{READ}"],
            "Resource": [RESOURCES["cos"][0]],
        },
        {"Principal": principal, "Effect": "allow", "Action": [f"name/{DETECT}"], "Resource": [resource]},
    ]
    owner.put_bucket_policy(Bucket=BUCKET, Policy={"version": "2.0", "Statement": statements})
    check(make_cos(STRANGER, at=server), allowed=allowed)
    owner.delete_bucket_policy(Bucket=BUCKET)
    check(make_cos(STRANGER, at=server), allowed=False)


@pytest.mark.parametrize("actions", [[READ], [DETECT], ["cos:*"], ["ci:*"]])
def test_a_policy_of_the_bucket_with_half_of_it(server, make_cos, set_policy, actions):
    set_policy(PRINCIPALS["account"], actions, ["*"])
    check(make_cos(STRANGER, at=server), allowed=False)


@pytest.mark.parametrize("action", [READ, DETECT, "ci:*"])
def test_a_policy_of_the_bucket_that_denies_binds_its_owner_too(owner, set_policy, action):
    check(owner, allowed=True)
    set_policy(PRINCIPALS["anyone"], [action], [f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/*"], "deny")
    check(owner, allowed=False)


def test_a_policy_of_the_bucket_for_a_sub_user(server, make_cos, set_policy):
    check(make_cos(GUEST, at=server), allowed=False)
    set_policy(f"qcs::cam::uin/{APPID}:uin/200", [READ, DETECT], ["*"])
    check(make_cos(GUEST, at=server), allowed=True)


def test_a_public_object(server, make_cos):
    check(make_cos(STRANGER, at=server), allowed=True, bucket=PUBLIC)
    check(make_cos(GUEST, at=server), allowed=True, bucket=PUBLIC)
    assert send(server, "GET", PUBLIC, KEY, None).status_code == 200
    with refused("AccessDenied", 403):
        recognise(make_cos(at=server, anonymous=True), PUBLIC, KEY)


@pytest.mark.parametrize("target", [KEY, "no-such-key"])
def test_nobody_asks_unsigned(server, set_policy, target):
    set_policy(PRINCIPALS["anyone"], ["*"], ["*"])
    for bucket in (BUCKET, PUBLIC):
        answer = send(server, "GET", bucket, f"{target}?ci-process=QRcode", None)
        assert error_of(answer)[:2] == (403, "AccessDenied")


def test_no_bucket_is_told_to_everybody(server, make_cos):
    missing = f"no-such-bucket-{APPID}"
    for client in (make_cos(STRANGER, at=server), make_cos(at=server, anonymous=True)):
        with refused("NoSuchBucket", 404):
            recognise(client, missing, KEY)


def test_strangers_do_not_learn_which_objects_there_are(server, make_cos):
    check(make_cos(STRANGER, at=server), allowed=False, key="no-such-key")


@pytest.mark.parametrize("denied", [READ, DETECT])
def test_both_permissions_count_for_what_a_link_leads_to(server, owner, make_cos, set_policy, denied):
    owner.put_symlink(Bucket=BUCKET, SymlinkName="link", SymlinkTarget=KEY)
    for client in (owner, make_cos(USERS["both"], at=server)):
        check(client, allowed=True, key="link")
    set_policy(PRINCIPALS["anyone"], [denied], [f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/{KEY}"], "deny")
    for client in (owner, make_cos(USERS["both"], at=server)):
        check(client, allowed=False, key="link")


def test_wrong_keys(server, make_cos):
    wrong = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)
    with refused("SignatureDoesNotMatch", 403):
        recognise(make_cos(wrong, at=server), BUCKET, KEY)
    unknown = KeyPair(secret_id="AKIDnobody", secret_key="x", appid=APPID)
    with refused("InvalidAccessKeyId", 403):
        recognise(make_cos(unknown, at=server), BUCKET, KEY)

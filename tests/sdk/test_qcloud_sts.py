"""qcloud-python-sts-sdk, unmodified, asks for keys; cos-python-sdk-v5 uses them."""

import time
from collections.abc import Callable

import pytest
from qcloud_cos import CosS3Client
from sdk_clients import APPID, PUBLISHED_KEY, REGION, STRANGER, body_of, refused, through_proxy
from sts.sts import Scope, Sts
from sts_clients import SECONDS, pair_of, resource_of, statement, sts_of

from ci_emulator.config import KeyPair
from ci_emulator.core.clock import FixedClock
from ci_emulator.testing import Emulator

UPLOAD = ["name/cos:PutObject", "name/cos:GetObject"]
MakeCos = Callable[..., CosS3Client]


def uploader(emulator: Emulator, bucket: str) -> KeyPair:
    sts = sts_of(emulator, bucket=bucket, allow_prefix=["in/*"], allow_actions=UPLOAD)
    return pair_of(sts.get_credential())


def test_what_the_answer_holds(emulator: Emulator, bucket: str) -> None:
    before = int(time.time())
    answer = sts_of(emulator, policy=statement(UPLOAD, "*")).get_credential()
    assert before <= answer["startTime"] <= time.time()
    assert answer["expiredTime"] == answer["startTime"] + SECONDS
    assert answer["expiration"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(answer["expiredTime"]))
    key = pair_of(answer)
    assert key.secret_id.startswith("AKID")
    assert len(key.token) <= 4096
    assert key.token.replace("-", "").replace("_", "").isalnum()


def may_do_what_is_allowed_and_nothing_else(client: CosS3Client, owner: CosS3Client, bucket: str) -> None:
    """Allowed is `UPLOAD` below `in/`."""
    owner.put_object(Bucket=bucket, Key="out/a", Body=b"out")
    client.put_object(Bucket=bucket, Key="in/a", Body=b"in")
    assert body_of(client.get_object(Bucket=bucket, Key="in/a")) == b"in"
    with refused("AccessDenied", 403):
        client.put_object(Bucket=bucket, Key="out/b", Body=b"")
    with refused("AccessDenied", 403):
        client.get_object(Bucket=bucket, Key="out/a")
    with refused("AccessDenied", 403):
        client.delete_object(Bucket=bucket, Key="in/a")
    with refused("AccessDenied", 403):
        client.list_objects(Bucket=bucket)
    assert body_of(owner.get_object(Bucket=bucket, Key="in/a")) == b"in"


def test_actions_and_prefixes(emulator: Emulator, make_cos: MakeCos, cos: CosS3Client, bucket: str) -> None:
    may_do_what_is_allowed_and_nothing_else(make_cos(uploader(emulator, bucket)), cos, bucket)


def test_a_policy(emulator: Emulator, make_cos: MakeCos, cos: CosS3Client, bucket: str) -> None:
    policy = statement(UPLOAD, resource_of(bucket, "in/*"))
    key = pair_of(sts_of(emulator, policy=policy).get_credential())
    may_do_what_is_allowed_and_nothing_else(make_cos(key), cos, bucket)


def test_scopes(emulator: Emulator, make_cos: MakeCos, cos: CosS3Client, bucket: str) -> None:
    scopes = [Scope(action, bucket, REGION, "in/*") for action in UPLOAD]
    key = pair_of(sts_of(emulator, policy=Sts.get_policy(scopes)).get_credential())
    may_do_what_is_allowed_and_nothing_else(make_cos(key), cos, bucket)


def test_a_role(emulator: Emulator, make_cos: MakeCos, cos: CosS3Client, bucket: str) -> None:
    sts = sts_of(emulator, bucket=bucket, allow_prefix="in/*", allow_actions=UPLOAD)
    key = pair_of(sts.get_role_credential(f"qcs::cam::uin/{APPID}:roleName/uploader"))
    may_do_what_is_allowed_and_nothing_else(make_cos(key), cos, bucket)


def test_through_a_proxy_the_domain_stays_the_real_one(emulator: Emulator) -> None:
    sts = sts_of(
        emulator,
        url="http://sts.tencentcloudapi.com/",
        domain="sts.tencentcloudapi.com",
        proxy={"http": emulator.url},
        policy=statement(UPLOAD, "*"),
    )
    assert pair_of(sts.get_credential()).token


def test_a_presigned_url_carries_the_token(emulator: Emulator, make_cos: MakeCos, bucket: str) -> None:
    key = uploader(emulator, bucket)
    client = make_cos(key, "proxies")
    client.put_object(Bucket=bucket, Key="in/a", Body=b"in")
    parameters = {"x-cos-security-token": key.token}
    url = client.get_presigned_url(Bucket=bucket, Key="in/a", Method="GET", Params=parameters)
    assert through_proxy(emulator, "GET", url).content == b"in"
    without = client.get_presigned_url(Bucket=bucket, Key="in/a", Method="GET")
    assert through_proxy(emulator, "GET", without).status_code == 403


def test_a_key_without_its_token_or_with_that_of_another(
    emulator: Emulator, make_cos: MakeCos, bucket: str
) -> None:
    key = uploader(emulator, bucket)
    other = pair_of(sts_of(emulator, policy=statement(["*"], "*")).get_credential())
    assert other.token != key.token
    with refused("InvalidAccessKeyId", 403):
        make_cos(key, Token=None).put_object(Bucket=bucket, Key="in/a", Body=b"")
    for token in (other.token, key.token[:-1], "made-up"):
        with refused("AccessDenied", 403):
            make_cos(key, Token=token).put_object(Bucket=bucket, Key="in/a", Body=b"")
    with refused("SignatureDoesNotMatch", 403):
        make_cos(key, SecretKey="guessed").put_object(Bucket=bucket, Key="in/a", Body=b"")
    with refused("AccessDenied", 403):
        make_cos(PUBLISHED_KEY, Token=key.token).put_object(Bucket=bucket, Key="in/a", Body=b"")


def test_a_token_of_another_emulator(emulator: Emulator, make_cos: MakeCos, bucket: str) -> None:
    theirs = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="another", appid=APPID)
    with Emulator(credentials=(theirs,)) as elsewhere:
        key = pair_of(sts_of(elsewhere, theirs, policy=statement(["*"], "*")).get_credential())
    with refused("AccessDenied", 403):
        make_cos(key).put_object(Bucket=bucket, Key="in/a", Body=b"")


def test_a_key_outlives_a_restart(make_cos: MakeCos) -> None:
    name = f"restart-{APPID}"
    with Emulator() as first:
        key = pair_of(sts_of(first, policy=statement(["*"], "*")).get_credential())
        make_cos(at=first).create_bucket(Bucket=name)
        make_cos(key, at=first).put_object(Bucket=name, Key="a", Body=b"")
    with Emulator() as second:
        make_cos(at=second).create_bucket(Bucket=name)
        make_cos(key, at=second).put_object(Bucket=name, Key="a", Body=b"")


def test_a_key_that_has_run_out(make_cos: MakeCos) -> None:
    clock = FixedClock(time.time())
    name = f"expiry-{APPID}"
    with Emulator(clock=clock) as running:
        key = pair_of(sts_of(running, policy=statement(["*"], "*"), duration_seconds=60).get_credential())
        client = make_cos(key, at=running)
        make_cos(at=running).create_bucket(Bucket=name)
        client.put_object(Bucket=name, Key="a", Body=b"")
        clock.move(62)
        with refused("ExpiredToken", 400):
            client.put_object(Bucket=name, Key="a", Body=b"")
        make_cos(at=running).put_object(Bucket=name, Key="a", Body=b"")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"policy": {"statement": []}}, "InvalidParameter.StrategyInvalid"),
        ({"policy": ["none"]}, "InvalidParameter.StrategyFormatError"),
        ({"policy": statement(UPLOAD, "bucket/in/*")}, "InvalidParameter.ResouceError"),
        (
            {"policy": statement(UPLOAD, f"qcs::cos:{REGION}:uid/{STRANGER.appid}:b-{STRANGER.appid}/*")},
            "InvalidParameter.GrantOtherResource",
        ),
        ({"policy": statement(UPLOAD, "*"), "duration_seconds": 7201}, "InvalidParameter.OverTimeError"),
        ({"policy": statement(UPLOAD, "*"), "secret_key": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"policy": statement(UPLOAD, "*"), "secret_id": "AKIDnobody"}, "AuthFailure.SecretIdNotFound"),
        ({"policy": statement(UPLOAD, "*"), "region": "mars-north"}, "InvalidParameterValue"),
    ],
)
def test_refusals(emulator: Emulator, options: dict[str, object], code: str) -> None:
    with pytest.raises(Exception, match=f"'Code': '{code}'"):
        sts_of(emulator, **options).get_credential()


def test_the_role_of_another_account(emulator: Emulator) -> None:
    sts = sts_of(emulator, policy=statement(UPLOAD, "*"))
    with pytest.raises(Exception, match=r"'Code': 'ResourceNotFound\.RoleNotFound'"):
        sts.get_role_credential(f"qcs::cam::uin/{STRANGER.appid}:roleName/uploader")

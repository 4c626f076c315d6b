"""The product sts of tencentcloud-sdk-python: every signature and form, sub-users, roles, identities."""

import itertools
import json
from urllib.parse import quote

import pytest
from api3 import caller, send
from qcloud_cos import CosS3Client
from sdk_clients import (
    APPID,
    EXPIRED,
    PICTURES,
    PUBLISHED_KEY,
    REGION,
    SAMPLES,
    STRANGER,
    TEMPORARY,
    OcrSettings,
    api_refused,
    cos_client,
    ocr_client,
    qrcode_request,
    refused,
)
from sts_clients import (
    NOBODY,
    READER,
    federation,
    pair_in,
    resource_of,
    role,
    statement,
    sts_client,
)
from tencentcloud.ocr.v20181119.ocr_client import OcrClient
from tencentcloud.sts.v20180813 import models

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

EVERYTHING = statement(["*"], "*")
READ = statement(["name/cos:GetObject", "name/cos:HeadObject"], resource_of(SAMPLES, "*"))
VERSION = "2018-08-13"
QR = (PICTURES / "qr-url.png").read_bytes()


@pytest.fixture(scope="module")
def emulator():
    keys = (PUBLISHED_KEY, STRANGER, TEMPORARY, EXPIRED, READER, NOBODY)
    with Emulator(seed=[f"{SAMPLES}={PICTURES}"], credentials=keys, region=REGION) as running:
        yield running


def identity(emulator: Emulator, key: KeyPair) -> tuple[str, str, str, str, str]:
    found = sts_client(emulator, key).GetCallerIdentity(models.GetCallerIdentityRequest())
    return found.Type, found.AccountId, found.UserId, found.PrincipalId, found.Arn


def cos_of(emulator: Emulator, key: KeyPair) -> CosS3Client:
    return cos_client(emulator, key)


@pytest.mark.parametrize(
    ("sign", "method"),
    list(itertools.product(("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"), ("GET", "POST"))),
)
def test_every_signature_and_method(emulator: Emulator, sign: str, method: str) -> None:
    client = sts_client(emulator, settings=OcrSettings(sign=sign, method=method))
    tag = models.Tag()
    tag.Key, tag.Value = "project", "test"
    answers = [
        client.GetFederationToken(federation(EVERYTHING, DurationSeconds=60)),
        client.AssumeRole(role(DurationSeconds=60, Tags=[tag], ExternalId="ab", SourceIdentity="1")),
    ]
    for answer in answers:
        key = pair_in(answer)
        assert identity(emulator, key)[1] == APPID
        settings = OcrSettings(sign=sign, method=method)
        again = sts_client(emulator, key, settings).GetCallerIdentity(models.GetCallerIdentityRequest())
        assert again.AccountId == APPID


def test_the_host_of_the_product(emulator: Emulator) -> None:
    asked = caller(emulator, host="sts.tencentcloudapi.com", action="GetCallerIdentity", version=VERSION)
    assert send(emulator, asked.tc3()).response["AccountId"] == APPID
    assert send(emulator, asked.v1()).response["AccountId"] == APPID


@pytest.mark.parametrize(
    ("host", "action", "version", "code"),
    [
        ("sts.tencentcloudapi.com", "QrcodeOCR", VERSION, "InvalidAction"),
        ("ocr.tencentcloudapi.com", "GetCallerIdentity", "2018-11-19", "InvalidAction"),
        ("sts.tencentcloudapi.com", "GetCallerIdentity", "2018-11-19", "NoSuchVersion"),
        ("", "GetCallerIdentity", "2018-11-19", "NoSuchVersion"),
        ("", "GetSessionToken", VERSION, "InvalidAction"),
        ("cam.tencentcloudapi.com", "GetCallerIdentity", VERSION, "NoSuchProduct"),
    ],
)
def test_the_host_the_action_and_the_version_have_to_fit(
    emulator: Emulator, host: str, action: str, version: str, code: str
) -> None:
    asked = caller(emulator, host=host, action=action, version=version)
    assert send(emulator, asked.tc3()).code == code


def test_who_the_keys_belong_to(emulator: Emulator) -> None:
    assert identity(emulator, PUBLISHED_KEY) == (
        "CAMUser",
        APPID,
        APPID,
        APPID,
        f"qcs::cam:{APPID}:uin/{APPID}",
    )
    assert identity(emulator, NOBODY) == ("CAMUser", APPID, "43", "43", f"qcs::cam:{APPID}:uin/43")
    assert identity(emulator, TEMPORARY)[:4] == ("CAMUser", APPID, APPID, APPID)
    federated = pair_in(sts_client(emulator, READER).GetFederationToken(federation(READ, Name="alice")))
    assert identity(emulator, federated) == (
        "CAMUser",
        APPID,
        "42:alice",
        "42",
        f"qcs::sts:{APPID}:federated-user/42",
    )
    arn = f"qcs::cam::uin/{APPID}:role/4611686018427397919"
    assumed = pair_in(sts_client(emulator).AssumeRole(role(RoleArn=arn, RoleSessionName="bob")))
    assert identity(emulator, assumed) == (
        "CAMRole",
        APPID,
        "4611686018427397919:bob",
        APPID,
        f"qcs::sts:{APPID}:assumed-role/4611686018427397919",
    )


def test_a_role_by_name_has_an_id_that_stays(emulator: Emulator) -> None:
    ids = {identity(emulator, pair_in(sts_client(emulator).AssumeRole(role())))[2] for _ in range(2)}
    (user_id,) = ids
    assert user_id.partition(":")[0].isdigit()


class TestWhoMay:
    def test_a_user_without_the_permission(self, emulator: Emulator) -> None:
        with api_refused("AuthFailure.UnauthorizedOperation"):
            sts_client(emulator, NOBODY).GetFederationToken(federation(READ))
        with api_refused("AuthFailure.UnauthorizedOperation"):
            sts_client(emulator, NOBODY).AssumeRole(role())
        with api_refused("AuthFailure.UnauthorizedOperation"):
            ocr_client(OcrClient, emulator, NOBODY).QrcodeOCR(qrcode_request(QR))

    def test_a_user_may_assume_only_the_role_that_the_policy_names(self) -> None:
        arn = f"qcs::cam::uin/{APPID}:roleName/uploader"
        policy = json.dumps(statement(["name/sts:AssumeRole"], arn))
        user = KeyPair(secret_id="AKIDone", secret_key="s", appid=APPID, user="44", policy=policy)
        with Emulator(credentials=(user,)) as running:
            assert sts_client(running, user).AssumeRole(role(RoleArn=arn)).Credentials.Token
            assert sts_client(running, user).AssumeRole(role(RoleArn=quote(arn))).Credentials.Token
            with api_refused("AuthFailure.UnauthorizedOperation"):
                sts_client(running, user).AssumeRole(role(RoleArn=arn + "2"))

    def test_a_role_that_is_denied_is_so_however_it_is_written(self) -> None:
        arn = f"qcs::cam::uin/{APPID}:roleName/admin"
        denied = statement(["name/sts:AssumeRole"], arn, "deny")["statement"]
        policy = json.dumps({"version": "2.0", "statement": EVERYTHING["statement"] + denied})
        user = KeyPair(secret_id="AKIDone", secret_key="s", appid=APPID, user="44", policy=policy)
        with Emulator(credentials=(user,)) as running:
            for text in (arn, quote(arn), arn.replace("admin", "%61dmin")):
                with api_refused("AuthFailure.UnauthorizedOperation"):
                    sts_client(running, user).AssumeRole(role(RoleArn=text))

    def test_a_key_of_a_user_may_no_more_than_the_user(self, emulator: Emulator) -> None:
        key = pair_in(sts_client(emulator, READER).GetFederationToken(federation(EVERYTHING)))
        cos_of(emulator, key).get_object(Bucket=SAMPLES, Key="qr-url.png")
        with refused("AccessDenied", 403):
            cos_of(emulator, key).put_object(Bucket=SAMPLES, Key="new", Body=b"")

    def test_a_temporary_key_issues_no_other(self, emulator: Emulator) -> None:
        key = pair_in(sts_client(emulator).GetFederationToken(federation(EVERYTHING)))
        for temporary in (key, TEMPORARY):
            with api_refused("FailedOperation.TempKeyNotAllowed"):
                sts_client(emulator, temporary).GetFederationToken(federation(READ))
            with api_refused("FailedOperation.TempKeyNotAllowed"):
                sts_client(emulator, temporary).AssumeRole(role())

    def test_the_policy_of_a_key_bounds_qrcode_ocr_too(self, emulator: Emulator) -> None:
        reads = pair_in(sts_client(emulator).GetFederationToken(federation(READ)))
        with api_refused("AuthFailure.UnauthorizedOperation"):
            ocr_client(OcrClient, emulator, reads).QrcodeOCR(qrcode_request(QR))
        policy = statement(["name/ocr:QrcodeOCR"], "*")
        recognises = pair_in(sts_client(emulator).GetFederationToken(federation(policy)))
        assert ocr_client(OcrClient, emulator, recognises).QrcodeOCR(qrcode_request(QR)).CodeResults
        with refused("AccessDenied", 403):
            cos_of(emulator, recognises).get_object(Bucket=SAMPLES, Key="qr-url.png")

    def test_a_role_without_a_policy_is_the_account(self, emulator: Emulator) -> None:
        key = pair_in(sts_client(emulator).AssumeRole(role()))
        cos_of(emulator, key).get_object(Bucket=SAMPLES, Key="qr-url.png")

    @pytest.mark.parametrize("mode", ["any-secret", "off"])
    def test_where_keys_are_not_checked_anybody_gets_one_of_the_first_pair(self, mode: str) -> None:
        unknown = KeyPair(secret_id="AKIDnobody", secret_key="x", appid="1")
        with Emulator(auth=mode, credentials=(TEMPORARY, PUBLISHED_KEY)) as running:
            key = pair_in(sts_client(running, unknown).GetFederationToken(federation(READ)))
            assert identity(running, unknown)[1] == APPID
        with Emulator(credentials=(PUBLISHED_KEY,)) as strict:
            assert identity(strict, key)[1] == APPID

    def test_without_a_permanent_key_nobody_gets_one(self) -> None:
        unknown = KeyPair(secret_id="AKIDnobody", secret_key="x", appid="1")
        with Emulator(auth="off", credentials=(TEMPORARY,)) as running, api_refused("UnauthorizedOperation"):
            sts_client(running, unknown).GetFederationToken(federation(READ))


def test_how_long_a_key_may_hold(emulator: Emulator) -> None:
    def seconds(key: KeyPair, request: object) -> int:
        asked = "AssumeRole" if isinstance(request, models.AssumeRoleRequest) else "GetFederationToken"
        client = sts_client(emulator, key)
        answer = getattr(client, asked)(request)
        return answer.ExpiredTime - int(emulator.running.services.clock.now())

    assert seconds(PUBLISHED_KEY, federation(READ)) in (1799, 1800)
    assert seconds(PUBLISHED_KEY, role()) in (7199, 7200)
    for key, longest in ((PUBLISHED_KEY, 7200), (READER, 129_600)):
        assert seconds(key, federation(READ, DurationSeconds=longest)) in (longest - 1, longest)
        with api_refused("InvalidParameter.OverTimeError"):
            seconds(key, federation(READ, DurationSeconds=longest + 1))
    assert seconds(PUBLISHED_KEY, role(DurationSeconds=43_200)) in (43_199, 43_200)
    with api_refused("InvalidParameter.OverTimeError"):
        seconds(PUBLISHED_KEY, role(DurationSeconds=43_201))


@pytest.mark.parametrize(
    ("request_of", "fields", "code"),
    [
        (federation, {"policy": "{"}, "InvalidParameter.StrategyFormatError"),
        (federation, {"policy": ""}, "InvalidParameter.StrategyFormatError"),
        (federation, {"policy": "%ff%"}, "InvalidParameter.StrategyFormatError"),
        (federation, {"policy": "[" * 5000}, "InvalidParameter.StrategyFormatError"),
        (federation, {"policy": " " * 6145}, "InvalidParameter.PolicyTooLong"),
        (federation, {"policy": statement(["*"], "x")}, "InvalidParameter.ResouceError"),
        (federation, {"policy": statement(["x"], "*")}, "InvalidParameter.StrategyInvalid"),
        (federation, {"policy": {"statement": 1}}, "InvalidParameter.StrategyInvalid"),
        (
            federation,
            {"policy": {"version": "2.0", "principal": {"qcs": ["*"]}, "statement": []}},
            "InvalidParameter.StrategyInvalid",
        ),
        (
            federation,
            {"policy": statement(["*"], f"qcs::cos:{REGION}:uid/{STRANGER.appid}:*")},
            "InvalidParameter.GrantOtherResource",
        ),
        (federation, {"policy": READ, "Name": "a b"}, "InvalidParameter.ParamError"),
        (federation, {"policy": READ, "Name": "a" * 129}, "InvalidParameter.ParamError"),
        (federation, {"policy": READ, "Name": None}, "MissingParameter"),
        (federation, {"policy": READ, "DurationSeconds": 0}, "InvalidParameter"),
        (federation, {"policy": READ, "DurationSeconds": "900"}, "InvalidParameter"),
        (role, {"RoleArn": f"qcs::cam::uin/{STRANGER.appid}:roleName/x"}, "ResourceNotFound.RoleNotFound"),
        (role, {"RoleArn": "uploader"}, "InvalidParameter.ParamError"),
        (role, {"RoleArn": f"qcs::cam::uin/{APPID}:roleName/"}, "InvalidParameter.ParamError"),
        (role, {"RoleArn": None}, "MissingParameter"),
        (role, {"RoleSessionName": "x"}, "InvalidParameter.ParamError"),
        (role, {"RoleSessionName": "\u00e9\u00e9"}, "InvalidParameter.ParamError"),
        (role, {"ExternalId": "x"}, "InvalidParameter.ParamError"),
        (role, {"Policy": ""}, "InvalidParameter.StrategyFormatError"),
        (role, {"Policy": "%7B%7D"}, "InvalidParameter.StrategyInvalid"),
        (role, {"Tags": [{"Key": "a", "Value": "b"}] * 2}, "InvalidParameter.ParamError"),
        (role, {"Tags": [{"Key": "", "Value": "b"}]}, "InvalidParameter.ParamError"),
        (role, {"Tags": [{"Key": "a", "Value": "b" * 257}]}, "InvalidParameter.ParamError"),
        (role, {"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "InvalidParameter.ParamError"),
        (role, {"Tags": [{"Key": "a"}]}, "MissingParameter"),
        (role, {"Tags": "a"}, "InvalidParameter"),
    ],
)
def test_refusals(emulator: Emulator, request_of, fields: dict[str, object], code: str) -> None:
    request = request_of(**fields)
    asked = "AssumeRole" if request_of is role else "GetFederationToken"
    own = {name.removeprefix("_"): value for name, value in vars(request).items() if value is not None}
    call = caller(emulator, action=asked, version=VERSION)
    assert send(emulator, call.tc3(own)).code == code


def test_a_policy_that_a_token_cannot_hold(emulator: Emulator) -> None:
    noise = "".join(f"{number * number * 2654435761 % 2**32:08x}" for number in range(700))
    policy = json.dumps(statement(["*"], f"qcs::cos::uid/{APPID}:{noise}"))
    assert len(policy) <= 6144
    with api_refused("InvalidParameter.ExtendStrategyOverSize"):
        sts_client(emulator).GetFederationToken(federation(policy))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(READ),
        "  " + json.dumps(READ, indent=1),
        json.dumps(READ).replace(" ", "+").replace("{", "%7B").replace("}", "%7d"),
    ],
    ids=["plain", "indented", "plus"],
)
def test_ways_to_write_a_policy(emulator: Emulator, text: str) -> None:
    key = pair_in(sts_client(emulator).GetFederationToken(federation(text)))
    cos_of(emulator, key).get_object(Bucket=SAMPLES, Key="qr-url.png")
    with refused("AccessDenied", 403):
        cos_of(emulator, key).put_object(Bucket=SAMPLES, Key="new", Body=b"")


def test_what_a_broken_token_is_told(emulator: Emulator) -> None:
    key = pair_in(sts_client(emulator).GetFederationToken(federation(EVERYTHING)))
    for token in (key.token[:-1], "x"):
        wrong = KeyPair(secret_id=key.secret_id, secret_key=key.secret_key, appid=APPID, token=token)
        with api_refused("AuthFailure.TokenFailure"):
            identity(emulator, wrong)
    without = KeyPair(secret_id=key.secret_id, secret_key=key.secret_key, appid=APPID)
    with api_refused("AuthFailure.SecretIdNotFound"):
        identity(emulator, without)
    with api_refused("AuthFailure.TokenFailure"):
        identity(emulator, EXPIRED)

"""However a request is signed, the one who signed it may do the same: header, query, form, token, API 3.0."""

import json
import time

import pytest
from form_body import signed_fields
from sdk_clients import (
    APPID,
    PUBLISHED_KEY,
    REGION,
    STRANGER,
    OcrSettings,
    cos_client,
    error_of,
    ocr_client,
    qrcode_request,
)
from signed_requests import send
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119.ocr_client import OcrClient

from ci_emulator.auth import cos_q_sign, temporary
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

BUCKET = f"signed-{APPID}"
OPEN = f"open-{APPID}"


def policy(*effects, actions="*"):
    listed = [{"effect": effect, "action": actions, "resource": "*"} for effect in effects]
    return json.dumps({"version": "2.0", "statement": listed})


def sub_user(name, uin, text):
    return KeyPair(secret_id=f"AKID{name}", secret_key=f"{name}-secret", appid=APPID, user=uin, policy=text)


WRITER = sub_user("writer", "7", policy("allow", actions=["cos:PutObject", "cos:PostObject", "ocr:*"]))
READER = sub_user("reader", "8", policy("allow", actions="cos:GetObject"))
BARRED = sub_user("barred", "9", policy("allow", "deny"))
POWERLESS = sub_user("powerless", "10", None)
PERMANENT = (PUBLISHED_KEY, STRANGER, WRITER, READER, BARRED, POWERLESS)


def temporary_key(parent, session):
    """Return a temporary key pair as the server issues it, with the text of its policy or None."""
    now = time.time()
    issued = temporary.issue(
        Credential(parent.secret_id, parent.secret_key, parent.appid, user=parent.user, policy=parent.policy),
        temporary.Grant(now + 900, now, b"nonce", "tencent", session),
    )
    return KeyPair(secret_id=issued.secret_id, secret_key=issued.secret_key, appid=APPID, token=issued.token)


#: Who -> may they write to a private bucket, to a public one, and call QrcodeOCR, which is no account's.
WHO = {
    "root": (PUBLISHED_KEY, (True, True, True)),
    "stranger": (STRANGER, (False, True, True)),
    "writer": (WRITER, (True, True, True)),
    "reader": (READER, (False, True, False)),
    "barred": (BARRED, (False, False, False)),
    "powerless": (POWERLESS, (False, True, False)),
    "temporary": (temporary_key(PUBLISHED_KEY, policy("allow")), (True, True, True)),
    "temporary-reader": (
        temporary_key(PUBLISHED_KEY, policy("allow", actions="cos:GetObject")),
        (False, False, False),
    ),
    "temporary-barred": (temporary_key(PUBLISHED_KEY, policy("allow", "deny")), (False, False, False)),
    "writers-temporary": (temporary_key(WRITER, policy("allow")), (True, True, True)),
    "powerless-temporary": (temporary_key(POWERLESS, policy("allow")), (False, True, False)),
    "anonymous": (None, (False, True, False)),
}


@pytest.fixture(scope="module")
def server():
    with Emulator(credentials=PERMANENT, region=REGION) as running:
        owner = cos_client(running)
        owner.create_bucket(Bucket=BUCKET)
        owner.create_bucket(Bucket=OPEN, ACL="public-read-write")
        yield running
        owner._session.close()


def by_header(server, bucket, key):
    """PUT Object with the signature, and the token if there is one, in headers."""
    headers = {}
    if key is not None:
        now = int(time.time())
        headers["Authorization"] = cos_q_sign.sign(
            Credential(key.secret_id, key.secret_key, key.appid),
            "PUT",
            "/k",
            start=now - 60,
            end=now + 600,
            params=[],
            headers={"host": f"{bucket}.cos.{REGION}.myqcloud.com"},
        )
        if key.token:
            headers["x-cos-security-token"] = key.token
    return send(server, "PUT", bucket, "k", None, data=b"x", headers=headers)


def by_query(server, bucket, key):
    """PUT Object with a presigned URL."""
    return send(server, "PUT", bucket, "k", key, data=b"x")


def by_form(server, bucket, key):
    """POST Object with a signed policy among its fields."""
    fields = {"key": "k"}
    if key is not None:
        token = {"x-cos-security-token": key.token} if key.token else {}
        signed = signed_fields(key.secret_id, key.secret_key, time.time(), [{"bucket": bucket}])
        fields |= signed | token
    return send(server, "POST", bucket, "", None, data=fields, files={"file": b"x"})


def by_sdk(server, bucket, key):
    """PUT Object as the vendor's SDK signs it, seen through its session."""
    client = cos_client(server, key or PUBLISHED_KEY, way="proxies", **({} if key else {"Anonymous": True}))
    answers = []
    client._session.hooks["response"].append(lambda answer, **_: answers.append(answer))
    with client._session:
        try:
            client.put_object(Bucket=bucket, Key="k", Body=b"x")
        except Exception:
            assert answers[-1].status_code >= 400
    return answers[-1]


@pytest.mark.parametrize("how", [by_header, by_query, by_form, by_sdk])
@pytest.mark.parametrize("who", WHO)
def test_writing_to_buckets(server, who, how):
    key, (private, public, _) = WHO[who]
    for bucket, lets in ((BUCKET, private), (OPEN, public)):
        answer = how(server, bucket, key)
        if lets:
            assert answer.status_code in (200, 204), answer.text
        else:
            assert error_of(answer)[:2] == (403, "AccessDenied")


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("sign", ["TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1"])
@pytest.mark.parametrize("who", [who for who in WHO if who != "anonymous"])
def test_calling_an_action_of_api_3(server, who, sign, method):
    key, (_, _, lets) = WHO[who]
    client = ocr_client(OcrClient, server, key, OcrSettings(sign=sign, method=method))
    with pytest.raises(TencentCloudSDKException) as raised:
        client.QrcodeOCR(qrcode_request("no picture"))
    # Whoever may call it is told what is wrong with the picture.
    expected = "FailedOperation.ImageDecodeFailed" if lets else "AuthFailure.UnauthorizedOperation"
    assert raised.value.get_code() == expected


@pytest.mark.parametrize("who", [who for who in WHO if "temporary" in who])
@pytest.mark.parametrize("how", [by_header, by_query, by_form])
def test_a_temporary_key_is_nothing_without_its_token(server, who, how):
    key, _ = WHO[who]
    bare = KeyPair(secret_id=key.secret_id, secret_key=key.secret_key, appid=APPID)
    status, code, _ = error_of(how(server, OPEN, bare))
    # Who it belongs to stands in the token alone.
    assert (status, code) == (403, "InvalidAccessKeyId")
    altered = KeyPair(
        secret_id=key.secret_id, secret_key=key.secret_key, appid=APPID, token=f"{key.token[:-1]}!"
    )
    assert error_of(how(server, OPEN, altered))[:2] == (403, "AccessDenied")
    wrong = KeyPair(secret_id=key.secret_id, secret_key="wrong", appid=APPID, token=key.token)
    assert error_of(how(server, OPEN, wrong))[:2] == (403, "SignatureDoesNotMatch")

"""QrcodeOCR signed as COS signs, which no SDK does but the product allows; its errors stay those of API 3.0."""

import base64
import http.client
import json
import time

import pytest
from sdk_clients import APPID, PICTURES, PUBLISHED_KEY, STRANGER, TEMPORARY, is_uuid

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import KeyPair

QR = base64.b64encode((PICTURES / "qr-url.png").read_bytes()).decode()
HEADERS = {
    "X-TC-Action": "QrcodeOCR",
    "X-TC-Version": "2018-11-19",
    "X-TC-Region": "ap-guangzhou",
    "Content-Type": "application/json",
}
NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="key", appid=APPID)
WRONG_SECRET = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)


def _signature(emulator, key=PUBLISHED_KEY, *, seconds=600, method="post", headers=None, params=()):
    now = int(time.time())
    return cos_q_sign.sign(
        Credential(key.secret_id, key.secret_key, key.appid),
        method,
        "/",
        start=now - 60,
        end=now + seconds,
        headers={"host": emulator.address, **(headers or {})},
        params=params,
    )


def _encoded(signature):
    return signature.replace(";", "%3B")


def _send(emulator, *, query="", headers=None, body=None, method="POST"):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)
    try:
        content = (
            json.dumps({"ImageBase64": QR} if body is None else body) if not isinstance(body, bytes) else body
        )
        connection.request(method, "/" + query, body=content, headers=HEADERS | (headers or {}))
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    response = json.loads(text)["Response"]
    assert is_uuid(response["RequestId"])
    return response


PLACES = {
    "header": lambda signature: {"headers": {"Authorization": signature}},
    "query": lambda signature: {"query": "?" + _encoded(signature)},
    "sign-parameter": lambda signature: {
        "query": "?sign=" + signature.replace("&", "%26").replace("=", "%3D").replace(";", "%3B")
    },
}


@pytest.mark.parametrize("place", PLACES)
def test_a_cos_signature(emulator, place):
    answer = _send(emulator, **PLACES[place](_signature(emulator)))
    assert [(code["TypeName"], code["Url"]) for code in answer["CodeResults"]] == [
        ("QR_CODE", "https://www.example.com")
    ]
    assert answer["ImgSize"] == {"Wide": 330, "High": 330}


@pytest.mark.parametrize("place", PLACES)
def test_any_account_may_ask(emulator, place):
    assert _send(emulator, **PLACES[place](_signature(emulator, STRANGER)))["CodeResults"]


def test_signed_headers_are_verified(emulator):
    signature = _signature(emulator, headers={"x-tc-action": "QrcodeOCR"})
    assert _send(emulator, headers={"Authorization": signature})["CodeResults"]
    signature = _signature(emulator, headers={"x-tc-action": "Another"})
    assert (
        _send(emulator, headers={"Authorization": signature})["Error"]["Code"]
        == "AuthFailure.SignatureFailure"
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param({"key": NOBODY}, "AuthFailure.SecretIdNotFound", id="unknown"),
        pytest.param({"key": WRONG_SECRET}, "AuthFailure.SignatureFailure", id="wrong-secret"),
        pytest.param({"seconds": -10}, "AuthFailure.SignatureExpire", id="expired"),
        pytest.param({"method": "get"}, "AuthFailure.SignatureFailure", id="method"),
        pytest.param({"key": TEMPORARY}, "AuthFailure.TokenFailure", id="no-token"),
    ],
)
def test_a_cos_signature_that_does_not_hold(emulator, place, options, code):
    assert _send(emulator, **PLACES[place](_signature(emulator, **options)))["Error"]["Code"] == code


def test_the_token_of_a_temporary_key(emulator):
    headers = {"Authorization": _signature(emulator, TEMPORARY), "x-cos-security-token": TEMPORARY.token}
    assert _send(emulator, headers=headers)["CodeResults"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"not json", "InvalidParameter", id="not-json"),
        pytest.param(b"", "InvalidParameter", id="empty"),
        pytest.param(b"[1]", "InvalidParameter", id="not-an-object"),
        pytest.param(b'{"ImageBase64": "\xff"}', "InvalidParameter", id="not-utf-8"),
        pytest.param({}, "InvalidParameterValue.InvalidParameterValueLimit", id="nothing"),
        pytest.param({"ImageBase64": "***"}, "FailedOperation.ImageDecodeFailed", id="not-base64"),
        pytest.param({"ImageBase64": "AAAA"}, "FailedOperation.ImageDecodeFailed", id="not-an-image"),
    ],
)
def test_bad_input_over_a_cos_signature(emulator, body, code):
    answer = _send(emulator, headers={"Authorization": _signature(emulator)}, body=body)
    assert answer["Error"]["Code"] == code


def test_the_language_of_an_error(emulator):
    headers = {"Authorization": _signature(emulator, NOBODY), "X-TC-Language": "zh-CN"}
    assert _send(emulator, headers=headers)["Error"]["Message"] == "SecretId不存在，请输入正确的密钥。"
    del headers["X-TC-Language"]
    assert _send(emulator, headers=headers)["Error"]["Message"].isascii()


def test_an_unsigned_call(emulator):
    error = _send(emulator)["Error"]
    assert error["Code"] == "MissingParameter"


def test_a_call_of_nothing_but_a_body(emulator):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)
    connection.request("POST", "/", body=b"{}", headers={"Content-Type": "application/json"})
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()
    assert (answer.status, document["Response"]["Error"]["Code"]) == (200, "MissingParameter")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method(emulator, method):
    signature = _signature(emulator, method=method.lower())
    assert (
        _send(emulator, method=method, headers={"Authorization": signature})["Error"]["Code"]
        == "UnsupportedProtocol"
    )

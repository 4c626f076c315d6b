"""QrcodeOCR through tencentcloud-sdk-nodejs, as it is configured for a local endpoint (tencentcloud-api3.md section 4)."""

import uuid

import node_lane
import pytest
from api3 import encoded, sample
from sdk_clients import EXPIRED, PUBLISHED_KEY, REGION, SAMPLES, TEMPORARY, is_uuid
from sdk_pictures import MANIFEST

from ci_emulator.config import KeyPair
from ci_emulator.signing import presign

pytestmark = pytest.mark.timeout(200)

QR = encoded(sample())
URL = "https://www.example.com"
CHINESE = MANIFEST["qr-chinese.png"]["codes"][0]["text"]
TRACE = "ffe0c072-8a5d-4e17-8887-a8a60252abca"
NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="key", appid="1250000000")
WRONG_SECRET = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid="1250000000")
WAYS = [
    (sign, method) for sign in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256") for method in ("POST", "GET")
]


def call(
    emulator, name, *, key=PUBLISHED_KEY, host="127.0.0.1", sign=None, method=None, headers=None, **more
):
    """A line for the script; `params` is by default the sample."""
    http = {
        "protocol": "http://",
        "endpoint": f"{host}:{emulator.port}",
        "reqMethod": method,
        "headers": headers,
    }
    profile = {"httpProfile": {name: value for name, value in http.items() if value is not None}}
    if sign is not None:
        profile["signMethod"] = sign
    if "language" in more:
        profile["language"] = more.pop("language")
    return {
        "name": name,
        "credential": {"secretId": key.secret_id, "secretKey": key.secret_key, "token": key.token},
        "region": REGION,
        "profile": profile,
        "params": {"ImageBase64": QR},
        **more,
    }


def calls(emulator):
    """Every call of this module: they are made by one Node.js, some at a time."""
    yield call(emulator, "default")
    yield call(emulator, "localhost", host="localhost")
    for sign, method in WAYS:
        way = {"sign": sign, "method": method}
        yield call(emulator, f"{sign}-{method}", **way)
        yield call(emulator, f"{sign}-{method}-localhost", host="localhost", **way)
        yield call(emulator, f"{sign}-{method}-temporary", key=TEMPORARY, **way)
        yield call(emulator, f"{sign}-{method}-expired", key=EXPIRED, **way)
        yield call(emulator, f"{sign}-{method}-nobody", key=NOBODY, **way)
        yield call(emulator, f"{sign}-{method}-wrong-secret", key=WRONG_SECRET, **way)
        yield call(
            emulator, f"{sign}-{method}-chinese-url", params={"ImageUrl": chinese_url(emulator)}, **way
        )
        yield call(emulator, f"{sign}-{method}-no-region", region="", **way)
    for file in MANIFEST:
        yield call(emulator, f"sample-{file}", params={"ImageBase64": encoded(sample(file))})
    for language in ("zh-CN", "en-US"):
        yield call(emulator, f"language-{language}", key=NOBODY, language=language)
    yield call(emulator, "trace", headers={"X-TC-TraceId": TRACE})
    yield call(emulator, "trace-of-an-error", headers={"X-TC-TraceId": TRACE}, key=NOBODY)
    yield call(emulator, "null", params={"ImageBase64": QR, "ImageUrl": None})
    yield call(emulator, "nothing", params={})
    yield call(emulator, "not-base64", params={"ImageBase64": "***"})
    yield call(emulator, "data-url", params={"ImageBase64": "data:image/png;base64," + QR})
    yield call(emulator, "number", params={"ImageUrl": 7})
    yield call(emulator, "unknown-parameter", params={"ImageBase64": QR, "Größe": "ü"})
    yield call(emulator, "unfetchable", params={"ImageBase64": QR, "ImageUrl": "http://10.0.0.1/a.png"})
    yield call(emulator, "large", params={"ImageBase64": encoded(sample() + bytes(5_000_000))})
    yield call(emulator, "too-large", params={"ImageBase64": "A" * (10 * 2**20)})
    yield call(emulator, "large-v1", sign="HmacSHA256", params={"ImageBase64": "A" * 2**20})
    yield call(emulator, "large-get", method="GET", params={"ImageBase64": "A" * 2**16})
    yield call(emulator, "unknown-action", action="NoSuchAction")
    yield call(emulator, "unknown-version", action="QrcodeOCR", version="2017-03-12")
    yield call(emulator, "unknown-region", region="mars-north")
    yield call(emulator, "unsigned", options={"skipSign": True})
    yield call(emulator, "multipart", options={"multipart": True})
    yield call(emulator, "octets", octets="some bytes")


def chinese_url(emulator):
    """An object's URL with a Chinese key, spaces and a signature in it, as a program that does not escape writes it."""
    url = f"{emulator.url}/{SAMPLES}/qr-chinese.png"
    return presign(PUBLISHED_KEY, "GET", url, now=1e9, seconds=2**31) + "&名=二 维 码"


@pytest.fixture(scope="module")
def told(emulator):
    node_lane.install()
    return node_lane.run("qrcode_ocr.mjs", list(calls(emulator)))


def answer(told, name):
    line = told[name]
    assert "answer" in line, line
    assert is_uuid(line["answer"]["RequestId"])
    return line["answer"]


def error(told, name):
    line = told[name]
    assert "error" in line, line
    found = line["error"]
    assert found["kind"] == "TencentCloudSDKHttpException"
    assert is_uuid(found["requestId"])
    # Of a request that is too long to be parsed the headers are not known.
    assert is_uuid(found["traceId"]) if name != "large-get" else not found.get("traceId")
    assert found["message"]
    assert "httpCode" not in found
    return found


def texts(told, name):
    return [code["Url"] for code in answer(told, name)["CodeResults"]]


@pytest.mark.parametrize("name", ["default", "localhost", "null", "data-url", "large", "trace"])
def test_a_picture_is_read(told, name):
    assert texts(told, name) == [URL]


@pytest.mark.parametrize("host", ["", "-localhost", "-temporary", "-no-region"])
@pytest.mark.parametrize(("sign", "method"), WAYS)
def test_every_way_to_sign(told, sign, method, host):
    assert texts(told, f"{sign}-{method}{host}") == [URL]


@pytest.mark.parametrize(("sign", "method"), WAYS)
def test_an_url_that_is_not_escaped(told, sign, method):
    # The signature of the URL covers the host and what it lists, not what was appended.
    assert texts(told, f"{sign}-{method}-chinese-url") == [CHINESE]


@pytest.mark.parametrize(("sign", "method"), WAYS)
def test_a_bad_key(told, sign, method):
    assert error(told, f"{sign}-{method}-nobody")["code"] == "AuthFailure.SecretIdNotFound"
    assert error(told, f"{sign}-{method}-wrong-secret")["code"] == "AuthFailure.SignatureFailure"
    assert error(told, f"{sign}-{method}-expired")["code"] == "AuthFailure.TokenFailure"


@pytest.mark.parametrize("file", MANIFEST)
def test_a_sample_picture(told, file):
    expected = MANIFEST[file]
    if not expected["codes"]:
        assert error(told, f"sample-{file}")["code"] == "FailedOperation.ImageNoText"
        return
    found = answer(told, f"sample-{file}")
    assert found["ImgSize"] == {"Wide": expected["width"], "High": expected["height"]}
    # The add-on of a retail code is a code of its own.
    codes = [each for code in expected["codes"] for each in (code, code.get("add_on")) if each]
    wanted = sorted(code["text"] for code in codes)
    assert sorted(code["Url"] for code in found["CodeResults"]) == wanted


ERRORS = {
    "nothing": "InvalidParameterValue.InvalidParameterValueLimit",
    "not-base64": "FailedOperation.ImageDecodeFailed",
    "number": "InvalidParameter",
    "unknown-parameter": "UnknownParameter",
    "unfetchable": "FailedOperation.DownLoadError",
    "too-large": "RequestSizeLimitExceeded",
    "large-v1": "AuthFailure.SignatureFailure",
    "large-get": "RequestSizeLimitExceeded",
    "unknown-action": "InvalidAction",
    "unknown-version": "NoSuchVersion",
    "unknown-region": "InvalidParameterValue",
    "unsigned": "AuthFailure.InvalidAuthorization",
    "multipart": "UnsupportedProtocol",
    "octets": "UnsupportedProtocol",
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error(told, name):
    assert error(told, name)["code"] == ERRORS[name]


def test_the_parameter_is_named_as_it_was_sent(told):
    assert error(told, "unknown-parameter")["message"] == "The parameter `Größe` is not recognized."


def test_the_language(told):
    assert error(told, "language-zh-CN")["message"] == "SecretId不存在，请输入正确的密钥。"
    english = "The SecretId is not found, please ensure that your SecretId is correct."
    assert error(told, "language-en-US")["message"] == english
    # Without a language in its profile the client sends none.
    assert error(told, "TC3-HMAC-SHA256-POST-nobody")["message"] == english


def test_the_trace_id(told):
    assert error(told, "trace-of-an-error")["traceId"] == TRACE
    assert uuid.UUID(error(told, "nothing")["traceId"]).version == 4

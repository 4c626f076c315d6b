"""Errors of API 3.0 as tencentcloud-sdk-python sees them (spec: tencentcloud-api3.md sections 1.6 and 2.3)."""

import base64
import io
import time

import pytest
from PIL import Image
from sdk_clients import (
    PICTURES,
    PUBLISHED_KEY,
    TEMPORARY,
    OcrSettings,
    api_refused,
    body_of,
    ocr_client,
    qrcode_request,
)
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119 import models
from tencentcloud.ocr.v20181119.ocr_client import OcrClient
from tencentcloud.ocr.v20181119.ocr_client_async import OcrClient as AsyncOcrClient

from ci_emulator.config import KeyPair
from ci_emulator.core.clock import FixedClock
from ci_emulator.testing import Emulator

QR = (PICTURES / "qr-url.png").read_bytes()
NOTHING = (PICTURES / "no-code.jpg").read_bytes()
NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="key", appid="1250000000")
WRONG_SECRET = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid="1250000000")
WRONG_TOKEN = KeyPair(
    secret_id=TEMPORARY.secret_id, secret_key=TEMPORARY.secret_key, appid="1250000000", token="wrong"
)
NO_TOKEN = KeyPair(secret_id=TEMPORARY.secret_id, secret_key=TEMPORARY.secret_key, appid="1250000000")
BASE64 = base64.b64encode


def _gif():
    file = io.BytesIO()
    Image.open(io.BytesIO(QR)).convert("L").save(file, "GIF")
    return file.getvalue()


#: What is sent as ImageBase64, and the code that answers it.
BAD_PICTURES = {
    "nothing-found": (NOTHING, "FailedOperation.ImageNoText"),
    "no-base64": ("!!! not base64 !!!", "FailedOperation.ImageDecodeFailed"),
    "no-base64-but-close": (BASE64(QR).decode()[:-3] + "*", "FailedOperation.ImageDecodeFailed"),
    "not-an-image": (b"just some text, long enough to be a file", "FailedOperation.ImageDecodeFailed"),
    "cut-off": (QR[: len(QR) // 3], "FailedOperation.ImageDecodeFailed"),
    "another-format": (_gif(), "FailedOperation.ImageDecodeFailed"),
    "empty": ("", "InvalidParameterValue.InvalidParameterValueLimit"),
    "empty-picture": ("data:image/png;base64,", "FailedOperation.EmptyImageError"),
    "neither": (None, "InvalidParameterValue.InvalidParameterValueLimit"),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture(emulator, name):
    picture, code = BAD_PICTURES[name]
    with api_refused(code):
        ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(picture))


@pytest.mark.parametrize("name", BAD_PICTURES)
async def test_a_bad_picture_of_the_async_client(emulator, name):
    picture, code = BAD_PICTURES[name]
    async with ocr_client(AsyncOcrClient, emulator) as client:
        with api_refused(code):
            await client.QrcodeOCR(qrcode_request(picture))


def test_the_url_counts_when_both_are_given(emulator):
    request = qrcode_request(QR)
    request.ImageUrl = "http://127.0.0.1:9/nothing-listens-here.png"
    with api_refused("FailedOperation.DownLoadError"):
        ocr_client(OcrClient, emulator).QrcodeOCR(request)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda text: "data:image/png;base64," + text, id="data-url"),
        pytest.param(
            lambda text: "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)), id="lines"
        ),
        pytest.param(lambda text: text.rstrip("="), id="no-padding"),
    ],
)
def test_base64_as_clients_write_it(emulator, write):
    answer = ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(write(BASE64(QR).decode())))
    assert answer.CodeResults[0].Url == "https://www.example.com"


BAD_KEYS = {
    "unknown": (NOBODY, "AuthFailure.SecretIdNotFound"),
    "wrong-secret": (WRONG_SECRET, "AuthFailure.SignatureFailure"),
    "wrong-token": (WRONG_TOKEN, "AuthFailure.TokenFailure"),
    "no-token": (NO_TOKEN, "AuthFailure.TokenFailure"),
}
WAYS = [
    OcrSettings(sign, method)
    for sign in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256")
    for method in ("GET", "POST")
]


@pytest.mark.parametrize("settings", WAYS, ids=lambda s: f"{s.sign}-{s.method}")
@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_bad_key(emulator, name, settings):
    key, code = BAD_KEYS[name]
    with api_refused(code):
        ocr_client(OcrClient, emulator, key, settings).QrcodeOCR(qrcode_request(QR))


@pytest.mark.parametrize("name", BAD_KEYS)
async def test_a_bad_key_of_the_async_client(emulator, name):
    key, code = BAD_KEYS[name]
    async with ocr_client(AsyncOcrClient, emulator, key) as client:
        with api_refused(code):
            await client.QrcodeOCR(qrcode_request(QR))


@pytest.mark.parametrize("settings", WAYS, ids=lambda s: f"{s.sign}-{s.method}")
def test_a_temporary_key(emulator, settings):
    answer = ocr_client(OcrClient, emulator, TEMPORARY, settings).QrcodeOCR(qrcode_request(QR))
    assert answer.CodeResults[0].Url == "https://www.example.com"


@pytest.mark.parametrize("settings", WAYS, ids=lambda s: f"{s.sign}-{s.method}")
@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_timestamp_that_is_more_than_five_minutes_off(settings, seconds):
    with (
        Emulator(clock=FixedClock(time.time() + seconds)) as at,
        api_refused("AuthFailure.SignatureExpire"),
    ):
        ocr_client(OcrClient, at, settings=settings).QrcodeOCR(qrcode_request(QR))


def test_a_timestamp_within_five_minutes():
    with Emulator(clock=FixedClock(time.time() + 240)) as at:
        assert ocr_client(OcrClient, at).QrcodeOCR(qrcode_request(QR)).CodeResults


def test_no_signature_at_all(emulator):
    client = ocr_client(CommonClientOfOcr, emulator)
    with api_refused("AuthFailure.InvalidAuthorization"):
        client.call_json("QrcodeOCR", {"ImageBase64": "x"}, options={"SkipSign": True})


MESSAGES = {
    # what goes wrong: (key, picture, message in Chinese, message in English)
    "nothing-found": (PUBLISHED_KEY, NOTHING, "照片中未检测到文本", None),
    "unknown-key": (
        NOBODY,
        QR,
        "SecretId不存在，请输入正确的密钥。",
        "The SecretId is not found, please ensure that your SecretId is correct.",
    ),
    "wrong-secret": (
        WRONG_SECRET,
        QR,
        "请求签名验证失败，请检查您的签名计算是否正确。",
        "The provided credentials could not be validated. Please check your signature is correct.",
    ),
}


@pytest.mark.parametrize("language", ["zh-CN", "en-US", None])
@pytest.mark.parametrize("name", MESSAGES)
def test_the_language_of_the_message(emulator, name, language):
    key, picture, chinese, english = MESSAGES[name]
    client = ocr_client(OcrClient, emulator, key, OcrSettings(language=language))
    with pytest.raises(TencentCloudSDKException) as raised:
        client.QrcodeOCR(qrcode_request(picture))
    message = raised.value.get_message()
    if language == "zh-CN":
        assert message == chinese
    else:
        assert message.isascii()
        assert english in (None, message)


@pytest.mark.parametrize("sign", ["TC3-HMAC-SHA256", "HmacSHA1"])
def test_a_language_that_does_not_exist(emulator, sign):
    with api_refused("InvalidParameterValue"):
        ocr_client(OcrClient, emulator, settings=OcrSettings(sign, language="fr-FR")).QrcodeOCR(
            qrcode_request(QR)
        )


class CommonClientOfOcr(CommonClient):
    """The SDK's client for actions that it has no class for."""

    def __init__(self, credential, region, profile, version="2018-11-19", service="ocr"):
        super().__init__(service, version, credential, region, profile)


@pytest.mark.parametrize(
    ("options", "action", "code"),
    [
        pytest.param({}, "NoSuchAction", "InvalidAction", id="action"),
        pytest.param({}, "qrcodeocr", "InvalidAction", id="action-in-other-case"),
        pytest.param({"version": "2017-03-12"}, "QrcodeOCR", "NoSuchVersion", id="version"),
    ],
)
def test_an_action_or_version_that_does_not_exist(emulator, options, action, code):
    client = ocr_client(lambda *a: CommonClientOfOcr(*a, **options), emulator)
    with api_refused(code):
        client.call_json(action, {"ImageBase64": "x"})


def test_an_action_of_the_sdk_that_is_not_there_yet(emulator):
    with api_refused("InvalidAction"):
        ocr_client(OcrClient, emulator).MLIDCardOCR(models.MLIDCardOCRRequest())


def test_a_region_that_does_not_exist(emulator):
    with api_refused("InvalidParameterValue", "`X-TC-Region` 的值错误、不受支持或无法使用。"):
        ocr_client(OcrClient, emulator, settings=OcrSettings(region="mars-north")).QrcodeOCR(
            qrcode_request(QR)
        )


@pytest.mark.parametrize("region", ["", "ap-beijing", "ap-hongkong", "na-toronto"])
def test_regions_of_the_action(emulator, region):
    answer = ocr_client(OcrClient, emulator, settings=OcrSettings(region=region)).QrcodeOCR(
        qrcode_request(QR)
    )
    assert answer.CodeResults


@pytest.mark.parametrize(
    ("params", "code"),
    [
        pytest.param({"ImageBase64": 7}, "InvalidParameter", id="number"),
        pytest.param({"ImageBase64": ["x"]}, "InvalidParameter", id="list"),
        pytest.param({"ImageUrl": {"a": "b"}}, "InvalidParameter", id="object"),
        pytest.param({"ImageBase64": "x", "Extra": "y"}, "UnknownParameter", id="unknown"),
        pytest.param({}, "InvalidParameterValue.InvalidParameterValueLimit", id="none"),
    ],
)
def test_parameters_of_the_wrong_shape(emulator, params, code):
    with api_refused(code):
        ocr_client(CommonClientOfOcr, emulator).call_json("QrcodeOCR", params)


def test_a_picture_over_the_limit(emulator):
    with api_refused("RequestSizeLimitExceeded"):
        ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request("A" * (10 * 2**20)))
    assert ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(QR)).CodeResults


def test_a_form_over_the_limit_of_the_old_signature(emulator):
    client = ocr_client(OcrClient, emulator, settings=OcrSettings("HmacSHA256"))
    with api_refused("AuthFailure.SignatureFailure"):
        client.QrcodeOCR(qrcode_request("A" * 2**20))


def test_an_api_error_leaves_cos_alone(emulator, cos):
    with api_refused("FailedOperation.ImageNoText"):
        ocr_client(OcrClient, emulator).QrcodeOCR(qrcode_request(NOTHING))
    assert body_of(cos.get_object(Bucket="samples-1250000000", Key="no-code.jpg")) == NOTHING

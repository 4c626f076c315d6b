"""API 3.0 errors: the lists are complete, and the vendor's SDK raises what the table says."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119 import errorcodes, models, ocr_client
from tencentcloud.sts.v20180813 import errorcodes as sts_errorcodes

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.error_model import ErrorRow
from ci_emulator.protocols.tencentcloud import errors

REQUEST_ID = "0f3a6f0e-5a0c-4d0e-9c1b-2f6f0a4f9b1d"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def error_of(error: Exception, language: errors.Language = "en-US") -> dict[str, str]:
    answer: dict[str, Any] = json.loads(errors.render(error, language=language, request_id=REQUEST_ID))
    assert list(answer) == ["Response"]
    assert list(answer["Response"]) == ["Error", "RequestId"]
    assert answer["Response"]["RequestId"] == REQUEST_ID
    found: dict[str, str] = answer["Response"]["Error"]
    assert list(found) == ["Code", "Message"]
    return found


@pytest.mark.parametrize("row", list(errors.TC_ERRORS), ids=lambda row: f"{row.code}-{row.variant}")
def test_the_sdk_for_python_raises_every_row(row: ErrorRow) -> None:
    body = errors.render(errors.fail(row.code, variant=row.variant), language="zh-CN", request_id=REQUEST_ID)
    client = ocr_client.OcrClient(Credential("id", "key"), "ap-guangzhou")
    answer = SimpleNamespace(status_code=200, headers={"Content-Type": "application/json"}, content=body)
    client.request = SimpleNamespace(send_request=lambda request: answer)
    with pytest.raises(TencentCloudSDKException) as raised:
        client.QrcodeOCR(models.QrcodeOCRRequest())
    assert raised.value.get_code() == row.code
    assert re.search("[\u4e00-\u9fff]", raised.value.get_message())
    assert raised.value.get_request_id() == REQUEST_ID


@pytest.mark.parametrize("row", list(errors.TC_ERRORS), ids=lambda row: f"{row.code}-{row.variant}")
def test_every_row_has_both_languages_and_status_200(row: ErrorRow) -> None:
    assert row.status == 200
    assert row.message.isascii()
    assert re.search("[\u4e00-\u9fff]", row.message_zh)


def test_the_lists_are_complete() -> None:
    by_source: dict[str, set[str]] = {}
    for row in errors.TC_ERRORS:
        by_source.setdefault(row.source, set()).add(row.code)
    assert {source: len(codes) for source, codes in by_source.items()} == {
        "common error codes": 38,
        "QrcodeOCR": 13,
        "OCR product": 5,
        "STS product": 27,
    }
    known_to_sdk = {value for name, value in vars(errorcodes).items() if name.isupper()}
    assert by_source["QrcodeOCR"] | by_source["OCR product"] <= known_to_sdk
    known_to_sdk = {value for name, value in vars(sts_errorcodes).items() if name.isupper()}
    common = {"RequestLimitExceeded", "UnauthorizedOperation", "UnsupportedOperation"}
    assert by_source["STS product"] | common == known_to_sdk


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            errors.fail("MissingParameter", name="ImageUrl"),
            "The request is missing a required parameter `ImageUrl`.",
            "请求缺少必传参数 `ImageUrl`。",
        ),
        (
            errors.fail("MissingParameter", variant="header", name="X-TC-Action"),
            "The request header is missing a required common parameter `X-TC-Action`.",
            "请求头部缺少必传的公共参数 `X-TC-Action`。",
        ),
        (
            errors.fail("AuthFailure.SecretIdNotFound"),
            "The SecretId is not found, please ensure that your SecretId is correct.",
            "SecretId不存在，请输入正确的密钥。",
        ),
        (
            errors.fail("RequestLimitExceeded", times=6, limit=5),
            "Your current request times equals to `6` in a second, which exceeds the frequency limit `5` for a "
            "second. Please reduce the frequency of calls.",
            "您当前每秒请求 `6` 次，超过了每秒频率上限 `5`，请稍后重试。",
        ),
        (
            Refusal(Kind.PARAMETER_MISSING, "The parameter ImageUrl is required.", name="ImageUrl"),
            "The parameter ImageUrl is required.",
            "请求缺少必传参数 `ImageUrl`。",
        ),
        (Refusal(Kind.IMAGE_UNREADABLE), "The image could not be decoded.", "图片解码失败。"),
    ],
)
def test_messages_in_both_languages(error: Exception, english: str, chinese: str) -> None:
    assert error_of(error)["Message"] == english
    assert error_of(error, "zh-CN")["Message"] == chinese


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.IMAGE_EMPTY, "FailedOperation.EmptyImageError"),
        (Kind.IMAGE_UNREADABLE, "FailedOperation.ImageDecodeFailed"),
        (Kind.IMAGE_FORMAT_UNSUPPORTED, "FailedOperation.ImageDecodeFailed"),
        (Kind.IMAGE_TOO_MANY_PIXELS, "FailedOperation.ImageSizeTooLarge"),
        (Kind.IMAGE_TOO_MANY_BYTES, "LimitExceeded.TooLargeFileError"),
        (Kind.OVERLOADED, "RequestLimitExceeded"),
        (Kind.ENGINE_FAILED, "FailedOperation.OcrFailed"),
        (Kind.ENGINE_TIMEOUT, "FailedOperation.EngineRecognizeTimeout"),
        (Kind.PARAMETER_MISSING, "MissingParameter"),
        (Kind.PARAMETER_INVALID, "InvalidParameter"),
        (Kind.METHOD_NOT_ALLOWED, "UnsupportedProtocol"),
        (Kind.BODY_TOO_LARGE, "RequestSizeLimitExceeded"),
        (Kind.SHUTTING_DOWN, "ServiceUnavailable"),
        (Kind.INTERNAL, "InternalError"),
    ],
)
def test_refusals(kind: Kind, code: str) -> None:
    assert error_of(Refusal(kind))["Code"] == code


def test_an_unexpected_exception_keeps_its_words_to_itself() -> None:
    assert error_of(RuntimeError("/home/someone")) == {
        "Code": "InternalError",
        "Message": "An internal error occurred.",
    }


def test_chinese_goes_out_as_utf8() -> None:
    body = errors.render(errors.fail("InternalError"), language="zh-CN", request_id=REQUEST_ID)
    assert "内部错误。".encode() in body


@settings(deadline=None)
@given(text=ANY_TEXT, language=st.sampled_from(["zh-CN", "en-US"]))
def test_any_text_gives_valid_json(text: str, language: errors.Language) -> None:
    shown = error_of(errors.fail("InvalidParameter", name=text), language)["Message"]
    assert shown
    assert error_of(errors.fail("InvalidParameter", text), language)["Message"]

"""How a call is signed and what it says of itself, as its head tells (spec: tencentcloud-api3.md sections 1.1 to 1.4)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.tencentcloud.actions.qrcode_ocr import decode
from ci_emulator.protocols.tencentcloud.envelope import Scheme, open_envelope

TC3 = "TC3-HMAC-SHA256 Credential=x"
Q_SIGN = "q-sign-algorithm=sha1&q-ak=x"


def target(query: str = "", **headers: str) -> Target:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Target("POST", Form.ORIGIN, "127.0.0.1", parse_host("127.0.0.1"), "/", query, named)


@pytest.mark.parametrize(
    ("query", "headers", "scheme"),
    [
        ("", {}, Scheme.V1),
        ("Action=QrcodeOCR&SecretId=x&Signature=y", {}, Scheme.V1),
        ("", {"content_type": "application/x-www-form-urlencoded"}, Scheme.V1),
        ("", {"content_type": "application/json; charset=utf-8"}, Scheme.TC3),
        ("", {"x_tc_action": "QrcodeOCR"}, Scheme.TC3),
        ("", {"authorization": TC3}, Scheme.TC3),
        ("", {"authorization": "SKIP"}, Scheme.TC3),
        ("", {"authorization": "", "x_tc_action": ""}, Scheme.V1),
        ("", {"authorization": Q_SIGN}, Scheme.Q_SIGN),
        (Q_SIGN + "&q-signature=y", {}, Scheme.Q_SIGN),
        ("sign=" + "x", {"x_tc_action": "QrcodeOCR"}, Scheme.Q_SIGN),
        (Q_SIGN + "&q-signature=y", {"content_type": "application/json"}, Scheme.Q_SIGN),
        (Q_SIGN + "&q-signature=y", {"authorization": TC3}, Scheme.TC3),
        ("SecretId=x&Signature=y", {"authorization": Q_SIGN}, Scheme.Q_SIGN),
    ],
)
def test_the_scheme(query: str, headers: dict[str, str], scheme: Scheme) -> None:
    assert open_envelope(target(query, **headers)).scheme is scheme


@pytest.mark.parametrize(
    ("query", "headers", "common"),
    [
        ("Action=a&Region=r&ImageUrl=u", {}, {"Action": "a", "Region": "r"}),
        ("Action=a", {"authorization": TC3}, {}),
        ("Action=a", {"x_tc_action": "b", "x_tc_region": "r"}, {"Action": "b", "Region": "r"}),
        (
            "Action=a&Version=v",
            {"authorization": Q_SIGN, "x_tc_action": "b"},
            {"Action": "b", "Version": "v"},
        ),
        ("Action=a", {"x_tc_version": "v", "x_tc_language": "zh-CN"}, {"Action": "a", "Language": "zh-CN"}),
        ("action=a", {}, {}),
    ],
)
def test_the_common_parameters(query: str, headers: dict[str, str], common: dict[str, str]) -> None:
    assert open_envelope(target(query, **headers)).common == common


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("zh-CN", "zh-CN"), ("en-US", "en-US"), ("", "en-US"), ("zh-cn", "en-US"), ("fr-FR", "en-US")],
)
def test_the_language_of_messages(language: str, spoken: str) -> None:
    assert open_envelope(target(x_tc_action="a", x_tc_language=language)).language == spoken
    assert open_envelope(target(f"Action=a&Language={language}")).language == spoken


def _lines(text: str) -> str:
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


@given(st.binary(max_size=500))
def test_base64_in_every_writing_means_the_same(content: bytes) -> None:
    text = base64.b64encode(content).decode()
    for written in (text, text.rstrip("="), _lines(text), f"data:image/png;base64,{text}", f" {text}\n"):
        assert decode(written) == content


def _decoded(text: str) -> bytes | str:
    """Return what a text decodes to, or the code of its refusal."""
    try:
        return decode(text)
    except ApiError as error:
        return error.code


@given(st.text(max_size=60) | st.text("AZaz09+/= \n", max_size=20))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    found = _decoded(text)
    if isinstance(found, str):
        assert found == "FailedOperation.ImageDecodeFailed"
        return
    plain = "".join((text.partition(",")[2] if text[:5].lower() == "data:" else text).split()).rstrip("=")
    # The bits that a last character has too many are nobody's.
    assert base64.b64encode(found).decode().rstrip("=")[:-1] == plain[:-1]

"""Every form in which API 3.0 may be called, on a plain connection (spec: tencentcloud-api3.md sections 1.1 to 1.5)."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from api3 import FORM, URL_IN_QR, Request, caller, digest, encoded, sample, send
from sdk_clients import TEMPORARY

from ci_emulator.config import PUBLISHED_KEY, KeyPair

QR = encoded(sample())
OWN = {"ImageBase64": QR}

NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="x", appid="1250000000")
WRONG_SECRET = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid="1250000000")
WRONG_TOKEN = KeyPair(
    secret_id=TEMPORARY.secret_id, secret_key=TEMPORARY.secret_key, appid="1250000000", token="wrong"
)

FORMS = {
    "tc3-json": lambda c: c.tc3(OWN),
    "tc3-json-charset": lambda c: c.tc3(OWN, content_type="application/json; charset=utf-8"),
    "tc3-json-case": lambda c: c.tc3(OWN, content_type="Application/JSON"),
    "tc3-get": lambda c: c.tc3(OWN, method="GET"),
    "tc3-unsigned-payload": lambda c: c.tc3(OWN, unsigned_payload=True),
    "tc3-get-unsigned-payload": lambda c: c.tc3(OWN, method="GET", unsigned_payload=True),
    "tc3-action-signed": lambda c: c.tc3(OWN, sign=("x-tc-action",)),
    "tc3-all-signed": lambda c: c.tc3(
        OWN,
        sign=("x-tc-action", "x-tc-version", "x-tc-region", "x-tc-timestamp", "x-tc-language", "x-tc-token"),
    ),
    "v1-sha1-post": lambda c: c.v1(OWN, hashed="HmacSHA1"),
    "v1-sha1-get": lambda c: c.v1(OWN, hashed="HmacSHA1", method="GET"),
    "v1-default-post": lambda c: c.v1(OWN, hashed=None),
    "v1-default-get": lambda c: c.v1(OWN, hashed=None, method="GET"),
    "v1-sha256-post": lambda c: c.v1(OWN),
    "v1-sha256-get": lambda c: c.v1(OWN, method="GET"),
    "v1-nonce-0": lambda c: c.v1(OWN, common={"Nonce": "0"}),
    "v1-nonce-2**63-1": lambda c: c.v1(OWN, common={"Nonce": str(2**63 - 1)}),
    "q-sign-header": lambda c: c.q_sign(OWN),
    "q-sign-query": lambda c: c.q_sign(OWN, place="query"),
    "q-sign-get-header": lambda c: c.q_sign(OWN, method="GET"),
    "q-sign-get-query": lambda c: c.q_sign(OWN, method="GET", place="query"),
    "q-sign-form": lambda c: c.q_sign(OWN, form=True),
    "q-sign-form-query": lambda c: c.q_sign(OWN, form=True, place="query"),
}
SIGNED = {name: form for name, form in FORMS.items() if not name.startswith("q-sign")}


@pytest.mark.parametrize("form", FORMS)
def test_a_form(emulator, form):
    answer = send(emulator, FORMS[form](caller(emulator)))
    assert answer.texts == [URL_IN_QR]
    assert answer.response["ImgSize"] == {"Wide": 330, "High": 330}


@pytest.mark.parametrize(
    "form", [name for name in FORMS if "post" in name or "json" in name or "q-sign" in name]
)
def test_a_body_in_chunks(emulator, form):
    request = FORMS[form](caller(emulator))
    if request.body is None:
        request = replace(request, body=b"")
    parts = [request.body[at : at + 1000] for at in range(0, len(request.body), 1000)]
    chunked = replace(request, body=iter(parts)).with_headers(transfer_encoding="chunked")
    assert send(emulator, chunked, chunked=True).texts == [URL_IN_QR]


HOSTS = [
    "ocr.tencentcloudapi.com",
    "OCR.TencentCloudAPI.com",
    "ocr.tencentcloudapi.com:443",
    "ocr.ap-guangzhou.tencentcloudapi.com",
    "ocr.ap-shanghai-fsi.tencentcloudapi.com",
    "ocr.intl.tencentcloudapi.com",
    "ocr.internal.tencentcloudapi.com",
    "localhost",
    "localhost:80",
    "[::1]:9000",
    "http://127.0.0.1:9000",
    "https://ocr.tencentcloudapi.com/",
]


@pytest.mark.parametrize("form", ["tc3-json", "tc3-get", "v1-sha1-post", "v1-sha256-get", "q-sign-header"])
@pytest.mark.parametrize("host", HOSTS)
def test_a_host(emulator, host, form):
    assert send(emulator, FORMS[form](caller(emulator, host=host))).texts == [URL_IN_QR]


@pytest.mark.parametrize("form", ["tc3-json", "v1-sha256-post", "v1-sha1-get", "q-sign-header"])
@pytest.mark.parametrize("host", ["ocr.tencentcloudapi.com", "ocr.intl.tencentcloudapi.com"])
def test_a_client_behind_a_proxy_setting(emulator, host, form):
    """Absolute-form target; the Host header is the cloud's, or the proxy's when the client is careless."""
    request = FORMS[form](caller(emulator, host=host))
    through = replace(request, target=f"http://{host}{request.target}")
    assert send(emulator, through).texts == [URL_IN_QR]
    assert send(emulator, through.with_headers(host=emulator.address)).texts == [URL_IN_QR]


def test_another_product(emulator):
    assert send(emulator, caller(emulator, host="cvm.tencentcloudapi.com").tc3(OWN)).code == "NoSuchProduct"


@pytest.mark.parametrize("form", SIGNED)
def test_a_temporary_key(emulator, form):
    right = caller(emulator, key=TEMPORARY)
    assert send(emulator, FORMS[form](right)).texts == [URL_IN_QR]
    wrong = replace(right, key=WRONG_TOKEN)
    assert send(emulator, FORMS[form](wrong)).code == "AuthFailure.TokenFailure"


# What was changed after signing


def tampered_body(request: Request) -> Request:
    if request.body is None:
        return replace(request, target=request.target.replace("iVBOR", "iVBOS"))
    return replace(request, body=request.body.replace(b"iVBOR", b"iVBOS"))


@pytest.mark.parametrize("form", [name for name in SIGNED if "unsigned" not in name])
def test_the_parameters_are_signed(emulator, form):
    assert send(emulator, tampered_body(FORMS[form](caller(emulator)))).code == "AuthFailure.SignatureFailure"


def test_an_unsigned_payload_is_not(emulator):
    request = FORMS["tc3-unsigned-payload"](caller(emulator))
    assert send(emulator, tampered_body(request)).code == "FailedOperation.ImageDecodeFailed"
    # The query of a GET is signed all the same.
    request = FORMS["tc3-get-unsigned-payload"](caller(emulator))
    assert send(emulator, tampered_body(request)).code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("name", ["x-tc-action", "x-tc-version", "x-tc-region"])
def test_signed_headers_hold(emulator, name):
    request = caller(emulator).tc3(OWN, sign=(name,))
    assert send(emulator, request.with_headers(**{name: "other"})).code == "AuthFailure.SignatureFailure"
    assert send(emulator, request.with_headers(**{name: None})).code in (
        "AuthFailure.SignatureFailure",
        "MissingParameter",
    )


def test_a_payload_hash(emulator):
    request = caller(emulator).tc3(OWN)
    right = request.with_headers(x_tc_content_sha256=digest(request.body))
    assert send(emulator, right).texts == [URL_IN_QR]
    wrong = send(emulator, request.with_headers(x_tc_content_sha256="0" * 64))
    assert (wrong.code, wrong.message) == (
        "InvalidParameterValue",
        "The value specified in `X-TC-Content-SHA256` is not correct.",
    )


def test_common_parameters_that_the_signature_does_not_cover_do_not_count(emulator):
    """A TC3 call has them in headers; a form has them in itself and not in its query."""
    request = caller(emulator, action=None).tc3(OWN)
    answer = send(emulator, replace(request, target="/?Action=QrcodeOCR&Version=2018-11-19"))
    assert (answer.code, answer.message) == (
        "MissingParameter",
        "The request header is missing a required common parameter `X-TC-Action`.",
    )
    request = caller(emulator, action=None).v1(OWN)
    answer = send(emulator, replace(request, target="/?Action=QrcodeOCR"))
    assert (answer.code, answer.message) == (
        "MissingParameter",
        "The request is missing a required parameter `Action`.",
    )


def test_the_header_counts_when_a_call_is_signed_twice(emulator):
    good, bad = caller(emulator), caller(emulator, key=WRONG_SECRET)
    query = bad.q_sign(OWN, place="query").target
    assert send(emulator, replace(good.q_sign(OWN), target=query)).texts == [URL_IN_QR]
    assert send(emulator, replace(good.tc3(OWN), target=query)).texts == [URL_IN_QR]
    query = good.q_sign(OWN, place="query").target
    assert send(emulator, replace(bad.q_sign(OWN), target=query)).code == "AuthFailure.SignatureFailure"
    assert send(emulator, replace(bad.tc3(OWN), target=query)).code == "AuthFailure.SignatureFailure"


# Language and trace id

CHINESE, ENGLISH = (
    "SecretId不存在，请输入正确的密钥。",
    "The SecretId is not found, please ensure that your SecretId is correct.",
)


@pytest.mark.parametrize(
    "form", ["tc3-json", "tc3-get", "v1-sha1-post", "v1-sha256-get", "q-sign-header", "q-sign-query"]
)
@pytest.mark.parametrize(("language", "message"), [("zh-CN", CHINESE), ("en-US", ENGLISH), (None, ENGLISH)])
def test_the_language(emulator, form, language, message):
    answer = send(emulator, FORMS[form](caller(emulator, key=NOBODY, language=language)))
    assert answer.code == "AuthFailure.SecretIdNotFound"
    assert answer.message == message


@pytest.mark.parametrize("language", ["fr-FR", "zh", "ZH-CN", "en", "zh-CN;q=1"])
@pytest.mark.parametrize(("form", "name"), [("tc3-json", "X-TC-Language"), ("v1-sha1-post", "Language")])
def test_a_language_that_does_not_exist(emulator, form, name, language):
    answer = send(emulator, FORMS[form](caller(emulator, language=language)))
    assert answer.code == "InvalidParameterValue"
    assert f"`{name}`" in answer.message


@pytest.mark.parametrize("form", ["tc3-json", "v1-sha1-get", "q-sign-header"])
@pytest.mark.parametrize("key", [PUBLISHED_KEY, NOBODY], ids=["answer", "error"])
def test_the_trace_id_comes_back(emulator, form, key):
    trace = "5f0ec1d3-9a26-4b2a-a5a4-2c6bd1d94a6e"
    answer = send(emulator, FORMS[form](caller(emulator, key=key)).with_headers(x_tc_traceid=trace))
    assert answer.headers["X-TC-TraceId"] == trace
    assert answer.response["RequestId"] != trace
    assert "X-TC-TraceId" not in send(emulator, FORMS[form](caller(emulator, key=key))).headers


# Forms that API 3.0 does not have


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method(emulator, method):
    request = replace(caller(emulator, host="ocr.tencentcloudapi.com").tc3(OWN), method=method)
    assert send(emulator, request).code == "UnsupportedProtocol"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "application/octet-stream", FORM]
)
def test_a_content_type_that_tc3_does_not_take(emulator, content_type):
    answer = send(emulator, caller(emulator).tc3(OWN, content_type=content_type))
    assert answer.code == "UnsupportedProtocol"
    assert f"`{content_type.partition(';')[0]}`" in answer.message


def test_json_is_for_tc3_alone(emulator):
    request = caller(emulator).v1(OWN, method="GET")
    request = replace(request, method="POST", body=json.dumps(OWN).encode()).with_headers(
        content_type="application/json"
    )
    assert send(emulator, request).code == "MissingParameter"


def test_the_order_of_parameters_does_not_matter(emulator):
    request = caller(emulator).v1(OWN)
    pairs = parse_qsl(request.body.decode())
    assert send(emulator, replace(request, body=urlencode(pairs[::-1]).encode())).texts == [URL_IN_QR]


def test_the_answer_is_a_document_of_the_service(emulator):
    answer = send(emulator, caller(emulator).tc3(OWN))
    assert answer.headers["Server"] == "nginx"
    assert answer.headers["Connection"] == "keep-alive"
    assert answer.response.keys() == {"CodeResults", "ImgSize", "RequestId"}
    (code,) = answer.response["CodeResults"]
    assert code.keys() == {"TypeName", "Url", "Position"}
    assert code["Position"].keys() == {"LeftTop", "RightTop", "RightBottom", "LeftBottom"}
    assert all(point.keys() == {"X", "Y"} for point in code["Position"].values())

"""The checks before the action: which of two faults is told, the limits of size and time, well-formedness, regions."""

import http.client
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from api3 import URL_IN_QR, Caller, Request, caller, encoded, sample, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_emulator.config import KeyPair
from ci_emulator.core.clock import FixedClock
from ci_emulator.testing import Emulator

QR = encoded(sample())
MiB = 1024 * 1024
NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="x", appid="1250000000")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: with the caller, the parameters or the body before signing, or with what is sent."""

    code: str
    says: str = ""
    caller: dict[str, object] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    sent: Callable[[Request], Request] = lambda request: request
    touches: str = ""


def header(**changes):
    return lambda request: request.with_headers(**changes)


def old_date(request: Request) -> Request:
    head, _, rest = request.headers["Authorization"].partition("/")
    return request.with_headers(authorization=f"{head}/2020-01-01/{rest.partition('/')[2]}")


def wrong_signature(request: Request) -> Request:
    value = request.headers.get("Authorization") or request.headers.get("authorization", "")
    return request.with_headers(authorization=value[:-64] + "0" * 64) if value else request


#: In the order of section 1.6. Faults that touch the same thing cannot be had together.
ORDER = {
    "method": Fault("UnsupportedProtocol", "GET and POST", sent=lambda r: replace(r, method="PUT")),
    "content-type": Fault("UnsupportedProtocol", "text/plain", options={"content_type": "text/plain"}),
    "size": Fault("RequestSizeLimitExceeded", sent=header(content_length=str(10 * MiB + 1)), touches="body"),
    "json": Fault("InvalidParameter", "json format", options={"body": b"{"}, touches="body"),
    "no-action": Fault("MissingParameter", "X-TC-Action", {"action": None}, touches="action"),
    "no-version": Fault("MissingParameter", "X-TC-Version", {"version": None}, touches="version"),
    "no-timestamp": Fault(
        "MissingParameter", "X-TC-Timestamp", sent=header(x_tc_timestamp=None), touches="time"
    ),
    "bad-timestamp": Fault(
        "InvalidParameter", "X-TC-Timestamp", sent=header(x_tc_timestamp="soon"), touches="time"
    ),
    "language": Fault("InvalidParameterValue", "X-TC-Language", {"language": "fr-FR"}),
    "unsigned": Fault(
        "MissingParameter", "Authorization", sent=header(authorization=None), touches="signature"
    ),
    "malformed": Fault(
        "AuthFailure.InvalidAuthorization", sent=header(authorization="TC3 x"), touches="signature"
    ),
    "old": Fault("AuthFailure.SignatureExpire", caller={"seconds": -400}, touches="time"),
    "date": Fault("AuthFailure.SignatureFailure", sent=old_date, touches="signature"),
    "key": Fault("AuthFailure.SecretIdNotFound", caller={"key": NOBODY}, touches="key"),
    "signature": Fault("AuthFailure.SignatureFailure", sent=wrong_signature, touches="signature"),
    "token": Fault("AuthFailure.TokenFailure", caller={"more": {"X-TC-Token": "superfluous"}}, touches="key"),
    "action": Fault("InvalidAction", caller={"action": "NoSuchAction"}, touches="action"),
    "version": Fault("NoSuchVersion", caller={"version": "1999-12-31"}, touches="version"),
    "region": Fault("InvalidParameterValue", "X-TC-Region", {"region": "mars-north"}),
    "unknown": Fault("UnknownParameter", "`Extra`", params={"Extra": "x"}),
    "type": Fault("InvalidParameter", "`ImageUrl`", params={"ImageUrl": 7}),
    "picture": Fault("FailedOperation.ImageDecodeFailed", params={"ImageBase64": "***"}),
}
PAIRS = [
    (first, second)
    for first, second in itertools.combinations(ORDER, 2)
    if not ORDER[first].touches or ORDER[first].touches != ORDER[second].touches
]


def faulty(emulator: Emulator, *faults: Fault) -> Request:
    who = caller(emulator)
    params: dict[str, object] = {"ImageBase64": QR}
    options: dict[str, object] = {}
    for fault in faults:
        who = replace(who, **fault.caller)
        params |= fault.params
        options |= fault.options
    request = who.tc3(params, **options)
    for fault in faults:
        request = fault.sent(request)
    return request


@pytest.mark.parametrize("name", ORDER)
def test_a_fault(emulator, name):
    fault = ORDER[name]
    answer = send(emulator, faulty(emulator, fault))
    assert answer.code == fault.code
    assert fault.says in answer.message


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["+".join(pair) for pair in PAIRS])
def test_of_two_faults_the_first_is_told(emulator, first, second):
    answer = send(emulator, faulty(emulator, ORDER[first], ORDER[second]))
    assert answer.code == ORDER[first].code
    assert ORDER[first].says in answer.message


V1_FAULTS = {
    "no-action": ({"action": None}, {}, "MissingParameter", "`Action`"),
    "no-version": ({"version": None}, {}, "MissingParameter", "`Version`"),
    "no-timestamp": ({}, {"Timestamp": None}, "MissingParameter", "`Timestamp`"),
    "no-nonce": ({}, {"Nonce": None}, "MissingParameter", "`Nonce`"),
    "no-key": ({}, {"SecretId": None}, "MissingParameter", "`SecretId`"),
    "bad-timestamp": ({}, {"Timestamp": "soon"}, "InvalidParameter", "Parameter `Timestamp` type error."),
    "bad-nonce": ({}, {"Nonce": "-1"}, "InvalidParameter", "Parameter `Nonce` type error."),
    "arabic-nonce": ({}, {"Nonce": "٣"}, "InvalidParameter", "Parameter `Nonce` type error."),
    "hash": ({}, {"SignatureMethod": "HmacMD5"}, "InvalidParameterValue", "`SignatureMethod`"),
    "milliseconds": ({}, {"Timestamp": "1760000000000"}, "AuthFailure.SignatureExpire", ""),
    "key": ({"key": NOBODY}, {}, "AuthFailure.SecretIdNotFound", ""),
    "token": ({}, {"Token": "superfluous"}, "AuthFailure.TokenFailure", ""),
    "action": ({"action": "NoSuchAction"}, {}, "InvalidAction", ""),
    "version": ({"version": "1999-12-31"}, {}, "NoSuchVersion", ""),
    "region": ({"region": "mars-north"}, {}, "InvalidParameterValue", "`Region`"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", V1_FAULTS)
def test_a_fault_of_a_v1_call(emulator, name, method):
    who, common, code, says = V1_FAULTS[name]
    # On a bare address nothing but the Action tells that such a GET is one of API 3.0.
    who = {"host": "ocr.tencentcloudapi.com", **who}
    request = caller(emulator, **who).v1({"ImageBase64": QR}, method=method, common=common)
    answer = send(emulator, request)
    assert answer.code == code
    assert says in answer.message


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([("ImageUrl", "x"), ("ImageUrl", "y")], "Parameter `ImageUrl` input repeated."),
        ([("Action", "QrcodeOCR")], "Parameter `Action` input repeated."),
        ([("", "x")], "The request has a parameter key which is empty string."),
    ],
)
def test_parameters_of_a_form(emulator, method, pairs, says):
    answer = send(emulator, caller(emulator).v1(pairs, method=method))
    assert (answer.code, answer.message) == ("InvalidParameter", says)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_form_that_is_none(emulator, method):
    request = caller(emulator).v1({"ImageBase64": QR}, method=method)
    request = (
        replace(request, target=request.target + "&flag")
        if method == "GET"
        else replace(request, body=request.body + b"&flag")
    )
    answer = send(emulator, request)
    assert (answer.code, answer.message) == (
        "InvalidParameter",
        "Url key and value should be splited by `=`.",
    )


@pytest.mark.parametrize("value", ["%FF", "%C3", "%ED%A0%80", "\xff"])
@pytest.mark.parametrize("name", ["ImageUrl", "ImageBase64"])
def test_a_form_that_is_not_utf_8(emulator, name, value):
    text = f"{name}={value}".encode("latin-1")
    unsigned = caller(emulator).q_sign({}, form=True)
    answer = send(emulator, replace(unsigned, body=text))
    assert (answer.code, answer.message) == ("InvalidParameter", f"Parameter `{name}` format invalid.")


# Sizes


def test_a_get_of_32_kb(emulator):
    room = 32 * 1024 - len("ImageUrl=")
    assert send(emulator, caller(emulator).tc3({"ImageUrl": "x" * room}, method="GET")).code == (
        "FailedOperation.DownLoadError"
    )
    assert send(emulator, caller(emulator).tc3({"ImageUrl": "x" * (room + 1)}, method="GET")).code == (
        "RequestSizeLimitExceeded"
    )
    answer = send(emulator, caller(emulator).v1({"ImageUrl": "x" * (room + 1)}, method="GET"))
    assert answer.code == "RequestSizeLimitExceeded"


@pytest.mark.parametrize("size", [40_000, 70_000, 700_000])
@pytest.mark.parametrize("host", ["", "ocr.tencentcloudapi.com"])
@pytest.mark.parametrize("form", ["tc3", "v1"])
def test_a_get_that_no_parser_takes(emulator, form, host, size):
    """Over 64 KB the request line is not even read; the caller still gets a document that its SDK understands."""
    request = getattr(caller(emulator, host=host), form)({"ImageBase64": "A" * size}, method="GET")
    assert send(emulator, request).code == "RequestSizeLimitExceeded"


def test_a_get_with_a_body(emulator):
    request = replace(caller(emulator).tc3({"ImageBase64": QR}, method="GET"), body=b"{}")
    assert send(emulator, request).code == "RequestSizeLimitExceeded"


SIZE_OF_V1 = (
    "The provided credentials could not be validated because of exceeding request size limit, please use new signature "
    "method `TC3-HMAC-SHA256`."
)


def _form(emulator, size):
    """A v1 form of exactly so many bytes, whose ImageBase64 is no picture."""
    room = size - len(caller(emulator).v1({"ImageBase64": ""}).body)
    # The length varies with what has to be escaped in the signature.
    for nonce in range(10_000, 11_000):
        request = caller(emulator).v1({"ImageBase64": "A" * room}, common={"Nonce": str(nonce)})
        if len(request.body) == size:
            return request
    raise AssertionError("no such form")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_form_of_1_mb(emulator, chunked):
    def ask(size):
        request = _form(emulator, size)
        if chunked:
            body = request.body
            parts = (body[at : at + 65536] for at in range(0, len(body), 65536))
            request = replace(request, body=parts).with_headers(transfer_encoding="chunked")
        return send(emulator, request, chunked=chunked)

    assert ask(MiB).code.startswith("FailedOperation.Image")
    answer = ask(MiB + 1)
    assert (answer.code, answer.message) == ("AuthFailure.SignatureFailure", SIZE_OF_V1)


def test_a_form_over_1_mb_with_a_cos_signature(emulator):
    request = caller(emulator).q_sign({"ImageBase64": "A" * MiB}, form=True)
    assert send(emulator, request).code == "RequestSizeLimitExceeded"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("scheme", ["tc3", "q-sign"])
def test_json_of_10_mb(emulator, chunked, scheme):
    who = caller(emulator)

    def ask(size):
        body = b'{"ImageBase64":"' + b"A" * (size - 18) + b'"}'
        assert len(body) == size
        request = who.tc3(body=body) if scheme == "tc3" else replace(who.q_sign(), body=body)
        if chunked:
            parts = (body[at : at + 65536] for at in range(0, len(body), 65536))
            request = replace(request, body=parts).with_headers(transfer_encoding="chunked")
        return send(emulator, request, chunked=chunked).code

    assert ask(10 * MiB) == "FailedOperation.ImageDecodeFailed"
    assert ask(10 * MiB + 1) == "RequestSizeLimitExceeded"


def test_the_server_is_well_afterwards(emulator):
    assert send(emulator, caller(emulator).tc3({"ImageBase64": QR})).texts == [URL_IN_QR]


# JSON

NOT_JSON = [
    b"",
    b" ",
    b"null",
    b"7",
    b'"text"',
    b"[]",
    b'[{"ImageUrl":"x"}]',
    b"{",
    b"{]",
    b"{'ImageUrl':'x'}",
    b'{"ImageUrl":"x",}',
    b'{"ImageUrl":"x"} x',
    b'{"ImageUrl":"x"}{}',
    b'{"ImageUrl":NaN}',
    b'{"ImageUrl":-Infinity}',
    b'{"ImageUrl":01}',
    b'{"ImageUrl":"\x01"}',
    b'{"ImageUrl":"\\x"}',
    b'{"ImageUrl":"\xff"}',
    b'{"ImageUrl":"\xed\xa0\x80"}',
    b'\xef\xbb\xbf{"ImageUrl":"x"}',
    '{"ImageUrl":"x"}'.encode("utf-16"),
    b'{"ImageUrl":' + b"1" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"ImageUrl=x",
]


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:24]))
def test_a_body_that_is_not_a_json_object(emulator, body):
    answer = send(emulator, caller(emulator).tc3(body=body))
    assert (answer.code, answer.message) == (
        "InvalidParameter",
        "The request content not valid json format for specified content-type=application/json.",
    )


TYPE = "The value type of parameter `{}` is not valid."
SHAPES = [
    *[(f'{{"{name}":{value}}}', "InvalidParameter", TYPE.format(name)) for name in ("ImageUrl", "ImageBase64") for value in ("7", "1.5", "1e400", "true", "[]", '["x"]', "{}", '{"a":"b"}')],
    ('{"ImageUrl":"x","ImageUrl":"x"}', "InvalidParameter", "Parameter `ImageUrl` input repeated."),
    ('{"a":{"b":1,"b":2}}', "InvalidParameter", "Parameter `b` input repeated."),
    ('{"":"x"}', "InvalidParameter", "The request has a parameter key which is empty string."),
    ('{"imageurl":"x"}', "UnknownParameter", "The parameter `imageurl` is not recognized."),
    ('{"Action":"QrcodeOCR"}', "UnknownParameter", "The parameter `Action` is not recognized."),
    ('{"a":' + "[" * 500 + "]" * 500 + "}", "UnknownParameter", "The parameter `a` is not recognized."),
    ('{"ImageUrl":"\\ud800"}', "InvalidParameter", "Parameter `ImageUrl` format invalid."),
    ('{"ImageBase64":"\\udfff"}', "InvalidParameter", "Parameter `ImageBase64` format invalid."),
    ('{"\\ud800":"x"}', "UnknownParameter", "The parameter `?` is not recognized."),
    ("{}", "InvalidParameterValue.InvalidParameterValueLimit", "The value of a parameter is not valid."),
    ('{"ImageUrl":null,"ImageBase64":null}', "InvalidParameterValue.InvalidParameterValueLimit", "The value of a parameter is not valid."),
    ('{"ImageUrl":"","ImageBase64":""}', "InvalidParameterValue.InvalidParameterValueLimit", "The value of a parameter is not valid."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "message"), SHAPES, ids=[shape[0][:40] for shape in SHAPES])
def test_json_of_the_wrong_shape(emulator, body, code, message):
    answer = send(emulator, caller(emulator).tc3(body=body.encode()))
    assert (answer.code, answer.message) == (code, message)


def test_a_long_name_is_not_repeated_in_full(emulator):
    answer = send(emulator, caller(emulator).tc3({"x" * 100_000: "y"}))
    assert answer.code == "UnknownParameter"
    assert len(answer.message) < 500


@pytest.mark.parametrize(
    "params",
    [{"ImageUrl": None, "ImageBase64": QR}, {"ImageUrl": "", "ImageBase64": QR}],
    ids=["null", "empty"],
)
def test_an_url_that_is_not_given(emulator, params):
    assert send(emulator, caller(emulator).tc3(params)).texts == [URL_IN_QR]


KNOWN_CODES = {
    "",
    "InvalidParameter",
    "UnknownParameter",
    "InvalidParameterValue.InvalidParameterValueLimit",
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.EmptyImageError",
    "FailedOperation.DownLoadError",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.dictionaries(st.sampled_from(["ImageUrl", "ImageBase64", "x"]), json_values, max_size=2).map(
        lambda value: json.dumps(value).encode()
    )
)
def test_whatever_is_sent_has_a_known_answer(emulator, body):
    assert send(emulator, caller(emulator).tc3(body=body)).code in KNOWN_CODES


# Time

NOW = 1_760_000_000


@pytest.fixture(scope="module")
def still():
    with Emulator(clock=FixedClock(NOW)) as emulator:
        yield emulator


@pytest.mark.parametrize("form", ["tc3", "v1"])
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (-300, ""),
        (300, ""),
        (-301, "AuthFailure.SignatureExpire"),
        (301, "AuthFailure.SignatureExpire"),
        (-NOW, "AuthFailure.SignatureExpire"),
        (NOW * 999, "AuthFailure.SignatureExpire"),
    ],
)
def test_the_timestamp_may_be_five_minutes_off(still, form, seconds, code):
    who = caller(still, at=NOW)
    if form == "v1":
        request = who.v1({"ImageBase64": QR}, common={"Timestamp": str(NOW + seconds)})
    elif abs(seconds) > 1000:
        request = who.tc3({"ImageBase64": QR}).with_headers(x_tc_timestamp=str(NOW + seconds))
    else:
        request = replace(who, seconds=seconds).tc3({"ImageBase64": QR})
    assert send(still, request).code == code


# Regions and limits


@pytest.fixture(scope="module")
def of_2018():
    with Emulator(qrcode_ocr_limits="2018") as emulator:
        yield emulator


@pytest.mark.parametrize("form", ["tc3", "v1"])
@pytest.mark.parametrize(
    ("region", "now", "in_2018"),
    [
        ("ap-beijing", "", ""),
        ("ap-guangzhou", "", ""),
        ("ap-shanghai", "", "UnsupportedRegion"),
        ("na-toronto", "", "UnsupportedRegion"),
        (None, "", "MissingParameter"),
        ("", "", "MissingParameter"),
        ("mars-north", "InvalidParameterValue", "InvalidParameterValue"),
        ("AP-GUANGZHOU", "InvalidParameterValue", "InvalidParameterValue"),
    ],
)
def test_regions(emulator, of_2018, form, region, now, in_2018):
    name = "Region" if form == "v1" else "X-TC-Region"
    for server, code in ((emulator, now), (of_2018, in_2018)):
        who = caller(server, region=region)
        answer = send(server, who.v1({"ImageBase64": QR}) if form == "v1" else who.tc3({"ImageBase64": QR}))
        assert answer.code == code
        if code == "UnsupportedRegion":
            assert answer.message == "The action not support this region."
        elif code:
            assert f"`{name}`" in answer.message


def test_a_missing_region_is_told_before_an_unknown_parameter(of_2018):
    assert send(of_2018, caller(of_2018, region=None).tc3({"Extra": 7})).code == "MissingParameter"
    assert send(of_2018, caller(of_2018, region="ap-tokyo").tc3({"Extra": 7})).code == "UnsupportedRegion"


def test_the_base64_of_2018(of_2018):
    picture = sample()
    characters = 3 * 1024 * 1024

    def ask(length):
        # What follows the end of a PNG is not read.
        text = encoded(picture + bytes(length // 4 * 3 - len(picture)))
        return send(of_2018, caller(of_2018).tc3({"ImageBase64": text + "\n" * (length - len(text))}))

    assert ask(characters).texts == [URL_IN_QR]
    assert ask(characters + 1).code == "LimitExceeded.TooLargeFileError"
    assert ask(5 * 1024 * 1024).code == "LimitExceeded.TooLargeFileError"


def test_head_has_no_body(emulator):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    connection.request("HEAD", "/", headers={"Host": "ocr.tencentcloudapi.com", "X-TC-Action": "QrcodeOCR"})
    answer = connection.getresponse()
    assert (answer.status, answer.read(), answer.getheader("Content-Type")) == (200, b"", "application/json")
    # The connection is fit for another call.
    connection.request("GET", "/_emulator/health")
    assert connection.getresponse().status == 200
    connection.close()


def test_an_expectation_is_met_after_the_checks_of_the_head(emulator):
    request = caller(emulator).tc3({"ImageBase64": QR}).with_headers(expect="100-continue")
    assert send(emulator, request).texts == [URL_IN_QR]


def test_who_asks_needs_no_account_with_a_bucket():
    stranger = KeyPair(secret_id="AKIDlonely", secret_key="k", appid="1299999999")
    with Emulator(credentials=(stranger,)) as emulator:
        assert send(emulator, Caller(emulator.address, key=stranger).tc3({"ImageBase64": QR})).texts == [
            URL_IN_QR
        ]


@pytest.mark.parametrize(
    ("mode", "key", "answer"),
    [
        ("any-secret", NOBODY, ""),
        ("off", NOBODY, ""),
        ("strict", NOBODY, "AuthFailure.SecretIdNotFound"),
    ],
)
def test_the_modes_of_auth(mode, key, answer):
    with Emulator(auth=mode) as emulator:
        for request in (
            caller(emulator, key=key).tc3({"ImageBase64": QR}),
            caller(emulator, key=key).v1({"ImageBase64": QR}),
        ):
            assert send(emulator, request).code == answer
        late = caller(emulator, key=key, seconds=-400).tc3({"ImageBase64": QR})
        assert send(emulator, late).code == ("" if mode == "off" else "AuthFailure.SignatureExpire")

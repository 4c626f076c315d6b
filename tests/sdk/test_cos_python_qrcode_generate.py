"""`ci_qrcode_generate` of cos-python-sdk-v5 (spec: ci.md section 1): what is made is read back, what is bad is refused."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageOps
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import HOST, KEYS, REGION, SAMPLES, refused, through_proxy
from sdk_pictures import codes_in, picture_of

from ci_emulator.testing import Emulator

CHINESE = "你好，世界！欢迎来到二维码的世界。"
NOTICE = "x-ci-emulator-notice"


@pytest.fixture(scope="module")
def zxing_emulator():
    with Emulator(writer="zxing", credentials=KEYS, region=REGION) as running:
        yield running


@pytest.fixture(params=["qrcode", "zxing"])
def by_writer(request, make_cos, emulator, zxing_emulator):
    """A client of an emulator with each writer; the one for zxing has a bucket too."""
    if request.param == "qrcode":
        return make_cos()
    client = make_cos(at=zxing_emulator)
    if not client.bucket_exists(Bucket=SAMPLES):
        client.create_bucket(Bucket=SAMPLES)
    return client


@pytest.mark.parametrize("width", [41, 50, 99, 100, 200, 257, 1000])
@pytest.mark.parametrize(
    "content", ["https://www.example.com", CHINESE, "x", "0123456789", "a\nb\tc", " blank "]
)
def test_a_qr_code_of_every_width_that_can_carry_it(by_writer, content, width):
    image = picture_of(by_writer.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent=content, Width=width))
    assert image.size == (width, width)
    assert codes_in(image) == [("QRCode", content)]


def test_a_width_of_one_pixel_a_module_leaves_no_quiet_zone(by_writer):
    made = by_writer.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="https://www.example.com", Width=25)
    framed = ImageOps.expand(picture_of(made), border=4, fill=1)
    assert codes_in(framed.resize((330, 330))) == [("QRCode", "https://www.example.com")]


@pytest.mark.parametrize("width", [115, 200, 301, 1000])
def test_twelve_digits_make_an_ean_13(by_writer, width):
    image = picture_of(
        by_writer.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="690123456789", Width=width, Mode=1)
    )
    assert image.width == width
    assert codes_in(image) == [("EAN13", "6901234567892")]


@pytest.mark.parametrize(
    "content", ["Example-2024/10#7", "1234567890123", "12345", "12345678901a", "~", "  two  "]
)
def test_other_text_makes_a_code_128(by_writer, content):
    image = picture_of(by_writer.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent=content, Width=500, Mode=1))
    assert image.width == 500
    assert codes_in(image) == [("Code128", content)]


def _presigned(make_cos, **params):
    client = make_cos(way="proxies", EnableOldDomain=True)
    params = {"ci-process": "qrcode-generate", **params}
    return client.get_presigned_download_url(Bucket=SAMPLES, Key="/", Params=params)


@pytest.mark.parametrize(
    ("params", "noticed"),
    [
        ({"qrcode-content": "690123456789", "mode": "1"}, False),
        ({"qrcode-content": "text", "mode": "1"}, True),
        ({"qrcode-content": "text", "mode": "0"}, False),
        ({"qrcode-content": "text"}, False),
    ],
)
def test_a_notice_names_the_documented_limit_of_bar_codes(emulator, make_cos, params, noticed):
    answer = through_proxy(emulator, "GET", _presigned(make_cos, width="300", **params))
    assert answer.status_code == 200
    assert (NOTICE in answer.headers) is noticed
    if noticed:
        assert "12 digits" in answer.headers[NOTICE]


def test_the_chinese_page_allows_twelve_digits_only(make_cos):
    with Emulator(barcode_content="ean13-only", seed=[f"{SAMPLES}=samples/pictures"]) as at:
        client = make_cos(at=at)
        made = client.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="690123456789", Width=200, Mode=1)
        assert codes_in(picture_of(made)) == [("EAN13", "6901234567892")]
        for content in ("Example", "1234567890123", "12345678901", "１２３４５６７８９０１２"):
            with refused("InvalidArgument", 400) as seen:
                client.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent=content, Width=200, Mode=1)
            assert "12 digits" in seen.error.get_error_msg()
        assert client.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="Example", Width=200)


#: The lines "Bad input" of the requirements that a caller of the SDK can send, and what the message must name.
BAD = {
    "width-empty": ({"Width": ""}, "width"),
    "width-not-a-number": ({"Width": "wide"}, "width"),
    "width-a-fraction": ({"Width": "1.5"}, "width"),
    "width-with-blanks": ({"Width": " 200 "}, "width"),
    "width-in-other-digits": ({"Width": "２００"}, "width"),
    "width-zero": ({"Width": 0}, "width"),
    "width-negative": ({"Width": -200}, "width"),
    "width-huge": ({"Width": 10_001}, "width"),
    "width-beyond-all": ({"Width": "9" * 400}, "width"),
    "width-smaller-than-the-symbol": ({"Width": 20}, "width"),
    "width-one-pixel-short": ({"Width": 24, "QrcodeContent": "https://www.example.com"}, "width"),
    "width-smaller-than-the-bars": ({"Width": 50, "Mode": 1, "QrcodeContent": "690123456789"}, "width"),
    "mode-2": ({"Mode": 2}, "mode"),
    "mode-negative": ({"Mode": -1}, "mode"),
    "mode-empty": ({"Mode": ""}, "mode"),
    "mode-not-a-number": ({"Mode": "qr"}, "mode"),
    "mode-another-spelling": ({"Mode": "01"}, "mode"),
    "content-empty": ({"QrcodeContent": ""}, "content"),
    "content-empty-bar-code": ({"QrcodeContent": "", "Mode": 1}, "content"),
    "content-too-long": ({"QrcodeContent": "x" * 2332, "Width": 1000}, "content"),
    "content-too-long-digits": ({"QrcodeContent": "7" * 5597, "Width": 1000}, "content"),
    "content-too-long-capitals": ({"QrcodeContent": "A" * 3392, "Width": 1000}, "content"),
    "content-too-long-chinese": ({"QrcodeContent": "图" * 778, "Width": 1000}, "content"),
    "bar-code-of-chinese": ({"QrcodeContent": CHINESE, "Mode": 1, "Width": 1000}, "content"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(cos, name):
    options, named = BAD[name]
    with refused("InvalidArgument", 400, resource=f"{HOST}/") as seen:
        cos.ci_qrcode_generate(**{"Bucket": SAMPLES, "QrcodeContent": "text", "Width": 200, **options})
    assert named in seen.error.get_error_msg()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("x" * 2331, id="bytes"),
        pytest.param("7" * 5596, id="digits"),
        pytest.param("A" * 3391, id="capitals"),
    ],
)
def test_the_longest_content_that_version_40_carries(cos, content):
    image = picture_of(cos.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent=content, Width=185))
    assert image.size == (185, 185)
    assert codes_in(image.resize((740, 740))) == [("QRCode", content)]


PARAMS = {"qrcode-content": "text", "width": "200"}


@pytest.mark.parametrize("absent", PARAMS)
def test_a_parameter_that_is_missing(emulator, make_cos, absent):
    url = _presigned(make_cos, **{name: value for name, value in PARAMS.items() if name != absent})
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, b"<Code>InvalidArgument</Code>" in answer.content) == (400, True)
    assert f"The parameter {absent} is required.".encode() in answer.content


def test_the_mode_is_0_when_it_is_missing(emulator, make_cos):
    assert through_proxy(emulator, "GET", _presigned(make_cos, **PARAMS)).status_code == 200


def test_content_that_is_not_utf_8(emulator, make_cos):
    url = _presigned(make_cos, **{**PARAMS, "qrcode-content": b"\xff\xfe"})
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, b"<Code>InvalidArgument</Code>" in answer.content) == (400, True)


@pytest.mark.parametrize(
    ("process", "status", "code"),
    [
        pytest.param("qrcode-generat", 400, "InvalidArgument", id="unknown"),
        pytest.param("", 400, "InvalidArgument", id="empty"),
        pytest.param("QRCODE-GENERATE", 400, "InvalidArgument", id="other-case"),
        pytest.param("AIBodyRecognition", 501, "NotImplemented", id="real-but-not-here"),
    ],
)
def test_a_ci_process_that_is_not_known(emulator, make_cos, process, status, code):
    answer = through_proxy(emulator, "GET", _presigned(make_cos, **PARAMS, **{"ci-process": process}))
    assert (answer.status_code, f"<Code>{code}</Code>".encode() in answer.content) == (status, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "PATCH"])
def test_a_wrong_method(emulator, make_cos, method):
    client = make_cos(way="proxies", EnableOldDomain=True)
    params = {"ci-process": "qrcode-generate", **PARAMS}
    url = client.get_presigned_url(Bucket=SAMPLES, Key="/", Method=method, Params=params)
    answer = through_proxy(emulator, method, url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/xml")
    assert answer.content == b"" if method == "HEAD" else b"<Code>MethodNotAllowed</Code>" in answer.content


@pytest.mark.parametrize(
    ("where", "host"),
    [
        pytest.param({"Bucket": SAMPLES, "Key": "qr-url.png"}, HOST, id="on-a-key"),
        pytest.param({"Bucket": None, "Key": "/"}, f"cos.{REGION}.myqcloud.com", id="no-bucket"),
    ],
)
def test_elsewhere_than_on_a_bucket(emulator, make_cos, where, host):
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_download_url(**where, Params={"ci-process": "qrcode-generate", **PARAMS})
    assert url.startswith(f"http://{host}/")
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, b"<Code>InvalidArgument</Code>" in answer.content) == (400, True)
    assert b"on the bucket" in answer.content


def test_unsigned(emulator):
    answer = through_proxy(
        emulator, "GET", f"http://{HOST}/?ci-process=qrcode-generate&qrcode-content=x&width=90"
    )
    assert (answer.status_code, b"<Code>AccessDenied</Code>" in answer.content) == (403, True)


def test_on_the_host_of_cloud_infinite(emulator, make_cos):
    client = make_cos(way="proxies")
    url = client.get_presigned_url(
        Bucket=SAMPLES,
        Key="/",
        Method="GET",
        Params={"ci-process": "qrcode-generate", **PARAMS},
        UseCiEndPoint=True,
    )
    assert f"{SAMPLES}.ci.{REGION}.myqcloud.com" in url
    assert through_proxy(emulator, "GET", url).status_code == 200


def test_the_server_survives_all_of_it(cos):
    for options, _ in itertools.islice(BAD.values(), 5):
        with pytest.raises(CosServiceError):
            cos.ci_qrcode_generate(**{"Bucket": SAMPLES, "QrcodeContent": "text", "Width": 200, **options})
    assert cos.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="still here", Width=100)["ResultImage"]


# A lone surrogate is no text at all, and NUL ends the text for some readers.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=120)


@given(content=TEXT, extra=st.integers(0, 400))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_over_the_wire_and_back(cos, content, extra):
    width = 160 + extra
    image = picture_of(cos.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent=content, Width=width))
    assert image.size == (width, width)
    (code,) = codes_in(image.resize((width * 3, width * 3)))
    assert code == ("QRCode", content)

"""Presigned URLs of cos-python-sdk-v5: valid, expired, tampered with (spec: cos.md section 1)."""

import re
import time
import xml.etree.ElementTree as ET

import pytest
from sdk_clients import APPID, PICTURES, SAMPLES, TEMPORARY, body_of, error_of, refused, through_proxy

from ci_emulator.core.clock import FixedClock
from ci_emulator.testing import Emulator

PICTURE = "qr-url.png"
CONTENT = (PICTURES / PICTURE).read_bytes()

MISMATCH = (403, "SignatureDoesNotMatch", "The Signature you specified is invalid.")


@pytest.fixture
def signer(make_cos):
    """A client whose presigned URLs name the cloud's host, to be fetched through the emulator as a proxy."""
    return make_cos(way="proxies", EnableOldDomain=True)


def test_a_presigned_download(emulator, signer):
    for url in (
        signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE),
        signer.get_presigned_url(Bucket=SAMPLES, Key=PICTURE, Method="GET", Expired=5),
        signer.get_presigned_url(Bucket=SAMPLES, Key=PICTURE, Method="GET", SignHost=False),
    ):
        answer = through_proxy(emulator, "GET", url)
        assert (answer.status_code, answer.content) == (200, CONTENT)


def test_a_presigned_upload_and_head_and_delete(emulator, signer, cos, bucket):
    key = "目录/a b+c.bin"

    def send(method, **options):
        url = signer.get_presigned_url(Bucket=bucket, Key=key, Method=method)
        return through_proxy(emulator, method, url, **options)

    assert send("PUT", data=b"uploaded").status_code == 200
    assert body_of(cos.get_object(Bucket=bucket, Key=key)) == b"uploaded"
    assert send("HEAD").headers["Content-Length"] == "8"
    assert send("DELETE").status_code == 204
    assert cos.object_exists(Bucket=bucket, Key=key) is False


def test_a_presigned_url_with_signed_parameters(emulator, signer):
    params = {
        "response-content-type": "text/x-own",
        "response-content-disposition": 'attachment; filename="图 1.png"',
    }
    url = signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE, Params=params)
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/x-own")
    assert answer.content == CONTENT


def test_a_presigned_url_with_a_signed_header(emulator, signer):
    headers = {"Range": "bytes=0-3"}
    url = signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE, Headers=headers)
    assert through_proxy(emulator, "GET", url, headers=headers).content == CONTENT[:4]
    assert error_of(through_proxy(emulator, "GET", url, headers={"Range": "bytes=0-99"})) == MISMATCH
    assert error_of(through_proxy(emulator, "GET", url)) == MISMATCH


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda url: url.replace(PICTURE, "qr-chinese.png"), id="key"),
        pytest.param(lambda url: url.replace("text%2Fplain", "text%2Fhtml"), id="parameter"),
        pytest.param(lambda url: re.sub("&response-content-type=[^&]*", "", url), id="parameter-removed"),
        pytest.param(lambda url: url.replace(SAMPLES, f"other-{APPID}"), id="bucket"),
        pytest.param(
            lambda url: re.sub(
                "(q-signature=)(.)", lambda m: m[1] + "0123456789abcdef"[int(m[2], 16) - 1], url
            ),
            id="signature",
        ),
        pytest.param(
            lambda url: url.replace("q-url-param-list=response-content-type", "q-url-param-list="), id="list"
        ),
    ],
)
def test_a_presigned_url_that_was_tampered_with(emulator, signer, tamper):
    url = signer.get_presigned_download_url(
        Bucket=SAMPLES, Key=PICTURE, Params={"response-content-type": "text/plain"}
    )
    assert through_proxy(emulator, "GET", url).status_code == 200
    changed = tamper(url)
    assert changed != url
    answer = through_proxy(emulator, "GET", changed)
    assert error_of(answer) == MISMATCH
    root = ET.fromstring(answer.content)
    assert root.findtext("StringToSign").startswith("sha1\n")
    assert root.findtext("FormatString").startswith("get\n/")


def test_a_presigned_url_holds_for_its_method_only(emulator, signer):
    url = signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE)
    assert error_of(through_proxy(emulator, "PUT", url, data=b"x")) == MISMATCH


def test_an_expired_presigned_url(emulator, signer):
    url = signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE, Expired=-10)
    answer = through_proxy(emulator, "GET", url)
    assert error_of(answer) == (403, "AccessDenied", "Request has expired")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", ET.fromstring(answer.content).findtext("ServerTime")
    )


def test_a_presigned_url_expires_when_its_time_has_come(make_cos):
    clock = FixedClock(time.time())
    with Emulator(clock=clock, seed=[f"{SAMPLES}={PICTURES}"]) as at:
        url = make_cos(at=at, way="proxies").get_presigned_download_url(
            Bucket=SAMPLES, Key=PICTURE, Expired=300
        )
        assert through_proxy(at, "GET", url).content == CONTENT
        clock.move(310)
        assert error_of(through_proxy(at, "GET", url)) == (403, "AccessDenied", "Request has expired")


def test_a_clock_that_is_too_far_ahead(make_cos):
    with (
        Emulator(clock=FixedClock(time.time() - 3600), seed=[f"{SAMPLES}={PICTURES}"]) as at,
        refused("RequestTimeTooSkewed", 403),
    ):
        make_cos(at=at).get_object(Bucket=SAMPLES, Key=PICTURE)


def test_a_presigned_token(emulator, make_cos):
    signer = make_cos(TEMPORARY, way="proxies")
    url = signer.get_presigned_download_url(
        Bucket=SAMPLES, Key=PICTURE, Params={"x-cos-security-token": TEMPORARY.token}
    )
    assert through_proxy(emulator, "GET", url).content == CONTENT
    bare = signer.get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE)
    assert error_of(through_proxy(emulator, "GET", bare))[:2] == (403, "AccessDenied")

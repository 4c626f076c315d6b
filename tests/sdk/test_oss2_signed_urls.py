"""Signed URLs of oss2 and alibabacloud_oss_v2, followed by a client that knows nothing of them."""

import datetime

import alibabacloud_oss_v2 as oss
import pytest
import requests
from oss_clients import IP, LOCALHOST, close_oss, oss_client, oss_endpoint, oss_error_of, temporary_key
from sdk_clients import PUBLISHED_KEY, TEMPORARY

from ci_emulator.core.clock import SystemClock
from ci_emulator.testing import Emulator

# oss2 asks for UTC the old way, which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

VERSIONS = ("v1", "v4")
KEYS = ["plain.txt", "a b/c d.txt", "汉字/文件.txt", "1+1=2&3?#.txt", "%2F/%20.txt", "~!*'()/x"]


@pytest.fixture(params=[PUBLISHED_KEY, TEMPORARY], ids=["permanent", "temporary"])
def pair(request):
    return request.param


@pytest.fixture(params=VERSIONS)
def one(make_oss, oss_bucket, pair, request):
    return make_oss(oss_bucket.bucket_name, pair, request.param)


def test_every_key_with_and_without_slash_safe(make_oss, one):
    for key in KEYS:
        for slash_safe in (False, True):
            text = f"{key} {slash_safe}".encode()
            assert requests.put(one.sign_url("PUT", key, 60, slash_safe=slash_safe), text, timeout=30).ok
            answer = requests.get(one.sign_url("GET", key, 60, slash_safe=slash_safe), timeout=30)
            assert (answer.status_code, answer.content) == (200, text)
        assert one.get_object(key).read() == text


def test_signed_headers_must_be_sent(one):
    headers = {"Content-Type": "image/png", "x-oss-meta-name": "value", "x-oss-object-acl": "private"}
    url = one.sign_url("PUT", "a.png", 60, headers=headers)
    assert requests.put(url, b"x", headers=headers, timeout=30).ok
    assert one.head_object("a.png").headers["x-oss-meta-name"] == "value"
    for changed in (
        {},
        {**headers, "Content-Type": "image/jpeg"},
        {**headers, "x-oss-object-acl": "public-read"},
        {**headers, "x-oss-meta-more": "1"},
    ):
        answer = requests.put(url, b"x", headers=changed, timeout=30)
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (403, "SignatureDoesNotMatch")


def test_overrides_of_the_answer_are_signed(one):
    one.put_object("a", b"x")
    params = {
        "response-content-type": "text/x-other; charset=utf-8",
        "response-content-disposition": 'attachment; filename="a b+c.txt"',
        "response-cache-control": "no-store",
    }
    url = one.sign_url("GET", "a", 60, params=params)
    answer = requests.get(url, timeout=30)
    assert answer.ok, answer.text
    assert answer.headers["Content-Type"] == params["response-content-type"]
    assert answer.headers["Content-Disposition"] == params["response-content-disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    for changed in (url.replace("no-store", "public"), f"{url}&response-expires=0", f"{url}&acl"):
        assert oss_error_of(requests.get(changed, timeout=30))["Code"] == "SignatureDoesNotMatch"


def test_x_oss_process_cannot_be_added_later(one):
    url = one.sign_url("GET", "a.png", 60)
    found = oss_error_of(requests.get(f"{url}&x-oss-process=image/info", timeout=30))
    assert found["Code"] == "SignatureDoesNotMatch"


def test_another_method_or_key(one):
    one.put_object("a", b"x")
    url = one.sign_url("GET", "a", 60)
    assert oss_error_of(requests.delete(url, timeout=30))["Code"] == "SignatureDoesNotMatch"
    other = url.replace("/a?", "/b?")
    assert oss_error_of(requests.get(other, timeout=30))["Code"] == "SignatureDoesNotMatch"
    assert requests.head(url, timeout=30).status_code == 403


@pytest.mark.parametrize("host", [IP, LOCALHOST])
def test_additional_headers_of_version_4(make_oss, oss_bucket, host, emulator):
    one = make_oss(oss_bucket.bucket_name, host=host)
    one.put_object("a", b"0123456789")
    headers = {"Range": "bytes=0-3", "Host": f"{host}:{emulator.port}"}
    url = one.sign_url(
        "GET", "a", 60, headers=dict(headers), additional_headers=["range", "host", "if-match"]
    )
    assert "x-oss-additional-headers=host%3Brange" in url
    assert requests.get(url, headers={"Range": "bytes=0-3"}, timeout=30).content == b"0123"
    for changed in ({}, {"Range": "bytes=0-4"}, {"Range": "bytes=0-3", "Host": "localhost:1"}):
        assert oss_error_of(requests.get(url, headers=changed, timeout=30))["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("host", [IP, LOCALHOST])
def test_urls_of_oss_v2(make_oss_v2, oss_bucket, pair, version, host):
    client, name = make_oss_v2(pair, version, host=host), oss_bucket.bucket_name
    for key in KEYS:
        put = client.presign(
            oss.PutObjectRequest(bucket=name, key=key, content_type="text/x-a", metadata={"a": "b"})
        )
        assert requests.put(put.url, key.encode(), headers=put.signed_headers, timeout=30).ok
        assert oss_error_of(requests.put(put.url, b"", timeout=30))["Code"] == "SignatureDoesNotMatch"
        get = client.presign(
            oss.GetObjectRequest(bucket=name, key=key, response_content_type="text/x-b"),
            expires=datetime.timedelta(minutes=5),
        )
        answer = requests.get(get.url, headers=get.signed_headers, timeout=30)
        assert (answer.content, answer.headers["Content-Type"]) == (key.encode(), "text/x-b")


class Later(SystemClock):
    """A clock that is `seconds` ahead of the machine's."""

    seconds = 0.0

    def now(self):
        return super().now() + self.seconds


@pytest.mark.parametrize("version", VERSIONS)
def test_expiry(version):
    clock = Later()
    with Emulator(clock=clock) as emulator:
        one = oss_client(emulator, "photos", version=version)
        one.create_bucket()
        one.put_object("a", b"x")
        url = one.sign_url("GET", "a", 60)
        assert requests.get(url, timeout=30).content == b"x"
        clock.seconds = 62
        wrong = url.replace("ignature=", "ignature=A")
        assert wrong != url
        for late in (url, wrong):
            answer = requests.get(late, timeout=30)
            found = oss_error_of(answer)
            assert (answer.status_code, found["Code"]) == (403, "AccessDenied")
            assert found["Message"] == "Request has expired."
            assert found["EC"] == {"v1": "0002-00000069", "v4": "0002-00000236"}[version]
            assert found["Expires"] < found["ServerTime"]
        clock.seconds = -1000
        answer = requests.get(url, timeout=30)
        if version == "v1":
            assert answer.ok
        else:
            assert (answer.status_code, oss_error_of(answer)["EC"]) == (403, "0002-00000235")
        close_oss(one)


def test_a_url_outlives_its_key_by_nothing(make_oss, oss_bucket):
    oss_bucket.put_object("a", b"x")
    for version in VERSIONS:
        live = make_oss(oss_bucket.bucket_name, temporary_key(seconds=30), version)
        assert requests.get(live.sign_url("GET", "a", 600), timeout=30).ok
        past = make_oss(oss_bucket.bucket_name, temporary_key(seconds=-1), version)
        answer = requests.get(past.sign_url("GET", "a", 600), timeout=30)
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (403, "SecurityTokenExpired")


CREDENTIAL = "x-oss-credential=a%2F20261121%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
V4 = "x-oss-signature-version=OSS4-HMAC-SHA256"
FULL = f"{V4}&{CREDENTIAL}&x-oss-date=20261121T120000Z&x-oss-expires=60&x-oss-signature=a"


@pytest.mark.parametrize(
    ("query", "status", "code", "ec"),
    [
        ("OSSAccessKeyId=a", 403, "AccessDenied", "0002-00000074"),
        ("OSSAccessKeyId=a&Signature=b", 403, "AccessDenied", "0002-00000068"),
        ("OSSAccessKeyId=a&Expires=&Signature=b", 403, "AccessDenied", "0002-00000068"),
        ("x-oss-process=a&Expires=99999999999&Signature=b", 403, "AccessDenied", "0002-00000071"),
        ("OSSAccessKeyId=a%09b&Expires=99999999999&Signature=b", 400, "InvalidArgument", "0002-00000073"),
        ("OSSAccessKeyId=a&Expires=soon&Signature=b", 403, "AccessDenied", "0002-00000070"),
        ("OSSAccessKeyId=a&Expires=-1&Signature=b", 403, "AccessDenied", "0002-00000070"),
        ("OSSAccessKeyId=a&Expires=1&Expires=99999999999&Signature=b", 403, "AccessDenied", "0002-00000069"),
        ("OSSAccessKeyId=a&Expires=99999999999&Signature=b", 403, "InvalidAccessKeyId", "0002-00000902"),
        ("x-oss-signature-version=OSS2&x-oss-signature=a", 400, "InvalidArgument", None),
        ("x-oss-signature-version=ABC&x-oss-signature=a", 400, "InvalidArgument", "0002-00000066"),
        ("x-oss-signature=a", 400, "InvalidArgument", "0002-00000066"),
        (FULL.replace("&x-oss-expires=60", ""), 400, "InvalidArgument", "0002-00000215"),
        (FULL.replace("=60", "="), 400, "InvalidArgument", "0002-00000216"),
        (FULL.replace("=60", "=0"), 400, "InvalidArgument", "0002-00000232"),
        (FULL.replace("=60", "=604801"), 400, "InvalidArgument", "0002-00000232"),
        (FULL.replace("=60", "=many"), 400, "InvalidArgument", "0002-00000232"),
        (FULL.replace(CREDENTIAL, ""), 400, "InvalidArgument", "0002-00000217"),
        (FULL.replace(CREDENTIAL, "x-oss-credential="), 400, "InvalidArgument", "0002-00000218"),
        (FULL.replace("%2F20261121", "%2F2026-11-21"), 400, "InvalidArgument", "0002-00000223"),
        (FULL.replace("aliyun_v4", "abc"), 400, "InvalidArgument", "0002-00000224"),
        (FULL.replace("&x-oss-signature=a", ""), 400, "InvalidArgument", None),
        (FULL.replace("&x-oss-date=20261121T120000Z", ""), 403, "AccessDenied", "0002-00000503"),
        (FULL.replace("20261121T120000Z", "yesterday"), 403, "AccessDenied", "0002-00000505"),
        (f"{FULL}&x-oss-additional-headers=", 400, "InvalidArgument", "0002-00000209"),
    ],
)
def test_malformed_urls(emulator, query, status, code, ec):
    answer = requests.get(f"{oss_endpoint(emulator)}/photos/a?{query}", timeout=30)
    found = oss_error_of(answer)
    assert (answer.status_code, found["Code"], found.get("EC")) == (status, code, ec), found


def test_the_longest_url(make_oss, oss_bucket):
    one = make_oss(oss_bucket.bucket_name, version="v4")
    one.put_object("a", b"x")
    assert requests.get(one.sign_url("GET", "a", 604_800), timeout=30).ok
    assert not requests.get(one.sign_url("GET", "a", 604_801), timeout=30).ok
    old = make_oss(oss_bucket.bucket_name, version="v1")
    assert requests.get(old.sign_url("GET", "a", 10 * 365 * 86_400), timeout=30).ok

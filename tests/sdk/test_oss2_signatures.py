"""Requests of oss2 and alibabacloud_oss_v2 that are signed well, signed wrongly, or by the wrong one."""

import hashlib
import json
import time

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from oss_clients import (
    IP,
    LOCALHOST,
    OSS_REGION,
    close_oss,
    oss_auth,
    oss_client,
    oss_endpoint,
    oss_error_of,
    oss_refused,
    oss_send,
    temporary_key,
)
from sdk_clients import APPID, EXPIRED, PUBLISHED_KEY, STRANGER, TEMPORARY

from ci_emulator.config import KeyPair
from ci_emulator.core.clock import SystemClock
from ci_emulator.testing import Emulator

# oss2 asks for UTC the old way, which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

VERSIONS = ("v1", "v4")
MISMATCH = {"v1": "0002-00000040", "v4": "0002-00000201"}
WRONG = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)
UNKNOWN = KeyPair(secret_id="LTAInobody", secret_key="nothing", appid=APPID)
KEYS = ["plain.txt", "a b/汉字+%2F~.txt", "dir//deep/.x", "?&=#"]


class Wrong(SystemClock):
    """A clock that is `seconds` ahead of the machine's."""

    def __init__(self, seconds):
        self.seconds = seconds

    def now(self):
        return super().now() + self.seconds


def ask_v2(client, name, key):
    return client.get_object(oss.GetObjectRequest(bucket=name, key=key)).body.read()


@pytest.mark.parametrize("host", [IP, LOCALHOST])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("pair", [PUBLISHED_KEY, TEMPORARY], ids=["permanent", "temporary"])
def test_both_versions_with_both_kinds_of_key(make_oss, make_oss_v2, oss_bucket, version, host, pair):
    name = oss_bucket.bucket_name
    one = make_oss(name, pair, version, host=host)
    two = make_oss_v2(pair, version, host=host)
    for key in KEYS:
        if not key.startswith("?"):
            one.put_object(key, b"by oss2", headers={"x-oss-meta-a": "b", "Content-Type": "text/plain"})
            assert one.get_object(key).read() == b"by oss2"
        two.put_object(oss.PutObjectRequest(bucket=name, key=key, body=b"by v2", metadata={"a": "b"}))
        assert ask_v2(two, name, key) == b"by v2"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_issued_for_one_prefix(make_oss, make_oss_v2, oss_bucket, version):
    name = oss_bucket.bucket_name
    for key in ("mine/a", "yours/a"):
        oss_bucket.put_object(key, key.encode())
    statement = {
        "Effect": "Allow",
        "Action": ["oss:GetObject"],
        "Resource": [f"acs:oss:*:*:{name}/mine/*"],
    }
    pair = temporary_key(json.dumps({"Version": "1", "Statement": [statement]}))
    assert pair.secret_id.startswith("STS.")
    one, two = make_oss(name, pair, version), make_oss_v2(pair, version)
    assert one.get_object("mine/a").read() == ask_v2(two, name, "mine/a") == b"mine/a"
    with oss_refused("AccessDenied", 403):
        one.get_object("yours/a")
    with oss_refused("AccessDenied", 403):
        ask_v2(two, name, "yours/a")
    with oss_refused("AccessDenied", 403):
        one.put_object("mine/b", b"")
    assert requests.get(one.sign_url("GET", "mine/a", 60), timeout=30).content == b"mine/a"
    assert (
        oss_error_of(requests.get(one.sign_url("GET", "yours/a", 60), timeout=30))["Code"] == "AccessDenied"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_who_is_refused(make_oss, make_oss_v2, oss_bucket, version):
    name = oss_bucket.bucket_name
    issued = temporary_key()
    tokenless = KeyPair(secret_id=issued.secret_id, secret_key=issued.secret_key, appid=APPID)
    mixed = KeyPair(
        secret_id=TEMPORARY.secret_id, secret_key=TEMPORARY.secret_key, appid=APPID, token="other"
    )
    forged = KeyPair(secret_id="STS.nobody", secret_key="x", appid=APPID, token="forged")
    refusals = [
        (UNKNOWN, "InvalidAccessKeyId", "0002-00000902"),
        (WRONG, "SignatureDoesNotMatch", MISMATCH[version]),
        (tokenless, "InvalidAccessKeyId", "0002-00000902"),
        (forged, "InvalidSecurityToken", "0002-00000006"),
        (mixed, "AccessKeyIdAndSecurityTokenNotMatch", None),
        (EXPIRED, "SecurityTokenExpired", "0002-00000007"),
        (temporary_key(seconds=-1), "SecurityTokenExpired", "0002-00000007"),
        (STRANGER, "AccessDenied", "0003-00000001"),
    ]
    for pair, code, ec in refusals:
        with oss_refused(code, 403, ec):
            make_oss(name, pair, version).get_object("a")
        with oss_refused(code, 403, ec):
            make_oss(name, pair, version).head_object("a")
        with oss_refused(code, 403, ec):
            ask_v2(make_oss_v2(pair, version), name, "a")
        answer = requests.get(make_oss(name, pair, version).sign_url("GET", "a", 60), timeout=30)
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (403, code)


def test_strangers_without_a_signature(emulator, make_oss, make_oss_v2, oss_bucket):
    name = oss_bucket.bucket_name
    oss_bucket.put_object("open", b"x", headers={"x-oss-object-acl": "public-read"})
    oss_bucket.put_object("closed", b"x")
    assert make_oss(name, None).get_object("open").read() == b"x"
    assert ask_v2(make_oss_v2(None), name, "open") == b"x"
    with oss_refused("AccessDenied", 403):
        make_oss(name, None).get_object("closed")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_mismatch_tells_what_the_server_computed(make_oss, oss_bucket, version):
    with oss_refused("SignatureDoesNotMatch", 403, MISMATCH[version]) as seen:
        make_oss(oss_bucket.bucket_name, WRONG, version).get_object("a b")
    details = seen.details
    assert details["OSSAccessKeyId"] == WRONG.secret_id
    text = details["StringToSign"]
    assert details["StringToSignBytes"] == "".join(f"{byte:02X} " for byte in text.encode())
    if version == "v1":
        assert text.endswith(f"\n/{oss_bucket.bucket_name}/a b")
        assert "CanonicalRequest" not in details
    else:
        assert text.startswith("OSS4-HMAC-SHA256\n")
        assert details["CanonicalRequest"].startswith(f"GET\n/{oss_bucket.bucket_name}/a%20b\n\n")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_mismatch_with_a_long_token_is_understood(make_oss, oss_bucket, version):
    """oss2 reads no more than 4096 bytes of an error."""
    resources = [hashlib.sha256(bytes([number])).hexdigest() for number in range(20)]
    statement = {"Effect": "Allow", "Action": "oss:*", "Resource": resources}
    issued = temporary_key(json.dumps({"Version": "1", "Statement": [statement]}))
    assert issued.token is not None
    assert len(issued.token) > 1000
    wrong = KeyPair(secret_id=issued.secret_id, secret_key="wrong", appid=APPID, token=issued.token)
    with oss_refused("SignatureDoesNotMatch", 403, MISMATCH[version]) as seen:
        make_oss(oss_bucket.bucket_name, wrong, version).get_object("a")
    assert issued.token in seen.details["StringToSign" if version == "v1" else "CanonicalRequest"]


def test_signatures_of_version_2_are_refused(make_oss, oss_bucket):
    name = oss_bucket.bucket_name
    with oss_refused("InvalidArgument", 400) as seen:
        make_oss(name, version="v2").get_object("a")
    assert "version 2" in seen.error.message
    found = oss_error_of(requests.get(make_oss(name, version="v2").sign_url("GET", "a", 60), timeout=30))
    assert found["Code"] == "InvalidArgument"
    assert "version 2" in found["Message"]


def test_one_signature_is_enough(emulator, make_oss, oss_bucket):
    name = oss_bucket.bucket_name
    for version in VERSIONS:
        for other in VERSIONS:
            url = make_oss(name, version=version).sign_url("GET", "a", 60)
            request = oss2.http.Request("GET", url, region=OSS_REGION, product="oss")
            oss_auth(version=other)._sign_request(request, name, "a")
            answer = requests.get(url, headers=request.headers, timeout=30)
            found = oss_error_of(answer)
            assert (answer.status_code, found["Code"], found["EC"]) == (
                400,
                "InvalidArgument",
                "0002-00000039",
            )


V4_DATE = "20261121T120000Z"
SCOPE = f"{PUBLISHED_KEY.secret_id}/20261121/cn-hangzhou/oss/aliyun_v4_request"
OLD_SCOPE = f"{PUBLISHED_KEY.secret_id}/20261120/cn-hangzhou/oss/aliyun_v4_request"
#: In UTC this is in the year 10000, which no clock here knows.
BEYOND_TIME = "Fri, 31 Dec 9999 23:59:59 -1200"
SHA = {"x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-date": V4_DATE}


@pytest.mark.parametrize(
    ("authorization", "headers", "status", "code", "ec"),
    [
        ("Basic abc", {}, 400, "InvalidArgument", "0002-00000061"),
        ("OSS :x", {}, 400, "InvalidArgument", "0002-00000064"),
        ("OSS a b:x", {}, 400, "InvalidArgument", "0002-00000064"),
        ("OSS abc", {}, 400, "InvalidArgument", "0002-00000065"),
        ("OSS abc:", {}, 400, "InvalidArgument", "0002-00000065"),
        ("OSS abc:x", {}, 403, "AccessDenied", "0002-00000503"),
        ("OSS abc:x", {"Date": "yesterday"}, 403, "AccessDenied", "0002-00000505"),
        ("OSS abc:x", {"Date": BEYOND_TIME}, 403, "AccessDenied", "0002-00000505"),
        ("OSS abc:x", {"x-oss-date": V4_DATE}, 403, "AccessDenied", "0002-00000505"),
        ("OSS4-HMAC-SHA256 abc", SHA, 400, "InvalidArgument", "0002-00000202"),
        (f"OSS4-HMAC-SHA256 Credential={SCOPE}", SHA, 400, "InvalidArgument", "0002-00000202"),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a,More=b",
            SHA,
            400,
            "InvalidArgument",
            "0002-00000202",
        ),
        (
            "OSS4-HMAC-SHA256 Credential=/20261121/cn-hangzhou/oss/aliyun_v4_request,Signature=a",
            SHA,
            400,
            "InvalidArgument",
            "0002-00000206",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},AdditionalHeaders=,Signature=a",
            SHA,
            400,
            "InvalidArgument",
            "0002-00000209",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={OLD_SCOPE},Signature=a",
            SHA,
            400,
            "InvalidArgument",
            "0002-00000212",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE.replace('aliyun', 'aws')},Signature=a",
            SHA,
            400,
            "InvalidArgument",
            "0002-00000213",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {**SHA, "x-oss-content-sha256": "00" * 32},
            400,
            "InvalidArgument",
            "0002-00000214",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {"x-oss-date": V4_DATE},
            400,
            "InvalidArgument",
            "0002-00000214",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {"x-oss-content-sha256": "UNSIGNED-PAYLOAD"},
            403,
            "AccessDenied",
            "0002-00000503",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {**SHA, "x-oss-date": "Sat, 21 Nov 2026 12:00:00 GMT"},
            403,
            "AccessDenied",
            "0002-00000505",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {"x-oss-content-sha256": "UNSIGNED-PAYLOAD", "Date": BEYOND_TIME},
            403,
            "AccessDenied",
            "0002-00000505",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={SCOPE},Signature=a",
            {**SHA, "x-oss-date": "20261321T120000Z"},
            403,
            "AccessDenied",
            "0002-00000505",
        ),
    ],
)
def test_malformed_headers(emulator, authorization, headers, status, code, ec):
    answer = requests.get(
        f"{oss_endpoint(emulator)}/photos/a",
        headers={"Authorization": authorization, "User-Agent": "aliyun-sdk-test", "x-oss-a": "b", **headers},
        timeout=30,
    )
    found = oss_error_of(answer)
    assert (answer.status_code, found["Code"], found.get("EC")) == (status, code, ec), found


@pytest.mark.parametrize("off", [-1000, 1000])
def test_a_wrong_clock(off):
    with Emulator(clock=Wrong(off)) as emulator:
        for version in VERSIONS:
            one = oss_client(emulator, "photos", version=version)
            with oss_refused("RequestTimeTooSkewed", 403, "0002-00000504") as seen:
                one.get_object("a")
            assert seen.details["MaxAllowedSkewMilliseconds"] == "900000"
            assert seen.details["RequestTime"] < seen.details["ServerTime"] or off < 0
            assert abs(oss2.utils.http_to_unixtime(seen.error.headers["Date"]) - time.time() - off) < 30
            close_oss(one)


@pytest.mark.parametrize("mode", ["any-secret", "off"])
def test_the_other_modes(mode):
    with Emulator(auth=mode) as emulator:
        for version in VERSIONS:
            one = oss_client(emulator, f"photos-{version}", UNKNOWN, version)
            one.create_bucket()
            one.put_object("a b/c", b"x")
            assert one.get_object("a b/c").read() == b"x"
            assert requests.get(one.sign_url("GET", "a b/c", 60), timeout=30).content == b"x"
            close_oss(one)
        answer = requests.get(f"{oss_endpoint(emulator)}/photos-v1/a?x-oss-process=image/info", timeout=30)
        assert answer.status_code == (403 if mode == "any-secret" else 404)
        answer = oss_send(
            emulator, "GET", "photos-v1", "a b/c", headers={"Authorization": "OSS abc"}, pair=None
        )
        assert answer.status_code == (400 if mode == "any-secret" else 200)

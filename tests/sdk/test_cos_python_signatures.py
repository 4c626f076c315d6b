"""Who may do what through cos-python-sdk-v5: wrong keys, tokens, ACLs, modes (spec: cos.md section 1)."""

import uuid
import xml.etree.ElementTree as ET

import pytest
from sdk_clients import (
    APPID,
    EXPIRED,
    HOST,
    PICTURES,
    PUBLISHED_KEY,
    SAMPLES,
    STRANGER,
    TEMPORARY,
    body_of,
    error_of,
    refused,
    through_proxy,
)

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

PICTURE = "qr-url.png"
CONTENT = (PICTURES / PICTURE).read_bytes()
NOBODY = KeyPair(secret_id="AKIDnobody", secret_key="key", appid=APPID)
WRONG_SECRET = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)

GET = pytest.param(lambda c: c.get_object(Bucket=SAMPLES, Key=PICTURE), id="get")
CALLS = [
    GET,
    pytest.param(lambda c: c.put_object(Bucket=SAMPLES, Key="new", Body=b"x"), id="put"),
    pytest.param(lambda c: c.delete_object(Bucket=SAMPLES, Key=PICTURE), id="delete"),
    pytest.param(lambda c: c.list_objects(Bucket=SAMPLES), id="list"),
    pytest.param(lambda c: c.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="x", Width=90), id="generate"),
    pytest.param(lambda c: c.delete_bucket(Bucket=SAMPLES), id="delete-bucket"),
    pytest.param(lambda c: c.create_bucket(Bucket=f"another-{APPID}"), id="create-bucket"),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_key(make_cos, call):
    with refused("InvalidAccessKeyId", 403):
        call(make_cos(NOBODY))


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_secret(make_cos, call):
    with refused("SignatureDoesNotMatch", 403) as seen:
        call(make_cos(WRONG_SECRET))
    root = ET.fromstring(seen.error.get_origin_msg())
    assert [child.tag for child in root] == [
        "Code",
        "Message",
        "StringToSign",
        "FormatString",
        "Resource",
        "RequestId",
        "TraceId",
    ]


@pytest.mark.parametrize("call", CALLS)
def test_nobody_on_a_private_bucket(make_cos, call):
    with refused("AccessDenied", 403) as seen:
        call(make_cos(anonymous=True))
    assert seen.error.get_error_msg() == "Access Denied."


@pytest.mark.parametrize("call", CALLS)
def test_the_key_of_another_account(make_cos, call):
    with refused("AccessDenied", 403):
        call(make_cos(STRANGER))


def test_list_buckets_needs_a_key(make_cos, emulator):
    with refused("AccessDenied", 403, resource=f"{emulator.address}/"):
        make_cos(
            ServiceDomain=emulator.address, IP=None, Port=None, Anonymous=True, SecretId=None
        ).list_buckets()


@pytest.fixture
def with_acl(cos):
    """Makes a bucket with a canned ACL and one object in it."""
    made = []

    def make(acl):
        made.append(f"a{uuid.uuid4().hex[:12]}-{APPID}")
        cos.create_bucket(Bucket=made[-1], ACL=acl)
        cos.put_object(Bucket=made[-1], Key="k", Body=b"content")
        return made[-1]

    yield make
    for name in made:
        for entry in cos.list_objects(Bucket=name).get("Contents", []):
            cos.delete_object(Bucket=name, Key=entry["Key"])
        cos.delete_bucket(Bucket=name)


READ, WRITE = {"get", "head", "list"}, {"put", "delete"}
ALLOWED = {
    # ACL: what nobody in particular may do, and what another account may do
    "private": (set(), set()),
    "authenticated-read": (set(), READ),
    "public-read": (READ, READ),
    "public-read-write": (READ | WRITE, READ | WRITE),
}
ACTIONS = {
    "get": lambda c, b: c.get_object(Bucket=b, Key="k"),
    "list": lambda c, b: c.list_objects(Bucket=b),
    "put": lambda c, b: c.put_object(Bucket=b, Key="new", Body=b"x"),
    "delete": lambda c, b: c.delete_object(Bucket=b, Key="new"),
    "generate": lambda c, b: c.ci_qrcode_generate(Bucket=b, QrcodeContent="x", Width=90),
    "delete-bucket": lambda c, b: c.delete_bucket(Bucket=b),
}


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
@pytest.mark.parametrize("acl", ALLOWED)
def test_a_canned_acl(make_cos, with_acl, acl, who):
    name = with_acl(acl)
    client = make_cos(anonymous=True) if who == "anonymous" else make_cos(STRANGER)
    for action, call in ACTIONS.items():
        if action in ALLOWED[acl][who == "stranger"]:
            call(client, name)
        else:
            with refused("AccessDenied", 403):
                call(client, name)


def test_the_acl_of_an_object_goes_before_that_of_its_bucket(cos, make_cos, with_acl):
    name = with_acl("private")
    cos.put_object(Bucket=name, Key="open", Body=b"open", ACL="public-read")
    assert body_of(make_cos(anonymous=True).get_object(Bucket=name, Key="open")) == b"open"
    closed = with_acl("public-read")
    cos.put_object(Bucket=closed, Key="closed", Body=b"closed", ACL="private")
    with refused("AccessDenied", 403):
        make_cos(anonymous=True).get_object(Bucket=closed, Key="closed")


def test_overrides_must_be_signed(make_cos, with_acl):
    name = with_acl("public-read")
    with refused("InvalidRequest", 400):
        make_cos(anonymous=True).get_object(Bucket=name, Key="k", ResponseContentType="text/html")


@pytest.mark.parametrize("way", ["ip-port", "proxies"])
def test_a_temporary_key_with_its_token(make_cos, way):
    client = make_cos(TEMPORARY, way=way)
    assert body_of(client.get_object(Bucket=SAMPLES, Key=PICTURE)) == CONTENT
    assert client.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="x", Width=90)["ResultImage"]


@pytest.mark.parametrize("token", [None, "another"])
@pytest.mark.parametrize("call", CALLS)
def test_a_temporary_key_without_its_token(make_cos, call, token):
    with refused("AccessDenied", 403):
        call(make_cos(TEMPORARY, Token=token))


@pytest.mark.parametrize("call", [GET])
def test_a_temporary_key_after_its_time(make_cos, call):
    with refused("ExpiredToken", 400):
        call(make_cos(EXPIRED))


@pytest.mark.parametrize("call", [GET])
def test_a_token_with_a_key_that_has_none(make_cos, call):
    with refused("AccessDenied", 403):
        call(make_cos(Token="made-up"))


@pytest.fixture(scope="module", params=["any-secret", "off"])
def lenient(request):
    with Emulator(auth=request.param, seed=[f"{SAMPLES}={PICTURES}"]) as running:
        yield running


@pytest.mark.parametrize("key", [NOBODY, WRONG_SECRET])
def test_lenient_modes_take_any_key(make_cos, lenient, key):
    client = make_cos(key, at=lenient)
    assert body_of(client.get_object(Bucket=SAMPLES, Key=PICTURE)) == CONTENT
    name = f"b{uuid.uuid4().hex[:12]}-{APPID}"
    client.create_bucket(Bucket=name)
    client.put_object(Bucket=name, Key="k", Body=b"x")
    client.delete_object(Bucket=name, Key="k")
    client.delete_bucket(Bucket=name)
    assert client.ci_qrcode_generate(Bucket=SAMPLES, QrcodeContent="x", Width=90)["ResultImage"]


def test_lenient_modes_and_anonymous_calls(make_cos, lenient):
    client = make_cos(at=lenient, anonymous=True)
    if lenient.config.auth == "off":
        assert body_of(client.get_object(Bucket=SAMPLES, Key=PICTURE)) == CONTENT
    else:
        with refused("AccessDenied", 403):
            client.get_object(Bucket=SAMPLES, Key=PICTURE)


def test_lenient_modes_and_expired_urls(make_cos, lenient):
    url = make_cos(NOBODY, at=lenient, way="proxies").get_presigned_download_url(
        Bucket=SAMPLES, Key=PICTURE, Expired=-10
    )
    answer = through_proxy(lenient, "GET", url)
    if lenient.config.auth == "off":
        assert answer.content == CONTENT
    else:
        assert error_of(answer) == (403, "AccessDenied", "Request has expired")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("q-sign-algorithm=sha1&q-ak=x", id="fields-missing"),
        pytest.param("Basic dXNlcjpwYXNzd29yZA==", id="another-scheme"),
        pytest.param("q-sign-algorithm=md5", id="another-algorithm"),
    ],
)
def test_a_malformed_authorization(emulator, value):
    url = f"http://{HOST}/{PICTURE}"
    answer = through_proxy(emulator, "GET", url, headers={"Authorization": value})
    assert error_of(answer) == (403, "AccessDenied", "Access Denied.")


def test_the_region_of_a_host_is_not_compared(make_cos):
    assert body_of(make_cos(Region="eu-frankfurt").get_object(Bucket=SAMPLES, Key=PICTURE)) == CONTENT

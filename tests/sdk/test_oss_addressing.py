"""Where OSS's clients write the bucket, with every setting of the endpoint, and OSS beside COS (spec: aliyun.md section 2)."""

import socket

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from oss_clients import oss_auth, oss_client, oss_error_of, oss_v2_client
from sdk_clients import APPID, KEYS, PICTURES, PUBLISHED_KEY, SAMPLES, body_of, cos_client, ocr_client
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ocr.v20181119 import models
from tencentcloud.ocr.v20181119.ocr_client import OcrClient

from ci_emulator.cli import welcome
from ci_emulator.config import Config, ConfigError
from ci_emulator.testing import Emulator

KEYS_TO_TRY = ("目录/图 1+%&=?#.txt", "samples/inside", "a//b", "%2F", "a/b%2Fc")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(_no_proxy_of_the_machine):
    """A server with a port of its own for OSS, a default bucket, and a local name; all of `*.test` are this machine."""
    resolve = socket.getaddrinfo

    def local(host, *rest, **options):
        name = host.decode() if isinstance(host, bytes) else str(host)
        return resolve("127.0.0.1" if name.endswith((".test", ".localhost")) else host, *rest, **options)

    with (
        pytest.MonkeyPatch.context() as patch,
        Emulator(
            seed=[f"{SAMPLES}={PICTURES}"],
            credentials=KEYS,
            oss_port=free_port(),
            default_bucket=SAMPLES,
            control_hosts=["emulator.test"],
        ) as running,
    ):
        patch.setattr(socket, "getaddrinfo", local)
        yield running


#: The host of the endpoint, and settings of oss2.
OSS2_WAYS = {
    "ip": ("127.0.0.1", {}),
    "localhost": ("localhost", {}),
    "path-style": ("nobody-knows.test", {"is_path_style": True}),
    "path-style-local": ("emulator.test", {"is_path_style": True}),
    "cname": ("pictures.test", {"is_cname": True}),
    "virtual-host": ("nobody-knows.test", {}),
    "virtual-host-local": ("emulator.test", {}),
    "endpoint": ("oss-cn-hangzhou.emulator.test", {}),
}
OSS_V2_WAYS = {
    "ip": ("127.0.0.1", {"use_path_style": False}),
    "localhost": ("localhost", {"use_path_style": False}),
    "path-style": ("localhost", {"use_path_style": True}),
    "cname": ("localhost", {"use_path_style": False, "use_cname": True}),
    "virtual-host": ("nobody-knows.test", {"use_path_style": False}),
}


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("way", OSS2_WAYS)
def test_oss2(server, make_oss, way, version):
    host, options = OSS2_WAYS[way]
    bucket = make_oss("samples", version=version, at=server, host=host, **options)
    for key in KEYS_TO_TRY:
        bucket.put_object(key, key)
        assert bucket.get_object(key).read() == key.encode()
        url = bucket.sign_url("GET", key, 60, slash_safe=True)
        assert requests.get(url, timeout=10).content == key.encode()
    assert {found.key for found in oss2.ObjectIteratorV2(bucket)} > set(KEYS_TO_TRY)
    assert b"https://www.example.com" in bucket.get_object("qr-url.png", process="image/codes").read()
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object("samples/qr-url.png")
    assert bucket.get_bucket_info().name == "samples"
    service = make_oss(None, version=version, at=server, host=host)
    assert "samples" in [found.name for found in oss2.BucketIterator(service)]


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("way", OSS_V2_WAYS)
def test_oss_v2(server, way, version):
    host, options = OSS_V2_WAYS[way]
    client = oss_v2_client(server, version=version, host=host, **options)
    for key in KEYS_TO_TRY:
        client.put_object(oss.PutObjectRequest(bucket="samples", key=key, body=key.encode()))
        found = client.get_object(oss.GetObjectRequest(bucket="samples", key=key))
        assert found.body.content == key.encode()
        signed = client.presign(oss.GetObjectRequest(bucket="samples", key=key))
        assert requests.get(signed.url, timeout=10).content == key.encode()
    listed = client.list_objects_v2(oss.ListObjectsV2Request(bucket="samples"))
    assert {entry.key for entry in listed.contents} > set(KEYS_TO_TRY)


def test_a_name_with_the_appid_is_the_same_bucket(server, make_oss):
    make_oss("samples", at=server).put_object("by-short-name", "x")
    assert make_oss(SAMPLES, at=server).get_object("by-short-name").read() == b"x"


def test_the_same_url_is_cos_without_marks_and_oss_with_them(server):
    cos = cos_client(server)
    cos.put_object(Bucket=SAMPLES, Key="open", Body=b"for all", ACL="public-read")
    url = f"{server.url}/{SAMPLES}/open"
    plain = requests.get(url, timeout=10)
    assert (plain.text, plain.headers["Server"]) == ("for all", "tencent-cos")
    for headers in ({"User-Agent": "aliyun-sdk-python/2.19.1"}, {"x-oss-range-behavior": "standard"}):
        marked = requests.get(url, headers=headers, timeout=10)
        assert (marked.text, marked.headers["Server"]) == ("for all", "AliyunOSS")
    cos._session.close()


@pytest.fixture
def own_port(server):
    return f"http://127.0.0.1:{server.config.oss_port}"


def test_its_own_port_takes_what_has_no_marks(own_port, make_oss, server):
    make_oss("samples", at=server).put_object("free", "x", headers={"x-oss-object-acl": "public-read"})
    for name in ("samples", SAMPLES):
        answer = requests.get(f"{own_port}/{name}/free", timeout=10)
        assert (answer.text, answer.headers["Server"]) == ("x", "AliyunOSS")
    found = oss_error_of(requests.get(f"{own_port}/samples/nothing-here", timeout=10))
    assert found["Code"] == "AccessDenied"
    at_root = oss_error_of(requests.get(own_port.replace("127.0.0.1", "oss.test"), timeout=10))
    assert at_root["Code"] == "AccessDenied"


def test_its_own_port_speaks_with_the_clients(own_port):
    bucket = oss2.Bucket(oss_auth(PUBLISHED_KEY), own_port, "samples", region="cn-hangzhou")
    assert bucket.object_exists("qr-url.png")
    bucket.session.session.close()


def test_what_is_signed_for_cos_is_cos_on_its_own_port(server):
    config = {"IP": "127.0.0.1", "Port": server.config.oss_port}
    cos = cos_client(server, **config)
    assert body_of(cos.get_object(Bucket=SAMPLES, Key="qr-url.png")).startswith(b"\x89PNG")
    cos._session.close()
    signed = cos.get_presigned_url(Method="GET", Bucket=SAMPLES, Key="qr-url.png", SignHost=False)
    url = f"http://{SAMPLES}.storage.test:{server.config.oss_port}/qr-url.png?{signed.partition('?')[2]}"
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.headers["Server"]) == (200, "tencent-cos")


@pytest.mark.parametrize("host", ["samples.oss-cn-hangzhou.aliyuncs.com", "samples.localhost"])
def test_the_host_that_a_proxy_tells(server, make_oss, host):
    make_oss("samples", at=server).put_object("told", "x", headers={"x-oss-object-acl": "public-read"})
    headers = {"X-Forwarded-Host": host, "User-Agent": "aliyun-sdk-js"}
    answer = requests.get(f"{server.url}/told", headers=headers, timeout=10)
    assert (answer.text, answer.headers["Server"]) == ("x", "AliyunOSS")


@pytest.mark.parametrize("how", ["X-Forwarded-Host", "Host"])
def test_a_signed_host_is_the_one_that_the_client_asked(server, make_oss, how):
    host = {"host": "pictures.example:8080"}
    bucket = make_oss("samples", at=server)
    signed = bucket.sign_url(
        "GET", "qr-url.png", 60, headers=host, slash_safe=True, additional_headers={"host"}
    )
    url = f"{server.url}/samples/qr-url.png?{signed.partition('?')[2]}"
    assert requests.get(url, headers={how: host["host"]}, timeout=10).status_code == 200
    other = requests.get(url, headers={how: "another.example"}, timeout=10)
    assert (other.status_code, oss_error_of(other)["Code"]) == (403, "SignatureDoesNotMatch")


def test_what_can_be_no_bucket(server):
    host = {"Host": "Some_Photos.oss-cn-hangzhou.aliyuncs.com"}
    answer = requests.get(f"{server.url}/a", headers=host, timeout=10)
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidBucketName")


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("port", ["port", "oss_port"])
def test_qrcode_ocr_of_a_signed_url(server, make_oss, version, port):
    bucket = make_oss("samples", version=version, at=server)
    url = bucket.sign_url("GET", "qr-url.png", 60, slash_safe=True)
    request = models.QrcodeOCRRequest()
    request.ImageUrl = url.replace(
        str(server.port), str(server.port if port == "port" else server.config.oss_port)
    )
    (found,) = ocr_client(OcrClient, server).QrcodeOCR(request).CodeResults
    assert found.Url == "https://www.example.com"


def test_qrcode_ocr_of_the_list_of_buckets(server, make_oss):
    signed = make_oss("samples", at=server).sign_url("GET", "x", 60, slash_safe=True)
    request = models.QrcodeOCRRequest()
    request.ImageUrl = f"{server.url}/?{signed.partition('?')[2]}"
    with pytest.raises(TencentCloudSDKException) as caught:
        ocr_client(OcrClient, server).QrcodeOCR(request)
    assert caught.value.get_code() == "FailedOperation.DownLoadError"


def test_both_ports_the_same_are_refused():
    with (
        pytest.raises(ConfigError, match="port of all protocols"),
        Emulator(port=(port := free_port()), oss_port=port),
    ):
        pass


def test_the_welcome_names_its_own_port():
    assert "http://127.0.0.1:9001" in welcome(Config(oss_port=9001), 9000)
    assert "OSS" not in welcome(Config(), 9000)


def test_bucket_of_another_account(server):
    assert f"-{APPID}" in SAMPLES
    other = oss_client(server, "photos-1260000000")
    with pytest.raises(oss2.exceptions.NoSuchBucket) as caught:
        other.get_object("a")
    assert caught.value.details["BucketName"] == "photos-1260000000"
    other.session.session.close()

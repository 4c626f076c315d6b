"""cos-python-sdk-v5 reaches the emulator in every way that needs no name resolution (spec: cos.md section 2)."""

import time

import pytest
import requests
from sdk_clients import HOST, PICTURES, REGION, SAMPLES, STRANGER, WAYS, body_of, refused

from ci_emulator.testing import Emulator

PICTURE = "qr-url.png"
CONTENT = (PICTURES / PICTURE).read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_every_way_reaches_bucket_and_object(make_cos, bucket, way):
    client = make_cos(way=way)
    client.put_object(Bucket=bucket, Key="目录/a b+c.bin", Body=CONTENT)
    assert body_of(client.get_object(Bucket=bucket, Key="目录/a b+c.bin")) == CONTENT
    assert [entry["Key"] for entry in client.list_objects(Bucket=bucket)["Contents"]] == ["目录/a b+c.bin"]
    assert client.ci_qrcode_generate(Bucket=bucket, QrcodeContent="way " + way, Width=100)["ResultImage"]


@pytest.mark.parametrize("way", ["ip-port", "proxies"])
def test_an_error_names_the_host_of_the_cloud(make_cos, way):
    with refused("NoSuchKey", 404, resource=f"{HOST}/not/there"):
        make_cos(way=way).get_object(Bucket=SAMPLES, Key="not/there")


def test_the_resource_of_an_error_is_the_path_as_sent(make_cos):
    with refused("NoSuchKey", 404, resource=f"{HOST}/a%20b/%E5%9B%BE"):
        make_cos().get_object(Bucket=SAMPLES, Key="a b/图")


def test_a_domain_of_ones_own_behind_ip_and_port(make_cos):
    client = make_cos(Domain=f"{SAMPLES}.assets.test")
    assert body_of(client.get_object(Bucket="ignored-1250000000", Key=PICTURE)) == CONTENT


@pytest.fixture(scope="module")
def default_bucket_emulator():
    with Emulator(seed=[f"{SAMPLES}={PICTURES}"], default_bucket=SAMPLES, region=REGION) as running:
        yield running


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(lambda e: {"Domain": f"localhost:{e.port}", "IP": None, "Port": None}, id="localhost"),
        pytest.param(lambda e: {"Domain": f"127.0.0.1:{e.port}", "IP": None, "Port": None}, id="ip"),
        pytest.param(lambda e: {"Domain": "assets.test"}, id="custom-domain"),
    ],
)
def test_a_domain_without_a_bucket_means_the_default_bucket(default_bucket_emulator, make_cos, options):
    client = make_cos(at=default_bucket_emulator, **options(default_bucket_emulator))
    assert body_of(client.get_object(Bucket="ignored-1250000000", Key=PICTURE)) == CONTENT
    client.put_object(Bucket="ignored-1250000000", Key="in/default", Body=b"x")
    listed = client.list_objects(Bucket="ignored-1250000000", Prefix="in/")
    assert (listed["Name"], listed["Contents"][0]["Key"]) == (SAMPLES, "in/default")
    assert client.ci_qrcode_generate(Bucket="ignored-1250000000", QrcodeContent="x", Width=90)["ResultImage"]


def test_a_presigned_url_of_a_client_with_ip_and_port_needs_the_default_bucket(
    default_bucket_emulator, make_cos
):
    url = make_cos(at=default_bucket_emulator).get_presigned_download_url(Bucket=SAMPLES, Key=PICTURE)
    assert url.startswith(default_bucket_emulator.url + "/")
    assert requests.get(url, timeout=30).content == CONTENT


def test_a_host_that_names_no_bucket_is_refused_with_help(make_cos):
    with refused("InvalidRequest", 400) as seen:
        make_cos(Domain="assets.test").get_object(Bucket=SAMPLES, Key=PICTURE)
    assert "path" in seen.error.get_error_msg()


def _names(listed):
    return [entry["Name"] for entry in listed["Buckets"]["Bucket"]]


@pytest.mark.parametrize("old_domain", [True, False])
def test_list_buckets_through_a_proxy(make_cos, bucket, old_domain):
    listed = make_cos(way="proxies", EnableOldDomain=old_domain).list_buckets()
    assert {SAMPLES, bucket} <= set(_names(listed))


def test_list_buckets_of_a_service_domain(make_cos, emulator):
    listed = make_cos(ServiceDomain=emulator.address, IP=None, Port=None).list_buckets()
    entry = next(entry for entry in listed["Buckets"]["Bucket"] if entry["Name"] == SAMPLES)
    assert entry["Location"] == REGION
    assert entry["CreationDate"].endswith("Z")
    assert listed["Owner"]["ID"] == "qcs::cam::uin/1250000000:uin/1250000000"


def test_an_account_without_buckets_lists_none(make_cos, emulator):
    listed = make_cos(STRANGER, ServiceDomain=emulator.address, IP=None, Port=None).list_buckets()
    assert listed["Buckets"] is None


def test_list_buckets_in_pages(make_cos, bucket):
    client = make_cos(way="proxies")
    everything = _names(client.list_buckets())
    assert bucket in everything
    seen, marker = [], ""
    while len(seen) <= len(everything):
        page = client.list_buckets(MaxKeys=1, Marker=marker)
        assert len(_names(page)) == 1
        seen += _names(page)
        if page["IsTruncated"] == "false":
            break
        marker = page["NextMarker"]
    assert seen == everything


def test_list_buckets_of_a_region_or_time(make_cos, bucket):
    client = make_cos(way="proxies")
    now = int(time.time())
    assert bucket in _names(client.list_buckets(Region=REGION))
    assert client.list_buckets(Region="eu-frankfurt")["Buckets"] is None
    assert bucket in _names(client.list_buckets(CreateTime=now - 3600, Range="gt"))
    assert client.list_buckets(CreateTime=now - 3600, Range="lte")["Buckets"] is None


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"MaxKeys": 2001}, "InvalidArgument", 400),
        ({"CreateTime": 1, "Range": "about"}, "InvalidArgument", 400),
    ],
)
def test_list_buckets_with_what_is_not_understood(make_cos, options, code, status):
    with refused(code, status):
        make_cos(way="proxies").list_buckets(**options)

"""Services of Cloud Infinite through cos-python-sdk-v5: bound and unbound, opened, closed, listed (spec: ci.md section 7.5).

The SDK has no methods to bind a bucket and to ask whether it is bound; there the requests are our own, and signed.
"""

import json
import re
import shutil
import time
import uuid
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from sdk_clients import (
    APPID,
    KEYS,
    PICTURES,
    REGION,
    STRANGER,
    TEMPORARY,
    cos_client,
    error_of,
    is_cos_request_id,
    refused,
)

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

PICTURE = (PICTURES / "qr-url.png").read_bytes()
ELSEWHERE = "ap-beijing"
LAYOUT_1 = Path(__file__).parents[1] / "fixtures" / "layout-1"
USER = KeyPair(
    secret_id="AKIDuser",
    secret_key="users-key",
    appid=APPID,
    user="7",
    policy='{"version":"2.0","statement":[{"effect":"allow","action":"ci:DescribeCIBuckets","resource":"*"}]}',
)

#: Service: the SDK's methods, the element of a bucket, the code when it is not open.
SERVICES = {
    "ai": (("ci_open_ai_bucket", "ci_close_ai_bucket", "ci_get_ai_bucket"), "AiBucket", "AIBucketUnBinded"),
    "pic": (
        ("ci_open_pic_bucket", "ci_close_pic_bucket", "ci_get_pic_bucket"),
        "PicBucket",
        "PicBucketUnBinded",
    ),
}
PATHS = {"ai": "ai_bucket", "pic": "picbucket"}


@pytest.fixture(scope="module")
def explicit():
    with Emulator(credentials=KEYS, region=REGION, ci_binding="explicit") as running:
        yield running


@pytest.fixture
def client(make_cos):
    """A client that reaches every host, and so the bucket of every call."""
    return make_cos(way="proxies")


@pytest.fixture(params=SERVICES)
def service(request, client):
    """The three calls of a service, and what is particular about it."""
    (opening, closing, listing), element, not_open = SERVICES[request.param]
    return SimpleNamespace(
        name=request.param,
        open=lambda bucket, by=client: getattr(by, opening)(Bucket=bucket)[1],
        close=lambda bucket, by=client: getattr(by, closing)(Bucket=bucket)[1],
        list=lambda by=client, **options: getattr(by, listing)(**options),
        element=element,
        entries=f"{element}List",
        not_open=not_open,
    )


def ask(emulator, method, host, target="", key=PUBLISHED_KEY, **options):
    """Send a request to a host of the cloud, signed unless `key` is None."""
    url = f"http://{host}.{REGION}.myqcloud.com/{target}"
    if key is not None:
        url = presign(key, method, url, now=time.time(), seconds=600)
    return requests.request(method, url, proxies={"http": emulator.url}, timeout=30, **options)


def bind(emulator, bucket, host="ci"):
    assert ask(emulator, "PUT", f"{bucket}.{host}").status_code == 200


def unbind(emulator, bucket, host="ci"):
    answer = ask(emulator, "PUT", f"{bucket}.{host}", "?unbind")
    assert (answer.status_code, answer.content) == (200, b"")


def status(emulator, bucket):
    answer = ask(emulator, "GET", f"{bucket}.ci")
    assert answer.status_code == 200, answer.text
    return answer.json()["CIStatus"]


def names(listed, entries):
    found = listed.get(entries, [])  # of AI buckets the SDK gives a single one without a list around it
    return [entry["BucketId"] for entry in (found if isinstance(found, list) else [found])]


# --- binding and status


def test_bind_on_the_ci_host(emulator, bucket):
    for method in ("PUT", "POST"):
        answer = ask(emulator, method, f"{bucket}.ci")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/xml"
        assert answer.headers["Server"] == "tencent-ci"
        assert answer.headers["x-ci-request-id"] == answer.headers["x-cos-request-id"]
        request_id = answer.headers["x-ci-request-id"]
        assert answer.text == (
            f"<Response><RequestId>{request_id}</RequestId>"
            f"<CIBucket><BucketId>{bucket}</BucketId><Region>{REGION}</Region></CIBucket></Response>"
        )


def test_bind_on_the_picture_host(emulator, bucket):
    answer = ask(emulator, "PUT", f"{bucket}.pic")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "Content-Type" not in answer.headers
    assert is_cos_request_id(answer.headers["x-ci-request-id"])


@pytest.mark.parametrize("host", ["ci", "pic"])
def test_status_follows_the_switch(emulator, bucket, host):
    assert status(emulator, bucket) == "on"  # nobody ever said: bound by default
    for _ in range(2):
        unbind(emulator, bucket, host)
        assert status(emulator, bucket) == "off"
    for _ in range(2):
        bind(emulator, bucket, host)
        assert status(emulator, bucket) == "on"


def test_status_is_json_on_the_ci_host(emulator, bucket):
    answer = ask(emulator, "GET", f"{bucket}.ci")
    assert (answer.headers["Content-Type"], answer.headers["Content-Length"]) == ("application/json", "17")
    assert answer.content == b'{"CIStatus":"on"}'


@pytest.mark.parametrize(
    ("host", "accept"),
    [("pic", "*/*"), ("pic", "application/json"), ("ci", "application/xml"), ("ci", "text/xml;q=0.9")],
)
def test_status_is_xml_on_the_picture_host_and_for_who_accepts_nothing_else(emulator, bucket, host, accept):
    answer = ask(emulator, "GET", f"{bucket}.{host}", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(answer.content)
    assert (root.tag, root.text, root.attrib, len(root)) == ("CIStatus", "on", {}, 0)


@pytest.mark.parametrize("accept", ["application/json, text/xml", "*/*"])
def test_who_accepts_json_gets_json_on_the_ci_host(emulator, bucket, accept):
    assert ask(emulator, "GET", f"{bucket}.ci", headers={"Accept": accept}).json() == {"CIStatus": "on"}


def test_status_of_a_bucket_that_was_never_bound_where_that_is_explicit(explicit):
    name = made(explicit)
    assert status(explicit, name) == "off"
    bind(explicit, name)
    assert status(explicit, name) == "on"


# --- open, close


def test_open_and_close(service, bucket, client):
    before = int(time.time())
    answer = service.open(bucket)
    assert is_cos_request_id(answer["RequestId"])
    described = answer[service.element]
    created = described.pop("CreateTime")
    assert described == {"BucketId": bucket, "Name": bucket, "Region": REGION}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0800", created)
    assert before <= datetime.fromisoformat(created).timestamp() <= time.time()
    assert names(service.list(BucketNames=bucket), service.entries) == [bucket]
    closed = service.close(bucket)
    assert closed["BucketName"] == bucket
    assert service.entries not in service.list(BucketNames=bucket)


def test_opening_twice_changes_nothing(service, bucket):
    first = service.open(bucket)[service.element]
    assert service.open(bucket)[service.element] == first
    assert service.list(BucketNames=bucket)["TotalCount"] == "1"


def test_what_is_not_open_cannot_be_closed(service, bucket):
    with refused(service.not_open, 400):
        service.close(bucket)
    service.open(bucket)
    service.close(bucket)
    with refused(service.not_open, 400):
        service.close(bucket)


def test_one_service_is_not_the_other(client, bucket):
    client.ci_open_ai_bucket(Bucket=bucket)
    with refused("PicBucketUnBinded", 400):
        client.ci_close_pic_bucket(Bucket=bucket)
    assert client.ci_get_pic_bucket(BucketNames=bucket)["TotalCount"] == "0"
    client.ci_open_pic_bucket(Bucket=bucket)
    client.ci_close_ai_bucket(Bucket=bucket)
    assert client.ci_get_pic_bucket(BucketNames=bucket)["TotalCount"] == "1"


def test_opening_binds(emulator, service, bucket):
    unbind(emulator, bucket)
    service.open(bucket)
    assert status(emulator, bucket) == "on"


def test_unbinding_closes(emulator, service, bucket):
    service.open(bucket)
    unbind(emulator, bucket)
    with refused(service.not_open, 400):
        service.close(bucket)
    bind(emulator, bucket)
    assert service.list(BucketNames=bucket)["TotalCount"] == "0"


def test_a_token_of_the_ci_hosts(make_cos, service, bucket):
    temporary = make_cos(TEMPORARY, way="proxies")
    assert service.open(bucket, temporary)[service.element]["BucketId"] == bucket
    assert names(service.list(temporary, BucketNames=bucket), service.entries) == [bucket]


# --- lists


@pytest.fixture
def three(client, bucket, make_cos):
    """Three buckets with the service open on all, one of them in another region; they are named alike."""
    prefix = f"l{uuid.uuid4().hex[:8]}"
    found = [f"{prefix}-{number}-{APPID}" for number in range(3)]
    there = make_cos(way="proxies", Region=ELSEWHERE)
    for name, by in zip(found, (client, client, there), strict=True):
        by.create_bucket(Bucket=name)
    yield SimpleNamespace(prefix=prefix, names=found)
    for name in found:
        client.delete_bucket(Bucket=name)


def test_a_list(service, three):
    for name in three.names:
        service.open(name)

    def found(**options):
        listed = service.list(**{"BucketName": three.prefix, **options})
        assert list(listed)[:4] == ["RequestId", "TotalCount", "PageNumber", "PageSize"]
        return names(listed, service.entries)

    everywhere = f"{ELSEWHERE}, {REGION}"
    assert found() == three.names[:2]  # those of the host's region
    assert found(Regions=ELSEWHERE) == three.names[2:]
    assert found(Regions=everywhere) == three.names
    assert found(Regions="eu-moscow") == []
    assert found(Regions=everywhere, BucketNames=",".join(reversed(three.names[1:]))) == three.names[1:]
    assert found(BucketNames=f"unknown-{APPID},{three.names[0]}") == three.names[:1]
    assert found(BucketNames=f"unknown-{APPID}") == []
    assert found(BucketNames=three.names[0][:-1]) == []
    assert found(Regions=everywhere, PageSize=2) == three.names[:2]
    assert found(Regions=everywhere, PageSize=2, PageNumber=2) == three.names[2:]
    assert found(Regions=everywhere, PageSize=2, PageNumber=3) == []
    page = service.list(BucketName=three.prefix, Regions=everywhere, PageSize="2", PageNumber="2")
    assert (page["TotalCount"], page["PageNumber"], page["PageSize"]) == ("3", "2", "2")


def test_the_defaults_of_a_list(service, three):
    service.open(three.names[0])
    listed = service.list(BucketName=three.prefix)
    assert (listed["TotalCount"], listed["PageNumber"], listed["PageSize"]) == ("1", "1", "10")


@pytest.mark.parametrize(
    "options",
    [
        {"PageSize": 101},
        {"PageSize": 0},
        {"PageSize": -1},
        {"PageSize": "ten"},
        {"PageNumber": 0},
        {"PageNumber": "1.5"},
        {"PageNumber": 2**31},
    ],
)
def test_pages_that_there_are_not(service, options):
    with refused("InvalidArgument", 400):
        service.list(**options)


def test_the_largest_page(service):
    assert service.list(PageSize=100)["PageSize"] == "100"


def test_a_list_has_ones_own_buckets_only(make_cos, service, bucket):
    service.open(bucket)
    stranger = make_cos(STRANGER, way="proxies")
    assert service.list(stranger)["TotalCount"] == "0"
    assert service.list(stranger, BucketNames=bucket)["TotalCount"] == "0"


def test_a_list_on_the_host_without_a_region_is_of_all_regions(emulator, service, three):
    for name in three.names:
        service.open(name)
    url = f"http://service.ci.myqcloud.com/{PATHS[service.name]}?bucketName={three.prefix}"
    signed = presign(PUBLISHED_KEY, "GET", url, now=time.time(), seconds=60)
    answer = requests.get(signed, proxies={"http": emulator.url}, timeout=30)
    assert [node.text for node in ET.fromstring(answer.content).iter("BucketId")] == three.names


# --- who may


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", ""),
        ("POST", ""),
        ("PUT", "?unbind"),
        ("GET", ""),
        ("POST", "ai_bucket"),
        ("DELETE", "ai_bucket"),
        ("POST", "picbucket"),
        ("DELETE", "picbucket"),
    ],
)
@pytest.mark.parametrize("who", [STRANGER, None], ids=["stranger", "anonymous"])
def test_only_the_owner_switches(emulator, client, bucket, method, target, who):
    client.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    answer = ask(emulator, method, f"{bucket}.ci", target, who)
    assert error_of(answer)[:2] == (403, "AccessDenied")
    missing = ask(emulator, method, f"missing-{bucket}.ci", target)
    assert error_of(missing)[:2] == (404, "NoSuchBucket")
    assert status(emulator, bucket) == "on"


@pytest.mark.parametrize("path", ["ai_bucket", "picbucket"])
def test_nobody_lists_unsigned(emulator, path):
    assert error_of(ask(emulator, "GET", "ci", path, None))[:2] == (403, "AccessDenied")


def test_what_a_policy_allows():
    with Emulator(credentials=[PUBLISHED_KEY, USER], region=REGION) as emulator:
        name = made(emulator)
        assert ask(emulator, "GET", f"{name}.ci", key=USER).status_code == 200
        for method, host, target in (
            ("PUT", f"{name}.ci", ""),
            ("PUT", f"{name}.ci", "?unbind"),
            ("POST", f"{name}.ci", "ai_bucket"),
            ("GET", "ci", "ai_bucket"),
        ):
            answer = ask(emulator, method, host, target, USER)
            assert error_of(answer)[:2] == (403, "AccessDenied"), (method, target)


def test_a_policy_names_the_bucket_and_no_object():
    mine, other = f"mine-{APPID}", f"other-{APPID}"
    resource = f"qcs::ci:{REGION}:uid/{APPID}:bucket/{mine}/*"
    allowed = {"effect": "allow", "action": ["ci:*AiProcessBucket"], "resource": [resource]}
    user = KeyPair(
        secret_id="AKIDai",
        secret_key="ai-key",
        appid=APPID,
        user="8",
        policy=json.dumps({"version": "2.0", "statement": [allowed]}),
    )
    with Emulator(credentials=[PUBLISHED_KEY, user], region=REGION) as emulator:
        client = cos_client(emulator)
        for name in (mine, other):
            client.create_bucket(Bucket=name)
        client._session.close()
        assert ask(emulator, "POST", f"{mine}.ci", "ai_bucket", user).status_code == 200
        assert ask(emulator, "DELETE", f"{mine}.ci", "ai_bucket", user).status_code == 200
        for host, target in ((f"{other}.ci", "ai_bucket"), (f"{mine}.ci", "picbucket")):
            assert error_of(ask(emulator, "POST", host, target, user))[:2] == (403, "AccessDenied")


# --- hosts


@pytest.mark.parametrize(
    ("method", "host", "target", "expected"),
    [
        ("POST", "{}.ci", "jobs", (501, "NotImplemented")),
        ("GET", "{}.ci", "template", (501, "NotImplemented")),
        ("POST", "{}.pic", "image/auditing", (501, "NotImplemented")),
        ("POST", "{}.ci", "asrbucket", (501, "NotImplemented")),
        ("GET", "ci", "mediabucket", (501, "NotImplemented")),
        ("GET", "ci", "cibuckets", (501, "NotImplemented")),
        ("PUT", "{}.pic", "?style", (501, "NotImplemented")),
        ("PUT", "{}.ci", "ai_bucket", (405, "MethodNotAllowed")),
        ("GET", "{}.ci", "ai_bucket", (400, "InvalidHost")),
        ("POST", "ci", "ai_bucket", (400, "InvalidHost")),
        ("PUT", "ci", "", (400, "InvalidHost")),
    ],
)
def test_what_else_is_asked_there(emulator, bucket, method, host, target, expected):
    answer = ask(emulator, method, host.format(bucket), target)
    assert error_of(answer)[:2] == expected
    assert status(emulator, bucket) == "on"


@pytest.mark.parametrize("key", ["ai_bucket", "picbucket"])
def test_an_object_that_is_named_like_a_service(emulator, cos, client, bucket, key):
    for by in (cos, client):
        by.put_object(Bucket=bucket, Key=key, Body=PICTURE)
        assert by.get_object(Bucket=bucket, Key=key)["Body"].get_raw_stream().read() == PICTURE
        by.delete_object(Bucket=bucket, Key=key)
    cos.put_object(Bucket=bucket, Key=key, Body=PICTURE)
    read = ask(emulator, "GET", f"{bucket}.ci", f"{key}?ci-process=QRcode")
    assert ET.fromstring(read.content).findtext("CodeStatus") == "1"


@pytest.mark.parametrize("service_name", SERVICES)
def test_ip_and_port_leave_the_bucket_out(cos, bucket, service_name):
    (opening, closing, listing), _, _ = SERVICES[service_name]
    for call in (opening, closing):
        with refused("InvalidRequest", 400) as seen:
            getattr(cos, call)(Bucket=bucket)
        assert "default_bucket" in seen.error.get_error_msg()
    assert "TotalCount" in getattr(cos, listing)()


def test_ip_and_port_list_all_regions(cos, service, three):
    for name in three.names:
        service.open(name)
    assert names(service.list(cos, BucketName=three.prefix), service.entries) == three.names
    assert (
        names(service.list(cos, BucketName=three.prefix, Regions=ELSEWHERE), service.entries)
        == three.names[2:]
    )


@pytest.mark.parametrize("service_name", SERVICES)
def test_ip_and_port_with_a_default_bucket(make_cos, service_name):
    (opening, closing, listing), element, not_open = SERVICES[service_name]
    name = f"default-{APPID}"
    with Emulator(credentials=KEYS, region=REGION, default_bucket=name) as emulator:
        client = make_cos(at=emulator)
        client.create_bucket(Bucket=name)
        _, answer = getattr(client, opening)(Bucket="ignored-1250000000")
        assert answer[element]["BucketId"] == name
        assert names(getattr(client, listing)(), f"{element}List") == [name]
        assert getattr(client, closing)(Bucket="ignored-1250000000")[1]["BucketName"] == name
        with refused(not_open, 400):
            getattr(client, closing)(Bucket="ignored-1250000000")
        direct = make_cos(at=emulator, Domain=emulator.address, IP=None, Port=None)
        direct.put_object(Bucket="ignored-1250000000", Key=PATHS[service_name], Body=b"x")
        read = direct.get_object(Bucket="ignored-1250000000", Key=PATHS[service_name])
        assert read["Body"].get_raw_stream().read() == b"x"


def test_an_endpoint_of_ones_own_names_ci(make_cos, service, bucket):
    client = make_cos(way="proxies", EndpointCi=f"ci.{REGION}.services.test")
    assert service.open(bucket, client)[service.element]["BucketId"] == bucket
    assert names(service.list(client, BucketNames=bucket), service.entries) == [bucket]
    assert service.close(bucket, client)["BucketName"] == bucket


# --- what an unbound bucket refuses

RULE = '{"is_pic_info":1,"rules":[{"fileid":"r.png","rule":"QRcode/cover/1"}]}'
SIMPLE = '{"is_pic_info":1}'
CALLS = {
    "QRcode": lambda c, b: c.ci_get_object_qrcode(Bucket=b, Key="p.png", Cover=0),
    "qrcode-generate": lambda c, b: c.ci_qrcode_generate(Bucket=b, QrcodeContent="x", Width=90),
    "image_process": lambda c, b: c.ci_image_process(Bucket=b, Key="p.png", PicOperations=RULE),
    "put": lambda c, b: c.ci_put_object(Bucket=b, Body=PICTURE, Key="n.png", PicOperations=SIMPLE),
    "put-with-a-rule": lambda c, b: c.ci_put_object(Bucket=b, Body=PICTURE, Key="n.png", PicOperations=RULE),
}
READS = ("imageInfo", "exif", "imageAve", "ci-process=originImage", "ci-process=filehash&type=md5")
RECOGNITION = ("QRcode", "qrcode-generate", "image_process", "put-with-a-rule")


def made(emulator, key="p.png"):
    """Make a bucket with a picture in it."""
    name = f"m{uuid.uuid4().hex[:10]}-{APPID}"
    client = cos_client(emulator)
    client.create_bucket(Bucket=name)
    client.put_object(Bucket=name, Key=key, Body=PICTURE)
    client._session.close()
    return name


@contextmanager
def off():
    with refused("NoProcessAuthority", 403) as seen:
        yield seen


def read(emulator, bucket, query):
    return ask(emulator, "GET", f"{bucket}.cos", f"p.png?{query}")


def stored(client, bucket):
    """What is in a bucket: keys, ETags and when they were written."""
    listed = client.list_objects(Bucket=bucket)["Contents"]
    return [(entry["Key"], entry["ETag"], entry["LastModified"]) for entry in listed]


def assert_refused(emulator, client, bucket, calls=CALLS, reads=READS):
    before = stored(client, bucket)
    for name in calls:
        with off():
            CALLS[name](client, bucket)
    for query in reads:
        answer = read(emulator, bucket, query)
        assert error_of(answer)[:2] == (403, "NoProcessAuthority"), query
        assert answer.headers["X-ErrNo"] == "-163"
    assert stored(client, bucket) == before


def assert_works(emulator, client, bucket, calls=CALLS, reads=READS):
    for name in calls:
        assert CALLS[name](client, bucket)
    for query in reads:
        assert read(emulator, bucket, query).status_code == 200, query


def test_an_unbound_bucket_refuses_everything_until_it_is_bound(emulator, cos):
    name = made(emulator)
    assert_works(emulator, cos, name)
    unbind(emulator, name)
    assert_refused(emulator, cos, name)
    assert cos.get_object(Bucket=name, Key="p.png")["Body"].get_raw_stream().read() == PICTURE
    bind(emulator, name)
    assert_works(emulator, cos, name)


def test_a_rule_cannot_be_posted_to_an_unbound_bucket(emulator, cos):
    name = made(emulator)
    unbind(emulator, name)
    form = {"key": "f.png", "Pic-Operations": SIMPLE}
    url = f"http://{name}.cos.{REGION}.myqcloud.com/"
    cos.put_bucket_acl(Bucket=name, ACL="public-read-write")
    answer = requests.post(
        url, data=form, files={"file": PICTURE}, proxies={"http": emulator.url}, timeout=30
    )
    assert error_of(answer)[:2] == (403, "NoProcessAuthority")
    assert not cos.object_exists(Bucket=name, Key="f.png")


def test_explicit_binding_is_asked_of_everything(explicit, make_cos):
    client, name = make_cos(at=explicit), made(explicit)
    assert_refused(explicit, client, name)
    bind(explicit, name)
    assert_refused(explicit, client, name, RECOGNITION, ())
    assert_works(explicit, client, name, ["put"])
    make_cos(at=explicit, way="proxies").ci_open_ai_bucket(Bucket=name)
    assert_works(explicit, client, name)
    make_cos(at=explicit, way="proxies").ci_close_ai_bucket(Bucket=name)
    assert_refused(explicit, client, name, RECOGNITION, ())


def test_opening_alone_is_enough_where_binding_is_explicit(explicit, make_cos):
    client, name = make_cos(at=explicit), made(explicit)
    make_cos(at=explicit, way="proxies").ci_open_ai_bucket(Bucket=name)
    assert status(explicit, name) == "on"
    assert_works(explicit, client, name)


def test_a_new_bucket_of_the_same_name_knows_nothing(emulator, client):
    name = f"again{uuid.uuid4().hex[:8]}-{APPID}"
    client.create_bucket(Bucket=name)
    client.ci_open_ai_bucket(Bucket=name)
    client.delete_bucket(Bucket=name)
    assert client.ci_get_ai_bucket(BucketNames=name)["TotalCount"] == "0"
    client.create_bucket(Bucket=name)
    assert client.ci_get_ai_bucket(BucketNames=name)["TotalCount"] == "0"
    unbind(emulator, name)
    client.delete_bucket(Bucket=name)
    client.create_bucket(Bucket=name)
    assert status(emulator, name) == "on"
    client.delete_bucket(Bucket=name)


# --- restarts


def test_a_restart_forgets_nothing(tmp_path):
    """A data directory that an older version wrote, in which nothing of this is."""
    directory = tmp_path / "data"
    shutil.copytree(LAYOUT_1, directory)
    opened, unbound = f"pictures-{APPID}", f"empty-{APPID}"

    def run():
        return Emulator(store="disk", data_dir=str(directory), credentials=KEYS, region=REGION)

    with run() as emulator:
        assert [status(emulator, name) for name in (opened, unbound)] == ["on", "on"]
        client = cos_client(emulator, way="proxies")
        created = client.ci_open_ai_bucket(Bucket=opened)[1]["AiBucket"]
        client._session.close()
        unbind(emulator, unbound)
    with run() as emulator:
        assert [status(emulator, name) for name in (opened, unbound)] == ["on", "off"]
        client = cos_client(emulator, way="proxies")
        listed = client.ci_get_ai_bucket(Regions=created["Region"])["AiBucketList"]
        client._session.close()
    assert listed == created

"""Hotlink protection through cos-python-sdk-v5 and a browser's eyes (documents 31423, 30615, 32466)."""

import base64
import hashlib

import pytest
from sdk_clients import REGION, STRANGER, error_of, refused, through_proxy
from signed_requests import HOSTILE, hostile, send

DENIED = (403, "AccessDenied", "You are denied by bucket referer rule")


def configuration(*domains, kind="White-List", empty="Allow", status="Enabled"):
    return {
        "Status": status,
        "RefererType": kind,
        "DomainList": {"Domain": list(domains)},
        "EmptyReferConfiguration": empty,
    }


@pytest.fixture
def public(cos, bucket):
    """A bucket that anybody may read, with an object `k`."""
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    cos.put_object(Bucket=bucket, Key="k", Body=b"content")
    return bucket


def browse(emulator, bucket, referer=None, method="GET", target="k", service="cos"):
    headers = {} if referer is None else {"Referer": referer}
    url = f"http://{bucket}.{service}.{REGION}.myqcloud.com/{target}"
    return through_proxy(emulator, method, url, headers=headers)


def test_the_configuration_comes_back_and_goes(cos, bucket):
    with refused("NoSuchRefererConfiguration", 404):
        cos.get_bucket_referer(Bucket=bucket)
    wanted = configuration("*.qq.com", "192.168.1.2:8080", kind="Black-List")
    assert cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=wanted) is None
    assert cos.get_bucket_referer(Bucket=bucket) == wanted
    assert cos.delete_bucket_referer(Bucket=bucket) is None
    with refused("NoSuchRefererConfiguration", 404):
        cos.get_bucket_referer(Bucket=bucket)
    assert cos.delete_bucket_referer(Bucket=bucket) is None


def test_the_answer_to_put_is_200_and_to_delete_405(emulator, bucket):
    body = (
        "<RefererConfiguration><DomainList><Domain>a.test</Domain></DomainList>"
        "<RefererType>White-List</RefererType><Status>Enabled</Status></RefererConfiguration>"
    )
    put = send(emulator, "PUT", bucket, "?referer", data=body)
    assert (put.status_code, put.content) == (200, b"")
    assert send(emulator, "DELETE", bucket, "?referer").status_code == 405
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    refused_put = send(emulator, "PUT", bucket, "?referer", data=b"", headers={"Content-MD5": wrong})
    assert refused_put.status_code == 400
    assert body in send(emulator, "GET", bucket, "?referer").text


def test_a_white_list(cos, emulator, public):
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("*.example.com", empty="Deny"))
    assert browse(emulator, public, "https://www.example.com/page").content == b"content"
    assert browse(emulator, public, "https://www.example.com/page", "HEAD").status_code == 200
    for referer in (
        None,
        "",
        "http://example.com.evil.test/",
        "http://evil.test/?example.com",
        "www.example.com",
    ):
        assert error_of(browse(emulator, public, referer)) == DENIED
        assert browse(emulator, public, referer, "HEAD").status_code == 403
    cos.delete_bucket_referer(Bucket=public)
    assert browse(emulator, public).content == b"content"


def test_a_black_list(cos, emulator, public):
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("evil.test", kind="Black-List"))
    assert error_of(browse(emulator, public, "http://EVIL.test./page")) == DENIED
    assert browse(emulator, public, "http://example.com/").content == b"content"
    assert browse(emulator, public).content == b"content"


def test_rules_that_are_off(cos, emulator, public):
    off = configuration("example.com", empty="Deny", status="Disabled")
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=off)
    assert browse(emulator, public, "http://evil.test/").content == b"content"


def test_every_anonymous_request_is_asked(cos, emulator, public):
    cos.put_bucket_acl(Bucket=public, ACL="public-read-write")
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("example.com", empty="Deny"))
    assert error_of(browse(emulator, public, target="")) == DENIED
    assert error_of(browse(emulator, public, "http://evil.test/", "PUT")) == DENIED
    assert error_of(browse(emulator, public, "http://evil.test/", "DELETE")) == DENIED
    assert browse(emulator, public, "http://example.com/", target="").status_code == 200


def test_deleting_several_objects_is_asked_too(cos, emulator, public):
    cos.put_bucket_acl(Bucket=public, ACL="public-read-write")
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("good.test"))
    url = f"http://{public}.cos.{REGION}.myqcloud.com/?delete"
    document = b"<Delete><Object><Key>k</Key></Object></Delete>"

    def delete(page):
        return through_proxy(emulator, "POST", url, headers={"Referer": page}, data=document)

    assert error_of(delete("http://evil.test/"))[:3] == DENIED
    cos.get_object(Bucket=public, Key="k")
    assert "<Deleted><Key>k</Key></Deleted>" in delete("http://good.test/").text


def test_a_preflight_is_not_asked(cos, emulator, public):
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("example.com", empty="Deny"))
    headers = {
        "Origin": "http://evil.test",
        "Access-Control-Request-Method": "GET",
        "Referer": "http://evil.test/",
    }
    url = f"http://{public}.cos.{REGION}.myqcloud.com/k"
    answer = through_proxy(emulator, "OPTIONS", url, headers=headers)
    assert "referer rule" not in answer.text


def test_a_signed_request_is_not_asked(cos, make_cos, emulator, public):
    cos.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("example.com", empty="Deny"))
    assert cos.get_object(Bucket=public, Key="k", Referer="http://evil.test/")["Body"].get_raw_stream().read()
    answer = send(emulator, "GET", public, "k", headers={"Referer": "http://evil.test/"})
    assert answer.content == b"content"
    assert make_cos(STRANGER).head_object(Bucket=public, Key="k")


def test_a_private_object_stays_private(cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"content")
    cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=configuration("example.com"))
    assert error_of(browse(emulator, bucket, "http://example.com/"))[:2] == (403, "AccessDenied")


@pytest.mark.parametrize(
    "domain", ["a b", "http://", "例子.test", "a.test:port", "user@a.test", ".a", "a..b"]
)
def test_what_is_no_domain(cos, bucket, domain):
    wanted = configuration("fine.test", domain)
    with refused("InvalidArgument", 400):
        cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=wanted)
    with refused("NoSuchRefererConfiguration", 404):
        cos.get_bucket_referer(Bucket=bucket)


@pytest.mark.parametrize(
    "change",
    [
        {"Status": "On"},
        {"RefererType": "Grey-List"},
        {"EmptyReferConfiguration": "Maybe"},
        {"DomainList": {}},
        {"Extra": "1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_values_that_do_not_exist(cos, bucket, change):
    with refused("MalformedXML", 400):
        cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=configuration("a.test") | change)


@pytest.mark.parametrize("missing", ["Status", "RefererType", "DomainList"])
def test_what_has_to_be_there(cos, bucket, missing):
    wanted = configuration("a.test")
    del wanted[missing]
    with refused("MalformedXML", 400):
        cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=wanted)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(emulator, bucket, name):
    answer = send(emulator, "PUT", bucket, "?referer", data=hostile(name, "RefererConfiguration"))
    # The deep one is longer than a document may be.
    assert error_of(answer)[:2] == (400, "XMLSizeLimit" if name == "deep" else "MalformedXML")


def test_the_rules_are_for_the_owner_only(make_cos, public):
    for client in (make_cos(STRANGER), make_cos(anonymous=True)):
        with refused("AccessDenied", 403):
            client.put_bucket_referer(Bucket=public, RefererConfiguration=configuration("a.test"))
        with refused("AccessDenied", 403):
            client.get_bucket_referer(Bucket=public)
        with refused("AccessDenied", 403):
            client.delete_bucket_referer(Bucket=public)

"""The tags of a bucket through cos-python-sdk-v5, and the lists of buckets that they select (documents 8281, 31509, 8291)."""

import time
import uuid

import pytest
from sdk_clients import APPID, REGION, STRANGER, error_of, refused, through_proxy
from signed_requests import HOSTILE, hostile, send

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.signing import presign


def tagging(*pairs):
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in pairs]}}


def tags_of(cos, bucket):
    return {tag["Key"]: tag["Value"] for tag in cos.get_bucket_tagging(Bucket=bucket)["TagSet"]["Tag"]}


def names(listed):
    return {entry["Name"] for entry in (listed["Buckets"] or {}).get("Bucket", [])}


def test_the_tags_come_back_are_replaced_and_go(cos, bucket):
    assert (
        cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(("age", "18"), ("名 a", "+-=._:/@ 图"))) is None
    )
    assert tags_of(cos, bucket) == {"age": "18", "名 a": "+-=._:/@ 图"}
    cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(("other", "")))
    assert cos.get_bucket_tagging(Bucket=bucket)["TagSet"]["Tag"] == [{"Key": "other", "Value": None}]
    assert cos.delete_bucket_tagging(Bucket=bucket) is None
    with refused("NoSuchTagSet", 404):
        cos.get_bucket_tagging(Bucket=bucket)
    assert cos.delete_bucket_tagging(Bucket=bucket) is None


def test_the_answer_to_put_and_delete_is_204(emulator, bucket):
    body = "<Tagging><TagSet><Tag><Value>v</Value><Key>k</Key></Tag></TagSet></Tagging>"
    put = send(emulator, "PUT", bucket, "?tagging", data=body)
    assert (put.status_code, put.content) == (204, b"")
    assert send(emulator, "DELETE", bucket, "?tagging").status_code == 204


def test_as_many_and_as_long_as_allowed(cos, bucket):
    most = [("k" * 127, "v" * 255), *((f"k{n}", "") for n in range(49))]
    cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(*most))
    assert len(tags_of(cos, bucket)) == 50


@pytest.mark.parametrize(
    "pairs",
    [
        [(f"k{n}", "v") for n in range(51)],
        [("k" * 128, "v")],
        [("k", "v" * 256)],
        [("", "v")],
        [("k", "1"), ("k", "2")],
        [("qcs:k", "v")],
        [("project", "v")],
        [("k;", "v")],
        [("k", "a\tb")],
    ],
    ids=["51", "long-key", "long-value", "no-key", "twice", "qcs", "project", "semicolon", "tab"],
)
def test_tags_that_are_not_allowed(cos, bucket, pairs):
    cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(("kept", "1")))
    with refused("InvalidTag", 400):
        cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(*pairs))
    assert tags_of(cos, bucket) == {"kept": "1"}


@pytest.mark.parametrize(
    "body",
    [
        "<Tagging/>",
        "<Tagging><TagSet/></Tagging>",
        "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>",
        "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value><Extra/></Tag></TagSet></Tagging>",
    ],
)
def test_documents_that_are_no_tags(emulator, bucket, body):
    answer = send(emulator, "PUT", bucket, "?tagging", data=body)
    assert error_of(answer)[:2] == (400, "MalformedXML")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(emulator, bucket, name):
    answer = send(emulator, "PUT", bucket, "?tagging", data=hostile(name, "Tagging"))
    # The deep one is longer than a document may be.
    assert error_of(answer)[:2] == (400, "XMLSizeLimit" if name == "deep" else "MalformedXML")


def test_an_empty_body_is_no_document(emulator, bucket):
    answer = send(emulator, "PUT", bucket, "?tagging", data=b"")
    assert answer.status_code == 400


def test_tags_are_for_the_owner_only(make_cos, bucket):
    stranger, nobody = make_cos(STRANGER), make_cos(anonymous=True)
    for client in (stranger, nobody):
        with refused("AccessDenied", 403):
            client.put_bucket_tagging(Bucket=bucket, Tagging=tagging(("k", "v")))
        with refused("AccessDenied", 403):
            client.get_bucket_tagging(Bucket=bucket)
        with refused("AccessDenied", 403):
            client.delete_bucket_tagging(Bucket=bucket)


def test_a_bucket_is_made_with_tags(cos):
    name = f"t{uuid.uuid4().hex[:12]}-{APPID}"
    cos.create_bucket(Bucket=name, Tagging="age=18&a%2Fb=%E5%9B%BE")
    assert tags_of(cos, name) == {"age": "18", "a/b": "图"}
    cos.delete_bucket(Bucket=name)


@pytest.mark.parametrize("text", ["=v", "a=1&a=2", "k=%FF", "qcs%3Ak=v", "k" * 128])
def test_a_bucket_is_not_made_with_bad_tags(cos, text):
    name = f"t{uuid.uuid4().hex[:12]}-{APPID}"
    with refused("InvalidTag", 400):
        cos.create_bucket(Bucket=name, Tagging=text)
    assert cos.bucket_exists(Bucket=name) is False


def test_buckets_by_tag(cos, make_cos, bucket):
    mark = uuid.uuid4().hex
    cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging(("mark", mark), ("other", "1")))
    lister = make_cos(way="proxies")
    assert names(lister.list_buckets(TagKey="mark", TagValue=mark)) == {bucket}
    assert names(lister.list_buckets(TagKey="mark", TagValue="else")) == set()
    assert names(lister.list_buckets(TagKey="Mark", TagValue=mark)) == set()
    assert names(lister.list_buckets(TagKey="mark", TagValue=mark, Region="eu-frankfurt")) == set()
    cos.delete_bucket_tagging(Bucket=bucket)
    assert names(lister.list_buckets(TagKey="mark", TagValue=mark)) == set()


def list_raw(emulator, host, query=""):
    url = presign(PUBLISHED_KEY, "GET", f"http://{host}/{query}", now=time.time(), seconds=60)
    return through_proxy(emulator, "GET", url)


def test_a_key_without_a_value_is_any_value(cos, emulator, bucket):
    key = f"k{uuid.uuid4().hex}"
    cos.put_bucket_tagging(Bucket=bucket, Tagging=tagging((key, "1")))
    answer = list_raw(emulator, "service.cos.myqcloud.com", f"?tagkey={key}")
    assert answer.text.count("<Bucket>") == 1
    assert f"<Name>{bucket}</Name>" in answer.text


def test_a_value_without_a_key_is_refused(emulator):
    answer = list_raw(emulator, "service.cos.myqcloud.com", "?tagvalue=1")
    assert answer.status_code == 400
    assert "<Code>InvalidArgument</Code>" in answer.text


def test_a_host_of_a_region_lists_that_region(make_cos, emulator, bucket):
    away = f"t{uuid.uuid4().hex[:12]}-{APPID}"
    abroad = make_cos(Region="eu-frankfurt")
    abroad.create_bucket(Bucket=away)
    lister = {
        domain: names(make_cos(way="proxies", ServiceDomain=domain).list_buckets())
        for domain in (
            f"cos.{REGION}.myqcloud.com",
            "cos.eu-frankfurt.myqcloud.com",
            "cos.accelerate.myqcloud.com",
            "service.cos.myqcloud.com",
        )
    }
    here, there, nearest, everywhere = lister.values()
    assert bucket in here
    assert away not in here
    assert there == {away}
    assert nearest == everywhere
    assert {bucket, away} <= everywhere
    both = list_raw(emulator, "cos.eu-frankfurt.myqcloud.com", f"?region={REGION}")
    assert "<Buckets/>" in both.text
    abroad.delete_bucket(Bucket=away)

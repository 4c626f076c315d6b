"""Tags of objects through cos-python-sdk-v5 (spec: cos.md sections 4.0 and 4.3)."""

import pytest
from sdk_clients import STRANGER, error_of, refused
from signed_requests import HOSTILE, document_of, hostile, send


@pytest.fixture
def key(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    return "k"


def tagging(tags):
    return {"TagSet": {"Tag": [{"Key": name, "Value": value} for name, value in tags.items()]}}


def tags_of(cos, bucket, **options):
    tag_set = cos.get_object_tagging(Bucket=bucket, Key="k", **options)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in (tag_set or {"Tag": []})["Tag"]}


def test_an_object_has_no_tags_at_first(cos, bucket, key, emulator):
    answer = send(emulator, "GET", bucket, "k?tagging")
    assert answer.content.endswith(b"<Tagging><TagSet/></Tagging>")
    assert tags_of(cos, bucket) == {}
    assert "x-cos-tagging-count" not in cos.head_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize(
    "tags",
    [
        {"age": "18", "name": "xiaoming"},
        {"one": ""},
        {"a b+c-d_e=f.g:h/i": "a b+c-d_e=f.g:h/i"},
        {"&<\"'>": "&amp;"},
        {f"tag{number}": str(number) for number in range(10)},
        {"图" * 128: "v" * 256},
    ],
    ids=range(6),
)
def test_tags_come_back_in_order(cos, bucket, key, tags):
    assert cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging(tags)) is None
    found = tags_of(cos, bucket)
    assert {name: value or "" for name, value in found.items()} == tags
    assert list(found) == list(tags)
    assert cos.head_object(Bucket=bucket, Key=key)["x-cos-tagging-count"] == str(len(tags))


def test_tags_replace_tags_and_go(cos, bucket, key, emulator):
    cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1", "b": "2"}))
    answer = send(
        emulator,
        "PUT",
        bucket,
        "k?tagging",
        data="<Tagging><TagSet><Tag><Value>3</Value><Key>c</Key></Tag></TagSet></Tagging>",
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert tags_of(cos, bucket) == {"c": "3"}
    assert send(emulator, "DELETE", bucket, "k?tagging").status_code == 204
    assert tags_of(cos, bucket) == {}
    assert cos.delete_object_tagging(Bucket=bucket, Key=key) is None
    cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    assert send(emulator, "PUT", bucket, "k?tagging", data="<Tagging><TagSet/></Tagging>").status_code == 200
    assert tags_of(cos, bucket) == {}


def test_tags_change_nothing_else(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/css", Metadata={"x-cos-meta-a": "1"})
    before = cos.head_object(Bucket=bucket, Key="k")
    cos.put_object_tagging(Bucket=bucket, Key="k", Tagging=tagging({"a": "1"}))
    after = cos.head_object(Bucket=bucket, Key="k")
    for headers in (before, after):
        for name in ("x-cos-request-id", "Date", "x-cos-tagging-count"):
            headers.pop(name, None)
    assert after == before


def test_an_overwritten_object_has_no_tags(cos, bucket, key):
    cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    cos.put_object(Bucket=bucket, Key=key, Body=b"y")
    assert tags_of(cos, bucket) == {}


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param([(f"tag{number}", "v") for number in range(11)], id="eleven"),
        pytest.param([("a", "1"), ("a", "2")], id="twice"),
        pytest.param([("", "1")], id="empty-key"),
        pytest.param([("k" * 129, "1")], id="long-key"),
        pytest.param([("k", "v" * 257)], id="long-value"),
    ],
)
def test_tags_that_are_refused(cos, bucket, key, emulator, tags):
    cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"kept": "yes"}))
    listed = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags)
    body = f"<Tagging><TagSet>{listed}</TagSet></Tagging>"
    assert error_of(send(emulator, "PUT", bucket, "k?tagging", data=body))[:2] == (400, "InvalidTag")
    assert tags_of(cos, bucket) == {"kept": "yes"}


@pytest.mark.parametrize(
    "body",
    [
        "<Tagging><TagSet><Tag><Value>1</Value></Tag></TagSet></Tagging>",
        "<Tagging><TagSet><Tag/></TagSet></Tagging>",
        "<TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>",
        "a=1&b=2",
    ],
)
def test_documents_that_are_refused(cos, bucket, key, emulator, body):
    assert error_of(send(emulator, "PUT", bucket, "k?tagging", data=body))[:2] == (400, "MalformedXML")
    assert tags_of(cos, bucket) == {}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "deep"])
def test_a_hostile_document(emulator, bucket, key, name):
    answer = send(emulator, "PUT", bucket, "k?tagging", data=hostile(name, "Tagging"))
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert answer.elapsed.total_seconds() < 5


def test_a_document_that_is_missing_or_too_large(emulator, bucket, key):
    answer = send(emulator, "PUT", bucket, "k?tagging")
    assert error_of(answer)[:2] == (400, "MissingRequestBodyError")
    answer = send(emulator, "PUT", bucket, "k?tagging", data=b"<Tagging>" + b" " * 70_000)
    assert error_of(answer)[:2] == (400, "XMLSizeLimit")


def test_tags_of_a_version(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old, new = (cos.put_object(Bucket=bucket, Key="k", Body=b"x")["x-cos-version-id"] for _ in range(2))
    cos.put_object_tagging(Bucket=bucket, Key="k", Tagging=tagging({"v": "old"}), VersionId=old)
    cos.put_object_tagging(Bucket=bucket, Key="k", Tagging=tagging({"v": "new"}))
    assert tags_of(cos, bucket, VersionId=old) == {"v": "old"}
    assert tags_of(cos, bucket, VersionId=new) == tags_of(cos, bucket) == {"v": "new"}
    cos.delete_object_tagging(Bucket=bucket, Key="k", VersionId=old)
    assert tags_of(cos, bucket, VersionId=old) == {}
    marker = cos.delete_object(Bucket=bucket, Key="k")["x-cos-version-id"]
    for version, code, status in (
        (None, "NoSuchKey", 404),
        (marker, "MethodNotAllowed", 405),
        ("nonsense", "NoSuchVersion", 404),
    ):
        options = {"Bucket": bucket, "Key": "k"} | ({"VersionId": version} if version else {})
        with refused(code, status):
            cos.get_object_tagging(**options)
        with refused(code, status):
            cos.put_object_tagging(Tagging=tagging({"a": "1"}), **options)
        with refused(code, status):
            cos.delete_object_tagging(**options)
    assert tags_of(cos, bucket, VersionId=new) == {"v": "new"}


def test_tags_are_the_owners(make_cos, cos, bucket, key):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    stranger = make_cos(STRANGER)
    for call in (
        lambda: stranger.get_object_tagging(Bucket=bucket, Key=key),
        lambda: stranger.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"})),
        lambda: stranger.delete_object_tagging(Bucket=bucket, Key=key),
    ):
        with refused("AccessDenied", 403):
            call()


def test_tags_at_upload(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&%E5%9B%BE%20b%26=%3D+%2B&c=")
    root_tags = tags_of(cos, bucket)
    assert {name: value or "" for name, value in root_tags.items()} == {"a": "1", "图 b&": "= +", "c": ""}


@pytest.mark.parametrize(
    "header",
    [
        "&".join(f"k{number}=v" for number in range(11)),
        "a=1&a=2",
        "=1",
        "k" * 129 + "=1",
        "k=" + "v" * 257,
        "%FF=1",
    ],
    ids=range(6),
)
def test_tags_at_upload_that_are_refused(cos, bucket, header):
    with refused("InvalidTag", 400):
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging=header)
    assert cos.object_exists(Bucket=bucket, Key="k") is False


def test_a_document_has_the_root_that_the_sdks_expect(cos, bucket, key, emulator):
    cos.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    root = document_of(send(emulator, "GET", bucket, "k?tagging"), "Tagging")
    assert [tag.findtext("Key") for tag in root.iterfind("TagSet/Tag")] == ["a"]

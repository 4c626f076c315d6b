"""ACLs and tags of objects through oss2 (oss: PutObjectACL, PutObjectTagging)."""

import oss2
import pytest
from oss2.models import Tagging, TaggingRule
from oss_clients import oss_error_of, oss_refused, oss_send

TEN = b"0123456789"
MARKED = {"x-oss-range-behavior": "standard"}


def _tagging(tags):
    rule = TaggingRule()
    for key, value in tags.items():
        rule.add(key, value)
    return Tagging(rule)


def _document(*tags):
    inner = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in tags)
    return f"<Tagging><TagSet>{inner}</TagSet></Tagging>".encode()


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "default"])
def test_an_acl_is_set_and_told(oss_bucket, acl):
    oss_bucket.put_object("k", TEN, headers={"x-oss-object-acl": "public-read"})
    oss_bucket.put_object_acl("k", acl)
    found = oss_bucket.get_object_acl("k")
    assert found.acl == acl


def test_an_acl_decides_over_the_bucket(make_oss, oss_bucket):
    oss_bucket.put_object("k", TEN)
    stranger = make_oss(oss_bucket.bucket_name, None)
    with oss_refused("AccessDenied", 403, "0003-00000001"):
        stranger.get_object("k", headers=MARKED)
    oss_bucket.put_object_acl("k", "public-read")
    assert stranger.get_object("k", headers=MARKED).read() == TEN
    oss_bucket.put_bucket_acl("public-read")
    oss_bucket.put_object_acl("k", "private")
    with oss_refused("AccessDenied", 403):
        stranger.head_object("k", headers=MARKED)
    oss_bucket.put_object_acl("k", "default")
    assert stranger.get_object("k", headers=MARKED).read() == TEN
    with oss_refused("AccessDenied", 403):
        stranger.put_object_acl("k", "public-read-write")


def test_acls_that_are_refused(emulator, oss_bucket):
    oss_bucket.put_object("k", TEN)
    with oss_refused("InvalidArgument", 400):
        oss_bucket.put_object_acl("k", "authenticated-read")
    answer = oss_send(emulator, "PUT", oss_bucket.bucket_name, "k", params={"acl": ""})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "MissingArgument")
    assert oss_bucket.get_object_acl("k").acl == "default"
    for call in (lambda: oss_bucket.get_object_acl("no"), lambda: oss_bucket.put_object_acl("no", "private")):
        with oss_refused("NoSuchKey", 404):
            call()


def test_the_owner_is_told(emulator, oss_bucket):
    oss_bucket.put_object("k", TEN)
    answer = oss_send(emulator, "GET", oss_bucket.bucket_name, "k", params={"acl": ""})
    assert "<AccessControlPolicy><Owner><ID>" in answer.text
    assert "<AccessControlList><Grant>default</Grant></AccessControlList>" in answer.text


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"a": ""},
        {"名 字": "值", "+-=._:/": "x y"},
        {f"k{n}": "v" * 256 for n in range(10)},
        {"k" * 128: "v"},
    ],
    ids=["none", "empty", "letters", "ten", "long"],
)
def test_tags_are_set_told_and_removed(oss_bucket, tags):
    oss_bucket.put_object("k", TEN, headers={"x-oss-tagging": "old=1"})
    oss_bucket.put_object_tagging("k", _tagging(tags))
    assert oss_bucket.get_object_tagging("k").tag_set.tagging_rule == tags
    count = oss_bucket.head_object("k").headers.get("x-oss-tagging-count")
    assert count == (str(len(tags)) if tags else None)
    assert oss_bucket.delete_object_tagging("k").status == 204
    assert oss_bucket.get_object_tagging("k").tag_set.tagging_rule == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_document(*((f"k{n}", "") for n in range(11))), "InvalidArgument"),
        (_document(("a", "1"), ("a", "2")), "InvalidArgument"),
        (_document(("", "1")), "InvalidArgument"),
        (_document(("k" * 129, "1")), "InvalidArgument"),
        (_document(("k", "v" * 257)), "InvalidArgument"),
        (_document(("k!", "v")), "InvalidArgument"),
        (b"<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>", "MalformedXML"),
        (b"<Tags/>", "MalformedXML"),
        (b"", "MalformedXML"),
    ],
)
def test_tags_that_are_refused(emulator, oss_bucket, body, code):
    oss_bucket.put_object("k", TEN, headers={"x-oss-tagging": "old=1"})
    answer = oss_send(emulator, "PUT", oss_bucket.bucket_name, "k", params={"tagging": ""}, data=body)
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, code)
    assert oss_bucket.get_object_tagging("k").tag_set.tagging_rule == {"old": "1"}


def test_tags_of_nothing(oss_bucket):
    for call in (oss_bucket.get_object_tagging, oss_bucket.delete_object_tagging):
        with oss_refused("NoSuchKey", 404):
            call("no")
    with pytest.raises(oss2.exceptions.NoSuchKey):
        oss_bucket.put_object_tagging("no", _tagging({"a": "1"}))


def test_each_version_has_its_own(oss_bucket, cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old = oss_bucket.put_object("k", b"old").versionid
    oss_bucket.put_object("k", b"new")
    oss_bucket.put_object_tagging("k", _tagging({"a": "1"}), params={"versionId": old})
    oss_bucket.put_object_acl("k", "public-read", params={"versionId": old})
    assert oss_bucket.get_object_tagging("k", params={"versionId": old}).tag_set.tagging_rule == {"a": "1"}
    assert oss_bucket.get_object_acl("k", params={"versionId": old}).acl == "public-read"
    assert oss_bucket.get_object_tagging("k").tag_set.tagging_rule == {}
    assert oss_bucket.get_object_acl("k").acl == "default"

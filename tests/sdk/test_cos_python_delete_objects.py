"""Deleting several objects at once through cos-python-sdk-v5 (spec: cos.md section 4.3, delete multiple)."""

import base64
import hashlib
import time
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from sdk_clients import STRANGER, body_of, error_of, refused
from signed_requests import HOSTILE, document_of, hostile, send

UNKNOWN = "MTg0NDUxNTc1NTE5MTc1NjM4MDA"


def put(cos, bucket, *keys, **options):
    return [cos.put_object(Bucket=bucket, Key=key, Body=b"x", **options) for key in keys]


def keys_in(cos, bucket):
    return [entry["Key"] for entry in cos.list_objects(Bucket=bucket).get("Contents", [])]


def delete(cos, bucket, *objects, quiet=None):
    """Delete objects, each a key or a (key, version)."""
    named = [
        {"Key": one} if isinstance(one, str) else {"Key": one[0], "VersionId": one[1]} for one in objects
    ]
    return cos.delete_objects(Bucket=bucket, Delete={"Object": named} | ({"Quiet": quiet} if quiet else {}))


def document(*keys, quiet=None):
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    return f"<Delete>{f'<Quiet>{quiet}</Quiet>' if quiet is not None else ''}{objects}</Delete>".encode()


def results(root):
    """Return each result as (element, {name: text})."""
    return [(result.tag, {child.tag: child.text for child in result}) for result in root]


def test_several_objects_go_and_others_stay(cos, bucket):
    put(cos, bucket, "a", "b", "目录/c d+e&<f>", "stays")
    data = delete(cos, bucket, "a", "目录/c d+e&<f>", "was never there", "b")
    deleted = [{"Key": key} for key in ("a", "目录/c d+e&<f>", "was never there", "b")]
    assert data == {"Deleted": deleted}
    assert keys_in(cos, bucket) == ["stays"]


def test_one_object(cos, bucket):
    put(cos, bucket, "a")
    assert delete(cos, bucket, "a") == {"Deleted": [{"Key": "a"}]}


@pytest.mark.parametrize("quiet", ["true", "True", "1"])
def test_a_quiet_request_tells_errors_only(cos, bucket, quiet, emulator):
    put(cos, bucket, "a")
    delete(cos, bucket, "a", quiet=quiet)
    assert keys_in(cos, bucket) == []
    answer = send(emulator, "POST", bucket, "?delete", data=document("a", quiet=quiet))
    assert answer.content.endswith(b"<DeleteResult/>")


@pytest.mark.parametrize("quiet", ["false", "False", "0", ""])
def test_a_request_that_is_not_quiet(emulator, bucket, quiet):
    answer = send(emulator, "POST", bucket, "?delete", data=document("a", quiet=quiet))
    assert results(document_of(answer, "DeleteResult")) == [("Deleted", {"Key": "a"})]


def test_elements_in_another_order(cos, bucket, emulator):
    (version,) = put(cos, bucket, "a")
    assert "x-cos-version-id" not in version
    body = (
        b"<?xml version='1.0'?><!-- a comment --><Delete xmlns='http://doc.s3.amazonaws.com/2006-03-01'>\n"
        b"<Object>\n<VersionId> null </VersionId><Key>a</Key></Object>\n<Quiet>false</Quiet><Unknown/></Delete>"
    )
    answer = send(emulator, "POST", bucket, "?delete=", data=body)
    assert results(document_of(answer, "DeleteResult")) == [("Deleted", {"Key": "a", "VersionId": "null"})]
    assert keys_in(cos, bucket) == []


def test_the_same_object_twice(cos, bucket):
    put(cos, bucket, "a")
    assert delete(cos, bucket, "a", "a") == {"Deleted": [{"Key": "a"}, {"Key": "a"}]}


def test_blanks_belong_to_a_key(cos, bucket):
    put(cos, bucket, " a ", "a", " ")
    delete(cos, bucket, " a ")
    assert keys_in(cos, bucket) == [" ", "a"]


def test_keys_that_nobody_could_have_put(cos, bucket):
    assert len(delete(cos, bucket, "k" * 2000, "/a", "\\a")["Deleted"]) == 3


def test_markers_and_versions(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old, new = (answer["x-cos-version-id"] for answer in put(cos, bucket, "a", "a"))
    (marked,) = delete(cos, bucket, "a")["Deleted"]
    marker = marked["DeleteMarkerVersionId"]
    assert marked == {"Key": "a", "DeleteMarker": "true", "DeleteMarkerVersionId": marker}
    assert keys_in(cos, bucket) == []
    data = delete(cos, bucket, ("a", marker), ("a", old), ("a", UNKNOWN), ("a", "nonsense"))
    assert data["Deleted"] == [
        {"Key": "a", "DeleteMarker": "true", "DeleteMarkerVersionId": marker, "VersionId": marker},
        {"Key": "a", "VersionId": old},
        {"Key": "a", "VersionId": UNKNOWN},
        {"Key": "a", "VersionId": "nonsense"},
    ]
    assert [entry["VersionId"] for entry in cos.list_objects_versions(Bucket=bucket)["Version"]] == [new]
    assert keys_in(cos, bucket) == ["a"]


def test_markers_of_a_suspended_bucket(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Suspended")
    put(cos, bucket, "a")
    deleted = {"Key": "a", "DeleteMarker": "true", "DeleteMarkerVersionId": "null"}
    assert delete(cos, bucket, "a", "a")["Deleted"] == [deleted, deleted]
    assert len(cos.list_objects_versions(Bucket=bucket)["DeleteMarker"]) == 1


def test_a_thousand_objects_at_once(cos, bucket, emulator):
    keys = [f"{number:04}{'&' * 100}" for number in range(1000)]
    put(cos, bucket, *keys[::50])
    began = time.perf_counter()
    assert [entry["Key"] for entry in delete(cos, bucket, *keys)["Deleted"]] == keys
    assert time.perf_counter() - began < 20
    assert keys_in(cos, bucket) == []
    put(cos, bucket, "0000")
    with refused("MalformedXML", 400):
        delete(cos, bucket, *["0000"] * 1001)
    assert keys_in(cos, bucket) == ["0000"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<Delete/>", id="no-object"),
        pytest.param(b"<Delete><Quiet>true</Quiet></Delete>", id="quiet-only"),
        pytest.param(b"<Delete><Object/></Delete>", id="empty-object"),
        pytest.param(b"<Delete><Object><Key/></Object></Delete>", id="empty-key"),
        pytest.param(b"<Delete><Object><VersionId>null</VersionId></Object></Delete>", id="no-key"),
        pytest.param(document("a").replace(b"a<", b"a<x/>/mine<"), id="key-with-an-element"),
        pytest.param(document("a", quiet="maybe"), id="quiet-is-no-boolean"),
        pytest.param(document("a").replace(b"</Object>", b"</Object><Object/>"), id="one-of-two"),
        pytest.param(document("a").replace(b"a<", b"&#1;<"), id="control-character"),
        pytest.param(document("a").replace(b"a<", b"\xff<"), id="not-utf-8"),
        pytest.param(b'{"Delete": {"Object": [{"Key": "a"}]}}', id="json"),
    ],
)
def test_documents_that_are_refused_delete_nothing(cos, bucket, emulator, body):
    put(cos, bucket, "a")
    assert error_of(send(emulator, "POST", bucket, "?delete", data=body))[:2] == (400, "MalformedXML")
    assert keys_in(cos, bucket) == ["a"]


@pytest.mark.parametrize("body", [b"", b" \n "], ids=["nothing", "blanks"])
def test_a_document_that_is_missing(emulator, bucket, body):
    answer = send(emulator, "POST", bucket, "?delete", data=body)
    assert error_of(answer)[:2] == (400, "MissingRequestBodyError")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document(emulator, bucket, name):
    answer = send(emulator, "POST", bucket, "?delete", data=hostile(name, "Delete"))
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert answer.elapsed.total_seconds() < 5


def test_a_large_document(cos, bucket, emulator):
    put(cos, bucket, "a")
    blanks = document("a").replace(b"<Object>", b" " * 1_900_000 + b"<Object>")
    comments = document("a").replace(b"<Object>", b"<!-- x -->" * 190_000 + b"<Object>")
    for body in (blanks, comments):
        put(cos, bucket, "a")
        answer = send(emulator, "POST", bucket, "?delete", data=body)
        assert [tag for tag, _ in results(document_of(answer, "DeleteResult"))] == ["Deleted"]
        assert answer.elapsed.total_seconds() < 5
    objects = document(*["a"] * 60_000)
    assert len(objects) < 2 * 1024**2
    answer = send(emulator, "POST", bucket, "?delete", data=objects)
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert answer.elapsed.total_seconds() < 5


def test_a_document_over_two_megabytes(emulator, bucket):
    body = document("a") + b" " * 10_000_000
    answer = send(emulator, "POST", bucket, "?delete", data=body)
    assert error_of(answer)[:2] == (400, "XMLSizeLimit")
    chunks = (body[at : at + 100_000] for at in range(0, len(body), 100_000))
    answer = send(emulator, "POST", bucket, "?delete", data=chunks)
    assert error_of(answer)[:2] == (400, "XMLSizeLimit")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param(
            {"Content-MD5": base64.b64encode(hashlib.md5(b"other").digest()).decode()},
            "BadDigest",
            id="wrong",
        ),
        pytest.param({"Content-MD5": "***"}, "InvalidDigest", id="malformed"),
        pytest.param(
            {"x-cos-content-sha1": hashlib.sha1(b"other").hexdigest()}, "InvalidSHA1Digest", id="sha1"
        ),
    ],
)
def test_a_digest_that_is_wrong(cos, bucket, emulator, headers, code):
    put(cos, bucket, "a")
    answer = send(emulator, "POST", bucket, "?delete", data=document("a"), headers=headers)
    assert error_of(answer)[:2] == (400, code)
    assert keys_in(cos, bucket) == ["a"]


def test_a_document_without_a_digest(emulator, bucket):
    assert send(emulator, "POST", bucket, "?delete", data=document("a")).status_code == 200


def test_a_bucket_that_does_not_exist(cos):
    with refused("NoSuchBucket", 404):
        delete(cos, "absent-1250000000", "a")


@pytest.mark.parametrize("anonymous", [False, True], ids=["stranger", "anonymous"])
def test_each_key_is_decided_as_if_it_were_deleted_alone(make_cos, cos, bucket, anonymous):
    other = make_cos(anonymous=True) if anonymous else make_cos(STRANGER)
    for key in ("plain", "kept/one", "kept/two"):
        put(cos, bucket, key)
    refusal = {"Code": "AccessDenied", "Message": "Access Denied."}
    data = delete(other, bucket, "plain", ("absent", UNKNOWN))
    assert data == {
        "Error": [{"Key": "plain", **refusal}, {"Key": "absent", "VersionId": UNKNOWN, **refusal}]
    }
    assert len(keys_in(cos, bucket)) == 3
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    denied = {
        "effect": "deny",
        "principal": {"qcs": ["qcs::cam::anyone:anyone", f"qcs::cam::uin/{STRANGER.appid}:*"]},
        "action": ["name/cos:Delete*"],
        "resource": [f"qcs::cos::uid/1250000000:{bucket}/kept/*"],
    }
    cos.put_bucket_policy(Bucket=bucket, Policy={"version": "2.0", "statement": [denied]})
    for key in ("kept/one", "kept/two"):
        with refused("AccessDenied", 403):
            other.delete_object(Bucket=bucket, Key=key)
    data = delete(other, bucket, "kept/one", "plain", "kept/two", "absent")
    assert data["Error"] == [{"Key": "kept/one", **refusal}, {"Key": "kept/two", **refusal}]
    assert [entry["Key"] for entry in data["Deleted"]] == ["plain", "absent"]
    assert keys_in(cos, bucket) == ["kept/one", "kept/two"]
    data = delete(other, bucket, "kept/one", "absent", quiet="true")
    assert data == {"Error": [{"Key": "kept/one", **refusal}]}
    cos.delete_bucket_policy(Bucket=bucket)
    assert body_of(cos.get_object(Bucket=bucket, Key="kept/one")) == b"x"


def test_an_unsigned_request_is_answered_in_xml(emulator, bucket):
    answer = send(emulator, "POST", bucket, "?delete", None, data=document("a"))
    assert ET.fromstring(answer.content).findtext("Error/Code") == "AccessDenied"

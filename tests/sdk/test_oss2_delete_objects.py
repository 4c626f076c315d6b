"""Delete several objects at once through oss2 (aliyun.md section 4; oss: DeleteMultipleObjects)."""

import base64
import hashlib
import xml.etree.ElementTree as ET

import oss2
import pytest
from oss_clients import oss_error_of, oss_refused, oss_send, temporary_key

KEYS = ["plain", " blank ", "a b+c&d", "目录/一", "dir//x", "tab\t"]


def _send(emulator, client, body, *, params=None, **headers):
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    given = {"Content-MD5": md5} | headers
    return oss_send(
        emulator,
        "POST",
        client.bucket_name,
        params={"delete": ""} | (params or {}),
        headers={name: value for name, value in given.items() if value is not None},
        data=body,
    )


def _left(client):
    return [found.key for found in oss2.ObjectIterator(client)]


def test_all_that_is_named_goes(oss_bucket):
    for key in [*KEYS, "stays"]:
        oss_bucket.put_object(key, b"1")
    deleted = oss_bucket.batch_delete_objects([*KEYS, "never-there"])
    assert deleted.deleted_keys == [*KEYS, "never-there"]
    assert _left(oss_bucket) == ["stays"]


def test_names_are_encoded_when_asked_for(emulator, oss_bucket):
    body = "<Delete><Object><Key>目/ 1</Key></Object></Delete>".encode()
    plain = _send(emulator, oss_bucket, body)
    encoded = _send(emulator, oss_bucket, body, params={"encoding-type": "url"})
    assert ET.fromstring(plain.content).findtext("Deleted/Key") == "目/ 1"
    root = ET.fromstring(encoded.content)
    assert root.findtext("EncodingType") == "url"
    assert root.findtext("Deleted/Key") == "%E7%9B%AE%2F%201"


def test_quiet_says_nothing(emulator, oss_bucket):
    oss_bucket.put_object("k", b"1")
    answer = _send(emulator, oss_bucket, b"<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object></Delete>")
    assert (answer.status_code, answer.content) == (200, b"")
    assert not _left(oss_bucket)


def test_versions(oss_bucket, cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old = oss_bucket.put_object("k", b"old").versionid
    oss_bucket.put_object("k", b"new")
    marked = oss_bucket.batch_delete_objects(["k"]).delete_versions[0]
    assert marked.delete_marker
    assert not oss_bucket.object_exists("k")
    listed = oss2.models.BatchDeleteObjectVersionList()
    for version in (old, marked.delete_marker_versionid):
        listed.append(oss2.models.BatchDeleteObjectVersion("k", version))
    gone = oss_bucket.delete_object_versions(listed).delete_versions
    assert [one.versionid for one in gone] == [old, marked.delete_marker_versionid]
    assert oss_bucket.get_object("k").read() == b"new"


@pytest.mark.parametrize(
    ("body", "headers", "code", "ec"),
    [
        (b"<Delete><Object><Key>k</Key></Object></Delete>", {"Content-MD5": None}, "MissingArgument", "0016-00000606"),
        (b"<Delete><Object><Key>k</Key></Object></Delete>", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "InvalidDigest", None),
        (b"<Delete><Object><VersionId>v</VersionId></Object></Delete>", {}, "MalformedXML", "0016-00000613"),
        (b"<Delete><Object><Key>k</Key><VersionId/></Object></Delete>", {}, "InvalidArgument", "0016-00000612"),
        (b"<Delete><Object><Key>k<x/>/mine</Key></Object></Delete>", {}, "MalformedXML", None),
        (b"<Delete><Object><Key>k</Key><VersionId>null<x/></VersionId></Object></Delete>", {}, "MalformedXML", None),
        (b"<Delete><Quiet>true<x/></Quiet><Object><Key>k</Key></Object></Delete>", {}, "MalformedXML", None),
        (b"<Delete/>", {}, "MalformedXML", None),
        (b"", {}, "MalformedXML", None),
        (b"<Delete><Object><Key>k</Key>", {}, "MalformedXML", None),
        (b"<Other><Object><Key>k</Key></Object></Other>", {}, "MalformedXML", None),
        (b"<Delete><Quiet>maybe</Quiet><Object><Key>k</Key></Object></Delete>", {}, "MalformedXML", None),
        (b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1001 + b"</Delete>", {}, "MalformedXML", None),
        (b'<!DOCTYPE x [<!ENTITY e "k">]><Delete><Object><Key>&e;</Key></Object></Delete>', {}, "MalformedXML", None),
    ],
)  # fmt: skip
def test_refused_documents_delete_nothing(emulator, oss_bucket, body, headers, code, ec):
    oss_bucket.put_object("k", b"1")
    answer = _send(emulator, oss_bucket, body, **headers)
    error = oss_error_of(answer)
    assert (answer.status_code, error["Code"], error.get("EC")) == (400, code, ec)
    assert _left(oss_bucket) == ["k"]


def test_one_key_that_is_not_allowed_spares_them_all(make_oss, oss_bucket):
    name = oss_bucket.bucket_name
    oss_bucket.put_object("mine/a", b"1")
    oss_bucket.put_object("theirs/b", b"1")
    policy = (
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:DeleteObject",'
        f'"Resource":"acs:oss:*:*:{name}/mine/*"}}]}}'
    )
    client = make_oss(name, temporary_key(policy))
    with oss_refused("AccessDenied", 403):
        client.batch_delete_objects(["mine/a", "theirs/b"])
    assert _left(oss_bucket) == ["mine/a", "theirs/b"]
    client.batch_delete_objects(["mine/a"])
    assert _left(oss_bucket) == ["theirs/b"]


def test_strangers_delete_nothing(make_oss, oss_bucket):
    oss_bucket.put_object("k", b"1")
    with oss_refused("AccessDenied", 403):
        make_oss(oss_bucket.bucket_name, None).batch_delete_objects(["k"], headers={"x-oss-meta-a": "1"})
    assert _left(oss_bucket) == ["k"]

"""Who may name the versions of an object: policies speak of them by actions of their own (oss: RAM policies)."""

import json

import pytest
from oss_clients import oss_refused, temporary_key


def _client(make_oss, name, *actions):
    policy = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    return make_oss(name, temporary_key(json.dumps(policy)))


@pytest.fixture
def versions(oss_bucket, cos, bucket):
    """The name of a bucket that keeps versions, and the older of two versions of `k`."""
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old = oss_bucket.put_object("k", b"old").versionid
    oss_bucket.put_object("k", b"new")
    return oss_bucket.bucket_name, {"versionId": old}


@pytest.mark.parametrize(
    ("method", "action", "of_a_version"),
    [
        ("get_object", "oss:GetObject", "oss:GetObjectVersion"),
        ("head_object", "oss:GetObject", "oss:GetObjectVersion"),
        ("get_object_meta", "oss:GetObject", "oss:GetObjectVersion"),
        ("get_object_acl", "oss:GetObjectAcl", "oss:GetObjectVersionAcl"),
        ("get_object_tagging", "oss:GetObjectTagging", "oss:GetObjectVersionTagging"),
        ("delete_object_tagging", "oss:DeleteObjectTagging", "oss:DeleteObjectVersionTagging"),
        ("delete_object", "oss:DeleteObject", "oss:DeleteObjectVersion"),
    ],
)
def test_a_version_needs_a_permission_of_its_own(make_oss, versions, method, action, of_a_version):
    name, old = versions
    with oss_refused("AccessDenied", 403):
        getattr(_client(make_oss, name, action), method)("k", params=dict(old))
    done = getattr(_client(make_oss, name, action, of_a_version), method)("k", params=dict(old))
    assert done.status in (200, 204)


def test_a_copy_of_a_version_too(make_oss, versions, oss_bucket):
    name, old = versions
    with oss_refused("AccessDenied", 403):
        _client(make_oss, name, "oss:PutObject", "oss:GetObject").copy_object(name, "k", "copy", params=old)
    assert not oss_bucket.object_exists("copy")
    permitted = _client(make_oss, name, "oss:PutObject", "oss:GetObject", "oss:GetObjectVersion")
    permitted.copy_object(name, "k", "copy", params=old)
    assert oss_bucket.get_object("copy").read() == b"old"


def test_the_acl_of_a_version_opens_nothing_else(make_oss, versions, oss_bucket):
    name, old = versions
    oss_bucket.put_object_acl("k", "public-read", params=dict(old))
    stranger, marked = make_oss(name, None), {"x-oss-range-behavior": "standard"}
    assert stranger.get_object("k", headers=marked, params=dict(old)).read() == b"old"
    with oss_refused("AccessDenied", 403):
        stranger.get_object("k", headers=marked)

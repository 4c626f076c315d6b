"""Objects that lead to others, through oss2 (oss: PutSymlink, GetSymlink)."""

import pytest
from oss_clients import oss_error_of, oss_refused, oss_send, temporary_key

TEN = b"0123456789"


def test_a_link_is_read_through(oss_bucket):
    put = oss_bucket.put_object(
        "目录/a b", TEN, headers={"Content-Type": "image/png", "x-oss-meta-a": "target"}
    )
    headers = {"Content-Type": "text/plain", "x-oss-meta-a": "link", "x-oss-tagging": "t=1"}
    made = oss_bucket.put_symlink("目录/a b", "link", headers=headers)
    assert made.status == 200
    got = oss_bucket.get_object("link")
    assert got.read() == TEN
    head = oss_bucket.head_object("link")
    for seen in (got.headers, head.headers):
        # The bytes are the target's, everything else the link's.
        assert seen["ETag"] == f'"{put.etag}"'
        assert seen["Content-Length"] == "10"
        assert seen["x-oss-object-type"] == "Symlink"
        assert (seen["Content-Type"], seen["x-oss-meta-a"]) == ("text/plain", "link")
        assert seen["x-oss-tagging-count"] == "1"
    link = oss_bucket.get_symlink("link")
    assert link.target_key == "目录/a b"
    assert link.headers["x-oss-meta-a"] == "link"
    assert oss_bucket.get_object("link", byte_range=(2, 3)).read() == b"23"
    assert oss_bucket.get_object_meta("link").etag != put.etag


def test_the_target_is_looked_at_when_it_is_read(oss_bucket):
    oss_bucket.put_symlink("later", "link")
    for read in (oss_bucket.get_object, oss_bucket.head_object):
        with oss_refused("SymlinkTargetNotExist", 404, "0026-00000012"):
            read("link")
    assert oss_bucket.object_exists("link")
    oss_bucket.put_object("later", TEN)
    assert oss_bucket.get_object("link").read() == TEN
    oss_bucket.put_symlink("link", "chain")
    with oss_refused("InvalidTargetType", 400):
        oss_bucket.get_object("chain")


def test_an_archived_target_is_not_read(oss_bucket):
    oss_bucket.put_object("k", TEN, headers={"x-oss-storage-class": "ColdArchive"})
    oss_bucket.put_symlink("k", "link")
    with oss_refused("InvalidObjectState", 403):
        oss_bucket.get_object("link")


def test_who_reads_a_link_must_be_allowed_to_read_both(make_oss, oss_bucket):
    oss_bucket.put_object("secret", TEN)
    oss_bucket.put_object("open", TEN, headers={"x-oss-object-acl": "public-read"})
    for target in ("secret", "open"):
        oss_bucket.put_symlink(target, f"to-{target}", headers={"x-oss-object-acl": "public-read"})
    stranger = make_oss(oss_bucket.bucket_name, None)
    marked = {"x-oss-range-behavior": "standard"}
    assert stranger.get_object("to-open", headers=marked).read() == TEN
    for read in (stranger.get_object, stranger.head_object):
        with oss_refused("AccessDenied", 403):
            read("to-secret", headers=marked)
    policy = (
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject",'
        f'"Resource":"acs:oss:*:*:{oss_bucket.bucket_name}/to-*"}}]}}'
    )
    user = make_oss(oss_bucket.bucket_name, temporary_key(policy))
    assert user.get_symlink("to-secret").target_key == "secret"
    with oss_refused("AccessDenied", 403):
        user.get_object("to-secret")


def test_what_is_no_link(oss_bucket):
    oss_bucket.put_object("k", TEN)
    with oss_refused("NoSuchKey", 404):
        oss_bucket.get_symlink("k")
    with oss_refused("NoSuchKey", 404):
        oss_bucket.get_symlink("missing")


def test_overwriting_can_be_forbidden(oss_bucket):
    oss_bucket.put_object("k", TEN)
    with oss_refused("FileAlreadyExists", 409):
        oss_bucket.put_symlink("t", "k", headers={"x-oss-forbid-overwrite": "true"})
    assert oss_bucket.head_object("k").object_type == "Normal"


@pytest.mark.parametrize(
    ("headers", "data", "code"),
    [
        ({}, None, "MissingArgument"),
        ({"x-oss-symlink-target": "%2Fabsolute"}, None, "InvalidObjectName"),
        ({"x-oss-symlink-target": "%FF"}, None, "InvalidArgument"),
        ({"x-oss-symlink-target": "link"}, None, "InvalidArgument"),
        ({"x-oss-symlink-target": "t" * 1024}, None, "InvalidObjectName"),
        ({"x-oss-symlink-target": "t"}, b"body", "InvalidArgument"),
        ({"x-oss-symlink-target": "t", "x-oss-storage-class": "?"}, None, "InvalidArgument"),
    ],
)
def test_links_that_are_refused(emulator, oss_bucket, headers, data, code):
    name = oss_bucket.bucket_name
    answer = oss_send(emulator, "PUT", name, "link", params={"symlink": ""}, headers=headers, data=data)
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, code)
    assert not oss_bucket.object_exists("link")

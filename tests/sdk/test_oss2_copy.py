"""Copy objects through oss2, and what is refused of it (aliyun.md section 4; oss: CopyObject)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import oss2
import pytest
from oss_clients import oss_error_of, oss_refused, oss_send, temporary_key

TEN = b"0123456789"
LARGE = bytes(range(256)) * 4096 * 2
RICH = {
    "Content-Type": "image/png",
    "Cache-Control": "no-cache",
    "x-oss-meta-a": "1",
    "x-oss-tagging": "t=1",
    "x-oss-object-acl": "public-read",
    "x-oss-storage-class": "IA",
}


def _date(**ago):
    return format_datetime(datetime.now(UTC) - timedelta(**ago), usegmt=True)


def _tags(client, key):
    return client.get_object_tagging(key).tag_set.tagging_rule


@pytest.mark.parametrize("body", [b"", TEN, LARGE], ids=["empty", "small", "large"])
def test_a_copy_has_bytes_metadata_and_tags(oss_bucket, body):
    oss_bucket.put_object("a b/源.png", body, headers=RICH)
    copied = oss_bucket.copy_object(oss_bucket.bucket_name, "a b/源.png", "copy")
    head = oss_bucket.head_object("copy")
    assert oss_bucket.get_object("copy").read() == body
    assert copied.etag == head.etag
    assert head.headers["Content-Type"] == "image/png"
    assert head.headers["Cache-Control"] == "no-cache"
    assert head.headers["x-oss-meta-a"] == "1"
    assert _tags(oss_bucket, "copy") == {"t": "1"}
    # Those are the request's, never the source's.
    assert head.headers["x-oss-storage-class"] == "Standard"
    assert oss_bucket.get_object_acl("copy").acl == "default"


def test_the_answer_has_etag_and_time(emulator, oss_bucket):
    put = oss_bucket.put_object("k", TEN)
    name = oss_bucket.bucket_name
    answer = oss_send(emulator, "PUT", name, "copy", headers={"x-oss-copy-source": f"/{name}/k"})
    assert answer.headers["Content-Type"] == "application/xml"
    assert f'<ETag>"{put.etag}"</ETag>' in answer.text
    assert ".000Z</LastModified>" in answer.text
    assert "xmlns" not in answer.text


def test_directives_replace_metadata_and_tags(oss_bucket):
    oss_bucket.put_object("k", TEN, headers=RICH)
    name = oss_bucket.bucket_name
    new = {"x-oss-metadata-directive": "REPLACE", "x-oss-meta-b": "2", "Content-Type": "text/plain"}
    oss_bucket.copy_object(name, "k", "meta", headers=dict(new))
    head = oss_bucket.head_object("meta").headers
    assert (head["x-oss-meta-b"], head["Content-Type"]) == ("2", "text/plain")
    assert "x-oss-meta-a" not in head
    assert "Cache-Control" not in head
    assert _tags(oss_bucket, "meta") == {"t": "1"}
    new = {"x-oss-tagging-directive": "Replace", "x-oss-tagging": "u=2", "x-oss-object-acl": "private"}
    oss_bucket.copy_object(name, "k", "tags", headers=new)
    assert _tags(oss_bucket, "tags") == {"u": "2"}
    assert oss_bucket.head_object("tags").headers["x-oss-meta-a"] == "1"
    assert oss_bucket.get_object_acl("tags").acl == "private"


def test_a_copy_onto_itself_changes_what_is_beside_the_bytes(oss_bucket):
    put = oss_bucket.put_object("k", TEN, headers=RICH)
    oss_bucket.update_object_meta("k", {"x-oss-meta-b": "2"})
    head = oss_bucket.head_object("k")
    assert head.etag == put.etag
    assert head.headers["x-oss-meta-b"] == "2"
    assert "x-oss-meta-a" not in head.headers
    assert head.headers["x-oss-storage-class"] == "IA"
    assert _tags(oss_bucket, "k") == {"t": "1"}
    assert oss_bucket.get_object_acl("k").acl == "public-read"
    oss_bucket.copy_object(
        oss_bucket.bucket_name,
        "k",
        "k",
        headers={"x-oss-storage-class": "Archive", "x-oss-object-acl": "private"},
    )
    assert oss_bucket.head_object("k").headers["x-oss-storage-class"] == "Archive"
    assert oss_bucket.get_object_acl("k").acl == "private"


def test_an_appendable_object_copied_onto_itself_can_still_be_appended_to(oss_bucket):
    oss_bucket.append_object("k", 0, b"ab")
    oss_bucket.update_object_meta("k", {"x-oss-meta-b": "2"})
    assert oss_bucket.append_object("k", 2, b"cd").next_position == 4
    assert oss_bucket.get_object("k").read() == b"abcd"


@pytest.mark.parametrize(
    ("condition", "code", "status"),
    [
        (lambda etag: {"if-match": '"0123"'}, "PreconditionFailed", 412),
        (lambda etag: {"if-unmodified-since": _date(days=1)}, "PreconditionFailed", 412),
        (lambda etag: {"if-none-match": f'"{etag}"'}, "", 304),
        (lambda etag: {"if-modified-since": _date(days=-1)}, "", 304),
    ],
    ids=["match", "unmodified", "none-match", "modified"],
)
@pytest.mark.parametrize("target", ["copy", "k"])
def test_conditions_that_fail(oss_bucket, condition, code, status, target):
    put = oss_bucket.put_object("k", TEN, headers=RICH)
    headers = {f"x-oss-copy-source-{name}": value for name, value in condition(put.etag).items()}
    with pytest.raises(oss2.exceptions.ServerError) as raised:
        oss_bucket.copy_object(oss_bucket.bucket_name, "k", target, headers=headers)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert not oss_bucket.object_exists("copy")
    assert oss_bucket.head_object("k").headers["x-oss-meta-a"] == "1"


def test_conditions_that_hold(oss_bucket):
    put = oss_bucket.put_object("k", TEN)
    headers = {
        "x-oss-copy-source-if-match": f'"{put.etag}"',
        "x-oss-copy-source-if-modified-since": _date(days=1),
    }
    oss_bucket.copy_object(oss_bucket.bucket_name, "k", "copy", headers=headers)
    assert oss_bucket.get_object("copy").read() == TEN


def test_a_version_can_be_copied(oss_bucket, cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old = oss_bucket.put_object("k", b"old").versionid
    oss_bucket.put_object("k", b"new")
    name = oss_bucket.bucket_name
    copied = oss_bucket.copy_object(name, "k", "k", params={"versionId": old})
    assert copied.headers["x-oss-copy-source-version-id"] == old
    assert copied.versionid != old
    assert oss_bucket.get_object("k").read() == b"old"
    with oss_refused("NoSuchVersion", 404):
        oss_bucket.copy_object(name, "k", "copy", params={"versionId": "nonsense"})


def test_a_link_is_copied_as_a_link(oss_bucket):
    oss_bucket.put_symlink("target", "link", headers={"x-oss-meta-a": "1"})
    oss_bucket.copy_object(oss_bucket.bucket_name, "link", "copy")
    assert oss_bucket.get_symlink("copy").target_key == "target"


@pytest.mark.parametrize("source", ["k", "/", "/B/k", "/photos", "/photos/", "/photos/%FF", "//k"])
def test_sources_that_cannot_be_read(emulator, oss_bucket, source):
    answer = oss_send(emulator, "PUT", oss_bucket.bucket_name, "copy", headers={"x-oss-copy-source": source})
    assert answer.status_code == 400
    assert oss_error_of(answer)["Code"] == "InvalidArgument"
    assert not oss_bucket.object_exists("copy")


def test_missing_sources(oss_bucket):
    with oss_refused("NoSuchKey", 404) as seen:
        oss_bucket.copy_object(oss_bucket.bucket_name, "missing", "copy")
    assert seen.details["Key"] == "missing"
    with oss_refused("NoSuchBucket", 404):
        oss_bucket.copy_object("no-such-bucket", "k", "copy")
    assert not oss_bucket.object_exists("copy")


@pytest.mark.parametrize(
    "headers",
    [{"x-oss-metadata-directive": "MERGE"}, {"x-oss-tagging-directive": "None"}, {"x-oss-object-acl": "x"}],
)
def test_unknown_values(oss_bucket, headers):
    oss_bucket.put_object("k", TEN)
    with oss_refused("InvalidArgument", 400):
        oss_bucket.copy_object(oss_bucket.bucket_name, "k", "copy", headers=headers)
    assert not oss_bucket.object_exists("copy")


@pytest.mark.parametrize("target", ["copy", "k"])
def test_overwriting_can_be_forbidden(oss_bucket, target):
    oss_bucket.put_object("k", TEN)
    oss_bucket.put_object("copy", b"there")
    with oss_refused("FileAlreadyExists", 409):
        oss_bucket.copy_object(
            oss_bucket.bucket_name, "k", target, headers={"x-oss-forbid-overwrite": "true"}
        )
    assert oss_bucket.get_object("copy").read() == b"there"


@pytest.mark.parametrize("target", ["copy", "k"])
def test_an_archived_source_is_not_read(oss_bucket, target):
    oss_bucket.put_object("k", TEN, headers={"x-oss-storage-class": "Archive"})
    with oss_refused("InvalidObjectState", 403):
        oss_bucket.copy_object(oss_bucket.bucket_name, "k", target)
    assert not oss_bucket.object_exists("copy")


def test_who_copies_must_be_allowed_to_read_the_source(make_oss, oss_bucket):
    oss_bucket.put_object("secret", TEN)
    name = oss_bucket.bucket_name
    writer = temporary_key(
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:PutObject","Resource":"*"}]}'
    )
    client = make_oss(name, writer)
    client.put_object("own", TEN)
    with oss_refused("AccessDenied", 403):
        client.copy_object(name, "secret", "copy")
    with oss_refused("AccessDenied", 403):
        client.copy_object(name, "secret", "secret", headers={"x-oss-meta-a": "1"})
    with oss_refused("AccessDenied", 403):
        client.put_object("tagged", TEN, headers={"x-oss-tagging": "a=1"})
    assert not oss_bucket.object_exists("copy")
    assert not oss_bucket.object_exists("tagged")

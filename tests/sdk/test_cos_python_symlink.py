"""Objects that are links, through cos-python-sdk-v5 (document 436/109082; spec: cos.md section 4.3, row symlink)."""

import hashlib
from urllib.parse import quote

import pytest
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import HOST, STRANGER, body_of, error_of, refused, refused_head
from signed_requests import send

BODY = bytes(range(256)) * 4


@pytest.fixture
def linked(cos, bucket):
    """A bucket with an object `dir/target` and a link `link` to it."""
    cos.put_object(
        Bucket=bucket, Key="dir/target", Body=BODY, ContentType="image/x-test", Metadata={"x-cos-meta-a": "b"}
    )
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="dir/target")
    return bucket


def read(client, bucket, key="link", **options):
    return body_of(client.get_object(Bucket=bucket, Key=key, **options))


def denying(bucket, what, key):
    """Return a policy that denies everybody one thing with a key."""
    account = bucket.rpartition("-")[2]
    statement = {
        "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
        "Effect": "deny",
        "Action": [f"name/cos:{what}"],
        "Resource": [f"qcs::cos:*:uid/{account}:{bucket}/{key}"],
    }
    return {"version": "2.0", "Statement": [statement]}


def keep_versions(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ("dir/target", "dir/target"),
        ("/dir/target", "dir/target"),
        ("a%20b%2Fc", "a b/c"),
        (quote("图片/é+.jpg"), "图片/é+.jpg"),
        ("a+b", "a+b"),
        ("not-there", "not-there"),
    ],
)
def test_a_link_tells_where_it_leads(cos, bucket, sent, target):
    etag = f'"{hashlib.md5(target.encode()).hexdigest()}"'
    made = cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget=sent)
    assert made["ETag"] == etag
    told = cos.get_symlink(Bucket=bucket, SymlinkName="link")
    assert told["x-cos-symlink-target"] == quote(target)
    assert (told["ETag"], told["Content-Length"]) == (etag, "0")
    assert told["Last-Modified"].endswith("GMT")
    assert "x-cos-version-id" not in told
    (listed,) = cos.list_objects(Bucket=bucket)["Contents"]
    assert (listed["Key"], listed["Size"], listed["ETag"]) == ("link", str(len(target.encode())), etag)
    assert listed["StorageClass"] == "STANDARD"


def test_reading_a_link_is_reading_its_target(emulator, cos, linked):
    through, direct = (cos.get_object(Bucket=linked, Key=key) for key in ("link", "dir/target"))
    assert body_of(through) == body_of(direct) == BODY
    described = cos.head_object(Bucket=linked, Key="link")
    for name in (
        "ETag",
        "Content-Type",
        "Content-Length",
        "Last-Modified",
        "x-cos-meta-a",
        "x-cos-hash-crc64ecma",
    ):
        assert through[name] == direct[name] == described[name]
    assert read(cos, linked, Range="bytes=3-9") == BODY[3:10]
    with refused("PreconditionFailed", 412):
        cos.get_object(Bucket=linked, Key="link", IfMatch='"0"')
    assert cos.object_exists(Bucket=linked, Key="link") is True
    assert send(emulator, "GET", linked, "link").content == BODY  # signed in the URL


def test_a_link_leads_to_what_its_target_is_now(cos, linked):
    cos.put_object(Bucket=linked, Key="dir/target", Body=b"other")
    assert read(cos, linked) == b"other"
    big = bytes(600_000)
    cos.put_object(Bucket=linked, Key="dir/target", Body=big)
    assert read(cos, linked) == big


def test_a_link_that_leads_nowhere(cos, linked):
    cos.delete_object(Bucket=linked, Key="dir/target")
    with refused("NoSuchKey", 404) as seen:
        cos.get_object(Bucket=linked, Key="link")
    assert "target" in seen.error.get_error_msg()
    with refused_head(404):
        cos.head_object(Bucket=linked, Key="link")
    assert cos.get_symlink(Bucket=linked, SymlinkName="link")["x-cos-symlink-target"] == "dir/target"
    cos.delete_object(Bucket=linked, Key="link")
    with refused("NoSuchKey", 404):
        cos.get_symlink(Bucket=linked, SymlinkName="link")


def test_deleting_a_link_leaves_its_target(cos, linked):
    cos.delete_object(Bucket=linked, Key="link")
    assert read(cos, linked, "dir/target") == BODY
    with refused("NoSuchKey", 404):
        cos.get_object(Bucket=linked, Key="link")


def test_links_to_links_are_not_followed(cos, linked):
    cos.put_symlink(Bucket=linked, SymlinkName="second", SymlinkTarget="link")
    with refused("InvalidRequest", 400):
        cos.get_object(Bucket=linked, Key="second")
    with refused_head(400):
        cos.head_object(Bucket=linked, Key="second")
    cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="second")
    with refused("InvalidRequest", 400):
        cos.get_object(Bucket=linked, Key="link")


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("", {}, "InvalidArgument"),
        ("/", {}, "InvalidArgument"),
        ("link", {}, "InvalidArgument"),
        ("%FF", {}, "InvalidArgument"),
        ("//k", {}, "InvalidObjectName"),
        ("k%18", {}, "InvalidObjectName"),
        ("k" * 851, {}, "KeyTooLong"),
        ("k", {"StorageClass": "ARCHIVE"}, "NotSupportedStorageClass"),
        ("k", {"StorageClass": "COOL"}, "NotSupportedStorageClass"),
        ("k", {"ACL": "everybody"}, "InvalidArgument"),
    ],
)
def test_a_link_that_cannot_be_made(cos, bucket, target, options, code):
    cos.put_object(Bucket=bucket, Key="link", Body=b"kept")
    with refused(code, 400):
        cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget=target, **options)
    assert read(cos, bucket) == b"kept"


def test_a_link_has_no_body(emulator, bucket):
    answer = send(emulator, "PUT", bucket, "link?symlink", headers={"x-cos-symlink-target": "k"}, data=b"x")
    assert error_of(answer)[:2] == (400, "UnexpectedContent")
    answer = send(emulator, "PUT", bucket, "link?symlink")
    assert error_of(answer)[:2] == (400, "InvalidArgument")


def test_what_is_not_a_link(cos, linked):
    for key in ("dir/target", "not-there"):
        with refused("NoSuchKey", 404):
            cos.get_symlink(Bucket=linked, SymlinkName=key)
    with refused("NoSuchVersion", 404):
        cos.get_symlink(Bucket=linked, SymlinkName="link", VersionId="MTg0NDUxNTc1NTE5MTc1NjM4MDA")


def test_links_and_objects_replace_each_other(cos, linked):
    cos.put_object(Bucket=linked, Key="link", Body=b"an object")
    assert read(cos, linked) == b"an object"
    cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="dir/target")
    assert read(cos, linked) == BODY
    begun = cos.create_multipart_upload(Bucket=linked, Key="link")["UploadId"]
    part = cos.upload_part(Bucket=linked, Key="link", Body=b"part", PartNumber=1, UploadId=begun)
    parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    cos.complete_multipart_upload(Bucket=linked, Key="link", UploadId=begun, MultipartUpload=parts)
    assert read(cos, linked) == b"part"
    assert read(cos, linked, "dir/target") == BODY


def test_a_link_that_must_not_replace_anything(emulator, cos, linked):
    headers = {"x-cos-symlink-target": "dir/target", "x-cos-forbid-overwrite": "true"}
    answer = send(
        emulator, "PUT", linked, "dir/target?symlink", headers=headers | {"x-cos-symlink-target": "k"}
    )
    assert error_of(answer)[:2] == (409, "FileAlreadyExists")
    assert read(cos, linked) == BODY
    assert send(emulator, "PUT", linked, "other?symlink", headers=headers).status_code == 200


def test_nothing_is_appended_to_a_link(cos, linked):
    for position in (0, len(BODY), len("dir/target")):
        with refused("ObjectNotAppendable", 409):
            cos.append_object(Bucket=linked, Key="link", Position=position, Data=b"x")


def test_a_copy_of_a_link_is_a_copy_of_its_target(cos, linked):
    source = {"Bucket": linked, "Key": "link", "Region": "ap-guangzhou"}
    cos.copy_object(Bucket=linked, Key="copy", CopySource=source)
    cos.put_object(Bucket=linked, Key="dir/target", Body=b"other")
    copied = cos.get_object(Bucket=linked, Key="copy")
    assert (body_of(copied), copied["x-cos-meta-a"]) == (BODY, "b")
    with refused("NoSuchKey", 404):
        cos.get_symlink(Bucket=linked, SymlinkName="copy")
    cos.delete_object(Bucket=linked, Key="dir/target")
    with refused("NoSuchKey", 404):
        cos.copy_object(Bucket=linked, Key="copy", CopySource=source)
    begun = cos.create_multipart_upload(Bucket=linked, Key="big")["UploadId"]
    cos.put_object(Bucket=linked, Key="dir/target", Body=b"parts")
    cos.upload_part_copy(Bucket=linked, Key="big", PartNumber=1, UploadId=begun, CopySource=source)
    (part,) = cos.list_parts(Bucket=linked, Key="big", UploadId=begun)["Part"]
    assert part["Size"] == "5"


def test_versions_of_links(cos, linked):
    keep_versions(cos, linked)
    first = cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="one")["x-cos-version-id"]
    second = cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="dir/target")[
        "x-cos-version-id"
    ]
    cos.put_object(Bucket=linked, Key="one", Body=b"first")
    cos.put_object(Bucket=linked, Key="one", Body=b"second")
    told = cos.get_symlink(Bucket=linked, SymlinkName="link", VersionId=first)
    assert (told["x-cos-symlink-target"], told["x-cos-version-id"]) == ("one", first)
    assert cos.get_symlink(Bucket=linked, SymlinkName="link")["x-cos-version-id"] == second
    assert read(cos, linked, VersionId=first) == b"second"
    assert read(cos, linked, VersionId="null") == BODY
    cos.delete_object(Bucket=linked, Key="one")
    with pytest.raises(CosServiceError) as raised:
        cos.get_object(Bucket=linked, Key="link", VersionId=first)
    assert raised.value.get_error_code() == "NoSuchKey"
    marker = cos.delete_object(Bucket=linked, Key="link")["x-cos-version-id"]
    with refused("NoSuchKey", 404):
        cos.get_symlink(Bucket=linked, SymlinkName="link")
    with refused("MethodNotAllowed", 405):
        cos.get_symlink(Bucket=linked, SymlinkName="link", VersionId=marker)
    cos.delete_object(Bucket=linked, Key="link", VersionId=marker)
    assert read(cos, linked) == BODY


def test_a_link_where_versions_are_suspended(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Suspended")
    assert "x-cos-version-id" not in cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="k")
    assert cos.get_symlink(Bucket=bucket, SymlinkName="link")["x-cos-version-id"] == "null"


def test_tags_and_acl_are_the_links_own(cos, linked):
    tags = {"TagSet": {"Tag": [{"Key": "of", "Value": "link"}]}}
    cos.put_object_tagging(Bucket=linked, Key="link", Tagging=tags)
    assert cos.get_object_tagging(Bucket=linked, Key="dir/target")["TagSet"] is None
    assert cos.get_object_tagging(Bucket=linked, Key="link")["TagSet"]["Tag"] == [
        {"Key": "of", "Value": "link"}
    ]
    cos.put_object_acl(Bucket=linked, Key="link", ACL="public-read")
    assert cos.get_object_acl(Bucket=linked, Key="link")["CannedACL"] == "public-read"
    assert cos.get_object_acl(Bucket=linked, Key="dir/target")["CannedACL"] == "default"
    with refused("RestoreNonArchiveObject", 405):
        cos.restore_object(Bucket=linked, Key="link", RestoreRequest={"Days": 1})


@pytest.mark.parametrize("of_link", ["private", "public-read"])
@pytest.mark.parametrize("of_target", ["private", "public-read"])
def test_both_must_be_readable(make_cos, cos, linked, of_link, of_target):
    cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="dir/target", ACL=of_link)
    cos.put_object_acl(Bucket=linked, Key="dir/target", ACL=of_target)
    allowed = of_link == of_target == "public-read"
    source = {"Bucket": linked, "Key": "link", "Region": "ap-guangzhou"}
    for client in (make_cos(anonymous=True), make_cos(STRANGER)):
        if allowed:
            assert read(client, linked) == BODY
            assert client.head_object(Bucket=linked, Key="link")["Content-Length"] == str(len(BODY))
        else:
            with refused("AccessDenied", 403):
                client.get_object(Bucket=linked, Key="link")
            with refused_head(403):
                client.head_object(Bucket=linked, Key="link")
    with refused("AccessDenied", 403):
        make_cos(STRANGER).copy_object(Bucket=linked, Key="copy", CopySource=source)
    stranger = make_cos(STRANGER)
    if of_link == "public-read":
        assert stranger.get_symlink(Bucket=linked, SymlinkName="link")["x-cos-symlink-target"] == "dir/target"
    else:
        with refused("AccessDenied", 403):
            stranger.get_symlink(Bucket=linked, SymlinkName="link")


def test_whether_a_private_target_exists_is_not_told(make_cos, cos, linked):
    cos.put_symlink(Bucket=linked, SymlinkName="link", SymlinkTarget="not-there", ACL="public-read")
    with refused("AccessDenied", 403):
        make_cos(anonymous=True).get_object(Bucket=linked, Key="link")


def test_strangers_make_links_where_they_may_write(make_cos, cos, linked):
    stranger = make_cos(STRANGER)
    with refused("AccessDenied", 403):
        stranger.put_symlink(Bucket=linked, SymlinkName="theirs", SymlinkTarget="dir/target")
    cos.put_bucket_acl(Bucket=linked, ACL="public-read-write")
    stranger.put_symlink(Bucket=linked, SymlinkName="theirs", SymlinkTarget="dir/target")
    cos.put_object_acl(Bucket=linked, Key="dir/target", ACL="private")
    with refused("AccessDenied", 403):
        stranger.get_object(Bucket=linked, Key="theirs")


@pytest.mark.parametrize(
    ("denied", "key", "through"),
    [
        ("GetObject", "link", False),
        ("GetObject", "dir/target", False),
        ("HeadObject", "dir/target", True),
        ("GetObject", "other", True),
    ],
)
def test_a_policy_counts_for_the_link_and_for_its_target(make_cos, cos, linked, denied, key, through):
    cos.put_bucket_acl(Bucket=linked, ACL="public-read")
    cos.put_bucket_policy(Bucket=linked, Policy=denying(linked, denied, key))
    stranger = make_cos(STRANGER)
    if through:
        assert read(stranger, linked) == BODY
    else:
        with refused("AccessDenied", 403):
            stranger.get_object(Bucket=linked, Key="link")
    if denied == "HeadObject":
        with refused_head(403):
            stranger.head_object(Bucket=linked, Key="link")


def test_policies_have_names_for_what_is_done_with_links(make_cos, cos, linked):
    cos.put_bucket_acl(Bucket=linked, ACL="public-read-write")
    stranger = make_cos(STRANGER)
    cos.put_bucket_policy(Bucket=linked, Policy=denying(linked, "PutSymlink", "*"))
    with refused("AccessDenied", 403):
        stranger.put_symlink(Bucket=linked, SymlinkName="theirs", SymlinkTarget="k")
    stranger.put_object(Bucket=linked, Key="theirs", Body=b"x")
    cos.put_bucket_policy(Bucket=linked, Policy=denying(linked, "GetSymlink", "*"))
    with refused("AccessDenied", 403):
        stranger.get_symlink(Bucket=linked, SymlinkName="link")
    assert read(stranger, linked) == BODY


def test_an_archived_target(cos, linked):
    cos.put_object(Bucket=linked, Key="dir/target", Body=BODY, StorageClass="ARCHIVE")
    with refused("InvalidObjectState", 403):
        cos.get_object(Bucket=linked, Key="link")


def test_bucket_that_does_not_exist(cos):
    missing = HOST.partition(".")[0].replace("samples", "missing")
    with refused("NoSuchBucket", 404):
        cos.put_symlink(Bucket=missing, SymlinkName="link", SymlinkTarget="k")

"""Buckets through oss2: create, describe, grant, list, delete (aliyun.md section 4)."""

import json
import uuid

import oss2
import pytest
from oss2.models import BucketCreateConfig
from oss_clients import close_oss, oss_client, oss_error_of, oss_refused, oss_send
from sdk_clients import APPID, PUBLISHED_KEY, STRANGER, cos_client

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator


def user(name, *statements):
    """Return the key of a sub-user and what Resource Access Management lets it do."""
    policy = json.dumps({"Version": "1", "Statement": statements})
    return KeyPair(
        secret_id=f"LTAI{name}", secret_key=f"{name}s-key", appid=APPID, user="100000000042", policy=policy
    )


LISTER = user("lister", {"Effect": "Allow", "Action": "oss:ListBuckets", "Resource": "acs:oss:*:*:*"})
MAKER = user(
    "maker",
    {
        "Effect": "Allow",
        "Action": ["oss:PutBucket", "oss:GetBucketInfo"],
        "Resource": "acs:oss:*:*:made-*",
    },
)
CAM = KeyPair(
    secret_id="AKIDcam",
    secret_key="cams-key",
    appid=APPID,
    user="100000000043",
    policy=json.dumps(
        {"version": "2.0", "statement": [{"effect": "allow", "action": "cos:*", "resource": "*"}]}
    ),
)


@pytest.fixture(scope="module")
def at():
    with Emulator(credentials=(PUBLISHED_KEY, STRANGER, LISTER, MAKER, CAM)) as running:
        yield running


@pytest.fixture
def make(at):
    made = []

    def client(*arguments, **options):
        made.append(oss_client(at, *arguments, **options))
        return made[-1]

    yield client
    for one in made:
        close_oss(one)


@pytest.fixture
def cos_at(at):
    client = cos_client(at)
    yield client
    client._session.close()


@pytest.fixture
def name(at):
    """A name for a bucket, which is deleted afterwards if it exists."""
    chosen = f"made-{uuid.uuid4().hex[:10]}"
    yield chosen
    assert oss_send(at, "DELETE", chosen).status_code in (204, 404)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_bucket_from_its_making_to_its_end(make, name, version):
    bucket = make(name, version=version)
    with oss_refused("NoSuchBucket", 404) as seen:
        bucket.get_bucket_info()
    assert seen.details["BucketName"] == name
    made = bucket.create_bucket()
    assert (made.status, made.headers["Location"]) == (200, f"/{name}")
    assert bucket.get_bucket_info().name == name
    assert bucket.delete_bucket().status == 204
    with oss_refused("NoSuchBucket", 404):
        bucket.delete_bucket()


def test_everything_that_is_told_of_a_bucket(make, name):
    bucket = make(name)
    bucket.create_bucket()
    told = bucket.get_bucket_info()
    assert (told.name, told.location) == (name, "oss-cn-hangzhou")
    assert told.extranet_endpoint == "oss-cn-hangzhou.aliyuncs.com"
    assert told.intranet_endpoint == "oss-cn-hangzhou-internal.aliyuncs.com"
    assert (told.storage_class, told.data_redundancy_type) == ("Standard", "LRS")
    assert (told.owner.id, told.owner.display_name) == (APPID, APPID)
    assert (told.acl.grant, told.comment, told.versioning_status) == ("private", "", None)
    assert told.creation_date.endswith(".000Z")
    assert told.bucket_encryption_rule.sse_algorithm is None
    assert (told.access_monitor, told.transfer_acceleration) == ("Disabled", "Disabled")
    assert bucket.get_bucket_location().location == "oss-cn-hangzhou"


def test_the_region_that_is_told_is_a_setting(name):
    with Emulator(credentials=(PUBLISHED_KEY,), oss_region="eu-central-1") as elsewhere:
        bucket = oss_client(elsewhere, name)
        bucket.create_bucket()
        told = bucket.get_bucket_info()
        assert (bucket.get_bucket_location().location, told.location) == ("oss-eu-central-1",) * 2
        assert told.intranet_endpoint == "oss-eu-central-1-internal.aliyuncs.com"
        close_oss(bucket)


@pytest.mark.parametrize("storage_class", ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"])
@pytest.mark.parametrize("redundancy", [None, "LRS", "ZRS"])
def test_storage_class_and_redundancy(make, name, storage_class, redundancy):
    bucket = make(name)
    bucket.create_bucket(input=BucketCreateConfig(storage_class, redundancy))
    told = bucket.get_bucket_info()
    assert (told.storage_class, told.data_redundancy_type) == (storage_class, redundancy or "LRS")


def test_objects_have_the_storage_class_of_their_bucket_unless_they_say_another(make, cos_at, name):
    bucket = make(name)
    bucket.create_bucket(input=BucketCreateConfig("IA"))
    bucket.put_object("its", b"x")
    bucket.put_object("own", b"x", headers={"x-oss-storage-class": "Standard"})
    classes = [one.storage_class for one in bucket.list_objects().object_list]
    assert classes == ["IA", "Standard"]
    for key in ("its", "own"):
        cos_at.delete_object(Bucket=f"{name}-{APPID}", Key=key)


def test_a_bucket_in_several_zones_is_one_there_too(make, cos_at, name):
    make(name).create_bucket(input=BucketCreateConfig("Standard", "ZRS"))
    assert cos_at.head_bucket(Bucket=f"{name}-{APPID}")["x-cos-bucket-az-type"] == "MAZ"


def test_what_exists_cannot_be_made_another(make, name):
    bucket = make(name)
    bucket.create_bucket(oss2.BUCKET_ACL_PUBLIC_READ, BucketCreateConfig("IA"))
    bucket.create_bucket()
    bucket.create_bucket(input=BucketCreateConfig("IA", "LRS"))
    with oss_refused("BucketAlreadyExists", 409) as seen:
        bucket.create_bucket(input=BucketCreateConfig("Archive"))
    assert seen.error.message == "Cannot modify existing bucket's storage class"
    with oss_refused("BucketAlreadyExists", 409) as seen:
        bucket.create_bucket(input=BucketCreateConfig("IA", "ZRS"))
    assert seen.error.message == "Bucket already exists can't modify data redundancy type"
    assert bucket.get_bucket_acl().acl == "public-read"
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE)
    assert bucket.get_bucket_acl().acl == "private"


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write"])
def test_the_acl_of_a_bucket(make, cos_at, name, acl):
    bucket = make(name)
    bucket.create_bucket(acl)
    assert (bucket.get_bucket_acl().acl, bucket.get_bucket_info().acl.grant) == (acl, acl)
    bucket.put_bucket_acl("private")
    assert bucket.get_bucket_acl().acl == "private"
    bucket.put_bucket_acl(acl)
    granted = cos_at.get_bucket_acl(Bucket=f"{name}-{APPID}")
    open_to = {"private": [], "public-read": ["READ"], "public-read-write": ["READ", "WRITE"]}[acl]
    found = granted["AccessControlList"]["Grant"]
    assert sorted(one["Permission"] for one in found if "URI" in one["Grantee"]) == open_to


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"ACL": "public-read"}, "public-read"),
        ({"ACL": "public-read-write"}, "public-read-write"),
        ({"ACL": "authenticated-read"}, "private"),
        ({"GrantRead": 'id="1260000000"'}, "private"),
        ({"GrantRead": 'id="anyone"'}, "public-read"),
        ({"GrantFullControl": 'id="anyone"'}, "public-read-write"),
    ],
)
def test_acls_of_cos_as_oss_says_them(make, cos_at, name, given, shown):
    cos_at.create_bucket(Bucket=f"{name}-{APPID}", **given)
    bucket = make(name)
    assert bucket.get_bucket_acl().acl == shown
    bucket.put_bucket_acl("private")
    granted = cos_at.get_bucket_acl(Bucket=f"{name}-{APPID}")["AccessControlList"]["Grant"]
    assert [one["Permission"] for one in granted] == ["FULL_CONTROL"]


@pytest.mark.parametrize("acl", ["default", "authenticated-read", "PRIVATE", "x"])
def test_acls_that_a_bucket_cannot_have(at, make, name, acl):
    bucket = make(name)
    with oss_refused("InvalidArgument", 400):
        bucket.create_bucket(acl)
    bucket.create_bucket()
    with oss_refused("InvalidArgument", 400):
        bucket.put_bucket_acl(acl)
    assert bucket.get_bucket_acl().acl == "private"
    answer = oss_send(at, "PUT", name, params={"acl": ""})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument")


@pytest.mark.parametrize("bad", ["ab", "-ab", "ab-", "Abc", "a_b", "a.b", "x" * 64])
def test_names_that_no_bucket_can_have(at, bad):
    answer = oss_send(at, "PUT", bad)
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidBucketName")


@pytest.mark.parametrize("good", ["abc", "0-0", "x" * 63])
def test_names_at_the_edge(make, good):
    bucket = make(good)
    bucket.create_bucket()
    assert good in [one.name for one in oss2.BucketIterator(make(None))]
    bucket.delete_bucket()


def configuration(inner):
    return f"<CreateBucketConfiguration>{inner}</CreateBucketConfiguration>".encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no document", "MalformedXML"),
        (b"<CreateBucketConfiguration>", "MalformedXML"),
        (b"<Delete/>", "MalformedXML"),
        (configuration("<LocationConstraint>oss-cn-hangzhou</LocationConstraint>"), "MalformedXML"),
        (b"<!DOCTYPE x>" + configuration(""), "MalformedXML"),
        (configuration("<StorageClass>STANDARD</StorageClass>"), "InvalidArgument"),
        (configuration("<DataRedundancyType>GRS</DataRedundancyType>"), "InvalidArgument"),
        (configuration(" " * 70_000), "MalformedXML"),
    ],
)
def test_bodies_that_are_refused(at, name, body, code):
    answer = oss_send(at, "PUT", name, data=body)
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, code)
    assert oss_send(at, "GET", name).status_code == 404


@pytest.mark.parametrize(("md5", "code"), [("short", "InvalidDigest"), ("A" * 22 + "==", "InvalidDigest")])
def test_the_digest_of_a_body_is_checked(at, name, md5, code):
    answer = oss_send(at, "PUT", name, data=configuration(""), headers={"Content-MD5": md5})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, code)


def test_elements_may_be_empty(at, make, name):
    assert oss_send(at, "PUT", name, data=configuration("<StorageClass/>")).status_code == 200
    assert make(name).get_bucket_info().storage_class == "Standard"


def test_a_bucket_that_holds_something_is_not_deleted(make, cos_at, name):
    bucket = make(name)
    bucket.create_bucket()
    bucket.put_object("k", b"x")
    with oss_refused("BucketNotEmpty", 409) as seen:
        bucket.delete_bucket()
    assert seen.details["BucketName"] == name
    assert bucket.get_object("k").read() == b"x"
    full = f"{name}-{APPID}"
    cos_at.delete_object(Bucket=full, Key="k")
    upload = cos_at.create_multipart_upload(Bucket=full, Key="k")["UploadId"]
    with oss_refused("BucketNotEmpty", 409):
        bucket.delete_bucket()
    cos_at.abort_multipart_upload(Bucket=full, Key="k", UploadId=upload)


def test_what_a_bucket_holds(make, cos_at, name):
    bucket, full = make(name), f"{name}-{APPID}"
    bucket.create_bucket()
    assert bucket.get_bucket_stat().object_count == 0
    cos_at.put_bucket_versioning(Bucket=full, Status="Enabled")
    for key, size, storage_class in (
        ("a", 5, "Standard"),
        ("a", 7, "Standard"),
        ("b", 100_000, "IA"),
        ("c", 10, "Archive"),
        ("d", 20, "ColdArchive"),
        ("e", 30, "DeepColdArchive"),
    ):
        bucket.put_object(key, b"x" * size, headers={"x-oss-storage-class": storage_class})
    cos_at.delete_object(Bucket=full, Key="a")
    upload = cos_at.create_multipart_upload(Bucket=full, Key="big")["UploadId"]
    for number in (1, 2):
        cos_at.upload_part(Bucket=full, Key="big", Body=b"part", PartNumber=number, UploadId=upload)
    told = bucket.get_bucket_stat()
    assert (told.storage_size_in_bytes, told.object_count) == (100_072, 6)
    assert (told.multi_part_upload_count, told.multipart_part_count, told.delete_marker_count) == (1, 2, 1)
    assert (told.standard_storage, told.standard_object_count, told.live_channel_count) == (12, 2, 0)
    charged = 64 * 1024
    assert (told.infrequent_access_storage, told.infrequent_access_real_storage) == (100_000, 100_000)
    assert (told.archive_storage, told.archive_real_storage, told.archive_object_count) == (charged, 10, 1)
    assert (told.cold_archive_storage, told.cold_archive_real_storage) == (charged, 20)
    assert (told.deep_cold_archive_storage, told.deep_cold_archive_real_storage) == (charged, 30)
    assert told.last_modified_time > 1_700_000_000
    cos_at.abort_multipart_upload(Bucket=full, Key="big", UploadId=upload)
    listed = cos_at.list_objects_versions(Bucket=full)
    for entry in [*listed["Version"], *listed["DeleteMarker"]]:
        cos_at.delete_object(Bucket=full, Key=entry["Key"], VersionId=entry["VersionId"])


def test_more_versions_and_uploads_than_a_page_are_counted(make, cos_at, name, monkeypatch):
    bucket, full = make(name), f"{name}-{APPID}"
    bucket.create_bucket()
    monkeypatch.setattr("ci_emulator.protocols.oss.actions.bucket_stat._AT_ONCE", 2)
    for key in "abcde":
        bucket.put_object(key, b"xy")
    uploads = [cos_at.create_multipart_upload(Bucket=full, Key="k")["UploadId"] for _ in range(5)]
    for number in range(1, 6):
        cos_at.upload_part(Bucket=full, Key="k", Body=b"part", PartNumber=number, UploadId=uploads[0])
    told = bucket.get_bucket_stat()
    assert (told.object_count, told.storage_size_in_bytes) == (5, 10)
    assert (told.multi_part_upload_count, told.multipart_part_count) == (5, 5)
    for upload in uploads:
        cos_at.abort_multipart_upload(Bucket=full, Key="k", UploadId=upload)
    for key in "abcde":
        cos_at.delete_object(Bucket=full, Key=key)


def test_versioning_is_told(make, cos_at, name):
    bucket = make(name)
    bucket.create_bucket()
    for status in ("Enabled", "Suspended"):
        cos_at.put_bucket_versioning(Bucket=f"{name}-{APPID}", Status=status)
        assert bucket.get_bucket_info().versioning_status == status


def test_buckets_of_each_cloud_are_the_others(make, cos_at, name):
    cos_at.create_bucket(Bucket=f"{name}-{APPID}")
    for called in (name, f"{name}-{APPID}"):
        told = make(called).get_bucket_info()
        assert (told.name, told.owner.id) == (name, APPID)
    make(name).delete_bucket()
    make(name).create_bucket()
    assert cos_at.bucket_exists(Bucket=f"{name}-{APPID}")
    cos_at.delete_bucket(Bucket=f"{name}-{APPID}")
    with oss_refused("NoSuchBucket", 404):
        make(name).get_bucket_info()


# Who may what


OWNERS = {
    "info": lambda bucket: bucket.get_bucket_info(),
    "location": lambda bucket: bucket.get_bucket_location(),
    "stat": lambda bucket: bucket.get_bucket_stat(),
    "acl": lambda bucket: bucket.get_bucket_acl(),
    "put acl": lambda bucket: bucket.put_bucket_acl("private"),
    "delete": lambda bucket: bucket.delete_bucket(),
}


@pytest.mark.parametrize("call", OWNERS.values(), ids=OWNERS)
@pytest.mark.parametrize("acl", ["private", "public-read-write"])
def test_what_the_owner_alone_may(make, name, acl, call):
    make(name).create_bucket(acl)
    with oss_refused("AccessDenied", 403, "0003-00000001"):
        call(make(name, STRANGER))
    with oss_refused("AccessDenied", 403, "0003-00000002") as seen:
        call(make(name, None))
    assert seen.error.message == "Anonymous user has no right to access this bucket."
    assert make(name).get_bucket_acl().acl == acl


def test_who_may_make_buckets(make, cos_at, name):
    with oss_refused("AccessDenied", 403):
        make(name, STRANGER).create_bucket()
    with oss_refused("AccessDenied", 403) as seen:
        make(name, None).create_bucket()
    assert seen.error.message == "Anonymous access is forbidden for this operation."
    with oss_refused("AccessDenied", 403):
        make(f"{name}-{STRANGER.appid}").create_bucket()
    with oss_refused("NoSuchBucket", 404):
        make(name).get_bucket_info()


def test_policies_of_users_and_of_buckets(make, name):
    make(name, MAKER).create_bucket()
    assert make(name, MAKER).get_bucket_info().name == name
    with oss_refused("AccessDenied", 403):
        make("another-name", MAKER).create_bucket()
    for key in (MAKER, CAM):
        with oss_refused("AccessDenied", 403):
            make(name, key).get_bucket_location()
        with oss_refused("AccessDenied", 403):
            make(None, key).list_buckets()
    assert name in [one.name for one in make(None, LISTER).list_buckets(max_keys=1000).buckets]


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_other_subresources_of_a_bucket_are_not_there(at, make, name, method):
    make(name).create_bucket()
    answer = oss_send(at, method, name, params={"inventory": ""})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (501, "NotImplemented")

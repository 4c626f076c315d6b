"""Names, regions, zones and limits of buckets, through cos-python-sdk-v5 and plainly (spec: cos.md section 6)."""

import time
import uuid

import pytest
import requests
from sdk_clients import APPID, REGION, error_of, refused, refused_head
from signed_requests import send

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator


@pytest.fixture
def name():
    return f"r{uuid.uuid4().hex[:10]}-{APPID}"


def put(emulator, bucket, host=None, **options):
    url = f"http://{host or f'{bucket}.cos.{REGION}.myqcloud.com'}/"
    signed = presign(PUBLISHED_KEY, "PUT", url, now=time.time(), seconds=600)
    return requests.put(signed, proxies={"http": emulator.url}, timeout=30, **options)


def configuration(**elements):
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    return f"<CreateBucketConfiguration>{inner}</CreateBucketConfiguration>"


@pytest.mark.parametrize(
    "name",
    [
        f"-a-{APPID}",
        f"a--{APPID}",
        f"a_b-{APPID}",
        f"a.b-{APPID}",
        f"a~-{APPID}",
        "a-",
        "a",
        f"-{APPID}",
        f"a-{APPID}x",
        f"é-{APPID}",
    ],
)
@pytest.mark.parametrize("service", ["cos", "cos-internal"])
def test_a_name_that_no_bucket_has(emulator, name, service):
    answer = put(emulator, name, f"{name}.{service}.{REGION}.myqcloud.com")
    assert error_of(answer)[:2] == (400, "InvalidBucketName")


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_nor_can_it_be_asked_about(emulator, method):
    assert error_of(send(emulator, method, f"a_b-{APPID}", ""))[:2] == (400, "InvalidBucketName")


@pytest.mark.parametrize("start", ["0", "a", "0-a", "a--b"])
def test_names_that_buckets_have(cos, start):
    name = f"{start}-{APPID}"
    cos.create_bucket(Bucket=name)
    cos.delete_bucket(Bucket=name)


@pytest.mark.parametrize("region", ["ap-guangzhou", "na-siliconvalley"])
def test_the_longest_host_has_60_characters(make_cos, region):
    cos = make_cos(Region=region)
    longest = "x" * (60 - len(f"-{APPID}.cos.{region}.myqcloud.com"))
    cos.create_bucket(Bucket=f"{longest}-{APPID}")
    cos.delete_bucket(Bucket=f"{longest}-{APPID}")
    with refused("BucketNameTooLong", 400):
        cos.create_bucket(Bucket=f"{longest}x-{APPID}")


def test_upper_case_is_lower_case_on_the_wire(make_cos, cos, name):
    # The SDK leaves the host to `requests`, which writes it in lower case, and signs it so.
    make_cos(way="proxies").create_bucket(Bucket=name.upper())
    assert cos.bucket_exists(Bucket=name) is True
    cos.delete_bucket(Bucket=name)


def test_a_region_is_told_everywhere(make_cos, emulator, name):
    cos = make_cos(way="proxies", Region="eu-frankfurt")
    cos.create_bucket(Bucket=name)
    assert cos.head_bucket(Bucket=name)["x-cos-bucket-region"] == "eu-frankfurt"
    assert cos.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-frankfurt"
    assert send(emulator, "GET", name, "").headers["x-cos-bucket-region"] == "eu-frankfurt"
    listed = cos.list_buckets(Region="eu-frankfurt")["Buckets"]["Bucket"]
    assert {"Name": name, "Location": "eu-frankfurt"}.items() <= listed[0].items()
    # It is one bucket, whichever region is asked for it.
    with refused("BucketAlreadyOwnedByYou", 409):
        make_cos(Region="ap-beijing").create_bucket(Bucket=name)
    cos.delete_bucket(Bucket=name)


def test_two_hundred_buckets(make_cos):
    with Emulator() as emulator:
        cos = make_cos(way="proxies", at=emulator)
        present = len((cos.list_buckets()["Buckets"] or {"Bucket": []})["Bucket"])
        for number in range(200 - present):
            cos.create_bucket(Bucket=f"n{number}-{APPID}")
        with refused("TooManyBuckets", 400):
            cos.create_bucket(Bucket=f"another-{APPID}")
        with refused("BucketAlreadyOwnedByYou", 409):
            cos.create_bucket(Bucket=f"n0-{APPID}")
        cos.delete_bucket(Bucket=f"n0-{APPID}")
        cos.create_bucket(Bucket=f"another-{APPID}")


def test_a_bucket_in_several_zones(cos, name):
    cos.create_bucket(Bucket=name, BucketAZConfig="MAZ")
    assert cos.head_bucket(Bucket=name)["x-cos-bucket-az-type"] == "MAZ"
    cos.put_bucket_versioning(Bucket=name, Status="Enabled")
    assert cos.head_bucket(Bucket=name)["x-cos-bucket-az-type"] == "MAZ"
    cos.delete_bucket(Bucket=name)
    cos.create_bucket(Bucket=name)
    assert "x-cos-bucket-az-type" not in cos.head_bucket(Bucket=name)
    cos.delete_bucket(Bucket=name)


@pytest.mark.parametrize("options", [{}, {"BucketAZConfig": "MAZ"}], ids=["alone", "several-zones"])
def test_an_ofs_bucket_is_refused_instead_of_made_otherwise(cos, name, options):
    with refused("NotImplemented", 501):
        cos.create_bucket(Bucket=name, BucketArchConfig="OFS", **options)
    assert cos.bucket_exists(Bucket=name) is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (configuration(BucketAZConfig="OAZ"), "InvalidArgument"),
        (configuration(BucketAZConfig=""), "InvalidArgument"),
        (configuration(BucketArchConfig="ofs"), "InvalidArgument"),
        (configuration(LocationConstraint=REGION), "MalformedXML"),
        ("<CreateBucketConfiguration>", "MalformedXML"),
        ("<Other/>", "MalformedXML"),
        ("MAZ", "MalformedXML"),
    ],
)
def test_a_body_that_says_nothing(cos, emulator, name, body, code):
    assert error_of(put(emulator, name, data=body))[:2] == (400, code)
    answer = put(emulator, name, data=configuration(), headers={"Content-MD5": "0" * 22 + "=="})
    assert error_of(answer)[:2] == (400, "BadDigest")
    assert cos.bucket_exists(Bucket=name) is False


@pytest.mark.parametrize("body", ["", " \n", configuration()], ids=["none", "blank", "empty"])
def test_a_body_that_asks_for_nothing(cos, emulator, name, body):
    assert put(emulator, name, data=body).status_code == 200
    cos.delete_bucket(Bucket=name)


def test_an_acl_for_those_who_sign(cos, emulator, name):
    cos.create_bucket(Bucket=name, ACL="authenticated-read")
    uri = "http://cam.qcloud.com/groups/global/AuthenticatedUsers"
    assert uri in send(emulator, "GET", name, "?acl").text
    assert send(emulator, "GET", name, "", key=None).status_code == 403
    cos.delete_bucket(Bucket=name)


def test_what_keeps_a_bucket_from_being_deleted(cos, name):
    cos.create_bucket(Bucket=name)
    begun = cos.create_multipart_upload(Bucket=name, Key="k")["UploadId"]
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=name)
    cos.abort_multipart_upload(Bucket=name, Key="k", UploadId=begun)
    cos.put_bucket_versioning(Bucket=name, Status="Enabled")
    version = cos.put_object(Bucket=name, Key="k", Body=b"x")["x-cos-version-id"]
    marker = cos.delete_object(Bucket=name, Key="k")["x-cos-version-id"]
    assert "Contents" not in cos.list_objects(Bucket=name)
    for left in (version, marker):
        with refused("BucketNotEmpty", 409):
            cos.delete_bucket(Bucket=name)
        cos.delete_object(Bucket=name, Key="k", VersionId=left)
    cos.put_symlink(Bucket=name, SymlinkName="k", SymlinkTarget="not-there")
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=name)
    (left,) = cos.list_objects_versions(Bucket=name)["Version"]
    cos.delete_object(Bucket=name, Key="k", VersionId=left["VersionId"])
    cos.delete_bucket(Bucket=name)
    with refused_head(404):
        cos.head_bucket(Bucket=name)
    with refused("NoSuchBucket", 404):
        cos.delete_bucket(Bucket=name)

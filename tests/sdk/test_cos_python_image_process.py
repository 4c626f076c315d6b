"""`ci_image_process` of cos-python-sdk-v5: a stored picture is processed where it is (spec: ci.md section 3.1)."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest
import requests
from drawn_pictures import RGB_SCENE, TEXT, saved
from PIL import Image
from qcloud_cos import CosServiceError
from sdk_clients import APPID, REGION, STRANGER, error_of, refused
from stored_state import state_of
from uploaded_pictures import (
    IMAGE_INFO,
    fetch,
    keys_in,
    md5,
    objects_of,
    operations,
    qrcode,
    read_codes,
    readable,
    send,
)

PNG = saved(RGB_SCENE)
BLANK = saved(Image.new("RGB", (80, 60)))
KEY = "dir/source.png"
CUSTOMER_KEY = bytes(range(32))
SSE_C = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": base64.b64encode(CUSTOMER_KEY).decode(),
    "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(CUSTOMER_KEY).digest()).decode(),
}


@pytest.fixture
def process(cos, bucket):
    """Processes a picture of the test's bucket; returns the headers and the document of the answer."""

    def run(*rules, key=KEY, info=None, **options):
        return cos.ci_image_process(
            Bucket=bucket, Key=key, PicOperations=operations(*rules, info=info), **options
        )

    return run


@pytest.fixture
def stored(cos, bucket):
    cos.put_object(Bucket=bucket, Key=KEY, Body=PNG, ContentType="image/x-own", ACL="public-read")
    return bucket


def test_results_are_stored_and_the_original_stays(cos, stored, process):
    headers, told = process(qrcode(), qrcode("/plain.png", cover=0), info=1)
    assert headers["Content-Type"] == "application/xml"
    assert "ETag" not in headers
    assert list(told) == ["OriginalInfo", "ProcessResults"]
    original = told["OriginalInfo"]
    assert list(original) == ["Key", "Location", "ETag", "ImageInfo"]
    assert original["Location"] == f"{stored}.cos.{REGION}.myqcloud.com/{KEY}"
    assert list(original["ImageInfo"]) == IMAGE_INFO
    assert original["ETag"] == md5(PNG)
    covered, plain = objects_of(told)
    assert (covered["Key"], plain["Key"]) == ("dir/result.png", "plain.png")
    assert [read_codes(each) for each in (covered, plain)] == [[TEXT], [TEXT]]
    assert keys_in(cos, stored) == ["dir/result.png", KEY, "plain.png"]
    assert fetch(cos, stored, KEY) == fetch(cos, stored, "plain.png") == PNG
    assert readable(fetch(cos, stored, "dir/result.png")) == []
    assert cos.head_object(Bucket=stored, Key="dir/result.png")["Content-Type"] == "image/png"


def test_the_result_is_the_one_of_an_upload(cos, stored, process):
    process(qrcode("in-place.png"))
    cos.ci_put_object(Bucket=stored, Body=PNG, Key=KEY, PicOperations=operations(qrcode("at-upload.png")))
    assert fetch(cos, stored, "dir/in-place.png") == fetch(cos, stored, "dir/at-upload.png")


def test_nothing_is_kept(cos, stored, process):
    before = state_of(cos, stored)
    _, told = process(qrcode(None, cover=0), info=1)
    assert read_codes(objects_of(told)[0]) == [TEXT]
    _, told = process(info=1)
    assert told["OriginalInfo"]["ImageInfo"]["Format"] == "PNG"
    _, told = process()
    assert list(told["OriginalInfo"]) == ["Key", "Location", "ETag"]
    assert state_of(cos, stored) == before


@pytest.mark.parametrize("fileid", ["source.png", f"/{KEY}"])
def test_the_result_takes_the_place_of_the_original(cos, stored, process, fileid):
    _, told = process(qrcode(fileid))
    now = fetch(cos, stored, KEY)
    assert readable(now) == []
    assert told["OriginalInfo"]["ETag"] == objects_of(told)[0]["ETag"] == md5(now)
    assert keys_in(cos, stored) == [KEY]
    # What the object is like stays; what its bytes are is known better now.
    assert cos.head_object(Bucket=stored, Key=KEY)["Content-Type"] == "image/png"
    grants = cos.get_object_acl(Bucket=stored, Key=KEY)["AccessControlList"]["Grant"]
    assert "READ" in [grant["Permission"] for grant in grants]
    _, told = process(qrcode(fileid))
    assert objects_of(told)[0]["CodeStatus"] == "0"


def test_versions(cos, bucket, process):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key=KEY, Body=PNG)["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key=KEY, Body=BLANK)
    _, told = process(qrcode("source.png"))
    assert objects_of(told)[0]["CodeStatus"] == "0"
    listed = cos.list_objects_versions(Bucket=bucket)["Version"]
    assert [entry["ETag"] for entry in listed] == [md5(BLANK), md5(BLANK), md5(PNG)]
    assert fetch(cos, bucket, KEY, VersionId=first) == PNG


def _version(emulator, cos, bucket, version, rules=()):
    """Process a version, which the SDK has no parameter for."""
    url = cos.get_presigned_url(
        Bucket=bucket,
        Key=KEY,
        Method="POST",
        Params={"image_process": "", "versionId": version},
        Headers={"Pic-Operations": operations(*rules)},
        SignHost=False,
    )
    return requests.post(
        f"{emulator.url}/{KEY}?{url.partition('?')[2]}",
        headers={"Host": f"{bucket}.cos.{REGION}.myqcloud.com", "Pic-Operations": operations(*rules)},
        timeout=30,
    )


def test_a_version_that_is_named(emulator, cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key=KEY, Body=PNG)["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key=KEY, Body=BLANK)
    answer = _version(emulator, cos, bucket, first, [qrcode("source.png", cover=0)])
    assert answer.status_code == 200, answer.text
    assert f"<CodeUrl>{TEXT}</CodeUrl>" in answer.text
    # The result is the current version now.
    assert fetch(cos, bucket, KEY) == PNG
    assert len(cos.list_objects_versions(Bucket=bucket)["Version"]) == 3
    marker = cos.delete_object(Bucket=bucket, Key=KEY)["x-cos-version-id"]
    before = cos.list_objects_versions(Bucket=bucket)
    for version, expected in (
        (marker, (405, "MethodNotAllowed")),
        ("x", (404, "NoSuchVersion")),
        ("", (404, "NoSuchKey")),
    ):
        assert error_of(_version(emulator, cos, bucket, version, [qrcode()]))[:2] == expected
    assert cos.list_objects_versions(Bucket=bucket)["Version"] == before["Version"]


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        (KEY, b"", "InvalidImageFormat"),
        (KEY, b"no picture", "InvalidImageFormat"),
        (KEY, PNG[:400], "InvalidImageFormat"),
        (KEY, PNG + bytes(32 * 1024**2), "ImageTooLarge"),
        (KEY, PNG + bytes(3 * 1024**2), "ImageTooLarge"),
    ],
    ids=["empty", "no-picture", "cut-off", "over-32-MB", "over-3-MB"],
)
def test_an_object_that_cannot_be_processed(emulator, cos, bucket, key, body, code):
    cos.put_object(Bucket=bucket, Key=key, Body=body)
    before = state_of(cos, bucket)
    answer = send(emulator, bucket, operations(qrcode()), b"", "POST", f"{key}?image_process")
    assert error_of(answer)[:2] == (400, code)
    assert answer.headers["X-ErrNo"].startswith("-6")
    assert state_of(cos, bucket) == before


def test_a_missing_object(cos, bucket, process):
    for rules in ([qrcode()], []):
        with refused("NoSuchKey", 404, resource=f"{bucket}.cos.{REGION}.myqcloud.com/{KEY}"):
            process(*rules)
    assert keys_in(cos, bucket) == []


def test_a_deleted_object(cos, bucket, process):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    cos.put_object(Bucket=bucket, Key=KEY, Body=PNG)
    cos.delete_object(Bucket=bucket, Key=KEY)
    with refused("NoSuchKey", 404):
        process(qrcode())


@pytest.mark.parametrize("storage_class", ["ARCHIVE", "DEEP_ARCHIVE"])
def test_an_archived_object(cos, bucket, process, storage_class):
    cos.put_object(Bucket=bucket, Key=KEY, Body=PNG, StorageClass=storage_class)
    with refused("InvalidObjectState", 403):
        process(qrcode())
    cos.restore_object(
        Bucket=bucket, Key=KEY, RestoreRequest={"Days": 1, "CASJobParameters": {"Tier": "Standard"}}
    )
    process(qrcode())
    assert readable(fetch(cos, bucket, "dir/result.png")) == []


def test_an_object_with_a_customer_key(cos, bucket, process):
    cos.put_object(Bucket=bucket, Key=KEY, Body=PNG, **SSE_C)
    with refused("SsecDecryptHeaderInvalid", 400):
        process(qrcode())
    _, told = process(qrcode("source.png"), qrcode("open.png"), **SSE_C)
    assert [read_codes(each) for each in objects_of(told)] == [[TEXT], [TEXT]]
    # What is made of the original is as protected as the original was.
    for made in (KEY, "dir/open.png"):
        with refused("SsecDecryptHeaderInvalid", 400):
            cos.get_object(Bucket=bucket, Key=made)
        assert readable(fetch(cos, bucket, made, **SSE_C)) == []


@pytest.mark.parametrize("meanwhile", ["put", "delete"])
def test_a_source_that_changes_meanwhile_is_not_replaced(
    emulator, cos, stored, process, monkeypatch, meanwhile
):
    services = emulator.running.services
    cover = services.pictures.cover

    async def change_first(*picture: Any, **options: Any) -> bytes:
        if meanwhile == "put":
            await asyncio.to_thread(cos.put_object, stored, b"newer", KEY)
        else:
            await asyncio.to_thread(cos.delete_object, stored, KEY)
        return await cover(*picture, **options)

    monkeypatch.setattr(services.pictures, "cover", change_first)
    with pytest.raises(CosServiceError) as caught:
        process(qrcode("source.png"))
    assert (caught.value.get_status_code(), caught.value.get_error_code()) == (503, "SlowDown")
    assert cos.object_exists(Bucket=stored, Key=KEY) is (meanwhile == "put")
    if meanwhile == "put":
        assert fetch(cos, stored, KEY) == b"newer"


def test_a_hash_of_other_bytes_is_forgotten(cos, stored, process):
    cos.file_hash(Bucket=stored, Key=KEY, Type="md5", AddToHeader=True)
    process(qrcode("source.png"))
    assert "x-cos-meta-md5" not in cos.head_object(Bucket=stored, Key=KEY)


def test_a_link(cos, stored, process):
    cos.put_symlink(Bucket=stored, SymlinkName="links/link.png", SymlinkTarget=KEY)
    _, told = process(qrcode(), key="links/link.png")
    # The link is what was named: the folder of results is its own.
    assert told["OriginalInfo"]["Key"] == "links/link.png"
    assert told["OriginalInfo"]["ETag"] == md5(PNG)
    assert objects_of(told)[0]["Key"] == "links/result.png"
    _, told = process(qrcode("link.png"), key="links/link.png")
    assert fetch(cos, stored, KEY) == PNG
    assert readable(fetch(cos, stored, "links/link.png")) == []
    assert told["OriginalInfo"]["ETag"] == md5(fetch(cos, stored, "links/link.png"))


def test_a_link_that_leads_nowhere(cos, bucket, process):
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="absent")
    with refused("NoSuchKey", 404):
        process(qrcode(), key="link")


def test_an_object_that_was_uploaded_in_parts(cos, bucket, process):
    begun = cos.create_multipart_upload(Bucket=bucket, Key=KEY)["UploadId"]
    pieces = (PNG + bytes(2**20 - len(PNG)), b"end")
    parts = [
        cos.upload_part(Bucket=bucket, Key=KEY, Body=piece, PartNumber=number, UploadId=begun)
        for number, piece in enumerate(pieces, 1)
    ]
    listed = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    etag = cos.complete_multipart_upload(
        Bucket=bucket, Key=KEY, UploadId=begun, MultipartUpload={"Part": listed}
    )["ETag"]
    _, told = process(qrcode())
    assert told["OriginalInfo"]["ETag"] == etag
    assert read_codes(objects_of(told)[0]) == [TEXT]


def test_without_the_header(emulator, cos, stored):
    with refused("InvalidPicOperations", 400):
        cos.ci_image_process(Bucket=stored, Key=KEY)
    with refused("InvalidPicOperations", 400):
        cos.ci_image_process(Bucket=stored, Key=KEY, PicOperations="")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods(emulator, cos, stored, method):
    before = state_of(cos, stored)
    answer = send(emulator, stored, operations(qrcode()), b"", method, f"{KEY}?image_process")
    assert answer.status_code == 405
    assert state_of(cos, stored) == before


def test_on_a_bucket(emulator, bucket):
    answer = send(emulator, bucket, operations(qrcode()), b"", "POST", "?image_process")
    assert error_of(answer)[:2] == (501, "NotImplemented")


def test_a_body_is_of_no_use_and_not_much_of_it_is_taken(emulator, cos, stored):
    answer = send(emulator, stored, operations(qrcode()), b"ignored", "POST", f"{KEY}?image_process")
    assert answer.status_code == 200
    assert fetch(cos, stored, KEY) == PNG
    answer = send(emulator, stored, operations(qrcode()), bytes(2**20), "POST", f"{KEY}?image_process")
    assert error_of(answer)[0] in (400, 413)


def test_a_bucket_of_somebody_else(cos, make_cos, stored):
    stranger = make_cos(STRANGER)
    # The picture itself is for everybody to read, but not the bucket to write to.
    with refused("AccessDenied", 403):
        stranger.ci_image_process(Bucket=stored, Key=KEY, PicOperations=operations(qrcode()))
    own = f"stranger-{STRANGER.appid}"
    stranger.create_bucket(Bucket=own)
    stranger.ci_image_process(
        Bucket=stored, Key=KEY, PicOperations=operations(qrcode("/result.png", bucket=own))
    )
    assert keys_in(stranger, own) == ["result.png"]
    stranger.delete_object(Bucket=own, Key="result.png")
    stranger.delete_bucket(Bucket=own)
    assert APPID not in own

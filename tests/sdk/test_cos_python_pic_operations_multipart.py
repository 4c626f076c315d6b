"""Pictures that are processed when a multipart upload is completed, through cos-python-sdk-v5 (spec: ci.md section 3)."""

import hashlib

import pytest
from drawn_pictures import RGB_SCENE, TEXT, saved
from fastcrc import crc64
from sdk_clients import REGION, refused
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
)

MiB = 1024**2
PNG = saved(RGB_SCENE)
LARGE = PNG + bytes(2 * MiB)
KEY = "dir/source.png"
LIKE = {"Metadata": {"x-cos-meta-a": "b"}, "StorageClass": "STANDARD_IA"}


@pytest.fixture
def begin(cos, bucket):
    """Begins an upload with the parts of a file; returns what completes it, given rules."""

    def run(body=LARGE, size=MiB, **options):
        upload = cos.create_multipart_upload(Bucket=bucket, Key=KEY, **options)["UploadId"]
        listed = []
        for number, start in enumerate(range(0, len(body), size), 1):
            part = cos.upload_part(
                Bucket=bucket,
                Key=KEY,
                Body=body[start : start + size],
                PartNumber=number,
                UploadId=upload,
            )
            listed.append({"PartNumber": number, "ETag": part["ETag"]})

        def complete(*rules, info=None, parts=None, **more):
            return cos.complete_multipart_upload(
                Bucket=bucket,
                Key=KEY,
                UploadId=upload,
                MultipartUpload={"Part": parts if parts is not None else listed},
                PicOperations=operations(*rules, info=info),
                **more,
            )

        return complete

    return run


def test_the_elements_stand_under_the_root(cos, bucket, begin):
    told = begin(**LIKE)(qrcode(), qrcode(None, cover=0), info=1)
    elements = [name for name in told if name[0].isupper() and name not in ("Server", "Date")]
    stored = cos.head_object(Bucket=bucket, Key=KEY)
    assert {"Location", "Bucket", "Key", "ETag", "ImageInfo", "ProcessResults"} <= set(elements)
    assert "OriginalInfo" not in told
    assert told["Key"] == KEY
    assert told["Location"] == f"http://{bucket}.cos.{REGION}.myqcloud.com/{KEY}"
    assert told["ETag"] == stored["ETag"]
    assert stored["ETag"].endswith('-3"')
    assert told["x-cos-hash-crc64ecma"] == str(crc64.xz(LARGE))
    assert list(told["ImageInfo"]) == IMAGE_INFO
    covered, plain = objects_of(told)
    assert (covered["Key"], plain["Key"]) == ("dir/result.png", KEY)
    assert plain["ETag"] == stored["ETag"]
    assert [read_codes(each) for each in (covered, plain)] == [[TEXT], [TEXT]]
    assert fetch(cos, bucket, KEY) == LARGE
    assert readable(fetch(cos, bucket, "dir/result.png")) == []
    assert stored["x-cos-meta-a"] == "b"
    assert "x-cos-meta-a" not in cos.head_object(Bucket=bucket, Key="dir/result.png")
    assert cos.list_multipart_uploads(Bucket=bucket).get("Upload", []) == []


def test_a_result_in_the_place_of_the_original(cos, bucket, begin):
    told = begin(**LIKE)(qrcode("source.png"))
    stored = fetch(cos, bucket, KEY)
    assert readable(stored) == []
    assert told["ETag"] == objects_of(told)[0]["ETag"] == md5(stored)
    head = cos.head_object(Bucket=bucket, Key=KEY)
    assert (head["x-cos-meta-a"], head["x-cos-storage-class"]) == ("b", "STANDARD_IA")
    assert head["Content-Type"] == "image/png"
    assert keys_in(cos, bucket) == [KEY]


def test_nothing_is_asked_for(cos, bucket, begin):
    told = begin(b"no picture")()
    assert "ProcessResults" not in told
    assert "ImageInfo" not in told
    assert fetch(cos, bucket, KEY) == b"no picture"


def test_upload_file_in_parts(cos, bucket, tmp_path):
    """The SDK sends the header when it begins and not when it completes, so there is nothing to carry out."""
    path = tmp_path / "large.png"
    path.write_bytes(LARGE)
    rules = operations(qrcode())
    told = cos.upload_file(Bucket=bucket, Key=KEY, LocalFilePath=str(path), PartSize=1, PicOperations=rules)
    assert "ProcessResults" not in told
    assert keys_in(cos, bucket) == [KEY]
    cos.ci_image_process(Bucket=bucket, Key=KEY, PicOperations=rules)
    assert keys_in(cos, bucket) == ["dir/result.png", KEY]


def test_upload_file_in_one_piece(cos, bucket, tmp_path):
    path = tmp_path / "small.png"
    path.write_bytes(PNG)
    cos.upload_file(Bucket=bucket, Key=KEY, LocalFilePath=str(path), PicOperations=operations(qrcode()))
    assert keys_in(cos, bucket) == ["dir/result.png", KEY]


def test_the_header_counts_only_at_the_end(cos, bucket, begin):
    """The SDKs for JavaScript send it with every request of an upload."""
    begin(PicOperations="not even JSON")(qrcode(None, cover=0))
    upload = cos.create_multipart_upload(
        Bucket=bucket, Key=KEY, PicOperations=operations(qrcode(bucket="absent-1250000000"))
    )["UploadId"]
    part = cos.upload_part(Bucket=bucket, Key=KEY, Body=PNG, PartNumber=1, UploadId=upload, PicOperations="{")
    cos.complete_multipart_upload(
        Bucket=bucket,
        Key=KEY,
        UploadId=upload,
        MultipartUpload={"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert keys_in(cos, bucket) == [KEY]


@pytest.mark.parametrize(
    ("body", "rules", "status", "code"),
    [
        (b"no picture", [qrcode()], 400, "InvalidImageFormat"),
        (PNG, [qrcode("a/")], 400, "InvalidPicOperations"),
        (PNG, [qrcode()] * 6, 400, "InvalidPicOperations"),
        (PNG, [{"rule": "imageMogr2/rotate/90", "fileid": "x"}], 501, "NotImplemented"),
        (PNG, [qrcode(bucket="absent-1250000000")], 404, "NoSuchBucket"),
        (PNG + bytes(3 * MiB), [qrcode()], 400, "ImageTooLarge"),
        (PNG + bytes(32 * MiB), [qrcode()], 400, "ImageTooLarge"),
    ],
)
def test_a_refused_completion_leaves_the_upload(cos, bucket, begin, body, rules, status, code):
    complete = begin(body, 16 * MiB)
    before = state_of(cos, bucket)
    with refused(code, status):
        complete(*rules)
    assert state_of(cos, bucket) == before
    complete()
    assert fetch(cos, bucket, KEY) == body


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda parts: parts[::-1], "InvalidPartOrder"),
        (lambda parts: parts[1:], "InvalidPart"),
        (lambda parts: [{**parts[0], "ETag": hashlib.md5(b"").hexdigest()}], "InvalidPart"),
    ],
)
def test_parts_that_make_no_object(cos, bucket, begin, changed, code):
    complete = begin()
    before = state_of(cos, bucket)
    whole = before[1][0][2]
    parts = changed([{"PartNumber": number, "ETag": etag} for number, etag, _ in whole])
    with refused(code, 400):
        complete(qrcode(), parts=parts)
    assert state_of(cos, bucket) == before
    complete(qrcode())


def test_completing_twice(cos, bucket, begin):
    complete = begin(PNG)
    complete(qrcode())
    before = state_of(cos, bucket)
    with refused("NoSuchUpload", 404):
        complete(qrcode("other.png"))
    assert state_of(cos, bucket) == before


def test_forbidding_to_overwrite(cos, bucket, begin):
    cos.put_object(Bucket=bucket, Key=KEY, Body=b"first")
    complete = begin(PNG)
    before = state_of(cos, bucket)
    with refused("FileAlreadyExists", 409):
        complete(qrcode("source.png"), Metadata={"x-cos-forbid-overwrite": "true"})
    assert state_of(cos, bucket) == before
    complete(qrcode("source.png"))
    assert readable(fetch(cos, bucket, KEY)) == []


def test_versions(cos, bucket, begin):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    told = begin()(qrcode("source.png"))
    newest, older = cos.list_objects_versions(Bucket=bucket)["Version"]
    assert newest["ETag"] == told["ETag"]
    assert fetch(cos, bucket, KEY, VersionId=older["VersionId"]) == LARGE
    assert told["x-cos-version-id"] == newest["VersionId"]

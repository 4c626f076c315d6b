"""`file_hash` of cos-python-sdk-v5: hashes of objects, and where they are kept (document 436/83107)."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sdk_clients import APPID, HOST, KEYS, REGION, SAMPLES, STRANGER, error_of, refused, through_proxy

from ci_emulator.config import KeyPair
from ci_emulator.protocols.ci.actions.file_hash import LIMIT
from ci_emulator.testing import Emulator

DATA = b"content" * 100_000  # more than one read of the store
ALGORITHMS = ("md5", "sha1", "sha256")
USER = {"secret_key": "users-key", "appid": APPID}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("data", [b"", b"x", DATA], ids=["empty", "small", "large"])
def test_every_algorithm(cos, bucket, algorithm, data):
    etag = cos.put_object(Bucket=bucket, Key="folder/文件", Body=data)["ETag"]
    found = cos.file_hash(Bucket=bucket, Key="folder/文件", Type=algorithm)
    modified = found["FileHashCodeResult"].pop("LastModified")
    assert abs(time.mktime(time.strptime(modified, "%Y-%m-%dT%H:%M:%S+0800")) - 8 * 3600 - _now()) < 60
    assert found == {
        "FileHashCodeResult": {
            algorithm.upper(): hashlib.new(algorithm, data).hexdigest(),
            "FileSize": str(len(data)),
            "Etag": etag,
        },
        "Input": {"Bucket": bucket, "Object": "folder/文件", "Region": REGION},
    }
    assert not _kept(cos, bucket, "folder/文件")


def _now():
    return time.mktime(time.gmtime())


def _kept(cos, bucket, key, **version):
    return {
        name: value
        for name, value in cos.head_object(Bucket=bucket, Key=key, **version).items()
        if name.startswith("x-cos-meta-")
    }


def test_the_order_of_the_answer(cos, make_cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="key", Body=b"x")
    answer = _signed(make_cos, emulator, bucket, {"type": "sha1", "addtoheader": ""})
    assert answer.headers["Content-Type"] == "application/xml"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    names = ["SHA1", "FileSize", "LastModified", "Etag", "Input", "Bucket", "Object", "Region"]
    places = [answer.text.index(f"<{name}>") for name in names]
    assert answer.text.startswith("<Response><FileHashCodeResult>")
    assert places == sorted(places)


def _signed(make_cos, emulator, bucket, params, method="GET"):
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_url(
        Bucket=bucket, Key="key", Method=method, Params={"ci-process": "filehash", **params}
    )
    return through_proxy(emulator, method, url)


def test_a_hash_that_is_kept_with_the_object(cos, bucket):
    cos.put_object(Bucket=bucket, Key="key", Body=DATA, Metadata={"x-cos-meta-own": "mine"})
    before = cos.head_object(Bucket=bucket, Key="key")
    for algorithm in ALGORITHMS:
        cos.file_hash(Bucket=bucket, Key="key", Type=algorithm, AddToHeader=True)
    hashes = {f"x-cos-meta-{name}": hashlib.new(name, DATA).hexdigest() for name in ALGORITHMS}
    assert _kept(cos, bucket, "key") == {"x-cos-meta-own": "mine", **hashes}
    after = cos.head_object(Bucket=bucket, Key="key")
    for name in ("ETag", "Last-Modified", "Content-Length", "x-cos-hash-crc64ecma"):
        assert after[name] == before[name]
    assert cos.get_object(Bucket=bucket, Key="key")["Body"].get_raw_stream().read() == DATA


def test_metadata_that_is_full(cos, bucket):
    cos.put_object(Bucket=bucket, Key="key", Body=b"x", Metadata={"x-cos-meta-own": "m" * 2020})
    with refused("InvalidArgument", 400) as seen:
        cos.file_hash(Bucket=bucket, Key="key", Type="md5", AddToHeader=True)
    assert "2048" in seen.error.get_error_msg()
    assert list(_kept(cos, bucket, "key")) == ["x-cos-meta-own"]


def test_versions_and_links(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="key", Body=b"first")["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key="key", Body=b"second")
    found = cos.ci_process(
        bucket, "key", "filehash", Params={"type": "md5", "versionId": first, "addtoheader": "true"}
    )
    md5 = hashlib.md5(b"first").hexdigest()
    assert found["FileHashCodeResult"]["MD5"] == md5
    assert _kept(cos, bucket, "key", VersionId=first) == {"x-cos-meta-md5": md5}
    assert not _kept(cos, bucket, "key")
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="key")
    found = cos.file_hash(Bucket=bucket, Key="link", Type="sha1", AddToHeader=True)
    sha1 = hashlib.sha1(b"second").hexdigest()
    assert (found["FileHashCodeResult"]["SHA1"], found["Input"]["Object"]) == (sha1, "link")
    assert _kept(cos, bucket, "key") == {"x-cos-meta-sha1": sha1}
    cos.delete_object(Bucket=bucket, Key="key")
    with refused("NoSuchKey", 404):
        cos.file_hash(Bucket=bucket, Key="key", Type="md5")


def test_what_cannot_be_read(cos, bucket):
    with refused("NoSuchKey", 404):
        cos.file_hash(Bucket=bucket, Key="absent", Type="md5")
    cos.put_object(Bucket=bucket, Key="cold", Body=b"x", StorageClass="DEEP_ARCHIVE")
    with refused("InvalidObjectState", 403):
        cos.file_hash(Bucket=bucket, Key="cold", Type="md5")
    cos.restore_object(
        Bucket=bucket, Key="cold", RestoreRequest={"Days": 1, "CASJobParameters": {"Tier": "Standard"}}
    )
    assert cos.file_hash(Bucket=bucket, Key="cold", Type="md5")["FileHashCodeResult"]["FileSize"] == "1"
    with refused("NoSuchBucket", 404):
        cos.file_hash(Bucket=f"absent-{APPID}", Key="key", Type="md5")


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({}, "type"),
        ({"type": ""}, "type"),
        ({"type": "MD5"}, "type"),
        ({"type": "sha512"}, "type"),
        ({"type": "md5,sha1"}, "type"),
        ({"type": "md5", "addtoheader": "yes"}, "addtoheader"),
        ({"type": "md5", "addtoheader": "True"}, "addtoheader"),
    ],
)
def test_bad_parameters(cos, make_cos, emulator, bucket, params, named):
    cos.put_object(Bucket=bucket, Key="key", Body=b"x")
    status, code, message = error_of(_signed(make_cos, emulator, bucket, params))
    assert (status, code) == (400, "InvalidArgument")
    assert named in message
    assert not _kept(cos, bucket, "key")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "POST", "DELETE"])
def test_other_methods_do_nothing(cos, make_cos, emulator, bucket, method):
    cos.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert _signed(make_cos, emulator, bucket, {"type": "md5"}, method).status_code == 405
    assert cos.get_object(Bucket=bucket, Key="key")["Body"].get_raw_stream().read() == b"x"


def test_who_may_ask(cos, make_cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="key", Body=b"x")
    stranger = make_cos(STRANGER)
    with refused("AccessDenied", 403):
        stranger.file_hash(Bucket=bucket, Key="key", Type="md5")
    cos.put_object_acl(Bucket=bucket, Key="key", ACL="public-read")
    assert stranger.file_hash(Bucket=bucket, Key="key", Type="md5")["Input"]["Object"] == "key"
    # Who may only read must not change what others see.
    with refused("AccessDenied", 403) as seen:
        stranger.file_hash(Bucket=bucket, Key="key", Type="md5", AddToHeader=True)
    assert "addtoheader" in seen.error.get_error_msg()
    assert not _kept(cos, bucket, "key")
    url = f"http://{HOST.replace(SAMPLES, bucket)}/key?ci-process=filehash&type=md5"
    assert error_of(through_proxy(emulator, "GET", url))[:2] == (403, "AccessDenied")


def _allows(*actions):
    statement = {"effect": "allow", "action": actions, "resource": ["*"]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def test_users_need_the_permission_to_read_and_for_more_the_one_to_write(make_cos):
    reader = KeyPair(secret_id="AKIDreader", user="1", policy=_allows("cos:GetObject"), **USER)
    writer = KeyPair(
        secret_id="AKIDwriter", user="2", policy=_allows("cos:GetObject", "cos:PutObject"), **USER
    )
    blind = KeyPair(secret_id="AKIDblind", user="3", policy=_allows("cos:PutObject"), **USER)
    with Emulator(credentials=(*KEYS, reader, writer, blind), region=REGION) as at:
        owner = make_cos(at=at)
        owner.create_bucket(Bucket=SAMPLES)
        owner.put_object(Bucket=SAMPLES, Key="key", Body=b"x")
        ask = {"Bucket": SAMPLES, "Key": "key", "Type": "md5"}
        assert make_cos(reader, at=at).file_hash(**ask)
        with refused("AccessDenied", 403):
            make_cos(reader, at=at).file_hash(**ask, AddToHeader=True)
        with refused("AccessDenied", 403):
            make_cos(blind, at=at).file_hash(**ask)
        assert make_cos(writer, at=at).file_hash(**ask, AddToHeader=True)
        assert list(_kept(owner, SAMPLES, "key")) == ["x-cos-meta-md5"]


def test_a_file_of_128_mb_is_too_large(cos, bucket):
    cos.put_object(Bucket=bucket, Key="large", Body=bytes(LIMIT - 1))
    assert cos.file_hash(Bucket=bucket, Key="large", Type="md5")["FileHashCodeResult"]["FileSize"] == str(
        LIMIT - 1
    )
    cos.append_object(Bucket=bucket, Key="larger", Position=0, Data=bytes(LIMIT))
    with refused("ResourceNotSupported", 400):
        cos.file_hash(Bucket=bucket, Key="larger", Type="md5")


def test_other_requests_are_answered_while_a_large_object_is_hashed(cos, make_cos, emulator, bucket):
    part = bytes(64 * 1024**2)
    upload = cos.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    etag = cos.upload_part(Bucket=bucket, Key="large", Body=part, PartNumber=1, UploadId=upload)["ETag"]
    cos.complete_multipart_upload(
        Bucket=bucket,
        Key="large",
        UploadId=upload,
        MultipartUpload={"Part": [{"PartNumber": 1, "ETag": etag}]},
    )
    with ThreadPoolExecutor() as pool:
        clients = [make_cos() for _ in range(4)]
        hashing = [
            pool.submit(client.file_hash, Bucket=bucket, Key="large", Type="sha256") for client in clients
        ]
        slowest = 0.0
        while not all(one.done() for one in hashing):
            begun = time.monotonic()
            assert requests.get(f"{emulator.url}/_emulator/health", timeout=10).status_code == 200
            slowest = max(slowest, time.monotonic() - begun)
    expected = hashlib.sha256(part).hexdigest()
    assert {one.result()["FileHashCodeResult"]["SHA256"] for one in hashing} == {expected}
    assert slowest < 1.0

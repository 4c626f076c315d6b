"""PUT and GET Object retention: what is set is given back, and nothing is locked."""

import pytest
from configuration_samples import FIXTURES, SAMPLES, canonical
from qcloud_cos import CosS3Client
from sdk_clients import STRANGER, error_of, refused
from signed_requests import send

from ci_emulator.testing import Emulator

DOCUMENT = (FIXTURES / "retention.xml").read_bytes()


def retention(until: str, mode: str = "") -> bytes:
    mode = f"<Mode>{mode}</Mode>" if mode else ""
    return f"<Retention>{mode}<RetainUntilDate>{until}</RetainUntilDate></Retention>".encode()


@pytest.fixture
def lockable(emulator: Emulator, cos: CosS3Client, bucket: str) -> str:
    """A bucket with object lock and an object `k`."""
    assert (
        send(emulator, "PUT", bucket, "?object-lock", data=SAMPLES["object-lock"].document).status_code == 200
    )
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    return bucket


def test_what_is_set_is_given_back_and_can_be_made_longer(
    emulator: Emulator, cos: CosS3Client, lockable: str
):
    answer = send(emulator, "GET", lockable, "k?retention")
    assert error_of(answer)[:2] == (404, "NoSuchObjectLockConfiguration")
    for document in (DOCUMENT, retention("2099-12-31T00:00:00+08:00"), retention("9999-12-31T23:59:59.999Z")):
        answer = send(emulator, "PUT", lockable, "k?retention", data=document)
        assert (answer.status_code, answer.content) == (200, b"")
        answer = send(emulator, "GET", lockable, "k?retention")
        assert answer.headers["Content-Type"] == "application/xml"
        assert canonical(answer.content) == canonical(document)
    # Nothing is locked.
    cos.delete_object(Bucket=lockable, Key="k")
    with refused("NoSuchKey", 404):
        cos.get_object(Bucket=lockable, Key="k")


@pytest.mark.parametrize(
    ("until", "status", "code"),
    [
        ("2000-01-01T00:00:00Z", 409, "InvalidLockedTime"),
        ("2099-12-10T08:34:47.999Z", 409, "InvalidLockedTime"),
        ("0001-01-01T00:00:00+14:00", 409, "InvalidLockedTime"),
        ("2099-12-10", 400, "MalformedXML"),
        ("2099-02-30T00:00:00Z", 400, "MalformedXML"),
        ("99999-01-01T00:00:00Z", 400, "MalformedXML"),
        ("-0001-01-01T00:00:00Z", 400, "MalformedXML"),
        ("", 400, "MalformedXML"),
    ],
)
def test_what_is_refused_leaves_what_was_set(
    emulator: Emulator, lockable: str, until: str, status: int, code: str
):
    assert send(emulator, "PUT", lockable, "k?retention", data=DOCUMENT).status_code == 200
    answer = send(emulator, "PUT", lockable, "k?retention", data=retention(until))
    assert error_of(answer)[:2] == (status, code)
    assert canonical(send(emulator, "GET", lockable, "k?retention").content) == canonical(DOCUMENT)


def test_documents_that_are_none(emulator: Emulator, lockable: str):
    for body, code in (
        (b"", "MissingRequestBodyError"),
        (b"<Retention/>", "MalformedXML"),
        (retention("2099-12-10T00:00:00Z", "NOTHING"), "MalformedXML"),
        (DOCUMENT.replace(b"Retention", b"Other"), "MalformedXML"),
        (DOCUMENT + b" " * 65536, "XMLSizeLimit"),
    ):
        answer = send(emulator, "PUT", lockable, "k?retention", data=body)
        assert error_of(answer)[:2] == (400, code)


def test_without_object_lock(emulator: Emulator, cos: CosS3Client, bucket: str):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    for method, data in (("PUT", DOCUMENT), ("GET", None)):
        answer = send(emulator, method, bucket, "k?retention", data=data)
        assert error_of(answer)[:2] == (404, "NoSuchObjectLockConfiguration")


def test_of_what_does_not_exist(emulator: Emulator, lockable: str):
    for method, data in (("PUT", DOCUMENT), ("GET", None)):
        assert error_of(send(emulator, method, lockable, "none?retention", data=data))[:2] == (
            404,
            "NoSuchKey",
        )


def test_each_version_has_its_own_and_a_copy_none(emulator: Emulator, cos: CosS3Client, lockable: str):
    cos.put_bucket_versioning(Bucket=lockable, Status="Enabled")
    first = cos.put_object(Bucket=lockable, Key="k", Body=b"1")["x-cos-version-id"]
    assert send(emulator, "PUT", lockable, "k?retention", data=DOCUMENT).status_code == 200
    cos.put_object(Bucket=lockable, Key="k", Body=b"2")
    source = {"Bucket": lockable, "Key": "k", "Region": "ap-guangzhou", "VersionId": first}
    cos.copy_object(Bucket=lockable, Key="copy", CopySource=source)
    found = send(emulator, "GET", lockable, f"k?retention&versionId={first}")
    assert canonical(found.content) == canonical(DOCUMENT)
    for key in ("k", "copy"):
        answer = send(emulator, "GET", lockable, f"{key}?retention")
        assert error_of(answer)[:2] == (404, "NoSuchObjectLockConfiguration")


@pytest.mark.parametrize("key", [None, STRANGER], ids=["anonymous", "stranger"])
def test_nobody_else_may(emulator: Emulator, cos: CosS3Client, lockable: str, key):
    cos.put_bucket_acl(Bucket=lockable, ACL="public-read-write")
    for method, data in (("PUT", DOCUMENT), ("GET", None)):
        answer = send(emulator, method, lockable, "k?retention", key, data=data)
        assert error_of(answer)[:2] == (403, "AccessDenied")

"""Restoring archived objects through cos-python-sdk-v5 (spec: cos.md section 4.3, restore)."""

import time
from email.utils import parsedate_to_datetime

import pytest
from sdk_clients import SAMPLES, STRANGER, body_of, cos_client, error_of, refused
from signed_requests import HOSTILE, hostile, send

from ci_emulator.core.clock import FixedClock
from ci_emulator.testing import Emulator

DAY = 86_400


def archive(cos, bucket, storage_class="ARCHIVE", **options):
    return cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=storage_class, **options)


def request(days="1", tier="Standard"):
    return {"Days": days, "CASJobParameters": {"Tier": tier}}


def restore(cos, bucket, *arguments, **options):
    return cos.restore_object(Bucket=bucket, Key="k", RestoreRequest=request(*arguments), **options)


@pytest.mark.parametrize(
    ("storage_class", "tier"),
    [
        ("ARCHIVE", "Expedited"),
        ("ARCHIVE", "Standard"),
        ("ARCHIVE", "Bulk"),
        ("DEEP_ARCHIVE", "Standard"),
        ("DEEP_ARCHIVE", "Bulk"),
    ],
)
def test_a_restored_object_is_read_for_some_days(cos, bucket, storage_class, tier):
    archive(cos, bucket, storage_class)
    with refused("InvalidObjectState", 403) as seen:
        cos.get_object(Bucket=bucket, Key="k")
    assert seen.error.get_error_msg() == "The operation is not valid for the object storage class."
    assert "x-cos-restore" not in cos.head_object(Bucket=bucket, Key="k")
    assert restore(cos, bucket, "3", tier) is None
    got = cos.get_object(Bucket=bucket, Key="k")
    assert (body_of(got), got["x-cos-storage-class"]) == (b"x", storage_class)
    status, _, date = cos.head_object(Bucket=bucket, Key="k")["x-cos-restore"].partition(", expiry-date=")
    assert status == 'ongoing-request="false"'
    left = parsedate_to_datetime(date.strip('"')).timestamp() - time.time()
    assert left == pytest.approx(3 * DAY, abs=60)


def test_the_status_of_an_answer(cos, bucket, emulator):
    archive(cos, bucket)
    body = "<RestoreRequest><CASJobParameters><Tier>Bulk</Tier></CASJobParameters><Days>365</Days></RestoreRequest>"
    for _ in range(2):
        answer = send(emulator, "POST", bucket, "k?restore", data=body)
        assert (answer.status_code, answer.content) == (202, b"")
    answer = send(
        emulator, "POST", bucket, "k?restore", data="<RestoreRequest><Days>1</Days></RestoreRequest>"
    )
    assert answer.status_code == 202


def test_what_is_restored_is_archived_again():
    clock = FixedClock(time.time())
    with Emulator(clock=clock, seed=[f"{SAMPLES}=samples/pictures"], auth="off") as emulator:
        cos = cos_client(emulator)
        archive(cos, SAMPLES)
        restore(cos, SAMPLES, "2")
        clock.move(DAY)
        restore(cos, SAMPLES, "2")
        clock.move(2 * DAY - 1)
        assert body_of(cos.get_object(Bucket=SAMPLES, Key="k")) == b"x"
        clock.move(1)
        with refused("InvalidObjectState", 403):
            cos.get_object(Bucket=SAMPLES, Key="k")
        assert "x-cos-restore" not in cos.head_object(Bucket=SAMPLES, Key="k")
        cos._session.close()


def test_an_overwritten_object_is_not_restored(cos, bucket):
    archive(cos, bucket)
    restore(cos, bucket)
    archive(cos, bucket)
    with refused("InvalidObjectState", 403):
        cos.get_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize("storage_class", ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "COLD"])
def test_an_object_that_is_not_archived(cos, bucket, storage_class):
    archive(cos, bucket, storage_class)
    with refused("RestoreNonArchiveObject", 405):
        restore(cos, bucket)


@pytest.mark.parametrize(
    ("days", "tier", "code"),
    [
        ("0", "Standard", "InvalidArgument"),
        ("366", "Standard", "InvalidArgument"),
        ("-1", "Standard", "InvalidArgument"),
        ("9" * 5000, "Standard", "InvalidArgument"),
        ("", "Standard", "MalformedXML"),
        ("1.5", "Standard", "MalformedXML"),
        ("one", "Standard", "MalformedXML"),
        ("١", "Standard", "MalformedXML"),
        ("1", "standard", "MalformedXML"),
        ("1", "Fast", "MalformedXML"),
    ],
)
def test_requests_that_are_refused(cos, bucket, days, tier, code):
    archive(cos, bucket)
    with refused(code, 400):
        restore(cos, bucket, days, tier)
    with refused("InvalidObjectState", 403):
        cos.get_object(Bucket=bucket, Key="k")


def test_a_deep_archive_has_no_fast_way(cos, bucket):
    archive(cos, bucket, "DEEP_ARCHIVE")
    with refused("InvalidArgument", 400):
        restore(cos, bucket, "1", "Expedited")


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "deep"])
def test_a_hostile_document(cos, bucket, emulator, name):
    archive(cos, bucket)
    answer = send(emulator, "POST", bucket, "k?restore", data=hostile(name, "RestoreRequest"))
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert answer.elapsed.total_seconds() < 5


def test_a_document_that_is_missing(cos, bucket, emulator):
    archive(cos, bucket)
    assert error_of(send(emulator, "POST", bucket, "k?restore"))[:2] == (400, "MissingRequestBodyError")
    empty = send(emulator, "POST", bucket, "k?restore", data="<RestoreRequest/>")
    assert error_of(empty)[:2] == (400, "MalformedXML")


def test_a_version_is_restored(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old, new = (archive(cos, bucket)["x-cos-version-id"] for _ in range(2))
    restore(cos, bucket, VersionId=old)
    assert body_of(cos.get_object(Bucket=bucket, Key="k", VersionId=old)) == b"x"
    for options in ({}, {"VersionId": new}):
        with refused("InvalidObjectState", 403):
            cos.get_object(Bucket=bucket, Key="k", **options)
    with refused("NoSuchVersion", 404):
        restore(cos, bucket, VersionId="nonsense")
    marker = cos.delete_object(Bucket=bucket, Key="k")["x-cos-version-id"]
    with refused("NoSuchKey", 404):
        restore(cos, bucket)
    with refused("MethodNotAllowed", 405):
        restore(cos, bucket, VersionId=marker)


def test_restoring_is_the_owners(make_cos, cos, bucket):
    archive(cos, bucket, ACL="public-read")
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    with refused("AccessDenied", 403):
        restore(make_cos(STRANGER), bucket)

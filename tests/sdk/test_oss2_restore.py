"""Archived objects and their restoring through oss2 (oss: RestoreObject)."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from oss2.models import (
    RESTORE_TIER_BULK,
    RESTORE_TIER_EXPEDITED,
    RestoreConfiguration,
    RestoreJobParameters,
)
from oss_clients import oss_error_of, oss_refused, oss_send

TEN = b"0123456789"
ARCHIVED = ("Archive", "ColdArchive", "DeepColdArchive")


def _configuration(days, tier=None):
    return RestoreConfiguration(days, RestoreJobParameters(tier) if tier else None)


def _until(client):
    """When the object is archived again."""
    told = re.fullmatch(
        'ongoing-request="false", expiry-date="(.*)"', client.head_object("k").headers["x-oss-restore"]
    )
    return parsedate_to_datetime(told[1])


def _archived(client, storage_class):
    client.put_object("k", TEN, headers={"x-oss-storage-class": storage_class})


@pytest.mark.parametrize("storage_class", ARCHIVED)
def test_an_archived_object_is_described_and_restored_but_not_read(oss_bucket, storage_class):
    _archived(oss_bucket, storage_class)
    assert oss_bucket.head_object("k").headers["x-oss-storage-class"] == storage_class
    with oss_refused("InvalidObjectState", 403):
        oss_bucket.get_object("k")
    assert oss_bucket.restore_object("k").status == 202
    for_a_day = _until(oss_bucket)
    assert oss_bucket.get_object("k").read() == TEN
    assert oss_bucket.restore_object("k", input=_configuration(5)).status == 200
    assert timedelta(days=4) <= _until(oss_bucket) - for_a_day < timedelta(days=4, minutes=1)


@pytest.mark.parametrize("storage_class", ["Standard", "IA"])
def test_what_is_not_archived_is_not_restored(oss_bucket, storage_class):
    _archived(oss_bucket, storage_class)
    with oss_refused("OperationNotSupported", 400):
        oss_bucket.restore_object("k")
    assert oss_bucket.get_object("k").read() == TEN


@pytest.mark.parametrize(
    ("storage_class", "days", "tier", "ec"),
    [
        ("Archive", 0, None, "0016-00000704"),
        ("Archive", 8, None, "0016-00000704"),
        ("ColdArchive", 366, None, "0016-00000704"),
        ("ColdArchive", -1, None, "0016-00000704"),
        ("ColdArchive", "x", None, "0016-00000704"),
        ("ColdArchive", 1, "Test", "0016-00000703"),
        ("DeepColdArchive", 1, RESTORE_TIER_BULK, "0016-00000703"),
    ],
)
def test_what_cannot_be_asked_for(oss_bucket, storage_class, days, tier, ec):
    _archived(oss_bucket, storage_class)
    with oss_refused("InvalidArgument", 400, ec):
        oss_bucket.restore_object("k", input=_configuration(days, tier))
    assert "x-oss-restore" not in oss_bucket.head_object("k").headers


@pytest.mark.parametrize(
    ("storage_class", "days", "tier"),
    [
        ("Archive", 7, None),
        ("ColdArchive", 365, RESTORE_TIER_BULK),
        ("DeepColdArchive", 365, RESTORE_TIER_EXPEDITED),
    ],
)
def test_what_can_be_asked_for(oss_bucket, storage_class, days, tier):
    _archived(oss_bucket, storage_class)
    assert oss_bucket.restore_object("k", input=_configuration(days, tier)).status == 202


def test_documents_that_cannot_be_read(emulator, oss_bucket):
    _archived(oss_bucket, "Archive")
    answer = oss_send(
        emulator, "POST", oss_bucket.bucket_name, "k", params={"restore": ""}, data=b"<Restore/>"
    )
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "MalformedXML")
    with oss_refused("NoSuchKey", 404):
        oss_bucket.restore_object("no")

"""Every method of cos-python-sdk-v5 that is about buckets: the test that calls it, or how it is refused.

A method that a newer version of the SDK brings is in no table, and fails the last test.
"""

import re
from pathlib import Path

import pytest
from sdk_clients import APPID, REGION, refused
from sdk_methods import bucket_methods

HERE = Path(__file__)

#: Carried out: the file of this folder that calls it.
COVERED = {
    "bucket_exists": "test_cos_python_buckets.py",
    "create_bucket": "test_cos_python_buckets.py",
    "delete_bucket": "test_cos_python_buckets.py",
    "delete_bucket_cors": "test_cos_python_bucket_cors.py",
    "delete_bucket_domain": "test_cos_python_stored_configurations.py",
    "delete_bucket_domain_certificate": "test_cos_python_stored_configurations.py",
    "delete_bucket_encryption": "test_cos_python_stored_configurations.py",
    "delete_bucket_inventory": "test_cos_python_stored_configurations.py",
    "delete_bucket_lifecycle": "test_cos_python_stored_configurations.py",
    "delete_bucket_origin": "test_cos_python_stored_configurations.py",
    "delete_bucket_policy": "test_cos_python_bucket_policy.py",
    "delete_bucket_referer": "test_cos_python_bucket_referer.py",
    "delete_bucket_replication": "test_cos_python_stored_configurations.py",
    "delete_bucket_tagging": "test_cos_python_bucket_tagging.py",
    "delete_bucket_website": "test_cos_python_bucket_website.py",
    "get_bucket_acl": "test_cos_python_bucket_acl.py",
    "get_bucket_cors": "test_cos_python_bucket_cors.py",
    "get_bucket_domain": "test_cos_python_stored_configurations.py",
    "get_bucket_domain_certificate": "test_cos_python_stored_configurations.py",
    "get_bucket_encryption": "test_cos_python_stored_configurations.py",
    "get_bucket_intelligenttiering": "test_cos_python_stored_configurations.py",
    "get_bucket_intelligenttiering_v2": "test_cos_python_stored_configurations.py",
    "get_bucket_inventory": "test_cos_python_stored_configurations.py",
    "get_bucket_lifecycle": "test_cos_python_stored_configurations.py",
    "get_bucket_location": "test_cos_python_versions.py",
    "get_bucket_logging": "test_cos_python_stored_configurations.py",
    "get_bucket_meta": HERE.name,
    "get_bucket_object_lock": "test_cos_python_stored_configurations.py",
    "get_bucket_origin": "test_cos_python_stored_configurations.py",
    "get_bucket_policy": "test_cos_python_bucket_policy.py",
    "get_bucket_referer": "test_cos_python_bucket_referer.py",
    "get_bucket_replication": "test_cos_python_stored_configurations.py",
    "get_bucket_tagging": "test_cos_python_bucket_tagging.py",
    "get_bucket_versioning": "test_cos_python_versions.py",
    "get_bucket_website": "test_cos_python_bucket_website.py",
    "head_bucket": "test_cos_python_buckets.py",
    "list_bucket_intelligenttiering_configurations": "test_cos_python_stored_configurations.py",
    "list_bucket_inventory_configurations": "test_cos_python_stored_configurations.py",
    "list_buckets": "test_cos_python_addressing.py",
    "list_multipart_uploads": "test_cos_python_multipart.py",
    "list_objects": "test_cos_python_listing.py",
    "list_objects_versions": "test_cos_python_versions.py",
    "post_bucket_inventory": "test_cos_python_stored_configurations.py",
    "put_bucket_acl": "test_cos_python_bucket_acl.py",
    "put_bucket_cors": "test_cos_python_bucket_cors.py",
    "put_bucket_domain": "test_cos_python_stored_configurations.py",
    "put_bucket_domain_certificate": "test_cos_python_stored_configurations.py",
    "put_bucket_encryption": "test_cos_python_stored_configurations.py",
    "put_bucket_intelligenttiering": "test_cos_python_stored_configurations.py",
    "put_bucket_intelligenttiering_v2": "test_cos_python_stored_configurations.py",
    "put_bucket_inventory": "test_cos_python_stored_configurations.py",
    "put_bucket_lifecycle": "test_cos_python_stored_configurations.py",
    "put_bucket_logging": "test_cos_python_stored_configurations.py",
    "put_bucket_object_lock": "test_cos_python_stored_configurations.py",
    "put_bucket_origin": "test_cos_python_stored_configurations.py",
    "put_bucket_policy": "test_cos_python_bucket_policy.py",
    "put_bucket_referer": "test_cos_python_bucket_referer.py",
    "put_bucket_replication": "test_cos_python_stored_configurations.py",
    "put_bucket_tagging": "test_cos_python_bucket_tagging.py",
    "put_bucket_versioning": "test_cos_python_versions.py",
    "put_bucket_website": "test_cos_python_bucket_website.py",
}

#: Answered with 501 NotImplemented, as the page on coverage says: what it is called with beside the bucket.
REFUSED = {
    "delete_bucket_response_control": {},
    "get_bucket_response_control": {},
    "put_bucket_response_control": {"ResponseControlConfiguration": {"Status": "Enabled"}},
}


@pytest.mark.parametrize("method", COVERED)
def test_the_test_of_a_method_calls_it(method):
    text = HERE.with_name(COVERED[method]).read_text(encoding="utf-8")
    assert re.search(rf"\.{method}\(", text)


@pytest.mark.parametrize("method", REFUSED)
def test_what_is_refused(cos, bucket, method):
    with refused("NotImplemented", 501):
        getattr(cos, method)(Bucket=bucket, **REFUSED[method])


def test_every_method_is_in_one_table():
    tables = [*COVERED, *REFUSED]
    assert len(tables) == len(set(tables))
    assert bucket_methods() == set(tables)


# The method that no other file calls


def test_get_bucket_meta(make_cos, bucket):
    cos = make_cos(way="proxies")
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    cos.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": {"Tag": [{"Key": "k", "Value": "v"}]}})
    found = cos.get_bucket_meta(Bucket=bucket)
    assert found["BucketUrl"] == f"http://{bucket}.cos.{REGION}.myqcloud.com"
    assert (found["Location"], found["OFS"], found["MAZ"]) == (REGION, False, False)
    assert found["ACL"]["Owner"]["DisplayName"] == APPID
    assert found["Versioning"] == {"Status": "Enabled"}
    assert found["Tagging"]["TagSet"]["Tag"] == [{"Key": "k", "Value": "v"}]
    # What it could not read it leaves out, without an error.
    assert {name for name, value in found.items() if value is None} == {
        *("CORS", "Encryption", "Lifecycle", "ObjectLock", "Replication", "Website")
    }

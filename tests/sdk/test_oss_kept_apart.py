"""What one cloud's rules say of the other's requests, and operations that nobody here carries out."""

import json

import alibabacloud_oss_v2 as oss_v2
import pytest
import requests
from oss_clients import oss_error_of, oss_refused, oss_send, temporary_key
from sdk_clients import APPID, PUBLISHED_KEY

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

MARKED = {"x-oss-range-behavior": "standard"}
UNKNOWN = (
    "legalHold",
    "retention",
    "userDefinedLogFieldsConfig",
    "accessmonitor",
    "bucketArchiveDirectRead",
    "overwriteConfig",
    "nobody-knows-this",
)


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_sub_resource_neither_makes_nor_deletes_a_bucket(emulator, oss_bucket, method, name):
    answer = oss_send(emulator, method, oss_bucket.bucket_name, params={name: ""})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (501, "NotImplemented")
    assert oss_bucket.get_bucket_info().name == oss_bucket.bucket_name


@pytest.mark.parametrize("name", UNKNOWN[:-1])
def test_a_sub_resource_that_is_not_carried_out_is_not_the_object(emulator, oss_bucket, name):
    oss_bucket.put_object("k", b"kept")
    for method in ("PUT", "GET", "DELETE"):
        answer = oss_send(emulator, method, oss_bucket.bucket_name, "k", params={name: ""})
        assert (answer.status_code, oss_error_of(answer)["Code"]) == (501, "NotImplemented")
    assert oss_bucket.get_object("k").read() == b"kept"


def test_what_the_sdk_offers_and_nobody_carries_out(make_oss_v2, oss_bucket):
    oss_bucket.put_object("k", b"kept")
    with pytest.raises(oss_v2.exceptions.OperationError) as caught:
        make_oss_v2().delete_user_defined_log_fields_config(
            oss_v2.DeleteUserDefinedLogFieldsConfigRequest(bucket=oss_bucket.bucket_name)
        )
    assert caught.value.unwrap().code == "NotImplemented"
    assert oss_bucket.get_object("k").read() == b"kept"


def test_the_policy_of_the_bucket_denies_here_too(cos, bucket, oss_bucket, make_oss):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    oss_bucket.put_object("k", b"x")
    stranger = make_oss(oss_bucket.bucket_name, None)
    assert stranger.get_object("k", headers=MARKED).read() == b"x"
    statement = {
        "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
        "Effect": "deny",
        "Action": ["name/cos:*"],
    }
    resource = f"qcs::cos:*:uid/{APPID}:{bucket}/*"
    policy = {"version": "2.0", "Statement": [{**statement, "Resource": [resource]}]}
    cos.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    # As in COS a deny for everybody counts for the owner too.
    for client in (stranger, oss_bucket):
        with oss_refused("AccessDenied", 403):
            client.get_object("k", headers=MARKED)
    cos.delete_bucket_policy(Bucket=bucket)
    assert stranger.get_object("k", headers=MARKED).read() == b"x"


def test_hotlink_protection_protects_here_too(cos, bucket, oss_bucket, emulator):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    oss_bucket.put_object("k", b"x")
    allowed = {"Status": "Enabled", "RefererType": "White-List", "EmptyReferConfiguration": "Deny"}
    cos.put_bucket_referer(
        Bucket=bucket, RefererConfiguration={**allowed, "DomainList": {"Domain": ["shop.example"]}}
    )
    url = f"{emulator.url}/{oss_bucket.bucket_name}/k"
    refused = requests.get(url, headers=MARKED, timeout=10)
    assert (refused.status_code, oss_error_of(refused)["Code"]) == (403, "AccessDenied")
    shown = requests.get(url, headers={**MARKED, "Referer": "https://shop.example/"}, timeout=10)
    assert (shown.status_code, shown.content) == (200, b"x")


def test_a_policy_of_one_cloud_says_nothing_in_the_other(oss_bucket, make_oss, make_cos, bucket):
    oss_bucket.put_object("k", b"x")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    cam = {"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}
    ram = {"Version": "1", "Statement": [everything]}
    users = [
        KeyPair(secret_id=f"key-{name}", secret_key="x", appid=APPID, user=user, policy=json.dumps(policy))
        for name, user, policy in (("cam", "1001", cam), ("ram", "1002", ram))
    ]
    with Emulator(credentials=[PUBLISHED_KEY, *users]) as emulator:
        make_cos(at=emulator).create_bucket(Bucket=bucket)
        make_cos(at=emulator).put_object(Bucket=bucket, Key="k", Body=b"x")
        cam_user, ram_user = users
        assert make_cos(cam_user, at=emulator).object_exists(Bucket=bucket, Key="k")
        with oss_refused("AccessDenied", 403):
            make_oss(oss_bucket.bucket_name, cam_user, at=emulator).get_object("k")
        assert make_oss(oss_bucket.bucket_name, ram_user, at=emulator).get_object("k").read() == b"x"
        with pytest.raises(Exception, match="AccessDenied"):
            make_cos(ram_user, at=emulator).get_object(Bucket=bucket, Key="k")


def test_both_names_of_a_bucket_stand_in_policies(oss_bucket, bucket, make_oss):
    oss_bucket.put_object("private/k", b"x")
    statements = [
        {"Effect": "Allow", "Action": "oss:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "oss:*", "Resource": f"acs:oss:*:*:{bucket}/private/*"},
    ]
    key = temporary_key(json.dumps({"Version": "1", "Statement": statements}))
    with oss_refused("AccessDenied", 403):
        make_oss(oss_bucket.bucket_name, key).get_object("private/k")


def test_a_stranger_does_not_list_uploads(cos, bucket, oss_bucket, make_oss):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    oss_bucket.init_multipart_upload("k")
    with oss_refused("AccessDenied", 403):
        make_oss(oss_bucket.bucket_name, None).list_multipart_uploads()


def test_a_large_body_where_the_signature_tells_the_bucket(make_oss, bucket, oss_bucket):
    """The key alone looks like a bucket, whose requests have small bodies."""
    with Emulator(default_bucket=bucket) as emulator:
        make_oss(oss_bucket.bucket_name, at=emulator).create_bucket()
        endpoint = f"http://127.0.0.1:{emulator.port}/image1"
        signed = make_oss(oss_bucket.bucket_name, version="v1").sign_url("PUT", "image1", 60)
        query = signed.partition("?")[2]
        answer = requests.put(f"{endpoint}?{query}", data=bytes(3 * 2**20), timeout=30)
        assert answer.status_code == 200, answer.text
        assert make_oss(oss_bucket.bucket_name, at=emulator).head_object("image1").content_length == 3 * 2**20

"""Every public method of cos-python-sdk-v5 but those about buckets: the test that covers it, or what becomes of it.

A method that a newer version of the SDK brings is in no table, and fails the last test.
"""

import inspect
import re
from pathlib import Path

import pytest
import requests
from qcloud_cos import CosConfig, CosS3Client, CosVectorsClient, MetaInsightClient
from sdk_clients import APPID, PUBLISHED_KEY, REGION, body_of, refused, through_proxy
from sdk_methods import bucket_methods, methods

HERE = Path(__file__)

#: Carried out: the file of this folder that calls it.
COVERED = {
    "abort_multipart_upload": "test_cos_python_multipart.py",
    "append_object": "test_cos_python_append.py",
    "change_object_storage_class": "test_cos_python_copy.py",
    "complete_multipart_upload": "test_cos_python_multipart.py",
    "copy": "test_cos_python_copy.py",
    "copy_object": "test_cos_python_copy.py",
    "create_multipart_upload": "test_cos_python_multipart.py",
    "delete_object": "test_cos_python_objects.py",
    "delete_object_tagging": "test_cos_python_tagging.py",
    "delete_objects": "test_cos_python_delete_objects.py",
    "download_file": "test_cos_python_reads.py",
    "get_auth": HERE.name,
    "get_object": "test_cos_python_objects.py",
    "get_object_acl": "test_cos_python_object_acl.py",
    "get_object_tagging": "test_cos_python_tagging.py",
    "get_object_url": HERE.name,
    "get_presigned_download_url": "test_cos_python_presigned.py",
    "get_presigned_url": "test_cos_python_presigned.py",
    "head_object": "test_cos_python_objects.py",
    "list_parts": "stored_state.py",
    "object_exists": "test_cos_python_objects.py",
    "put_object": "test_cos_python_objects.py",
    "put_object_acl": "test_cos_python_object_acl.py",
    "put_object_from_local_file": HERE.name,
    "put_object_tagging": "test_cos_python_tagging.py",
    "restore_object": "test_cos_python_restore.py",
    "update_object_meta": "test_cos_python_copy.py",
    "upload_file": "test_cos_python_multipart.py",
    "upload_file_from_buffer": "test_cos_python_multipart.py",
    "upload_part": "test_cos_python_multipart.py",
    "upload_part_copy": "test_cos_python_copy.py",
    "get_symlink": "test_cos_python_symlink.py",
    "put_symlink": "test_cos_python_symlink.py",
    "file_hash": "test_cos_python_file_hash.py",
}

_CHANNEL = {"ChannelName": "channel"}
_TIMES = {**_CHANNEL, "StartTime": 1, "EndTime": 2}

#: Answered with 501 NotImplemented: what it is called with beside the bucket.
REFUSED = {
    "select_object_content": {
        "Key": "k",
        "Expression": "select * from COSObject",
        "ExpressionType": "SQL",
        "InputSerialization": {"CSV": {}},
        "OutputSerialization": {"CSV": {}},
    },
    # live channels
    "delete_live_channel": _CHANNEL,
    "get_live_channel_history": _CHANNEL,
    "get_live_channel_info": _CHANNEL,
    "get_live_channel_status": _CHANNEL,
    "get_vod_playlist": _TIMES,
    "list_live_channel": {},
    "post_vod_playlist": {**_TIMES, "PlaylistName": "list.m3u8"},
    "put_live_channel": {**_CHANNEL, "LiveChannelConfiguration": {"Description": "d", "Switch": "Enabled"}},
    "put_live_channel_switch": {**_CHANNEL, "Switch": "enabled"},
}

#: Not about objects, and not called here: why.
LEFT_OUT = {
    "get_media_info": "Cloud Infinite",
    "get_object_sensitive_content_recognition": "Cloud Infinite",
    "get_pm3u8": "Cloud Infinite",
    "get_snapshot": "Cloud Infinite",
    "get_async_fetch_task": "another service, at migration.myqcloud.com",
    "put_async_fetch_task": "another service, at migration.myqcloud.com",
    "generate_built_in_connection_pool": "sends nothing",
    "get_conf": "sends nothing",
    "get_retry_exe_times": "sends nothing",
    "get_rtmp_signed_url": "sends nothing",
    "handle_built_in_connection_pool_by_pid": "sends nothing",
    "inc_retry_exe_times": "sends nothing",
    "send_request": "what every other method sends by",
    "should_switch_domain": "sends nothing",
}

# What is required of a call to the clients of vectors and datasets, by the parameter's name; any text will do else.
_VALUES = {
    "Body": {},
    "Dimension": 3,
    "Keys": ["k"],
    "QueryVector": {"float32": [1.0]},
    "TopK": 1,
    "Vectors": [{"key": "k", "data": {"float32": [1.0]}}],
}


@pytest.mark.parametrize("method", COVERED)
def test_the_test_of_a_method_calls_it(method):
    text = HERE.with_name(COVERED[method]).read_text(encoding="utf-8")
    assert re.search(rf"\.{method}\(", text)


@pytest.mark.parametrize("method", REFUSED)
def test_what_is_refused(cos, bucket, method):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("NotImplemented", 501):
        getattr(cos, method)(Bucket=bucket, **REFUSED[method])


@pytest.mark.parametrize(
    ("client", "method"),
    [(client, name) for client in (CosVectorsClient, MetaInsightClient) for name in sorted(methods(client))],
)
def test_vectors_and_datasets_are_refused(emulator, client, method):
    config = CosConfig(
        Region=REGION,
        SecretId=PUBLISHED_KEY.secret_id,
        SecretKey=PUBLISHED_KEY.secret_key,
        Appid=APPID,
        Scheme="http",
        Proxies={"http": emulator.url},
    )
    parameters = inspect.signature(getattr(client, method)).parameters.values()
    given = {
        parameter.name: _VALUES.get(parameter.name, "text")
        for parameter in parameters
        if parameter.default is parameter.empty and parameter.name not in ("self", "kwargs")
    }
    session = requests.Session()
    with session, refused("NotImplemented", 501):
        getattr(client(config, retry=0, session=session), method)(**given)


def test_every_method_is_in_one_table():
    tables = [*COVERED, *REFUSED, *LEFT_OUT]
    assert len(tables) == len(set(tables))
    of_cloud_infinite = {name for name in methods(CosS3Client) if name.startswith("ci_")}
    assert methods(CosS3Client) - bucket_methods() - of_cloud_infinite == set(tables)


# The methods that no other file calls


@pytest.mark.parametrize("checked", [False, True])
def test_put_object_from_local_file(cos, bucket, tmp_path, checked):
    path = tmp_path / "文件 1.txt"
    path.write_bytes(b"content" * 100_000)
    answer = cos.put_object_from_local_file(
        Bucket=bucket, LocalFilePath=str(path), Key="目录/1", EnableMD5=checked, ContentType="text/css"
    )
    got = cos.get_object(Bucket=bucket, Key="目录/1")
    assert (got["ETag"], got["Content-Type"]) == (answer["ETag"], "text/css")
    assert body_of(got) == path.read_bytes()


def test_get_object_url(emulator, make_cos, bucket):
    cos = make_cos(way="proxies")
    cos.put_object(Bucket=bucket, Key="目录/a b+c", Body=b"x", ACL="public-read")
    url = cos.get_object_url(Bucket=bucket, Key="目录/a b+c")
    assert url == f"http://{bucket}.cos.{REGION}.myqcloud.com/%E7%9B%AE%E5%BD%95/a%20b%2Bc"
    assert through_proxy(emulator, "GET", url).content == b"x"


@pytest.mark.parametrize("sign_host", [True, False])
def test_get_auth(emulator, make_cos, bucket, sign_host):
    cos = make_cos(way="proxies")
    given = {"Headers": {"x-cos-meta-a": "ü b"}, "Params": {"x": "a b+c"}, "SignHost": sign_host}
    signature = cos.get_auth(Method="PUT", Bucket=bucket, Key="键 1", **given)
    url = cos.get_object_url(Bucket=bucket, Key="键 1") + "?x=a%20b%2Bc"
    headers = {"Authorization": signature, "x-cos-meta-a": "ü b".encode()}
    assert through_proxy(emulator, "PUT", url, headers=headers, data=b"x").status_code == 200
    headers["x-cos-meta-a"] = b"other"
    assert through_proxy(emulator, "PUT", url, headers=headers, data=b"y").status_code == 403
    got = cos.get_object(Bucket=bucket, Key="键 1")
    assert body_of(got) == b"x"

"""Buckets and listings through alibabacloud_oss_v2 (aliyun.md section 4)."""

import uuid

import alibabacloud_oss_v2 as oss
import pytest
from oss_clients import close_oss, oss_refused, oss_v2_client
from sdk_clients import APPID, PUBLISHED_KEY, STRANGER

from ci_emulator.testing import Emulator

KEYS = sorted(["a", "a/1", "a/2", "a/b/3", "b", "b/1", "c d+e%/f", "c\x01", "图/一", "图/二"], key=str.encode)


@pytest.fixture(scope="module")
def at():
    with Emulator(credentials=(PUBLISHED_KEY, STRANGER)) as running:
        yield running


@pytest.fixture
def make(at):
    made = []

    def client(*arguments, **options):
        made.append(oss_v2_client(at, *arguments, **options))
        return made[-1]

    yield client
    for one in made:
        close_oss(one)


@pytest.fixture(params=["v1", "v4"])
def client(request, make):
    return make(version=request.param)


@pytest.fixture
def name():
    return f"v2-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def filled(client, name):
    client.put_bucket(oss.PutBucketRequest(bucket=name))
    for key in KEYS:
        client.put_object(oss.PutObjectRequest(bucket=name, key=key, body=key.encode()))
    return name


def test_a_bucket_from_its_making_to_its_end(client, name):
    configuration = oss.CreateBucketConfiguration(storage_class="IA", data_redundancy_type="ZRS")
    made = client.put_bucket(
        oss.PutBucketRequest(bucket=name, acl="public-read", create_bucket_configuration=configuration)
    )
    assert made.status_code == 200
    assert client.is_bucket_exist(name)
    told = client.get_bucket_info(oss.GetBucketInfoRequest(bucket=name)).bucket_info
    assert (told.name, told.location, told.storage_class) == (name, "oss-cn-hangzhou", "IA")
    assert (told.data_redundancy_type, told.acl, told.owner.id) == ("ZRS", "public-read", APPID)
    assert (told.block_public_access, told.versioning, told.sse_rule.sse_algorithm) == (False, None, "None")
    assert told.creation_date.year >= 2024
    location = client.get_bucket_location(oss.GetBucketLocationRequest(bucket=name))
    assert location.location == "oss-cn-hangzhou"
    client.put_bucket_acl(oss.PutBucketAclRequest(bucket=name, acl="private"))
    acl = client.get_bucket_acl(oss.GetBucketAclRequest(bucket=name))
    assert (acl.acl, acl.owner.id) == ("private", APPID)
    stat = client.get_bucket_stat(oss.GetBucketStatRequest(bucket=name))
    assert (stat.storage, stat.object_count, stat.multi_part_upload_count) == (0, 0, 0)
    assert stat.last_modified_time > 1_700_000_000
    assert client.delete_bucket(oss.DeleteBucketRequest(bucket=name)).status_code == 204
    assert not client.is_bucket_exist(name)


@pytest.mark.parametrize("size", [1, 3, 10, 1000])
@pytest.mark.parametrize("options", [{}, {"delimiter": "/"}, {"delimiter": "/", "prefix": "a/"}])
def test_paginators_meet_every_name_once(client, filled, size, options):
    first = client.list_objects_paginator(limit=size)
    second = client.list_objects_v2_paginator(limit=size)
    expected = [key for key in KEYS if key.startswith(options.get("prefix", ""))]
    if options:
        start = len(options.get("prefix", ""))
        cuts = [(key, key.find("/", start)) for key in expected]
        expected = list(dict.fromkeys(key if at < 0 else key[: at + 1] for key, at in cuts))
    for pages in (
        list(first.iter_page(oss.ListObjectsRequest(bucket=filled, **options))),
        list(second.iter_page(oss.ListObjectsV2Request(bucket=filled, **options))),
    ):
        keys = [one.key for page in pages for one in page.contents or ()]
        prefixes = [one.prefix for page in pages for one in page.common_prefixes or ()]
        assert sorted(keys + prefixes) == sorted(expected)
        assert [page.is_truncated for page in pages] == [True] * (len(pages) - 1) + [False]
        assert len(pages) == -(-len(expected) // size)


def test_what_pages_say(client, filled):
    page = client.list_objects(
        oss.ListObjectsRequest(bucket=filled, prefix="c d", marker="b", delimiter="+", max_keys=5)
    )
    assert (page.name, page.prefix, page.marker, page.delimiter) == (filled, "c d", "b", "+")
    assert (page.max_keys, page.is_truncated, page.next_marker) == (5, False, None)
    assert [one.prefix for one in page.common_prefixes] == ["c d+"]
    page = client.list_objects_v2(
        oss.ListObjectsV2Request(bucket=filled, start_after="c d+e%/f", max_keys=1, fetch_owner=True)
    )
    assert (page.start_after, page.key_count, page.continuation_token) == ("c d+e%/f", 1, None)
    entry = page.contents[0]
    assert (entry.key, entry.size, entry.object_type) == ("图/一", 7, "Normal")
    assert (entry.storage_class, entry.owner.id) == ("Standard", APPID)
    head = client.head_object(oss.HeadObjectRequest(bucket=filled, key=entry.key))
    assert (entry.etag, entry.last_modified) == (head.etag, head.last_modified)
    token = page.next_continuation_token
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket=filled, continuation_token=token))
    assert ([one.key for one in page.contents], page.continuation_token) == (["图/二"], token)
    assert page.contents[0].owner is None


def test_buckets(client, name):
    names = [f"{name}-{number}" for number in range(5)]
    for one in names:
        client.put_bucket(oss.PutBucketRequest(bucket=one))
    whole = client.list_buckets(oss.ListBucketsRequest(prefix=name))
    assert ([one.name for one in whole.buckets], whole.is_truncated) == (names, None)
    assert (whole.owner.id, whole.buckets[0].region) == (APPID, "cn-hangzhou")
    pages = list(client.list_buckets_paginator(limit=2).iter_page(oss.ListBucketsRequest(prefix=name)))
    assert [[one.name for one in page.buckets] for page in pages] == [names[:2], names[2:4], names[4:]]
    assert (pages[0].prefix, pages[0].max_keys, pages[0].next_marker) == (name, 2, names[1])


@pytest.mark.parametrize("value", [0, 1001, -1])
def test_sizes_that_are_refused(client, filled, value):
    with oss_refused("InvalidArgument", 400, "0015-00000402"):
        client.list_objects(oss.ListObjectsRequest(bucket=filled, max_keys=value))
    with oss_refused("InvalidArgument", 400, "0015-00000402"):
        client.list_objects_v2(oss.ListObjectsV2Request(bucket=filled, max_keys=value))
    with oss_refused("InvalidArgument", 400, "0017-00000289"):
        client.list_buckets(oss.ListBucketsRequest(max_keys=value))


def test_refusals(client, make, filled):
    with oss_refused("BucketNotEmpty", 409):
        client.delete_bucket(oss.DeleteBucketRequest(bucket=filled))
    with oss_refused("BucketAlreadyExists", 409):
        client.put_bucket(
            oss.PutBucketRequest(
                bucket=filled,
                create_bucket_configuration=oss.CreateBucketConfiguration(storage_class="Archive"),
            )
        )
    with oss_refused("InvalidArgument", 400):
        client.put_bucket_acl(oss.PutBucketAclRequest(bucket=filled, acl="public"))
    with oss_refused("NoSuchBucket", 404):
        client.get_bucket_info(oss.GetBucketInfoRequest(bucket="no-such-bucket"))
    with oss_refused("AccessDenied", 403, "0003-00000001"):
        make(STRANGER).get_bucket_info(oss.GetBucketInfoRequest(bucket=filled))
    with oss_refused("AccessDenied", 403, "0003-00000002"):
        make(None).list_objects_v2(oss.ListObjectsV2Request(bucket=filled))

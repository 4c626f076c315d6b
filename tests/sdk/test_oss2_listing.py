"""Listing objects and buckets through oss2 (aliyun.md section 4, ListObjects v1 and v2, ListBuckets)."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from urllib.parse import unquote

import oss2
import pytest
from oss2 import BucketIterator, ObjectIterator, ObjectIteratorV2
from oss_clients import close_oss, oss_client, oss_error_of, oss_refused, oss_send, temporary_key
from sdk_clients import APPID, PUBLISHED_KEY, STRANGER, cos_client

from ci_emulator.testing import Emulator

KEYS = sorted(
    ["a", "a/1", "a/2", "a/b/3", "b", "b/1", "c d+e%/f", "c d+e%/g", "c\x01", "图/一", "图/二", "z&<"],
    key=str.encode,
)


@pytest.fixture
def filled(oss_bucket):
    for key in KEYS:
        oss_bucket.put_object(key, key)
    return oss_bucket


def listed(result):
    return [one.key for one in result.object_list], result.prefix_list


def listings(bucket, **options):
    """Return what both forms say of the same."""
    first = bucket.list_objects(**options)
    if "marker" in options:
        options["start_after"] = options.pop("marker")
    second = bucket.list_objects_v2(**options)
    assert listed(first) == listed(second)
    assert first.is_truncated == second.is_truncated
    return listed(first)


def test_all_in_utf_8_order_with_their_facts(filled):
    assert listings(filled) == (KEYS, [])
    entry = filled.list_objects().object_list[0]
    assert (entry.key, entry.size, entry.type, entry.storage_class) == ("a", 1, "Normal", "Standard")
    assert (entry.owner.id, entry.owner.display_name, entry.restore_info) == (APPID, APPID, None)
    head = filled.head_object("a")
    assert (entry.etag, entry.last_modified) == (head.etag, head.last_modified)
    assert entry.etag == entry.etag.upper()


def test_the_second_form_tells_owners_only_if_asked(filled):
    assert {entry.owner for entry in filled.list_objects_v2().object_list} == {None}
    told = filled.list_objects_v2(fetch_owner=True).object_list
    assert {entry.owner.id for entry in told} == {APPID}


@pytest.mark.parametrize("prefix", ["a", "a/", "c d+e%/", "图/", "nothing"])
def test_a_prefix(filled, prefix):
    assert listings(filled, prefix=prefix) == ([key for key in KEYS if key.startswith(prefix)], [])


def test_a_delimiter(filled):
    assert listings(filled, delimiter="/") == (
        ["a", "b", "c\x01", "z&<"],
        ["a/", "b/", "c d+e%/", "图/"],
    )
    assert listings(filled, delimiter="/", prefix="a/") == (["a/1", "a/2"], ["a/b/"])
    assert listings(filled, delimiter="图") == (KEYS[:-2], ["图"])


@pytest.mark.parametrize("marker", ["a", "a/", "b/1", "c d+e%/f", "图/二", "zz"])
def test_a_marker_is_exclusive_and_need_not_exist(filled, marker):
    behind = [key for key in KEYS if key.encode() > marker.encode()]
    assert listings(filled, marker=marker) == (behind, [])


def test_a_marker_that_is_a_common_prefix_stands_for_all_below_it(filled):
    assert listings(filled, marker="a/", delimiter="/") == (
        ["b", "c\x01", "z&<"],
        ["b/", "c d+e%/", "图/"],
    )


@pytest.mark.parametrize("iterator", [ObjectIterator, ObjectIteratorV2])
@pytest.mark.parametrize("size", [1, 2, 5, 12, 1000])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_iterators_meet_every_name_once(filled, iterator, size, delimiter):
    keys, prefixes = listed(filled.list_objects(delimiter=delimiter))
    found = list(iterator(filled, max_keys=size, delimiter=delimiter))
    assert sorted(one.key for one in found) == sorted(keys + prefixes)
    assert [one.key for one in found if one.is_prefix()] == prefixes


def document(emulator, bucket, pair=PUBLISHED_KEY, **params):
    answer = oss_send(
        emulator, "GET", bucket, pair=pair, params={name.replace("_", "-"): v for name, v in params.items()}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml"), answer.text
    root = ET.fromstring(answer.content)
    found = {}
    for child in root:
        found.setdefault(child.tag, []).append(child.text or "")
    return root, {tag: texts[0] if len(texts) == 1 else texts for tag, texts in found.items()}


def test_the_document_of_the_first_form(emulator, filled):
    root, told = document(
        emulator,
        filled.bucket_name,
        prefix="c ",
        delimiter="/",
        max_keys="1",
        encoding_type="url",
        marker="b",
    )
    assert root.tag == "ListBucketResult"
    assert root.findtext("CommonPrefixes/Prefix") == "c%20d%2Be%25%2F"
    del told["CommonPrefixes"]
    assert told == {
        "Name": filled.bucket_name,
        "Prefix": "c%20",
        "Marker": "b",
        "MaxKeys": "1",
        "Delimiter": "%2F",
        "EncodingType": "url",
        "IsTruncated": "false",
    }
    _, told = document(emulator, filled.bucket_name, max_keys="7", encoding_type="url")
    assert (told["IsTruncated"], told["NextMarker"]) == ("true", "c%01")


def test_the_document_of_the_second_form(emulator, filled):
    name = filled.bucket_name
    _, told = document(emulator, name, list_type="2", start_after="a", max_keys="2", delimiter="/")
    assert (told["StartAfter"], told["KeyCount"], told["IsTruncated"]) == ("a", "2", "true")
    assert not {"Marker", "NextMarker", "ContinuationToken", "EncodingType"} & told.keys()
    token = told["NextContinuationToken"]
    root, told = document(
        emulator, name, list_type="2", start_after="zz", continuation_token=token, delimiter="/"
    )
    assert (told["ContinuationToken"], told["IsTruncated"], told["KeyCount"]) == (token, "false", "5")
    # One of the keys has a character that XML cannot hold.
    assert [key.text for key in root.findall("Contents/Key")][-1] == "z%26%3C"
    assert told["EncodingType"] == "url"


@pytest.mark.parametrize(
    ("form", "begin", "following"),
    [("1", "marker", "NextMarker"), ("2", "continuation-token", "NextContinuationToken")],
)
def test_keys_that_xml_cannot_hold_come_encoded_and_stop_no_listing(
    emulator, oss_bucket, form, begin, following
):
    keys = ["a", "b\x01", "b\x02", "c\uffff", "c\uffff/d", "e+f"]
    for key in keys:
        oss_bucket.put_object(key, b"")
    params, found, encodings = {}, [], []
    for _ in keys:
        root, told = document(
            emulator, oss_bucket.bucket_name, **{"list-type": form, "max-keys": "1", **params}
        )
        encodings.append(told.get("EncodingType", ""))
        read = unquote if encodings[-1] else str
        found.append(read(root.findtext("Contents/Key")))
        if following in told:
            params = {begin: told[following] if form == "2" else read(told[following])}
    assert found == keys
    assert told["IsTruncated"] == "false"
    # The marker of the page before is in the answer too.
    assert encodings == ["", "url", "url", "url", "url", "url" if form == "1" else ""]


def test_names_are_encoded_only_if_asked(emulator, filled):
    root, told = document(emulator, filled.bucket_name, prefix="c ")
    assert [key.text for key in root.findall("Contents/Key")] == ["c d+e%/f", "c d+e%/g"]
    assert (told["Prefix"], told["MaxKeys"]) == ("c ", "100")
    for given, shown in (("图", "%E5%9B%BE"), ("z", "z%26%3C")):
        root, _ = document(emulator, filled.bucket_name, prefix=given, encoding_type="url")
        assert root.findtext("Contents/Key", "").startswith(shown)


def test_a_page_has_a_hundred_entries_unless_asked(emulator, oss_bucket):
    for number in range(101):
        oss_bucket.put_object(f"{number:03}", b"")
    for form in ("1", "2"):
        root, told = document(emulator, oss_bucket.bucket_name, list_type=form)
        assert (len(root.findall("Contents")), told["MaxKeys"], told["IsTruncated"]) == (100, "100", "true")
    assert len(oss_bucket.list_objects(max_keys=1000).object_list) == 101


EC_SIZE, EC_DELIMITER = "0015-00000402", "0015-00000406"


@pytest.mark.parametrize("form", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "value", "ec"),
    [
        ("max-keys", "0", EC_SIZE),
        ("max-keys", "1001", EC_SIZE),
        ("max-keys", "-1", EC_SIZE),
        ("max-keys", "ten", EC_SIZE),
        ("max-keys", "1.0", EC_SIZE),
        ("delimiter", "//", EC_DELIMITER),
        ("encoding-type", "base64", None),
        ("prefix", "x" * 1024, None),
        ("prefix", "图" * 342, None),
        ("marker", "x" * 1024, None),
        ("start-after", "x" * 1024, None),
        ("continuation-token", "x", None),
        ("continuation-token", "CmE", None),
        ("continuation-token", "YQ--", None),
        ("continuation-token", "Cv8-", None),
        ("fetch-owner", "yes", None),
    ],
)
def test_values_that_are_refused(emulator, oss_bucket, form, name, value, ec):
    params = {"list-type": form, name: value}
    answer = oss_send(emulator, "GET", oss_bucket.bucket_name, params=params)
    if form == "1" and name == "continuation-token":
        assert answer.status_code == 200
        return
    found = oss_error_of(answer)
    assert (answer.status_code, found["Code"], found.get("EC")) == (400, "InvalidArgument", ec)


@pytest.mark.parametrize("form", ["0", "3", "x"])
def test_there_are_two_forms(emulator, oss_bucket, form):
    answer = oss_send(emulator, "GET", oss_bucket.bucket_name, params={"list-type": form})
    assert (answer.status_code, oss_error_of(answer)["Code"]) == (400, "InvalidArgument")


def test_prefix_and_marker_may_be_as_long_as_a_key(oss_bucket):
    key = "k" * 1023
    oss_bucket.put_object(key, b"")
    assert listings(oss_bucket, prefix=key) == ([key], [])
    assert listings(oss_bucket, marker=key) == ([], [])
    found = oss_bucket.list_objects_v2(max_keys=1)
    assert (listed(found), found.is_truncated) == (([key], []), False)


def test_kinds_and_storage_classes(cos, oss_bucket):
    bucket = f"{oss_bucket.bucket_name}-{APPID}"
    cos.put_object(Bucket=bucket, Key="archived", Body=b"x", StorageClass="ARCHIVE")
    cos.put_object(Bucket=bucket, Key="tiered", Body=b"x", StorageClass="INTELLIGENT_TIERING")
    cos.put_object(Bucket=bucket, Key="zones", Body=b"x", StorageClass="MAZ_STANDARD_IA")
    cos.append_object(Bucket=bucket, Key="log", Position=0, Data=b"x")
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="log")
    upload = cos.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = cos.upload_part(Bucket=bucket, Key="parts", Body=b"x", PartNumber=1, UploadId=upload)
    parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = cos.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    found = {one.key: one for one in oss_bucket.list_objects().object_list}
    assert {key: (one.type, one.storage_class) for key, one in found.items()} == {
        "archived": ("Normal", "Archive"),
        "link": ("Symlink", "Standard"),
        "log": ("Appendable", "Standard"),
        "parts": ("Multipart", "Standard"),
        "tiered": ("Normal", "IA"),
        "zones": ("Normal", "IA"),
    }
    assert found["parts"].etag == done["ETag"].strip('"').upper()


def test_that_an_object_is_restored(cos, oss_bucket):
    bucket = f"{oss_bucket.bucket_name}-{APPID}"
    cos.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="ARCHIVE")
    request = {"Days": 1, "CASJobParameters": {"Tier": "Expedited"}}
    assert oss_bucket.list_objects().object_list[0].restore_info is None
    cos.restore_object(Bucket=bucket, Key="k", RestoreRequest=request)
    for page in (oss_bucket.list_objects(), oss_bucket.list_objects_v2()):
        told = page.object_list[0].restore_info
        assert told == oss_bucket.head_object("k").headers["x-oss-restore"]
        assert told.startswith('ongoing-request="false", expiry-date="')


def test_the_current_versions_of_a_versioned_bucket(cos, oss_bucket):
    bucket = f"{oss_bucket.bucket_name}-{APPID}"
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    for body in (b"old", b"newer"):
        cos.put_object(Bucket=bucket, Key="kept", Body=body)
        cos.put_object(Bucket=bucket, Key="gone", Body=body)
    cos.delete_object(Bucket=bucket, Key="gone")
    assert [(one.key, one.size) for one in oss_bucket.list_objects().object_list] == [("kept", 5)]
    assert listings(oss_bucket) == (["kept"], [])


def test_times_are_whole_seconds(cos, oss_bucket, emulator):
    oss_bucket.put_object("k", b"")
    root, _ = document(emulator, oss_bucket.bucket_name)
    told = root.findtext("Contents/LastModified", "")
    assert told.endswith(".000Z")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(told)).total_seconds() < 60


# Who may list


def test_a_public_bucket_is_listed_by_everybody(make_oss, filled):
    filled.put_bucket_acl("public-read")
    for key in (None, STRANGER):
        assert listings(make_oss(filled.bucket_name, key)) == (KEYS, [])


@pytest.mark.parametrize("form", ["list_objects", "list_objects_v2"])
def test_a_private_bucket_is_not(make_oss, filled, form):
    with oss_refused("AccessDenied", 403, "0003-00000001"):
        getattr(make_oss(filled.bucket_name, STRANGER), form)()
    with oss_refused("AccessDenied", 403, "0003-00000002"):
        getattr(make_oss(filled.bucket_name, None), form)()


def test_what_cos_grants_counts_here(cos, make_oss, filled):
    cos.put_bucket_acl(Bucket=f"{filled.bucket_name}-{APPID}", GrantRead=f'id="{STRANGER.appid}"')
    assert listings(make_oss(filled.bucket_name, STRANGER)) == (KEYS, [])
    with oss_refused("AccessDenied", 403):
        make_oss(filled.bucket_name, None).list_objects()


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("oss:ListObjects", "acs:oss:*:*:{}", True),
        ("oss:List*", "acs:oss:oss-cn-hangzhou:*:{}", True),
        ("oss:*", "acs:oss:*:*:{}/*", False),
        ("oss:ListObjects", "acs:oss:*:*:another", False),
        ("oss:GetObject", "acs:oss:*:*:{}", False),
        ("cos:GetBucket", "*", False),
    ],
)
def test_what_a_temporary_key_may_list(make_oss, filled, action, resource, allowed):
    name = filled.bucket_name
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource.format(name)]}
    bounded = make_oss(name, temporary_key(json.dumps({"Version": "1", "Statement": [statement]})))
    if allowed:
        assert listings(bounded) == (KEYS, [])
    for call in (bounded.get_bucket_stat,) if allowed else (bounded.list_objects, bounded.list_objects_v2):
        with oss_refused("AccessDenied", 403):
            call()


def test_a_bucket_that_does_not_exist(make_oss):
    for key in (PUBLISHED_KEY, STRANGER, None):
        with oss_refused("NoSuchBucket", 404):
            make_oss("no-such-bucket", key).list_objects()


# The list of buckets

OWN = ["alpha", "alpha-0", "alpha-1", "beta", "gamma"]
THEIRS = f"theirs-{STRANGER.appid}"


@pytest.fixture(scope="module")
def several():
    with Emulator(credentials=(PUBLISHED_KEY, STRANGER)) as running:
        for name in reversed(OWN):
            bucket = oss_client(running, name)
            bucket.create_bucket(input=oss2.models.BucketCreateConfig("IA"))
            close_oss(bucket)
        cos = cos_client(running, STRANGER)
        cos.create_bucket(Bucket=THEIRS)
        cos._session.close()
        yield running


def named(result):
    return [bucket.name for bucket in result.buckets]


def test_the_buckets_of_the_account_that_asks(several, make_oss):
    told = make_oss(None, at=several).list_buckets()
    assert (named(told), told.is_truncated, told.owner.id) == (OWN, False, APPID)
    bucket = told.buckets[0]
    assert (bucket.location, bucket.region, bucket.storage_class) == ("oss-cn-hangzhou", "cn-hangzhou", "IA")
    assert bucket.extranet_endpoint == "oss-cn-hangzhou.aliyuncs.com"
    assert bucket.intranet_endpoint == "oss-cn-hangzhou-internal.aliyuncs.com"
    assert bucket.creation_date > 1_700_000_000
    other = make_oss(None, STRANGER, at=several).list_buckets()
    assert (named(other), other.owner.id) == ([THEIRS], STRANGER.appid)


@pytest.mark.parametrize("size", [1, 2, 4, 5, 1000])
@pytest.mark.parametrize("prefix", ["", "alpha", "alpha-", "b", "x"])
def test_pages_of_buckets(several, make_oss, size, prefix):
    service = make_oss(None, at=several)
    wanted = [name for name in OWN if name.startswith(prefix)]
    assert [one.name for one in BucketIterator(service, prefix=prefix, max_keys=size)] == wanted
    first = service.list_buckets(prefix=prefix, max_keys=size)
    assert (named(first), first.is_truncated) == (wanted[:size], size < len(wanted))
    if first.is_truncated:
        assert first.next_marker == wanted[size - 1]


@pytest.mark.parametrize("marker", ["alpha", "alpha-00", "gamma", "zzz", "a"])
def test_buckets_behind_a_marker(several, make_oss, marker):
    told = make_oss(None, at=several).list_buckets(marker=marker)
    assert named(told) == [name for name in OWN if name > marker]


def test_a_whole_list_says_nothing_of_pages(several):
    _, told = document(several, None)
    assert told.keys() == {"Owner", "Buckets"}
    _, told = document(several, None, prefix="a", marker="alpha", max_keys="1")
    assert told.keys() == {"Owner", "Buckets", "Prefix", "Marker", "MaxKeys", "IsTruncated", "NextMarker"}
    assert (told["Prefix"], told["Marker"], told["MaxKeys"]) == ("a", "alpha", "1")


@pytest.mark.parametrize(
    ("name", "value", "ec"),
    [
        ("max-keys", "0", "0017-00000289"),
        ("max-keys", "1001", "0017-00000289"),
        ("max-keys", "many", "0017-00000289"),
        ("prefix", "x" * 1024, "0017-00000290"),
        ("marker", "x" * 1024, "0017-00000291"),
    ],
)
def test_values_that_the_list_of_buckets_refuses(several, name, value, ec):
    answer = oss_send(several, "GET", None, params={name: value})
    found = oss_error_of(answer)
    assert (answer.status_code, found["Code"], found["EC"]) == (400, "InvalidArgument", ec)


def test_buckets_are_not_listed_by_their_tags(several, make_oss):
    with oss_refused("NotImplemented", 501):
        make_oss(None, at=several).list_buckets(params={"tag-key": "k"})


def test_strangers_have_no_buckets(several, make_oss):
    with oss_refused("AccessDenied", 403) as seen:
        make_oss(None, None, at=several).list_buckets()
    assert seen.error.message == "Anonymous access is forbidden for this operation."

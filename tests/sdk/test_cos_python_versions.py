"""Versioning and listings of versions through cos-python-sdk-v5 (spec: cos.md sections 4.0 to 4.3)."""

import pytest
import requests
from sdk_clients import STRANGER, body_of, error_of, is_cos_request_id, refused, refused_head
from signed_requests import HOSTILE, document_of, hostile, send

UNKNOWN = "MTg0NDUxNTc1NTE5MTc1NjM4MDA"


@pytest.fixture
def versioned(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    return bucket


def put(cos, bucket, key="k", body=b"x", **options):
    return cos.put_object(Bucket=bucket, Key=key, Body=body, **options)


def read(cos, bucket, key="k", **options):
    return body_of(cos.get_object(Bucket=bucket, Key=key, **options))


def listed(emulator, bucket, query=""):
    """Return root of a listing of versions and its entries as (element, key, version id, latest) in order."""
    root = document_of(send(emulator, "GET", bucket, f"?versions&{query}"), "ListVersionsResult")
    entries = [
        (entry.tag, entry.findtext("Key"), entry.findtext("VersionId"), entry.findtext("IsLatest"))
        for entry in root
        if entry.tag in ("Version", "DeleteMarker")
    ]
    return root, entries


def test_versioning_begins_and_is_suspended_and_never_unset(cos, bucket, emulator):
    assert send(emulator, "GET", bucket, "?versioning").content.endswith(b"<VersioningConfiguration/>")
    assert "Status" not in cos.get_bucket_versioning(Bucket=bucket)
    for status in ("Enabled", "Suspended", "Suspended", "Enabled"):
        assert cos.put_bucket_versioning(Bucket=bucket, Status=status) is None
        assert cos.get_bucket_versioning(Bucket=bucket) == {"Status": status}
    for body in (
        b"<VersioningConfiguration/>",
        b"<VersioningConfiguration><Status/></VersioningConfiguration>",
    ):
        answer = send(emulator, "PUT", bucket, "?versioning", data=body)
        assert error_of(answer)[:2] == (400, "MalformedXML")
    assert error_of(send(emulator, "DELETE", bucket, "?versioning"))[:2] == (405, "MethodNotAllowed")
    assert cos.get_bucket_versioning(Bucket=bucket) == {"Status": "Enabled"}


@pytest.mark.parametrize("status", ["enabled", "Disabled", "Enabled,Suspended", "On"])
def test_a_status_that_does_not_exist(cos, bucket, emulator, status):
    body = f"<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>"
    answer = send(emulator, "PUT", bucket, "?versioning", data=body)
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert "Status" not in cos.get_bucket_versioning(Bucket=bucket)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_versioning_document(emulator, bucket, name):
    answer = send(emulator, "PUT", bucket, "?versioning", data=hostile(name, "VersioningConfiguration"))
    code = "XMLSizeLimit" if len(hostile(name, "VersioningConfiguration")) > 65536 else "MalformedXML"
    assert error_of(answer)[:2] == (400, code)
    assert answer.elapsed.total_seconds() < 5


def test_a_versioning_document_that_is_missing(emulator, bucket):
    assert error_of(send(emulator, "PUT", bucket, "?versioning"))[:2] == (400, "MissingRequestBodyError")


def test_versioning_is_the_owners(make_cos, cos, bucket):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    for client in (make_cos(STRANGER), make_cos(anonymous=True)):
        with refused("AccessDenied", 403):
            client.put_bucket_versioning(Bucket=bucket, Status="Enabled")
        with refused("AccessDenied", 403):
            client.get_bucket_versioning(Bucket=bucket)


def test_versioning_of_a_bucket_that_does_not_exist(cos):
    with refused("NoSuchBucket", 404):
        cos.put_bucket_versioning(Bucket="absent-1250000000", Status="Enabled")
    with refused("NoSuchBucket", 404):
        cos.list_objects_versions(Bucket="absent-1250000000")


def test_the_region_of_a_bucket(cos, bucket, emulator):
    assert cos.get_bucket_location(Bucket=bucket) == {"LocationConstraint": "ap-guangzhou"}
    root = document_of(send(emulator, "GET", bucket, "?location"), "LocationConstraint")
    assert (root.text, list(root)) == ("ap-guangzhou", [])


def test_each_put_is_a_version_that_can_be_read(cos, versioned):
    ids = [
        put(cos, versioned, body=f"{number}", Metadata={"x-cos-meta-n": f"{number}"}) for number in range(3)
    ]
    ids = [answer["x-cos-version-id"] for answer in ids]
    assert len(set(ids)) == 3
    assert read(cos, versioned) == b"2"
    assert cos.head_object(Bucket=versioned, Key="k")["x-cos-version-id"] == ids[2]
    for number, version in enumerate(ids):
        got = cos.get_object(Bucket=versioned, Key="k", VersionId=version)
        assert (body_of(got), got["x-cos-version-id"]) == (f"{number}".encode(), version)
        assert cos.head_object(Bucket=versioned, Key="k", VersionId=version)["x-cos-meta-n"] == f"{number}"
        assert read(cos, versioned, VersionId=version, Range="bytes=0-0") == f"{number}".encode()


def test_the_version_can_be_named_in_capitals_too(cos, versioned, emulator):
    old = put(cos, versioned, body=b"old")["x-cos-version-id"]
    put(cos, versioned, body=b"new")
    assert send(emulator, "GET", versioned, f"k?VersionId={old}").content == b"old"


def test_a_bucket_that_never_kept_versions_has_none(cos, bucket, emulator):
    assert "x-cos-version-id" not in put(cos, bucket)
    assert "x-cos-version-id" not in cos.head_object(Bucket=bucket, Key="k")
    assert listed(emulator, bucket)[1] == [("Version", "k", "", "true")]
    assert b"<VersionId/>" in send(emulator, "GET", bucket, "?versions").content
    assert cos.list_objects_versions(Bucket=bucket)["Version"][0]["VersionId"] is None
    assert "x-cos-version-id" not in cos.delete_object(Bucket=bucket, Key="k")
    assert listed(emulator, bucket)[1] == []
    assert read_is_missing(cos, bucket)


def read_is_missing(cos, bucket):
    with refused("NoSuchKey", 404) as seen:
        cos.get_object(Bucket=bucket, Key="k")
    return "x-cos-delete-marker" not in seen.error.get_digest_msg()


def test_what_was_there_before_is_the_null_version(cos, bucket, emulator):
    put(cos, bucket, body=b"before")
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    assert listed(emulator, bucket)[1] == [("Version", "k", "null", "true")]
    new = put(cos, bucket, body=b"new")["x-cos-version-id"]
    assert listed(emulator, bucket)[1] == [("Version", "k", new, "true"), ("Version", "k", "null", "false")]
    assert read(cos, bucket, VersionId="null") == b"before"
    assert cos.delete_object(Bucket=bucket, Key="k", VersionId="null")["x-cos-version-id"] == "null"
    assert listed(emulator, bucket)[1] == [("Version", "k", new, "true")]


def test_a_suspended_bucket_overwrites_its_null_version(cos, versioned, emulator):
    old = put(cos, versioned, body=b"old")["x-cos-version-id"]
    cos.put_bucket_versioning(Bucket=versioned, Status="Suspended")
    assert "x-cos-version-id" not in put(cos, versioned, body=b"null 1")
    put(cos, versioned, body=b"null 2")
    assert cos.head_object(Bucket=versioned, Key="k")["x-cos-version-id"] == "null"
    assert read(cos, versioned, VersionId="null") == b"null 2"
    assert listed(emulator, versioned)[1] == [
        ("Version", "k", "null", "true"),
        ("Version", "k", old, "false"),
    ]
    marker = cos.delete_object(Bucket=versioned, Key="k")
    assert (marker["x-cos-delete-marker"], marker["x-cos-version-id"]) == ("true", "null")
    entries = [("DeleteMarker", "k", "null", "true"), ("Version", "k", old, "false")]
    assert listed(emulator, versioned)[1] == entries
    cos.delete_object(Bucket=versioned, Key="k")
    assert listed(emulator, versioned)[1] == entries
    assert cos.delete_object(Bucket=versioned, Key="k", VersionId="null")["x-cos-delete-marker"] == "true"
    assert read(cos, versioned) == b"old"


def test_a_delete_marker_covers_and_its_removal_uncovers(cos, versioned, emulator):
    version = put(cos, versioned)["x-cos-version-id"]
    deleted = cos.delete_object(Bucket=versioned, Key="k")
    marker = deleted["x-cos-version-id"]
    assert deleted["x-cos-delete-marker"] == "true"
    with refused("NoSuchKey", 404) as seen:
        cos.get_object(Bucket=versioned, Key="k")
    assert "Contents" not in cos.list_objects(Bucket=versioned)
    for method in ("GET", "HEAD"):
        answer = send(emulator, method, versioned, "k")
        assert answer.status_code == 404
        assert (answer.headers["x-cos-delete-marker"], answer.headers["x-cos-version-id"]) == ("true", marker)
        named = send(emulator, method, versioned, f"k?versionId={marker}")
        assert (named.status_code, named.headers["x-cos-delete-marker"]) == (405, "true")
    assert is_cos_request_id(seen.error.get_request_id())
    with refused("MethodNotAllowed", 405):
        cos.get_object(Bucket=versioned, Key="k", VersionId=marker)
    assert read(cos, versioned, VersionId=version) == b"x"
    removed = cos.delete_object(Bucket=versioned, Key="k", VersionId=marker)
    assert (removed["x-cos-delete-marker"], removed["x-cos-version-id"]) == ("true", marker)
    assert read(cos, versioned) == b"x"
    removed = cos.delete_object(Bucket=versioned, Key="k", VersionId=version)
    assert removed["x-cos-version-id"] == version
    assert "x-cos-delete-marker" not in removed
    assert listed(emulator, versioned)[1] == []


def test_deleting_what_is_not_there_leaves_a_marker_where_versions_are_kept(cos, versioned, emulator):
    assert cos.delete_object(Bucket=versioned, Key="k")["x-cos-delete-marker"] == "true"
    assert [entry[0] for entry in listed(emulator, versioned)[1]] == ["DeleteMarker"]


@pytest.mark.parametrize("version", [UNKNOWN, "nonsense", "NULL", "é", "%00", "A" * 2000, "null"])
def test_a_version_that_does_not_exist(cos, versioned, version):
    put(cos, versioned)
    with refused("NoSuchVersion", 404):
        cos.get_object(Bucket=versioned, Key="k", VersionId=version)
    with refused_head(404):
        cos.head_object(Bucket=versioned, Key="k", VersionId=version)
    deleted = cos.delete_object(Bucket=versioned, Key="k", VersionId=version)
    assert not {"x-cos-version-id", "x-cos-delete-marker"} & {name.lower() for name in deleted}
    assert read(cos, versioned) == b"x"


def test_an_empty_version_is_the_current_one(cos, versioned, emulator):
    put(cos, versioned)
    assert send(emulator, "GET", versioned, "k?versionId=").content == b"x"


def test_versions_and_markers_take_turns(cos, versioned, emulator):
    made = []
    for key in ("b", "a", "a b+c&<d>", "目录/图"):
        for _ in range(2):
            made.append((key, "Version", put(cos, versioned, key)["x-cos-version-id"]))
            made.append(
                (key, "DeleteMarker", cos.delete_object(Bucket=versioned, Key=key)["x-cos-version-id"])
            )
    made.reverse()
    expected = sorted(made, key=lambda entry: entry[0].encode())
    _, entries = listed(emulator, versioned)
    assert [(key, tag, version) for tag, key, version, _ in entries] == expected
    latest = [key for _, key, _, is_latest in entries if is_latest == "true"]
    assert latest == sorted({key for key, _, _ in expected}, key=str.encode)
    _, encoded = listed(emulator, versioned, "encoding-type=url")
    names = list(dict.fromkeys(key for _, key, _, _ in encoded))
    assert names == ["a", "a%20b%2Bc%26%3Cd%3E", "b", "%E7%9B%AE%E5%BD%95/%E5%9B%BE"]
    data = cos.list_objects_versions(Bucket=versioned)
    assert [entry["Key"] for entry in data["Version"]] == [
        key for key, tag, _ in expected if tag == "Version"
    ]


def test_what_an_entry_says(cos, versioned, emulator):
    answer = put(cos, versioned, body=b"12345", StorageClass="STANDARD_IA")
    marker = cos.delete_object(Bucket=versioned, Key="k")["x-cos-version-id"]
    root, _ = listed(emulator, versioned)
    assert [child.tag for child in root][-2:] == ["DeleteMarker", "Version"]
    version = cos.list_objects_versions(Bucket=versioned)["Version"][0]
    modified = version.pop("LastModified")
    assert version == {
        "Key": "k",
        "VersionId": answer["x-cos-version-id"],
        "IsLatest": "false",
        "ETag": answer["ETag"],
        "Size": "5",
        "StorageClass": "STANDARD_IA",
        "Owner": {"ID": "1250000000", "DisplayName": "1250000000"},
    }
    assert len(modified) == len("2020-12-10T03:37:30.000Z")
    entry = cos.list_objects_versions(Bucket=versioned)["DeleteMarker"][0]
    assert set(entry) == {"Key", "VersionId", "IsLatest", "LastModified", "Owner"}
    assert (entry["VersionId"], entry["IsLatest"]) == (marker, "true")


def test_the_head_of_a_listing(cos, versioned):
    data = cos.list_objects_versions(Bucket=versioned)
    assert data == {
        "EncodingType": "url",
        "Name": versioned,
        "Prefix": None,
        "KeyMarker": None,
        "VersionIdMarker": None,
        "MaxKeys": "1000",
        "IsTruncated": "false",
    }


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_versions(cos, versioned, size):
    made = []
    for key in ("a", "b", "c"):
        made += [(key, put(cos, versioned, key)["x-cos-version-id"]) for _ in range(3)]
    made.reverse()
    expected = sorted(made, key=lambda entry: entry[0])
    found, key_marker, version_marker = [], "", ""
    for _ in range(10):
        data = cos.list_objects_versions(
            Bucket=versioned, KeyMarker=key_marker, VersionIdMarker=version_marker, MaxKeys=size
        )
        assert (data["KeyMarker"] or "", data["VersionIdMarker"] or "") == (key_marker, version_marker)
        found += [(entry["Key"], entry["VersionId"]) for entry in data["Version"]]
        if data["IsTruncated"] == "false":
            assert "NextKeyMarker" not in data
            break
        key_marker, version_marker = data["NextKeyMarker"], data["NextVersionIdMarker"]
        assert (key_marker, version_marker) == found[-1]
    assert found == expected


def test_pages_of_a_bucket_that_never_kept_versions(cos, bucket):
    for key in ("a", "b"):
        put(cos, bucket, key)
    data = cos.list_objects_versions(Bucket=bucket, MaxKeys=1)
    assert (data["IsTruncated"], data["NextKeyMarker"]) == ("true", "a")
    assert "NextVersionIdMarker" not in data
    data = cos.list_objects_versions(Bucket=bucket, KeyMarker="a")
    assert [entry["Key"] for entry in data["Version"]] == ["b"]


def test_folders_of_versions(cos, versioned, emulator):
    for key in ("a/1", "a/1", "a/2", "b", "c+ d/1"):
        put(cos, versioned, key)
    data = cos.list_objects_versions(Bucket=versioned, Delimiter="/", MaxKeys=2)
    assert [entry["Prefix"] for entry in data["CommonPrefixes"]] == ["a/"]
    assert [entry["Key"] for entry in data["Version"]] == ["b"]
    data = cos.list_objects_versions(Bucket=versioned, Delimiter="/", MaxKeys=1)
    assert (data["NextKeyMarker"], data["Delimiter"]) == ("a/", "/")
    assert "NextVersionIdMarker" not in data
    data = cos.list_objects_versions(Bucket=versioned, Delimiter="/", KeyMarker="b")
    assert [entry["Prefix"] for entry in data["CommonPrefixes"]] == ["c+ d/"]
    data = cos.list_objects_versions(Bucket=versioned, Delimiter="/", Prefix="a/")
    assert [entry["Key"] for entry in data["Version"]] == ["a/1", "a/1", "a/2"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("max-keys=1001", "InvalidArgument"),
        ("max-keys=-1", "InvalidArgument"),
        ("max-keys=x", "InvalidArgument"),
        ("encoding-type=base64", "InvalidArgument"),
        ("delimiter=ab", "InvalidDelimiter"),
        ("key-marker=%FF", "InvalidArgument"),
        ("key-marker=a&version-id-marker=nonsense", "InvalidArgument"),
        (f"version-id-marker={UNKNOWN}", "InvalidArgument"),
    ],
)
def test_parameters_that_are_refused(emulator, bucket, query, code):
    assert error_of(send(emulator, "GET", bucket, f"?versions&{query}"))[:2] == (400, code)


def test_a_page_of_nothing(cos, versioned):
    put(cos, versioned)
    data = cos.list_objects_versions(Bucket=versioned, MaxKeys=0)
    assert (data["IsTruncated"], data["MaxKeys"]) == ("false", "0")
    assert "Version" not in data


def test_who_may_list_versions(make_cos, cos, versioned):
    put(cos, versioned)
    with refused("AccessDenied", 403):
        make_cos(STRANGER).list_objects_versions(Bucket=versioned)
    cos.put_bucket_acl(Bucket=versioned, ACL="public-read")
    for client in (make_cos(STRANGER), make_cos(anonymous=True)):
        assert len(client.list_objects_versions(Bucket=versioned)["Version"]) == 1


def test_each_version_has_its_own_acl(make_cos, cos, versioned, emulator):
    private = put(cos, versioned, body=b"private", ACL="private")["x-cos-version-id"]
    public = put(cos, versioned, body=b"public", ACL="public-read")["x-cos-version-id"]
    stranger = make_cos(STRANGER)
    assert read(stranger, versioned) == b"public"
    assert read(stranger, versioned, VersionId=public) == b"public"
    with refused("AccessDenied", 403):
        stranger.get_object(Bucket=versioned, Key="k", VersionId=private)
    put(cos, versioned, body=b"private again", ACL="private")
    assert read(stranger, versioned, VersionId=public) == b"public"
    # Another spelling must not name one version to the guard and another to the reader.
    url = f"http://{versioned}.cos.ap-guangzhou.myqcloud.com/k?versionId={private}&VersionId={public}"
    for target in (
        url,
        url.replace("versionId", "X").replace("VersionId", "versionId").replace("X", "VersionId"),
    ):
        answer = requests.get(target, proxies={"http": emulator.url}, timeout=30)
        assert answer.content != b"private"


def test_a_bucket_is_deleted_when_no_version_and_no_marker_is_left(cos, versioned):
    version = put(cos, versioned)["x-cos-version-id"]
    marker = cos.delete_object(Bucket=versioned, Key="k")["x-cos-version-id"]
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=versioned)
    cos.delete_object(Bucket=versioned, Key="k", VersionId=version)
    with refused("BucketNotEmpty", 409):
        cos.delete_bucket(Bucket=versioned)
    cos.delete_object(Bucket=versioned, Key="k", VersionId=marker)
    cos.delete_bucket(Bucket=versioned)
    cos.create_bucket(Bucket=versioned)
    assert "Status" not in cos.get_bucket_versioning(Bucket=versioned)

"""ACLs of buckets and objects through cos-python-sdk-v5 (spec: cos.md section 4.2, row acl)."""

import itertools

import pytest
import requests
from acl_documents import ACCOUNTS, EVERYBODY, OWN_GRANT, OWNER, XSI, grants, policy
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import HOST, STRANGER, body_of, error_of, refused
from signed_requests import HOSTILE, hostile, send

CANNED = {
    "private": [],
    "public-read": [("Group", EVERYBODY, "READ")],
    "public-read-write": [("Group", EVERYBODY, "READ"), ("Group", EVERYBODY, "WRITE")],
    "authenticated-read": [("Group", ACCOUNTS, "READ")],
}


@pytest.fixture
def key(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    return "k"


def may_read(client, bucket):
    try:
        return body_of(client.get_object(Bucket=bucket, Key="k")) == b"x"
    except CosServiceError as error:
        if error.get_error_code() != "AccessDenied":
            raise
        return False


@pytest.mark.parametrize("acl", ["private", "public-read", "authenticated-read"])
def test_a_canned_acl_of_an_object(make_cos, cos, bucket, key, emulator, acl):
    assert cos.put_object_acl(Bucket=bucket, Key=key, ACL=acl) is None
    answer = send(emulator, "GET", bucket, "k?acl")
    assert grants(answer) == [*CANNED[acl], OWN_GRANT]
    assert "x-cos-acl" not in answer.headers
    told = {"authenticated-read": "private"}.get(acl, acl)  # the SDK knows no more
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == told
    assert may_read(make_cos(STRANGER), bucket) == (acl != "private")
    assert may_read(make_cos(anonymous=True), bucket) == (acl == "public-read")


def test_an_object_has_the_acl_of_its_bucket_unless_told_otherwise(make_cos, cos, bucket, key, emulator):
    answer = send(emulator, "GET", bucket, "k?acl=")
    assert (answer.headers["x-cos-acl"], grants(answer)) == ("default", [])
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "default"
    anonymous = make_cos(anonymous=True)
    assert may_read(anonymous, bucket) is False
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert may_read(anonymous, bucket) is True
    cos.put_object_acl(Bucket=bucket, Key=key, ACL="private")
    assert may_read(anonymous, bucket) is False
    cos.put_object_acl(Bucket=bucket, Key=key, ACL="default")
    assert may_read(anonymous, bucket) is True


@pytest.mark.parametrize("acl", list(CANNED))
def test_a_canned_acl_of_a_bucket(make_cos, cos, bucket, key, emulator, acl):
    assert cos.put_bucket_acl(Bucket=bucket, ACL=acl) is None
    assert grants(send(emulator, "GET", bucket, "?acl")) == [*CANNED[acl], OWN_GRANT]
    told = {"authenticated-read": "private"}.get(acl, acl)
    assert cos.get_bucket_acl(Bucket=bucket)["CannedACL"] == told
    assert may_read(make_cos(STRANGER), bucket) == (acl != "private")
    assert may_read(make_cos(anonymous=True), bucket) == acl.startswith("public")


@pytest.mark.parametrize("acl", list(CANNED))
def test_a_document_says_the_same(cos, bucket, emulator, acl):
    for order in itertools.permutations([*CANNED[acl], OWN_GRANT]):
        cos.put_bucket_acl(Bucket=bucket, ACL="authenticated-read" if acl == "private" else "private")
        answer = send(emulator, "PUT", bucket, "?acl", data=policy(*order))
        assert (answer.status_code, answer.content) == (200, b"")
        assert grants(send(emulator, "GET", bucket, "?acl")) == [*CANNED[acl], OWN_GRANT]


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write"])
def test_what_the_sdk_reads_it_can_write(cos, bucket, acl):
    cos.put_bucket_acl(Bucket=bucket, ACL=acl)
    document = cos.get_bucket_acl(Bucket=bucket)
    del document["CannedACL"]
    cos.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")
    cos.put_bucket_acl(Bucket=bucket, AccessControlPolicy=document)
    assert cos.get_bucket_acl(Bucket=bucket)["CannedACL"] == acl


def test_a_document_for_an_object(cos, bucket, key, emulator):
    document = {
        "Owner": {"ID": OWNER},
        "AccessControlList": {
            "Grant": [
                {
                    "Grantee": {"@xmlns:xsi": XSI, "@xsi:type": "Group", "URI": EVERYBODY},
                    "Permission": "READ",
                },
                {"Grantee": {"ID": OWNER}, "Permission": "FULL_CONTROL"},
            ]
        },
    }
    cos.put_object_acl(Bucket=bucket, Key=key, AccessControlPolicy=document)
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "public-read"
    answer = send(emulator, "PUT", bucket, "k?acl", data=policy(*CANNED["public-read-write"]))
    assert error_of(answer)[:2] == (400, "InvalidArgument")
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "public-read"


def test_the_owner_of_the_document_may_go_by_another_uin(cos, bucket, emulator):
    uin = "qcs::cam::uin/100000000011:uin/100000000011"
    listed = (("CanonicalUser", uin, "FULL_CONTROL"), ("Group", EVERYBODY, "READ"))
    assert send(emulator, "PUT", bucket, "?acl", data=policy(*listed, owner=uin)).status_code == 200
    assert cos.get_bucket_acl(Bucket=bucket)["CannedACL"] == "public-read"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(policy(("Group", "http://example.com/group", "READ")), "InvalidArgument", id="group"),
        pytest.param(policy(("Group", EVERYBODY, "read")), "MalformedXML", id="permission"),
        pytest.param(policy(("Group", EVERYBODY, "")), "MalformedXML", id="empty-permission"),
        pytest.param(policy().replace(b"AccessControlList", b"Grants"), "MalformedXML", id="no-list"),
        pytest.param(policy(OWN_GRANT).replace(b"Grantee", b"Somebody"), "MalformedXML", id="no-grantee"),
        pytest.param(policy(OWN_GRANT).replace(b"Permission", b"Right"), "MalformedXML", id="no-permission"),
        pytest.param(
            policy(("Group", EVERYBODY, "READ")).replace(b"URI", b"Url"), "MalformedXML", id="no-uri"
        ),
        pytest.param(policy(("CanonicalUser", "somebody", "READ")), "InvalidArgument", id="account"),
        pytest.param(policy(("CanonicalUser", "", "READ")), "MalformedXML", id="empty-account"),
        pytest.param(policy(("Everyone", "1260000000", "READ")), "InvalidArgument", id="type"),
        pytest.param(
            policy(*[("CanonicalUser", f"126{n:07}", "READ") for n in range(101)]),
            "AttachmentFull",
            id="101-grants",
        ),
        pytest.param(b"", "MissingRequestBodyError", id="nothing"),
        pytest.param(b"<AccessControlPolicy/>", "MalformedXML", id="empty"),
    ],
)
def test_documents_that_are_refused(cos, bucket, key, emulator, body, code):
    for target in ("?acl", "k?acl"):
        assert error_of(send(emulator, "PUT", bucket, target, data=body))[:2] == (400, code)
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "default"


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "deep"])
def test_a_hostile_document(emulator, bucket, key, name):
    answer = send(emulator, "PUT", bucket, "k?acl", data=hostile(name, "AccessControlPolicy"))
    assert error_of(answer)[:2] == (400, "MalformedXML")
    assert answer.elapsed.total_seconds() < 5


def test_a_document_that_is_too_large(emulator, bucket, key):
    answer = send(emulator, "PUT", bucket, "k?acl", data=policy() + b" " * 70_000)
    assert error_of(answer)[:2] == (400, "XMLSizeLimit")


@pytest.mark.parametrize("acl", ["public", "PRIVATE", "bucket-owner-full-control"])
def test_a_canned_acl_that_does_not_exist(cos, bucket, key, acl):
    with refused("InvalidArgument", 400):
        cos.put_object_acl(Bucket=bucket, Key=key, ACL=acl)
    with refused("InvalidArgument", 400):
        cos.put_bucket_acl(Bucket=bucket, ACL=acl)


def test_a_canned_acl_of_the_other_kind(cos, bucket, key):
    with refused("InvalidArgument", 400):
        cos.put_object_acl(Bucket=bucket, Key=key, ACL="public-read-write")
    with refused("InvalidArgument", 400):
        cos.put_bucket_acl(Bucket=bucket, ACL="default")


def test_a_header_and_a_document(emulator, bucket):
    headers = {"x-cos-acl": "private"}
    answer = send(emulator, "PUT", bucket, "?acl", data=policy(), headers=headers)
    assert error_of(answer)[:2] == (400, "UnexpectedContent")


def test_acls_are_the_owners(make_cos, cos, bucket, key):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    cos.put_object_acl(Bucket=bucket, Key=key, ACL="public-read")
    for client in (make_cos(STRANGER), make_cos(anonymous=True)):
        for call in (
            lambda client=client: client.get_object_acl(Bucket=bucket, Key=key),
            lambda client=client: client.put_object_acl(Bucket=bucket, Key=key, ACL="private"),
            lambda client=client: client.get_bucket_acl(Bucket=bucket),
            lambda client=client: client.put_bucket_acl(Bucket=bucket, ACL="private"),
        ):
            with refused("AccessDenied", 403):
                call()


def test_what_does_not_exist(cos, bucket):
    for call in (
        lambda: cos.get_object_acl(Bucket=bucket, Key="absent"),
        lambda: cos.put_object_acl(Bucket=bucket, Key="absent", ACL="private"),
    ):
        with refused("NoSuchKey", 404):
            call()
    with refused("NoSuchBucket", 404):
        cos.get_bucket_acl(Bucket="absent-1250000000")


def test_the_acl_of_a_version(cos, bucket, emulator):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    old, new = (cos.put_object(Bucket=bucket, Key="k", Body=b"x")["x-cos-version-id"] for _ in range(2))
    headers = {"x-cos-acl": "public-read"}
    assert send(emulator, "PUT", bucket, f"k?acl&versionId={old}", headers=headers).status_code == 200
    assert "x-cos-acl" not in send(emulator, "GET", bucket, f"k?acl&versionId={old}").headers
    assert send(emulator, "GET", bucket, f"k?acl&VersionId={new}").headers["x-cos-acl"] == "default"
    assert send(emulator, "GET", bucket, "k?acl").headers["x-cos-acl"] == "default"
    url = f"http://{HOST.replace('samples-1250000000', bucket)}/k"
    proxies = {"http": emulator.url}
    assert requests.get(f"{url}?versionId={old}", proxies=proxies, timeout=30).status_code == 200
    assert requests.get(f"{url}?versionId={new}", proxies=proxies, timeout=30).status_code == 403
    marker = cos.delete_object(Bucket=bucket, Key="k")["x-cos-version-id"]
    for method in ("GET", "PUT"):
        covered = send(emulator, method, bucket, "k?acl", headers=headers)
        assert error_of(covered)[:2] == (404, "NoSuchKey")
        named = send(emulator, method, bucket, f"k?acl&versionId={marker}", headers=headers)
        assert error_of(named)[:2] == (405, "MethodNotAllowed")
        absent = send(emulator, method, bucket, "k?acl&versionId=nonsense", headers=headers)
        assert error_of(absent)[:2] == (404, "NoSuchVersion")

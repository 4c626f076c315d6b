"""Grants to single accounts and to groups through cos-python-sdk-v5: as headers, as documents, and what they let one do.

Spec: cos.md section 4.2, row acl; docs 436/7737, 436/7748, 436/30752.
"""

import itertools

import pytest
from acl_documents import ACCOUNTS, EVERYBODY, OWN_GRANT, OWNER, XSI, grants, policy
from qcloud_cos.cos_exception import CosServiceError
from sdk_clients import APPID, STRANGER, body_of, error_of, refused
from signed_requests import send

OTHER = f"qcs::cam::uin/{STRANGER.appid}:uin/{STRANGER.appid}"
USER = f"qcs::cam::uin/{STRANGER.appid}:uin/7"
READ = "x-cos-grant-read"

#: What each permission on a bucket lets its grantee do.
LETS = {
    "READ": {"list", "get", "head"},
    "WRITE": {"put", "delete"},
    "READ_ACP": {"read-acl", "read-object-acl"},
    "WRITE_ACP": {"write-acl", "write-object-acl"},
}
LETS["FULL_CONTROL"] = set().union(*LETS.values())

CALLS = {
    "list": lambda c, b: c.list_objects(Bucket=b),
    "get": lambda c, b: c.get_object(Bucket=b, Key="k"),
    "head": lambda c, b: c.head_bucket(Bucket=b),
    "put": lambda c, b: c.put_object(Bucket=b, Key="new", Body=b"x"),
    "delete": lambda c, b: c.delete_object(Bucket=b, Key="new"),
    "read-acl": lambda c, b: c.get_bucket_acl(Bucket=b),
    "read-object-acl": lambda c, b: c.get_object_acl(Bucket=b, Key="k"),
    "write-object-acl": lambda c, b: c.put_object_acl(Bucket=b, Key="k", ACL="default"),
    "versioning": lambda c, b: c.put_bucket_versioning(Bucket=b, Status="Enabled"),
    "delete-bucket": lambda c, b: c.delete_bucket(Bucket=b),
}


@pytest.fixture
def key(cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    return "k"


def may(client, call, bucket):
    """Whether one of the CALLS is let through; anything but AccessDenied is an error."""
    try:
        CALLS[call](client, bucket)
    except CosServiceError as error:
        # HEAD has no body that could say why.
        if error.get_status_code() != 403:
            raise
        return False
    return True


def listed(emulator, bucket, target="?acl"):
    """Return the grants of an ACL beside the owner's."""
    found = grants(send(emulator, "GET", bucket, target))
    assert found.count(OWN_GRANT) == 1
    return [grant for grant in found if grant != OWN_GRANT]


@pytest.mark.parametrize("how", ["header", "document"])
@pytest.mark.parametrize("permission", list(LETS))
def test_what_is_granted_on_a_bucket(make_cos, cos, bucket, key, emulator, permission, how):
    if how == "document":
        send(emulator, "PUT", bucket, "?acl", data=policy(("CanonicalUser", OTHER, permission)))
    else:
        name = f"x-cos-grant-{permission.lower().replace('_', '-')}"
        answer = send(emulator, "PUT", bucket, "?acl", headers={name: f'id="{STRANGER.appid}"'})
        assert answer.status_code == 200
    assert listed(emulator, bucket) == [("CanonicalUser", OTHER, permission)]
    stranger, anonymous = make_cos(STRANGER), make_cos(anonymous=True)
    assert {call for call in CALLS if may(stranger, call, bucket)} == LETS[permission] - {"write-acl"}
    assert not any(may(anonymous, call, bucket) for call in CALLS)
    # Whoever may write the ACL may shut himself out.
    if "write-acl" in LETS[permission]:
        stranger.put_bucket_acl(Bucket=bucket, ACL="private")
        assert listed(emulator, bucket) == []
    with refused("AccessDenied", 403):
        stranger.put_bucket_acl(Bucket=bucket, ACL="public-read-write")


@pytest.mark.parametrize("permission", ["READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])
def test_what_is_granted_on_an_object(make_cos, cos, bucket, key, emulator, permission):
    answer = send(emulator, "PUT", bucket, "k?acl", data=policy(("CanonicalUser", OTHER, permission)))
    assert answer.status_code == 200
    assert listed(emulator, bucket, "k?acl") == [("CanonicalUser", OTHER, permission)]
    stranger = make_cos(STRANGER)
    # An object is written by what its bucket grants.
    expected = LETS[permission] & {"get", "read-object-acl", "write-object-acl"}
    assert {call for call in CALLS if may(stranger, call, bucket)} == expected


def test_the_options_of_the_sdk(make_cos, cos, bucket, key, emulator):
    stranger = make_cos(STRANGER)
    cos.put_bucket_acl(Bucket=bucket, ACL="private", GrantRead=f'id="{OTHER}",id="{USER}"')
    assert listed(emulator, bucket) == [("CanonicalUser", OTHER, "READ"), ("CanonicalUser", USER, "READ")]
    assert body_of(stranger.get_object(Bucket=bucket, Key="k")) == b"x"
    cos.put_object_acl(Bucket=bucket, Key="k", GrantFullControl=f'uin="{APPID}", id="100000000001"')
    with refused("AccessDenied", 403):
        stranger.get_object(Bucket=bucket, Key="k")
    cos.put_bucket_acl(Bucket=bucket, GrantWrite=f'id="{STRANGER.appid}"')
    stranger.put_object(Bucket=bucket, Key="k", Body=b"y")
    with refused("AccessDenied", 403):
        stranger.get_object(Bucket=bucket, Key="k")


def test_what_the_sdk_reads(cos, bucket, key):
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read", GrantFullControl=f'id="{OTHER}"')
    found = cos.get_bucket_acl(Bucket=bucket)
    assert found["CannedACL"] == "public-read"
    assert found["AccessControlList"]["Grant"] == [
        {"Grantee": {"Type": "Group", "URI": EVERYBODY}, "Permission": "READ"},
        {
            "Grantee": {"Type": "CanonicalUser", "ID": OWNER, "DisplayName": APPID},
            "Permission": "FULL_CONTROL",
        },
        {
            "Grantee": {"Type": "CanonicalUser", "ID": OTHER, "DisplayName": STRANGER.appid},
            "Permission": "FULL_CONTROL",
        },
    ]
    cos.put_object_acl(Bucket=bucket, Key=key, GrantRead=f'id="{USER}"')
    found = cos.get_object_acl(Bucket=bucket, Key=key)
    assert found["CannedACL"] == "private"
    assert found["AccessControlList"]["Grant"][1]["Grantee"] == {
        "Type": "CanonicalUser",
        "ID": USER,
        "DisplayName": "7",
    }


def test_what_the_sdk_reads_it_can_write(cos, bucket, emulator):
    cos.put_bucket_acl(Bucket=bucket, ACL="authenticated-read", GrantWrite=f'id="{USER}"')
    document = cos.get_bucket_acl(Bucket=bucket)
    del document["CannedACL"]
    before = listed(emulator, bucket)
    cos.put_bucket_acl(Bucket=bucket, ACL="private")
    cos.put_bucket_acl(Bucket=bucket, AccessControlPolicy=document)
    assert (
        listed(emulator, bucket) == before == [("Group", ACCOUNTS, "READ"), ("CanonicalUser", USER, "WRITE")]
    )


GROUPS = [("Group", uri, what) for uri in (EVERYBODY, ACCOUNTS) for what in LETS]


@pytest.mark.parametrize(
    "chosen", [*itertools.combinations(GROUPS, 1), *itertools.combinations(GROUPS[::2], 2)]
)
def test_groups(make_cos, cos, bucket, key, emulator, chosen):
    wanted = {*chosen}
    document = policy(*chosen, ("CanonicalUser", USER, "READ"))
    assert send(emulator, "PUT", bucket, "?acl", data=document).status_code == 200
    assert {*listed(emulator, bucket)} == wanted | {("CanonicalUser", USER, "READ")}
    everybody = set().union(*(LETS[what] for _, whom, what in chosen if whom == EVERYBODY))
    accounts = everybody.union(*(LETS[what] for _, whom, what in chosen if whom == ACCOUNTS))
    for client, lets in ((make_cos(STRANGER), accounts), (make_cos(anonymous=True), everybody)):
        assert {call for call in CALLS if may(client, call, bucket)} == lets - {"write-acl"}


@pytest.mark.parametrize(
    ("kind", "inner"),
    [
        ("RootAccount", f"<ID>{OTHER}</ID>"),
        ("RootAccount", f"<ID>{STRANGER.appid}</ID>"),
        ("RootAccount", f"<uin>{STRANGER.appid}</uin>"),
        ("CanonicalUser", f"<ID>{STRANGER.appid}/{STRANGER.appid}</ID>"),
        ("SubAccount", f"<ID>{USER}</ID>"),
        ("SubAccount", f"<uin>{STRANGER.appid}</uin><Subaccount>7</Subaccount>"),
    ],
)
def test_other_ways_to_write_an_account(emulator, bucket, kind, inner):
    document = policy((kind, "X", "READ")).replace(b"<ID>X</ID>", inner.encode())
    assert send(emulator, "PUT", bucket, "?acl", data=document).status_code == 200
    account = USER if kind == "SubAccount" else OTHER
    assert listed(emulator, bucket) == [("CanonicalUser", account, "READ")]


@pytest.mark.parametrize("text", ["anyone", "anonymous", "qcs::cam::anyone:anyone"])
def test_everybody_written_as_an_account(cos, make_cos, bucket, key, text):
    cos.put_object_acl(Bucket=bucket, Key=key, GrantRead=f'id="{text}"')
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "public-read"
    assert may(make_cos(anonymous=True), "get", bucket)


def test_grants_that_are_a_canned_acl_and_grants_that_say_nothing(cos, bucket, key, emulator):
    own = {"GrantRead": f'id="{APPID}"', "GrantFullControl": f'id="{OWNER}"'}
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read", GrantWrite='id="anyone"', **own)
    assert listed(emulator, bucket) == [("Group", EVERYBODY, "READ"), ("Group", EVERYBODY, "WRITE")]
    twice = {"GrantRead": f'id="{OTHER}",id="{STRANGER.appid}",uin="{OTHER}"'}
    cos.put_object_acl(Bucket=bucket, Key=key, **twice)
    assert listed(emulator, bucket, "k?acl") == [("CanonicalUser", OTHER, "READ")]
    # An object with a grant, be it to its owner, has an ACL of its own.
    cos.put_object_acl(Bucket=bucket, Key=key, **own)
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "private"


def made_by(how, cos, bucket, **acl):
    """Make the object `k` with an ACL in one of the ways there are."""
    if how == "copy":
        cos.put_object(Bucket=bucket, Key="source", Body=b"x", ACL="public-read")
        source = {"Bucket": bucket, "Key": "source", "Region": "ap-guangzhou"}
        cos.copy_object(Bucket=bucket, Key="k", CopySource=source, **acl)
    elif how == "parts":
        begun = cos.create_multipart_upload(Bucket=bucket, Key="k", **acl)["UploadId"]
        etag = cos.upload_part(Bucket=bucket, Key="k", Body=b"x", PartNumber=1, UploadId=begun)["ETag"]
        parts = {"Part": [{"PartNumber": 1, "ETag": etag}]}
        cos.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=begun, MultipartUpload=parts)
    elif how == "append":
        cos.append_object(Bucket=bucket, Key="k", Position=0, Data=b"x", **acl)
    else:
        cos.put_object(Bucket=bucket, Key="k", Body=b"x", **acl)


@pytest.mark.parametrize("how", ["put", "copy", "parts", "append"])
def test_an_object_is_made_with_grants(cos, make_cos, bucket, emulator, how):
    made_by(how, cos, bucket, ACL="default", GrantRead=f'id="{OTHER}"')
    assert listed(emulator, bucket, "k?acl") == [("CanonicalUser", OTHER, "READ")]
    assert "x-cos-acl" not in send(emulator, "GET", bucket, "k?acl").headers
    assert body_of(make_cos(STRANGER).get_object(Bucket=bucket, Key="k")) == b"x"
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert cos.get_object_acl(Bucket=bucket, Key="k")["CannedACL"] == "default"


def test_a_bucket_is_made_with_grants(cos, make_cos, emulator):
    name = f"granted-{APPID}"
    cos.create_bucket(Bucket=name, GrantWrite=f'id="{OTHER}"', GrantRead='id="anyone"')
    try:
        assert listed(emulator, name) == [("Group", EVERYBODY, "READ"), ("CanonicalUser", OTHER, "WRITE")]
        make_cos(STRANGER).put_object(Bucket=name, Key="k", Body=b"x")
        assert body_of(make_cos(anonymous=True).get_object(Bucket=name, Key="k")) == b"x"
        cos.delete_object(Bucket=name, Key="k")
    finally:
        cos.delete_bucket(Bucket=name)


@pytest.mark.parametrize(
    "headers",
    [
        {READ: "100000000001"},
        {READ: 'id="somebody"'},
        {READ: 'id=""'},
        {READ: 'id="1" id="2"'},
        {READ: 'id="1",,id="2"'},
        {READ: 'email="a@example.com"'},
        {READ: 'id="qcs::cam::uin/1:roleName/reader"'},
        {READ: 'id="qcs::cam::uin/1:uin/*"'},
        {READ: 'id="1"', "x-cos-acl": "public"},
        {"x-cos-grant-everything": 'id="1"'},
    ],
)
def test_headers_that_are_refused(cos, bucket, key, emulator, headers):
    for method, target in (("PUT", "?acl"), ("PUT", "k?acl"), ("PUT", "new"), ("POST", "new?uploads")):
        answer = send(emulator, method, bucket, target, headers=headers)
        assert error_of(answer)[:2] == (400, "InvalidArgument"), target
    assert listed(emulator, bucket) == []
    assert cos.get_object_acl(Bucket=bucket, Key=key)["CannedACL"] == "default"
    assert cos.object_exists(Bucket=bucket, Key="new") is False


def test_objects_grant_no_writing(cos, bucket, key):
    with refused("InvalidArgument", 400):
        cos.put_object_acl(Bucket=bucket, Key=key, GrantWrite=f'id="{OTHER}"')
    with refused("InvalidArgument", 400):
        cos.put_object(Bucket=bucket, Key=key, Body=b"y", GrantWrite=f'id="{OTHER}"')
    assert body_of(cos.get_object(Bucket=bucket, Key=key)) == b"x"


def test_a_hundred_grants_and_one_more(cos, bucket, emulator):
    ids = [f'id="1000000{n:05}"' for n in range(101)]
    cos.put_bucket_acl(Bucket=bucket, GrantRead=",".join([*ids[:100], f'id="{OWNER}"']))
    assert len(listed(emulator, bucket)) == 100
    with refused("AttachmentFull", 400):
        cos.put_bucket_acl(Bucket=bucket, GrantRead=",".join(ids[:51]), GrantWrite=",".join(ids[:50]))
    assert len(listed(emulator, bucket)) == 100


@pytest.mark.parametrize("header", ["x-cos-acl", READ])
def test_a_header_and_a_document(emulator, bucket, header):
    headers = {header: "private" if header == "x-cos-acl" else 'id="1"'}
    answer = send(emulator, "PUT", bucket, "?acl", data=policy(), headers=headers)
    assert error_of(answer)[:2] == (400, "UnexpectedContent")


def test_empty_headers_say_nothing(emulator, bucket):
    answer = send(emulator, "PUT", bucket, "?acl", data=policy(), headers={READ: "", "x-cos-acl": ""})
    assert answer.status_code == 200
    assert error_of(send(emulator, "PUT", bucket, "?acl", headers={READ: ""}))[:2] == (
        400,
        "MissingRequestBodyError",
    )


def test_a_document_as_the_manual_of_the_sdk_writes_it(cos, bucket, emulator):
    document = {
        "Owner": {"ID": OWNER, "DisplayName": APPID},
        "AccessControlList": {
            "Grant": [
                {
                    "Grantee": {
                        "@xmlns:xsi": XSI,
                        "@xsi:type": "CanonicalUser",
                        "ID": OTHER,
                        "DisplayName": "x",
                    },
                    "Permission": "WRITE_ACP",
                }
            ]
        },
    }
    cos.put_bucket_acl(Bucket=bucket, AccessControlPolicy=document)
    assert listed(emulator, bucket) == [("CanonicalUser", OTHER, "WRITE_ACP")]

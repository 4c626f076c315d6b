"""Who may process pictures where they are stored: permissions on what is read and on every place that is written to."""

import json

import pytest
import requests
from drawn_pictures import RGB_SCENE, saved
from sdk_clients import APPID, PUBLISHED_KEY, REGION, STRANGER, cos_client, error_of, refused
from stored_state import state_of
from sts_clients import pair_of, sts_of
from uploaded_pictures import keys_in, operations, qrcode, signed_headers

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

PNG = saved(RGB_SCENE)
SOURCES, RESULTS, PUBLIC, FOREIGN = (
    f"sources-{APPID}",
    f"results-{APPID}",
    f"public-{APPID}",
    "foreign-1260000000",
)
KEY = "in/source.png"
PUT, GET, COMPLETE = "cos:PutObject", "cos:GetObject", "cos:CompleteMultipartUpload"


def resource(bucket, prefix):
    return f"qcs::cos:{REGION}:uid/{APPID}:{bucket}/{prefix}"


def policy(*allowed):
    """A policy that allows pairs of an action and a resource."""
    statements = [{"effect": "allow", "action": [what], "resource": [where]} for what, where in allowed]
    return {"version": "2.0", "statement": statements}


WRITE_SOURCE = (PUT, resource(SOURCES, "in/*"))
READ_SOURCE = (GET, resource(SOURCES, "in/*"))
WRITE_NEXT_TO_IT = (PUT, resource(SOURCES, "out/*"))
WRITE_ELSEWHERE = (PUT, resource(RESULTS, "*"))

HERE, NEXT, ELSEWHERE = qrcode("r.png"), qrcode("/out/r.png"), qrcode("/r.png", bucket=RESULTS)
NOT_KEPT = qrcode(None, cover=0)

#: What is allowed -> the rules with which a picture may be uploaded, and those with which a stored one may be processed.
POLICIES = {
    "write-source": ([WRITE_SOURCE], ["here", "not-kept"], []),
    "write-both": ([WRITE_SOURCE, WRITE_NEXT_TO_IT], ["here", "next", "not-kept"], []),
    "write-results": ([WRITE_ELSEWHERE], [], []),
    "write-source-and-results": ([WRITE_SOURCE, WRITE_ELSEWHERE], ["here", "elsewhere", "not-kept"], []),
    "read": ([READ_SOURCE], [], ["not-kept"]),
    "read-and-write-next": ([READ_SOURCE, WRITE_NEXT_TO_IT], [], ["next", "not-kept"]),
    "read-and-write-results": ([READ_SOURCE, WRITE_ELSEWHERE], [], ["elsewhere", "not-kept"]),
    "jobs-alone": ([("ci:*", "*")], [], []),
}
RULES = {"here": HERE, "next": NEXT, "elsewhere": ELSEWHERE, "not-kept": NOT_KEPT}
USERS = {
    name: KeyPair(
        secret_id=f"AKID{name}",
        secret_key=f"{name}-secret",
        appid=APPID,
        user=str(300 + at),
        policy=json.dumps(policy(*POLICIES[name][0])),
    )
    for at, name in enumerate(POLICIES)
}


@pytest.fixture(scope="module")
def server():
    with Emulator(credentials=(PUBLISHED_KEY, STRANGER, *USERS.values()), region=REGION) as running:
        for key, buckets in ((PUBLISHED_KEY, (SOURCES, RESULTS)), (STRANGER, (FOREIGN,))):
            owner = cos_client(running, key)
            for bucket in buckets:
                owner.create_bucket(Bucket=bucket)
            owner._session.close()
        owner = cos_client(running)
        owner.create_bucket(Bucket=PUBLIC, ACL="public-read-write")
        for bucket in (SOURCES, PUBLIC):
            owner.put_object(Bucket=bucket, Key=KEY, Body=PNG)
        owner._session.close()
        yield running


@pytest.fixture
def owner(server, make_cos):
    """The owner's client; the pictures are as at the beginning after the test."""
    client = make_cos(at=server)
    yield client
    for bucket in (SOURCES, RESULTS, PUBLIC):
        for key in set(keys_in(client, bucket)) - {KEY}:
            client.delete_object(Bucket=bucket, Key=key)


def upload(client, rule, bucket=SOURCES):
    return client.ci_put_object(
        Bucket=bucket, Body=PNG, Key="in/new.png", PicOperations=operations(rule, info=1)
    )


def process(client, rule, bucket=SOURCES):
    return client.ci_image_process(Bucket=bucket, Key=KEY, PicOperations=operations(rule, info=1))


def complete(client, rule, bucket=SOURCES):
    """Complete an upload that the owner of the key began."""
    begun = client.create_multipart_upload(Bucket=bucket, Key="in/new.png")["UploadId"]
    part = client.upload_part(Bucket=bucket, Key="in/new.png", Body=PNG, PartNumber=1, UploadId=begun)
    return client.complete_multipart_upload(
        Bucket=bucket,
        Key="in/new.png",
        UploadId=begun,
        MultipartUpload={"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        PicOperations=operations(rule),
    )


def check(call, client, owner, rule, *, allowed):
    if allowed:
        call(client, RULES[rule])
        return
    before = [state_of(owner, bucket) for bucket in (SOURCES, RESULTS)]
    with refused("AccessDenied", 403):
        call(client, RULES[rule])
    assert [state_of(owner, bucket) for bucket in (SOURCES, RESULTS)] == before


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("call", [upload, process])
def test_a_user_with_a_policy(server, make_cos, owner, call, name, rule):
    _, uploads, processes = POLICIES[name]
    allowed = rule in (uploads if call is upload else processes)
    check(call, make_cos(USERS[name], at=server), owner, rule, allowed=allowed)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ["write-source", "write-source-and-results", "read-and-write-next"])
def test_a_temporary_key(server, make_cos, owner, name, rule):
    allowed, uploads, processes = POLICIES[name]
    client = make_cos(pair_of(sts_of(server, policy=policy(*allowed)).get_credential()), at=server)
    check(upload, client, owner, rule, allowed=rule in uploads)
    check(process, client, owner, rule, allowed=rule in processes)


@pytest.mark.parametrize(
    ("allowed", "rule", "may"),
    [
        ([], "not-kept", True),
        ([], "next", False),
        ([WRITE_NEXT_TO_IT], "next", True),
        ([WRITE_NEXT_TO_IT], "elsewhere", False),
    ],
)
def test_completing_an_upload(server, make_cos, owner, allowed, rule, may):
    parts = [
        (f"cos:{what}", resource(SOURCES, "in/*"))
        for what in ("InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
    ]
    client = make_cos(pair_of(sts_of(server, policy=policy(*parts, *allowed)).get_credential()), at=server)
    if may:
        complete(client, RULES[rule])
        return
    with refused("AccessDenied", 403):
        complete(client, RULES[rule])
    assert keys_in(owner, SOURCES) == [KEY]
    # The upload goes on.
    (left,) = owner.list_multipart_uploads(Bucket=SOURCES)["Upload"]
    owner.abort_multipart_upload(Bucket=SOURCES, Key=left["Key"], UploadId=left["UploadId"])


@pytest.mark.parametrize("call", [upload, process, complete])
def test_a_bucket_of_somebody_else(server, make_cos, owner, call):
    with refused("AccessDenied", 403):
        call(owner, qrcode("/r.png", bucket=FOREIGN))
    assert keys_in(make_cos(STRANGER, at=server), FOREIGN) == []
    assert keys_in(owner, SOURCES) == [KEY]
    for left in owner.list_multipart_uploads(Bucket=SOURCES).get("Upload", []):
        owner.abort_multipart_upload(Bucket=SOURCES, Key=left["Key"], UploadId=left["UploadId"])


def test_a_forbidden_result_has_its_number(server, owner):
    header = operations(qrcode("/r.png", bucket=FOREIGN))
    answer = _send(server, "PUT", "in/new.png", signed_headers("PUT", SOURCES, "in/new.png", header), PNG)
    assert error_of(answer)[:2] == (403, "AccessDenied")
    assert answer.headers["X-ErrNo"] == "-60936"


def test_a_stranger(server, make_cos, owner):
    stranger = make_cos(STRANGER, at=server)
    for call in (upload, process):
        with refused("AccessDenied", 403):
            call(stranger, NOT_KEPT)


def test_strangers_upload_to_a_public_bucket_and_do_not_process(server, make_cos, owner):
    stranger = make_cos(at=server, anonymous=True)
    upload(stranger, HERE, PUBLIC)
    assert keys_in(owner, PUBLIC) == ["in/new.png", "in/r.png", KEY]
    with refused("AccessDenied", 403):
        process(stranger, NOT_KEPT, PUBLIC)
    with refused("AccessDenied", 403):
        upload(stranger, qrcode("/r.png", bucket=RESULTS), PUBLIC)
    assert keys_in(owner, RESULTS) == []


def _send(server, method, target, headers, body=b""):
    return requests.request(method, f"{server.url}/{target}", data=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("method", "target"), [("PUT", "in/new.png"), ("POST", f"{KEY}?image_process"), ("POST", KEY)]
)
def test_a_signature_that_leaves_the_header_out(server, owner, method, target):
    """Somebody between the client and the server could give it other rules."""
    if target == KEY:
        begun = owner.create_multipart_upload(Bucket=SOURCES, Key=KEY)["UploadId"]
        target += f"?uploadId={begun}"
    path, _, query = target.partition("?")
    name, _, value = query.partition("=")
    url = owner.get_presigned_url(
        Bucket=SOURCES, Key=path, Method=method, Params={name: value} if name else {}, SignHost=False
    )
    answer = requests.request(
        method,
        f"{server.url}/{path}?{url.partition('?')[2]}",
        data=PNG if method == "PUT" else b"",
        headers={"Host": f"{SOURCES}.cos.{REGION}.myqcloud.com", "Pic-Operations": operations(HERE)},
        timeout=30,
    )
    expected = (403, "AccessDenied", "Auth sign header must include Pic-Operations")
    assert error_of(answer) == expected
    assert keys_in(owner, SOURCES) == [KEY]
    for left in owner.list_multipart_uploads(Bucket=SOURCES).get("Upload", []):
        owner.abort_multipart_upload(Bucket=SOURCES, Key=left["Key"], UploadId=left["UploadId"])


def test_a_presigned_url_that_signs_the_header(server, owner):
    header = operations(HERE)
    url = owner.get_presigned_url(
        Bucket=SOURCES, Key="in/new.png", Method="PUT", Headers={"Pic-Operations": header}, SignHost=False
    )
    host = f"{SOURCES}.cos.{REGION}.myqcloud.com"
    target = f"in/new.png?{url.partition('?')[2]}"
    answer = _send(server, "PUT", target, {"Host": host, "Pic-Operations": header}, PNG)
    assert answer.status_code == 200, answer.text
    other = _send(server, "PUT", target, {"Host": host, "Pic-Operations": operations(NEXT)}, PNG)
    assert error_of(other)[:2] == (403, "SignatureDoesNotMatch")
    assert keys_in(owner, SOURCES) == ["in/new.png", "in/r.png", KEY]


def test_where_nothing_is_checked_nothing_needs_to_be_signed(tmp_path):
    with Emulator(auth="off", seed=[f"{SOURCES}={tmp_path}"]) as open_server:
        url = f"{open_server.url}/{SOURCES}/{KEY}"
        answer = requests.put(url, data=PNG, headers={"Pic-Operations": operations(HERE)}, timeout=30)
        assert answer.status_code == 200, answer.text
        result = requests.get(f"{open_server.url}/{SOURCES}/in/r.png", timeout=30)
        assert result.headers["Content-Type"] == "image/png"

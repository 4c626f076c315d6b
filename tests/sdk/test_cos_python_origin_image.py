"""`ci-process=originImage` through cos-python-sdk-v5: the object as it was stored (document 436/119346)."""

import pytest
from sdk_clients import HOST, SAMPLES, STRANGER, error_of, refused, through_proxy

LARGE = bytes(range(256)) * 4096
PICTURE = b"\x89PNG\r\n\x1a\n" + LARGE


def origin(cos, bucket, key="picture.png", **params):
    return cos.ci_process(bucket, key, "originImage", Params=params, NeedHeader=True)


@pytest.mark.parametrize("data", [b"x", PICTURE], ids=["small", "large"])
def test_the_object_and_its_headers(cos, bucket, data):
    cos.put_object(
        Bucket=bucket, Key="picture.png", Body=data, ContentType="image/png", Metadata={"x-cos-meta-own": "1"}
    )
    sent, body = origin(cos, bucket)
    plain = cos.get_object(Bucket=bucket, Key="picture.png")
    assert body == data == plain["Body"].get_raw_stream().read()
    volatile = ("Date", "x-cos-request-id", "Body")
    assert {name: value for name, value in sent.items() if name not in volatile} == {
        name: value for name, value in plain.items() if name not in volatile
    }


def test_what_is_no_picture_is_given_as_well(cos, bucket):
    cos.put_object(Bucket=bucket, Key="video.mp4", Body=LARGE, ContentType="video/mp4")
    sent, body = origin(cos, bucket, "video.mp4")
    assert (sent["Content-Type"], body) == ("video/mp4", LARGE)


def test_ranges_versions_and_links(cos, bucket):
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    first = cos.put_object(Bucket=bucket, Key="picture.png", Body=b"first")["x-cos-version-id"]
    cos.put_object(Bucket=bucket, Key="picture.png", Body=b"second")
    assert origin(cos, bucket, versionId=first)[1] == b"first"
    sent, body = cos.ci_process(bucket, "picture.png", "originImage", NeedHeader=True, Range="bytes=1-2")
    assert (sent["Content-Range"], body) == ("bytes 1-2/6", b"ec")
    cos.put_symlink(Bucket=bucket, SymlinkName="link", SymlinkTarget="picture.png")
    assert origin(cos, bucket, "link")[1] == b"second"


def test_what_cannot_be_read(cos, bucket):
    with refused("NoSuchKey", 404):
        origin(cos, bucket, "absent")
    cos.put_object(Bucket=bucket, Key="cold", Body=b"x", StorageClass="ARCHIVE")
    with refused("InvalidObjectState", 403):
        origin(cos, bucket, "cold")


def test_who_may_ask(cos, make_cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="picture.png", Body=b"x")
    with refused("AccessDenied", 403):
        origin(make_cos(STRANGER), bucket)
    cos.put_object_acl(Bucket=bucket, Key="picture.png", ACL="public-read")
    assert origin(make_cos(STRANGER), bucket)[1] == b"x"
    url = f"http://{HOST.replace(SAMPLES, bucket)}/picture.png"
    assert through_proxy(emulator, "GET", url).content == b"x"
    answer = through_proxy(emulator, "GET", f"{url}?ci-process=originImage")
    assert error_of(answer)[:2] == (403, "AccessDenied")


def test_the_links_of_the_console(cos, make_cos, emulator, bucket):
    """They have the parameter at the end, behind the signature that names it."""
    cos.put_object(Bucket=bucket, Key="picture.png", Body=b"x")
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_url(
        Bucket=bucket, Key="picture.png", Method="GET", Params={"ci-process": "originImage"}
    )
    address, _, query = url.partition("?")
    fields = sorted(query.split("&"), key=lambda field: field.startswith("ci-process="))
    assert fields[-1] == "ci-process=originImage"
    assert "q-url-param-list=ci-process" in query
    assert through_proxy(emulator, "GET", f"{address}?{'&'.join(fields)}").content == b"x"


def test_a_signature_for_reading_is_not_one_for_more(cos, make_cos, emulator, bucket):
    cos.put_object(Bucket=bucket, Key="picture.png", Body=b"x")
    client = make_cos(way="proxies", EnableOldDomain=True)
    url = client.get_presigned_url(Bucket=bucket, Key="picture.png", Method="GET")
    assert through_proxy(emulator, "GET", url).content == b"x"
    for more in ("ci-process=originImage", "ci-process=filehash&type=md5&addtoheader=true"):
        answer = through_proxy(emulator, "GET", f"{url}&{more}")
        assert error_of(answer)[:2] == (403, "AccessDenied")
    assert "x-cos-meta-md5" not in cos.head_object(Bucket=bucket, Key="picture.png")

"""POST Object: HTML forms over plain sockets and from `requests`; refused ones leave nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from form_body import BOUNDARY, CONTENT_TYPE, body, file, form, part, signed_fields
from raw_http import BUCKET, CLOUD, Answer, Server, request, signature

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

FORM = f"Content-Type: {CONTENT_TYPE}"
CONTENT = b"[Object Content]"
ETAG = f'"{hashlib.md5(CONTENT).hexdigest()}"'


def post(server: Server, data: bytes, *lines: str, host: str = CLOUD, target: str = "/") -> Answer:
    return server.ask(request("POST", target, FORM, *lines, host=host, body=data))


def signed(*conditions: Any, **options: Any) -> dict[str, str]:
    return signed_fields(
        PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, time.time(), conditions, **options
    )


def fetch(server: Server, path: str) -> Answer:
    return server.get(path, signature("GET", path))


@pytest.fixture
def key() -> str:
    """A key of the test's own."""
    return f"form/{time.monotonic_ns()}"


def test_a_signed_form(strict: Server, key: str) -> None:
    answer = post(strict, form({"key": key, **signed({"bucket": BUCKET}, {"key": key})}))
    assert (answer.status, answer.body) == (204, b"")
    assert answer["ETag"] == ETAG
    assert answer["Location"] == f"http://{CLOUD}/{key}"
    stored = fetch(strict, f"/{key}")
    assert (stored.body, stored["ETag"]) == (CONTENT, ETAG)
    # The type of the part is the browser's guess and not used.
    assert stored["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("where", ["header", "query"])
def test_signed_like_any_other_request(strict: Server, key: str, where: str) -> None:
    if where == "header":
        answer = post(strict, form({"key": key}), signature("POST", "/"))
    else:
        url = presign(PUBLISHED_KEY, "POST", f"http://{CLOUD}/", now=time.time(), seconds=600)
        answer = post(strict, form({"key": key}), target=f"/?{urlsplit(url).query}")
    assert answer.status == 204
    assert fetch(strict, f"/{key}").body == CONTENT


def test_a_policy_counts_whoever_signed_the_request(strict: Server, key: str) -> None:
    data = form({"key": key, **signed({"key": "other"})})
    answer = post(strict, data, signature("POST", "/"))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.message == "Condition key key doesn't match the value other"


def test_everything_that_a_form_says_of_an_object(server: Server, key: str) -> None:
    fields = {
        "key": key,
        "acl": "public-read",
        "Cache-Control": "max-age=86400",
        "Content-Disposition": "attachment; filename=example.jpg",
        "Content-Type": "image/jpeg",
        "Expires": "Wed, 21 Oct 2026 07:28:00 GMT",
        "x-cos-meta-Example-Field": "example-值",
        "x-cos-storage-class": "STANDARD_IA",
        "x-cos-tagging": "a=1&b=2",
        "x-cos-server-side-encryption": "AES256",
        "Content-MD5": base64.b64encode(hashlib.md5(CONTENT).digest()).decode(),
        "unknown": "ignored",
    }
    answer = post(server, form(fields))
    assert answer.status == 204
    assert answer["x-cos-server-side-encryption"] == "AES256"
    stored = server.get(f"/{key}")
    assert stored["Cache-Control"] == "max-age=86400"
    assert stored["Content-Disposition"] == "attachment; filename=example.jpg"
    assert stored["Content-Type"] == "image/jpeg"
    assert stored["Expires"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert stored["x-cos-meta-example-field"].encode("latin-1").decode() == "example-值"
    assert stored["x-cos-storage-class"] == "STANDARD_IA"
    assert stored["x-cos-tagging-count"] == "2"


@pytest.mark.parametrize(
    ("asked", "status"), [("200", 200), ("204", 204), ("", 204), ("302", 204), ("x", 204)]
)
def test_the_status_that_is_asked_for(server: Server, key: str, asked: str, status: int) -> None:
    answer = post(server, form({"key": key, "success_action_status": asked}))
    assert (answer.status, answer.body) == (status, b"")
    assert answer["ETag"] == ETAG


def test_status_201_has_a_document(server: Server) -> None:
    answer = post(server, form({"key": "a b/<é>", "success_action_status": "201"}))
    assert (answer.status, answer["Content-Type"]) == (201, "application/xml")
    location = f"http://{CLOUD}/a%20b/%3C%C3%A9%3E"
    assert answer["Location"] == location
    assert answer.text.partition("?>\n")[2] == (
        f"<PostResponse><Location>{location}</Location><Bucket>{BUCKET}</Bucket><Key>a b/&lt;é&gt;</Key>"
        f"<ETag>{ETAG}</ETag></PostResponse>"
    )


def test_the_location_is_where_the_client_can_get_it(server: Server, key: str) -> None:
    host = f"127.0.0.1:{server.port}"
    for target in (f"/{BUCKET}", f"/{BUCKET}/"):
        answer = post(server, form({"key": f"dir/{key}"}), host=host, target=target)
        assert answer["Location"] == f"http://{host}/{BUCKET}/dir/{key}"
        assert requests.get(answer["Location"], timeout=10).content == CONTENT


@pytest.mark.parametrize(
    ("url", "beginning"),
    [
        ("https://my.website/upload_success.html", "https://my.website/upload_success.html?"),
        ("http://my.website?a=%201#end", "http://my.website?a=%201&"),
        ("http://my.website/é\r\nSet-Cookie: a=b", "http://my.website/%C3%A9%0D%0ASet-Cookie:%20a=b?"),
    ],
)
def test_a_redirect(server: Server, url: str, beginning: str) -> None:
    fields = {"key": "a&b/ü", "success_action_redirect": url, "success_action_status": "201"}
    answer = post(server, form(fields))
    assert (answer.status, answer.body, answer["ETag"]) == (303, b"", ETAG)
    assert not answer.all("Set-Cookie")
    location = answer["Location"]
    assert location.startswith(beginning)
    told = parse_qs(urlsplit(location).query)
    assert (told["bucket"], told["key"], told["etag"]) == ([BUCKET], ["a&b/ü"], [ETAG])
    assert urlsplit(location).fragment == urlsplit(url).fragment


def test_the_documented_redirect(server: Server) -> None:
    fields = {"key": "exampleobject", "success_action_redirect": "https://my.website/upload_success.html"}
    etag = ETAG.replace('"', "%22")
    assert post(server, form(fields))["Location"] == (
        f"https://my.website/upload_success.html?bucket={BUCKET}&key=exampleobject&etag={etag}"
    )


@pytest.mark.parametrize(
    "url", ["no url", "/path", "javascript:alert(1)", "//host/", "http://", "http://[::1"]
)
def test_a_redirect_to_nowhere(server: Server, key: str, url: str) -> None:
    answer = post(server, form({"key": key, "success_action_redirect": url}))
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert server.get(f"/{key}").code == "NoSuchKey"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("图片 1.png", "图片 1.png"),
        ("a%22b.txt", "a%22b.txt"),
        ("dir/photo.jpg", "photo.jpg"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("${filename}", "${filename}"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_name_of_the_file_in_the_key(server: Server, key: str, filename: str | None, name: str) -> None:
    answer = post(server, form({"key": f"{key}/${{filename}}"}, filename=filename))
    assert answer.status == 204
    assert answer["Location"].startswith(f"http://{CLOUD}/{key}/")
    path = answer["Location"].removeprefix(f"http://{CLOUD}")
    assert server.get(path).body == CONTENT
    assert requests.utils.unquote(path) == f"/{key}/{name}"


def test_a_policy_is_asked_about_the_key_as_it_will_be(strict: Server, key: str) -> None:
    fields = {"key": f"{key}/${{filename}}", **signed(["starts-with", "$key", f"{key}/photo"])}
    assert post(strict, form(fields, filename="photo.jpg")).status == 204
    refused = post(strict, form(fields, filename="other.jpg"))
    assert (refused.code, refused.message) == (
        "AccessDenied",
        f"Condition key key doesn't match the value {key}/photo",
    )


def test_without_a_signature_the_acl_decides(start: Callable[..., Server]) -> None:
    server = start()
    data = form({"key": "a"})
    assert (post(server, data).status, post(server, data).code) == (403, "AccessDenied")
    assert post(server, data).message == "Access Denied."
    for acl, status in (("public-read", 403), ("authenticated-read", 403), ("public-read-write", 204)):
        bucket = f"{acl}-1250000000"
        host = CLOUD.replace(BUCKET, bucket)
        made = request("PUT", "/", signature("PUT", "/", host=host), f"x-cos-acl: {acl}", host=host, body=b"")
        assert server.ask(made).status == 200
        assert post(server, data, host=host).status == status
    assert fetch(server, "/a").code == "NoSuchKey"


def test_a_bucket_that_is_not_there(strict: Server) -> None:
    wire = strict.connect()
    host = CLOUD.replace(BUCKET, "nothing-1250000000")
    answer = wire.ask(
        request("POST", "/", FORM, "Content-Length: 1000000", "Expect: 100-continue", host=host)
    )
    assert (answer.status, answer.code, answer.interim) == (404, "NoSuchBucket", [])


def test_another_account(strict: Server, start: Callable[..., Server]) -> None:
    pairs = [{"secret_id": "AKIDother", "secret_key": "other-secret", "appid": "1250000001"}]
    server = start(credentials=[*pairs, PUBLISHED_KEY])
    fields = signed_fields("AKIDother", "other-secret", time.time())
    answer = post(server, form({"key": "a", **fields}))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert post(server, form({"key": "a", **signed()})).status == 204


@pytest.mark.parametrize(
    ("change", "status", "code", "message"),
    [
        ({"q-ak": "AKIDx"}, 403, "AccessDenied", "Condition key q-ak doesn't match the value "),
        ({"q-signature": "0" * 40}, 403, "SignatureDoesNotMatch", "The Signature you specified is invalid."),
        ({"q-signature": ""}, 403, "AccessDenied", "Access Denied."),
        ({"policy": ""}, 403, "AccessDenied", "Access Denied."),
        (
            {"policy": "not base64"},
            400,
            "InvalidPolicyDocument",
            "You must provide condition if you specify a policy in post object request.",
        ),
        ({"x-cos-security-token": "x"}, 403, "AccessDenied", "The security token does not belong"),
    ],
)
def test_a_wrong_signature(
    strict: Server, key: str, change: dict[str, str], status: int, code: str, message: str
) -> None:
    answer = post(strict, form({"key": key, **signed(), **change}))
    assert (answer.status, answer.code) == (status, code)
    assert answer.message.startswith(message)
    assert fetch(strict, f"/{key}").code == "NoSuchKey"


def test_a_wrong_signature_shows_what_was_signed(strict: Server, key: str) -> None:
    fields = signed()
    answer = post(strict, form({"key": key, **fields, "q-signature": "0"}))
    digest = hashlib.sha1(base64.b64decode(fields["policy"])).hexdigest()
    assert f"<StringToSign>{digest}</StringToSign>" in answer.text
    assert "FormatString" not in answer.text


def test_an_expired_policy_and_an_expired_signature(strict: Server, key: str) -> None:
    answer = post(strict, form({"key": key, **signed(expires=-10)}))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.message.startswith("You post object request has been expired, expiration time: ")
    answer = post(strict, form({"key": key, **signed(key_time="1;2")}))
    assert (answer.status, answer.code, answer.message) == (403, "AccessDenied", "Request has expired")


def test_an_unknown_key(strict: Server, key: str) -> None:
    fields = signed_fields("AKIDnobody", "secret", time.time())
    answer = post(strict, form({"key": key, **fields}))
    assert (answer.status, answer.code) == (403, "InvalidAccessKeyId")


def test_modes_that_verify_less(start: Callable[..., Server]) -> None:
    lax = start(auth="any-secret")
    unknown = signed_fields("AKIDnobody", "secret", time.time(), [{"key": "a"}])
    assert post(lax, form({"key": "a", **unknown})).status == 204
    assert post(lax, form({"key": "b", **unknown})).code == "AccessDenied"
    assert post(lax, form({"key": "b"})).code == "AccessDenied"


def test_where_nobody_is_asked_a_policy_is_not_looked_at(server: Server, key: str) -> None:
    assert post(server, form({"key": key, "policy": "x", "q-ak": "nobody"})).status == 204


@pytest.mark.parametrize(
    ("size", "code"),
    [(9, "EntityTooSmall"), (10, None), (20, None), (21, "EntityTooLarge"), (500_000, "EntityTooLarge")],
)
def test_the_range_of_the_length(strict: Server, key: str, size: int, code: str | None) -> None:
    data = form({"key": key, **signed(["content-length-range", 10, 20])}, b"x" * size)
    answer = post(strict, data)
    assert answer.status == (400 if code else 204)
    if code:
        assert answer.code == code
        assert fetch(strict, f"/{key}").code == "NoSuchKey"


def test_more_than_the_largest_object(strict: Server) -> None:
    wire = strict.connect()
    answer = wire.ask(request("POST", "/", FORM, f"Content-Length: {6 * 1024**3}", "Expect: 100-continue"))
    assert (answer.status, answer.code, answer.interim) == (400, "EntityTooLarge", [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "InvalidArgument"),
        ({"key": ""}, "InvalidArgument"),
        ({"key": "/a"}, "InvalidObjectName"),
        ({"key": "é" * 426}, "KeyTooLong"),
        ({"key": "a\x1b"}, "InvalidObjectName"),
        ({"key": "k", "Content-MD5": "x"}, "InvalidDigest"),
        ({"key": "k", "Content-MD5": base64.b64encode(b"0" * 16).decode()}, "BadDigest"),
        ({"key": "k", "acl": "public-read-write"}, "InvalidArgument"),
        ({"key": "k", "x-cos-storage-class": "COLDEST"}, "NotSupportedStorageClass"),
        ({"key": "k", "x-cos-meta-a": "x" * 3000}, "InvalidArgument"),
        ({"key": "k", "x-cos-meta-a b": "x"}, "InvalidArgument"),
        ({"key": "k", "x-cos-meta-ü": "x"}, "InvalidArgument"),
        ({"key": "k", "x-cos-tagging": "=x"}, "InvalidTag"),
        ({"key": "k", "x-cos-traffic-limit": "1"}, "InvalidArgument"),
        ({"key": "k", "x-cos-grant-read": "id=1"}, "InvalidArgument"),
        ({"key": "k", "Pic-Operations": "{"}, "InvalidPicOperations"),
        ({"key": "k", "x": "x" * 30_000}, "MalformedPOSTRequest"),
    ],
)
def test_bad_fields(start_once: Server, fields: dict[str, str], code: str) -> None:
    answer = post(start_once, form(fields))
    assert answer.code == code
    assert answer.status == (501 if code == "NotImplemented" else 400)
    assert start_once.keys() == set()


@pytest.fixture(scope="module")
def start_once() -> Iterator[Server]:
    """A server whose bucket stays empty."""
    with Emulator(auth="off", body_timeout=0.5) as emulator:
        server = Server(emulator.port)
        server.make_bucket()
        yield server
        server.close()


def test_line_ends_in_a_kept_field_write_no_headers(server: Server, key: str) -> None:
    fields = {"key": key, "Content-Disposition": "a\r\nx-evil: 1", "x-cos-meta-a": "b\r\nx-evil: 2\0"}
    assert post(server, form(fields)).status == 204
    stored = server.get(f"/{key}")
    assert (stored.status, stored.body) == (200, CONTENT)
    assert not stored.all("x-evil")


BROKEN = {
    "no form": b"hello",
    "no end": form({"key": "a"})[:-6],
    "no file": body(part("key", "a")),
    "two files": body(part("key", "a"), file(b"1"), file(b"2")),
    "line feeds only": form({"key": "a"}).replace(b"\r\n", b"\n"),
    "empty": b"",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_form_leaves_nothing(start_once: Server, broken: str) -> None:
    wire = start_once.connect()
    answer = wire.ask(request("POST", "/", FORM, body=BROKEN[broken]))
    wanted = "IncorrectNumberOfFilesInPostRequest" if "file" in broken else "MalformedPOSTRequest"
    assert (answer.status, answer.code) == (400, wanted)
    assert start_once.keys() == set()


@pytest.mark.parametrize("kept", [100, 400, -1])
def test_a_client_that_disappears_leaves_nothing(start_once: Server, kept: int) -> None:
    data = form({"key": "a"}, b"x" * 1000)
    for lines, sent in (
        ([f"Content-Length: {len(data)}"], data[:kept]),
        (["Transfer-Encoding: chunked"], b"%x\r\n%b\r\n" % (len(data[:kept]), data[:kept])),
    ):
        wire = start_once.connect()
        wire.send(request("POST", "/", FORM, *lines) + sent).finish()
        assert wire.at_end()
    assert start_once.keys() == set()


def test_a_slow_form_times_out(start_once: Server) -> None:
    wire = start_once.connect()
    answer = wire.ask(request("POST", "/", FORM, "Content-Length: 10000") + form({"key": "a"})[:300])
    assert (answer.status, answer.code) == (400, "RequestTimeout")
    assert start_once.keys() == set()


def test_an_object_survives_a_form_that_fails(server: Server, key: str) -> None:
    server.put(f"/{key}", b"old")
    assert post(server, form({"key": key, "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="})).code == "BadDigest"
    assert post(server, form({"key": key, "x-cos-forbid-overwrite": "true"})).code == "FileAlreadyExists"
    assert server.get(f"/{key}").body == b"old"
    assert post(server, form({"key": key})).status == 204
    assert server.get(f"/{key}").body == CONTENT


def test_a_length_is_required_here_too(server: Server) -> None:
    answer = server.ask(request("POST", "/", FORM))
    assert (answer.status, answer.code) == (411, "MissingContentLength")


def test_in_chunks_with_preamble_and_epilogue(server: Server, key: str) -> None:
    data = b"preamble\r\n" + form({"key": key}) + b"\r\nepilogue"
    chunks = b"".join(b"7\r\n%b\r\n" % data[at : at + 7] for at in range(0, len(data) - 7, 7))
    rest = data[(len(data) - 1) // 7 * 7 :]
    wire = server.connect()
    wire.send(request("POST", "/", FORM, "Transfer-Encoding: chunked"))
    wire.send(chunks + b"%x\r\n%b\r\n0\r\n\r\n" % (len(rest), rest))
    assert wire.read().status == 204
    assert wire.ask(request("GET", f"/{key}")).body == CONTENT


def test_a_client_that_waits_is_asked_for_the_form(server: Server, key: str) -> None:
    wire = server.connect()
    data = form({"key": key})
    wire.send(request("POST", "/", FORM, "Expect: 100-continue", f"Content-Length: {len(data)}"))
    assert wire.interim() == 100
    assert wire.ask(data).status == 204


def test_a_quoted_boundary(server: Server, key: str) -> None:
    data = body(part("key", key), file(CONTENT), boundary="a b")
    quoted = 'Content-Type: multipart/form-data; boundary="a b"'
    assert server.ask(request("POST", "/", quoted, body=data)).status == 204
    assert server.get(f"/{key}").body == CONTENT


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/mixed"]
)
def test_another_kind_of_body(server: Server, kind: str) -> None:
    answer = server.ask(
        request("POST", "/", f"Content-Type: {kind}; boundary={BOUNDARY}", body=form({"key": "a"}))
    )
    assert (answer.status, answer.code) == (400, "MalformedPOSTRequest")
    assert answer.message == "The body of your POST request is not well-formed multipart/form-data."


def test_forms_of_requests(strict: Server, key: str) -> None:
    url = f"http://127.0.0.1:{strict.port}/{BUCKET}"
    fields = {"key": f"{key}/${{filename}}", "success_action_status": "201", **signed()}
    content = bytes(range(256)) * 10_000
    answer = requests.post(url, data=fields, files={"file": ("图片 1.png", content, "image/png")}, timeout=10)
    assert answer.status_code == 201, answer.text
    assert f"<Key>{key}/图片 1.png</Key>" in answer.text
    got = requests.get(
        presign(PUBLISHED_KEY, "GET", answer.headers["Location"], now=time.time(), seconds=60), timeout=10
    )
    assert got.content == content


def test_forms_of_requests_from_a_stranger(strict: Server) -> None:
    url = f"http://127.0.0.1:{strict.port}/{BUCKET}/"
    answer = requests.post(url, data={"key": "a"}, files={"file": b"x" * 1_000_000}, timeout=10)
    assert (answer.status_code, "<Code>AccessDenied</Code>" in answer.text) == (403, True)


def test_the_policy_of_the_documentation_has_expired(strict: Server) -> None:
    """The form of document 436/14690, sample 2: its own policy, which ended in 2019."""
    policy = {
        "conditions": [
            {"acl": "public-read"},
            {"q-sign-algorithm": "sha1"},
            {"q-ak": "AKID8A0fBVtYFrNm02oY1g1JQQF0c3JO"},
            {"q-sign-time": "1567064374;1567071574"},
        ],
        "expiration": "2019-08-29T09:39:34.937Z",
    }
    fields = {
        "key": "exampleobject",
        "acl": "public-read",
        "policy": base64.b64encode(json.dumps(policy).encode()).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": "AKID8A0fBVtYFrNm02oY1g1JQQF0c3JO",
        "q-key-time": "1567064374;1567071574",
        "q-signature": "228a89b5f7b8fce7fdfa4a3b36cfb5a5eafb0000",
    }
    answer = post(strict, form(fields))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    now = int(answer.message.rpartition(" ")[2])
    assert abs(now - time.time()) < 10
    assert answer.message == (
        f"You post object request has been expired, expiration time: 1567071574 but the time now : {now}"
    )

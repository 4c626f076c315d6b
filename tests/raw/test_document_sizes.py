"""Documents over their limit: XMLSizeLimit when they are XML, announced or not (spec: cos.md section 3.2)."""

from __future__ import annotations

import pytest
from raw_http import Server, request

LIMIT = 64 * 1024
TAGGING = b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"

#: Method, target, root of the document, largest document in bytes.
DOCUMENTS = [
    ("PUT", "/?versioning", "VersioningConfiguration", LIMIT),
    ("PUT", "/?cors", "CORSConfiguration", LIMIT),
    ("PUT", "/?lifecycle", "LifecycleConfiguration", 1024 * 1024),
    ("PUT", "/?domaincertificate", "DomainCertificate", 2 * LIMIT),
    ("PUT", "/?acl", "AccessControlPolicy", LIMIT),
    ("PUT", "/k?acl", "AccessControlPolicy", LIMIT),
    ("PUT", "/k?tagging", "Tagging", LIMIT),
    ("PUT", "/k?retention", "Retention", LIMIT),
    ("POST", "/k?restore", "RestoreRequest", LIMIT),
    ("POST", "/?delete", "Delete", 2 * 1024 * 1024),
    ("POST", "/k?uploadId=1", "CompleteMultipartUpload", 2 * 1024 * 1024),
    ("PUT", "/", "CreateBucketConfiguration", LIMIT),
]
EACH = pytest.mark.parametrize(("method", "target", "root", "limit"), DOCUMENTS)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@EACH
def test_an_announced_one_is_refused_unread(
    strict: Server, method: str, target: str, root: str, limit: int
) -> None:
    wire = strict.connect()
    head = request(method, target, f"Content-Length: {limit + 1}", "Expect: 100-continue")
    answer = wire.ask(head)
    assert (answer.status, answer.code, answer.interim) == (400, "XMLSizeLimit", [])
    assert str(limit) in answer.message


@EACH
def test_one_in_chunks(server: Server, method: str, target: str, root: str, limit: int) -> None:
    server.put("/k", b"x")
    for size, expected in ((limit, "MalformedXML"), (limit + 1, "XMLSizeLimit")):
        body = f"<{root}><no-such-element>".encode().ljust(size)
        answer = server.ask(request(method, target, "Transfer-Encoding: chunked") + chunked(body))
        assert (answer.status, answer.code) == (400, expected)


def test_the_largest_one_is_taken(server: Server) -> None:
    server.put("/tagged", b"x")
    for size, status in ((LIMIT, 200), (LIMIT + 1, 400)):
        body = TAGGING.ljust(size)
        assert server.ask(request("PUT", "/tagged?tagging", body=body)).status == status
        chunks = request("PUT", "/tagged?tagging", "Transfer-Encoding: chunked") + chunked(body)
        assert server.ask(chunks).status == status


@pytest.mark.parametrize("target", ["/?policy", "/k", "/k?append&position=0"])
def test_what_is_not_xml_is_too_large_as_before(strict: Server, target: str) -> None:
    method = "POST" if "append" in target else "PUT"
    answer = strict.connect().ask(request(method, target, "Content-Length: 6000000000"))
    assert (answer.status, answer.code) == (400, "EntityTooLarge")


def test_a_policy_in_chunks(server: Server) -> None:
    body = b'{"version":"2.0","statement":[]}'.ljust(100_000)
    answer = server.ask(request("PUT", "/?policy", "Transfer-Encoding: chunked") + chunked(body))
    assert (answer.status, answer.code) == (400, "EntityTooLarge")

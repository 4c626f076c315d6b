"""The heads of answers, as SDKs compare them."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

import pytest
from raw_http import CLOUD, Answer, Server, request

API = "ocr.tencentcloudapi.com"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: What every answer of a dialect carries besides Content-Length, Date and Connection.
CASES = {
    "list": (request("GET", "/"), 200, "application/xml"),
    "service": (request("GET", "/", host="service.cos.myqcloud.com"), 200, "application/xml"),
    "no such key": (request("GET", "/absent"), 404, "application/xml"),
    "no such bucket": (
        request("GET", "/", host="absent-1250000000.cos.ap-x.myqcloud.com"),
        404,
        "application/xml",
    ),
    "wrong method": (request("PATCH", "/k", body=b""), 405, "application/xml"),
    "malformed": (request("GET", "/", "nothing"), 400, "application/xml"),
    "api": (request("POST", "/", host=API, body=b"{}"), 200, "application/json"),
    "api, malformed": (request("POST", "/", "nothing", host=API), 200, "application/json"),
    "health": (request("GET", "/_emulator/health", host="localhost"), 200, "application/json"),
    "no such control path": (request("GET", "/_emulator/absent", host="localhost"), 404, "application/json"),
}


def check_common(answer: Answer) -> None:
    names = [name.lower() for name, _ in answer.headers]
    assert len(names) == len(set(names)), names
    assert abs(parsedate_to_datetime(answer["Date"]).timestamp() - time.time()) < 5
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer["Date"])
    assert answer["Connection"] in ("keep-alive", "close")
    assert not answer.all("Transfer-Encoding")


@pytest.mark.parametrize(("sent", "status", "content_type"), CASES.values(), ids=CASES)
def test_every_answer(server: Server, sent: bytes, status: int, content_type: str) -> None:
    answer = server.ask(sent)
    check_common(answer)
    assert (answer.status, answer["Content-Type"]) == (status, content_type)
    assert answer["Content-Length"] == str(len(answer.body))
    assert answer.body


@pytest.mark.parametrize("target", ["/", "/absent"])
def test_cos_answers_name_themselves(server: Server, target: str) -> None:
    answer = server.get(target)
    assert answer["Server"] == "tencent-cos"
    assert answer["x-cos-request-id"]
    assert answer["Connection"] == "keep-alive"
    if answer.status != 200:
        assert f"<RequestId>{answer['x-cos-request-id']}</RequestId>" in answer.text
        assert f"<TraceId>{answer['x-cos-trace-id']}</TraceId>" in answer.text
        assert f"<Resource>{CLOUD}/absent</Resource>" in answer.text


def test_api_answers_name_themselves(server: Server) -> None:
    answer = server.ask(request("POST", "/", "X-TC-TraceId: trace", host=API, body=b"{}"))
    assert answer["Server"] == "nginx"
    assert answer["X-TC-TraceId"] == "trace"
    assert UUID.search(answer.text.partition('"RequestId":"')[2])
    assert not answer.all("x-cos-request-id")


def test_answers_have_ids_of_their_own(server: Server) -> None:
    wire = server.connect()
    ids = [wire.ask(request("GET", "/"))["x-cos-request-id"] for _ in range(5)]
    assert len(set(ids)) == 5


def test_an_object_and_its_head(server: Server) -> None:
    server.put("/headed", b"12345", "Content-Type: text/plain", "x-cos-meta-a: b")
    got = server.get("/headed")
    wire = server.connect()
    head = wire.ask(request("HEAD", "/headed"), head=True)
    for answer in (got, head):
        check_common(answer)
        assert (answer.status, answer["Content-Length"], answer["Content-Type"]) == (200, "5", "text/plain")
        assert answer["x-cos-meta-a"] == "b"
    different = {"Date", "x-cos-request-id"}
    assert {pair for pair in got.headers if pair[0] not in different} == {
        pair for pair in head.headers if pair[0] not in different
    }
    assert wire.ask(request("GET", "/headed")).body == b"12345", "nothing was sent behind the head"


def test_the_head_of_an_error_has_no_body(server: Server) -> None:
    wire = server.connect()
    answer = wire.ask(request("HEAD", "/absent"), head=True)
    check_common(answer)
    assert answer.status == 404
    assert answer["Content-Length"] == "0"
    assert answer["x-cos-request-id"]
    assert answer["x-cos-trace-id"]
    assert wire.ask(request("GET", "/absent")).code == "NoSuchKey", "nothing was sent behind the head"


def test_answers_without_a_body(server: Server) -> None:
    server.put("/bodiless", b"x")
    wire = server.connect()
    put = wire.ask(request("PUT", "/bodiless", body=b"x"))
    assert (put.status, put["Content-Length"], put.all("Content-Type")) == (200, "0", [])
    same = wire.ask(request("GET", "/bodiless", f"If-None-Match: {put['ETag']}"))
    assert (same.status, same["ETag"]) == (304, put["ETag"])
    gone = wire.ask(request("DELETE", "/bodiless"))
    assert (gone.status, gone.all("Content-Type")) == (204, [])
    for answer in (put, same, gone):
        check_common(answer)
    assert wire.ask(request("GET", "/bodiless")).code == "NoSuchKey"


def test_a_parameter_writes_no_header_of_its_own(server: Server) -> None:
    server.put("/split", b"x")
    for text in ("a%0d%0aX-Evil:%20b", "a%0aX-Evil:%20b", "a%00b"):
        answer = server.get(f"/split?response-content-type={text}")
        assert answer.status == 200
        assert not answer.all("X-Evil")


def test_a_parameter_that_is_no_text_is_answered_all_the_same(server: Server) -> None:
    server.put("/bytes", b"x")
    for text in ("%ff", "%ed%a0%80", "a%c3"):
        answer = server.get(f"/bytes?response-content-disposition={text}")
        assert answer.status == 200
        assert "?" in answer["Content-Disposition"]

"""The answers to `?ci-process=QRcode`, byte for byte, and what the SDKs' parsers make of them (spec: ci.md 0.1 and 2).

A golden answer is whole: the clock stands still and the ids are the same each time. Only the picture with a mosaic is
left out, because its bytes depend on the zlib at hand.
"""

import re
import socket
from pathlib import Path

import pytest
import strict_parsers
from drawn_pictures import saved, scene, symbol
from PIL import Image

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.core.clock import FixedClock
from ci_emulator.core.ids import SeededIds
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples" / "pictures"
BUCKET = "examplebucket-1250000000"
HOST = f"{BUCKET}.cos.ap-beijing.myqcloud.com"
NOW = 1_700_000_000.0

#: What is asked for, by the name of the golden file.
ASKED = {
    "qrcode_one": "one.png?ci-process=QRcode",
    "qrcode_several": "several.png?ci-process=QRcode&cover=0&bar-type=0",
    "qrcode_none": "none.png?ci-process=QRcode&cover=0",
    "qrcode_cover": "one.png?ci-process=QRcode&cover=1",
    "qrcode_refused_object": "text.png?ci-process=QRcode",
    "qrcode_refused_parameter": "one.png?ci-process=QRcode&cover=2",
    "qrcode_missing": "missing.png?ci-process=QRcode",
}
MASKS = (
    (rb"<ResultImage>[A-Za-z0-9+/]+={0,2}</ResultImage>", rb"<ResultImage><base64></ResultImage>"),
    (rb"(?m)^Content-Length: \d+\r$", rb"Content-Length: <length>\r"),
)
TEXTS = ["https://a.example/?x=1&y=<2>", "二维码 ]]> \r\n \t"]


class SameIds(SeededIds):
    """Every answer has the same ids."""

    def cos_request_id(self, now: float) -> str:
        return SeededIds(1).cos_request_id(now)

    def cos_trace_id(self) -> str:
        return SeededIds(2).cos_trace_id()


def several() -> bytes:
    picture = Image.new("L", (500, 240), 255)
    for at, text in zip(((40, 60), (280, 60)), TEXTS, strict=True):
        picture.paste(symbol(text, 160), at)
    return saved(picture)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    for name, body in {
        "one.png": saved(scene()),
        "several.png": several(),
        "none.png": saved(Image.new("L", (60, 60), 255)),
        "text.png": b"no picture",
    }.items():
        (folder / name).write_bytes(body)
    for path in SAMPLES.glob("*.*g"):
        (folder / path.name).write_bytes(path.read_bytes())
    with Emulator(seed=[f"{BUCKET}={folder}"], clock=FixedClock(NOW), ids=SameIds(0)) as running:
        yield running


def ask(emulator, target, headers=""):
    """Return all the bytes of an answer, and nothing more than its Content-Length announces."""
    url = presign(PUBLISHED_KEY, "GET", f"http://{HOST}/{target}", now=NOW, seconds=600)
    request = f"GET {url.removeprefix(f'http://{HOST}')} HTTP/1.1\r\nHost: {HOST}\r\n{headers}Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("name", ASKED)
def test_a_golden_answer(emulator, name):
    raw = ask(emulator, ASKED[name])
    if "cover" in name:
        for pattern, replacement in MASKS:
            raw, masked = re.subn(pattern, replacement, raw)
            assert masked == 1
    golden = (HERE / f"{name}.http").read_bytes().removesuffix(b"\n")
    # The body of an answer may end without a line end, a file of text does not; in the head they are CR LF.
    head, _, body = raw.partition(b"\r\n\r\n")
    assert (head.replace(b"\r\n", b"\n") + b"\n\n" + body).decode() == golden.decode()


def test_an_answer_says_what_was_drawn(emulator):
    found = strict_parsers.go_response(strict_parsers.answer(ask(emulator, ASKED["qrcode_several"])).body)
    assert found["status"] == 1
    assert [text for text, _ in found["codes"]] == TEXTS
    assert found["picture"] is None


@pytest.mark.parametrize("cover", [0, 1])
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.*g")))
def test_every_sample_suits_the_strict_parsers(emulator, name, cover):
    raw = strict_parsers.answer(ask(emulator, f"{name}?ci-process=QRcode&cover={cover}"))
    assert raw.status == "HTTP/1.1 200 OK"
    assert raw.headers["server"] == "tencent-ci"
    assert raw.headers["x-cos-request-id"] == raw.headers["x-ci-request-id"]
    found = strict_parsers.go_response(raw.body)
    assert found["status"] == bool(found["codes"]) == (name != "no-code.jpg")
    assert (found["picture"] is not None) == bool(cover)


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "identity", "*"])
def test_nothing_is_compressed_or_sent_in_chunks(emulator, accepted):
    raw = strict_parsers.answer(ask(emulator, ASKED["qrcode_cover"], f"Accept-Encoding: {accepted}\r\n"))
    assert raw.body.startswith(b"<Response>")


@pytest.mark.parametrize("name", [name for name in ASKED if "refused" in name or "missing" in name])
def test_a_refusal_suits_the_sdk_for_python(emulator, name):
    raw = strict_parsers.answer(ask(emulator, ASKED[name]))
    error = strict_parsers.python_error(raw.body)
    assert error["RequestId"] == raw.headers["x-cos-request-id"]
    assert error["TraceId"] == raw.headers["x-cos-trace-id"]
    assert error["Resource"] == f"{HOST}/{ASKED[name].partition('?')[0]}"


GOOD = (
    b"<Response><CodeStatus>1</CodeStatus><QRcodeInfo><CodeUrl>x</CodeUrl><CodeLocation><Point>1,2</Point>"
    b"<Point>1,4</Point><Point>3,4</Point><Point>3,2</Point></CodeLocation></QRcodeInfo>"
    b"<ResultImage>iVBORw==</ResultImage></Response>"
)
#: What no SDK, or not every one, would take: what stands in the place of what.
SPOILED = {
    "root": (b"Response>", b"RecognitionResult>"),
    "case-of-a-name": (b"CodeUrl>", b"codeUrl>"),
    "older-case": (b"CodeLocation>", b"codelocation>"),
    "attribute": (b"<QRcodeInfo>", b'<QRcodeInfo id="1">'),
    "namespace": (b"<Response>", b'<Response xmlns="http://www.qcloud.com/">'),
    "blank-in-an-integer": (b"<CodeStatus>1<", b"<CodeStatus> 1<"),
    "a-float": (b"<Point>1,2<", b"<Point>1.0,2<"),
    "blank-in-a-point": (b"<Point>1,2<", b"<Point>1, 2<"),
    "three-points": (b"<Point>3,2</Point>", b""),
    "five-points": (b"<Point>3,2</Point>", b"<Point>3,2</Point><Point>3,2</Point>"),
    "line-ends": (b"<QRcodeInfo>", b"\n<QRcodeInfo>"),
    "no-status": (b"<CodeStatus>1</CodeStatus>", b""),
    "order": (b"<CodeStatus>1</CodeStatus>", b"<ResultImage></ResultImage><CodeStatus>1</CodeStatus>"),
    "data-url": (b"iVBORw==", b"data:image/png;base64,iVBORw=="),
    "no-padding": (b"iVBORw==", b"iVBORw"),
    "url-safe-base64": (b"iVBORw==", b"iV-_Rw=="),
}


def test_the_strict_parsers_take_a_good_answer():
    assert strict_parsers.go_response(GOOD)["codes"] == [("x", [(1, 2), (1, 4), (3, 4), (3, 2)])]


@pytest.mark.parametrize("name", SPOILED)
def test_the_strict_parsers_are_strict(name):
    old, new = SPOILED[name]
    assert GOOD.count(old) >= 1
    with pytest.raises(ValueError, match=r".+"):
        strict_parsers.go_response(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"application/xml", b"application/xml; charset=utf-8"),
        (b"Content-Length: 2", b"Content-Length: 3"),
        (b"Content-Length: 2\r\n", b""),
        (b"Content-Length: 2", b"Content-Length: 2\r\nTransfer-Encoding: chunked"),
        (b"Content-Length: 2", b"Content-Length: 2\r\nContent-Encoding: gzip"),
        (b"Content-Length: 2", b"Content-Length: 2\r\nContent-Length: 2"),
    ],
)
def test_the_framing_is_checked_strictly(old, new):
    good = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 2\r\n\r\nxy"
    assert strict_parsers.answer(good).body == b"xy"
    with pytest.raises(ValueError, match=r".+"):
        strict_parsers.answer(good.replace(old, new))


@pytest.mark.parametrize("name", ["Code", "Message", "Resource", "RequestId"])
def test_an_error_without_one_of_its_parts_is_noticed(name):
    parts = dict.fromkeys(("Code", "Message", "Resource", "RequestId"), "x")
    for spoiled in ({**parts, name: ""}, {other: "x" for other in parts if other != name}):
        body = "".join(f"<{tag}>{text}</{tag}>" for tag, text in spoiled.items())
        with pytest.raises(ValueError, match=name):
            strict_parsers.python_error(f"<Error>{body}</Error>".encode())

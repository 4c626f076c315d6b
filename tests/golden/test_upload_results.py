"""The answers to uploads with `Pic-Operations` as a whole, and how the parsers of SDKs read them (spec: ci.md sections 0.1 and 3.2)."""

from __future__ import annotations

import http.client
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from xml.sax import handler, parseString

import pytest
from drawn_pictures import saved, scene

from ci_emulator.testing import Emulator

HERE = Path(__file__).parent
BUCKET = "examplebucket-1250000000"
HOST = f"{BUCKET}.cos.ap-beijing.myqcloud.com"
SAMPLES = HERE.parents[1] / "samples" / "pictures"
#: The file has three codes, so `QRcodeInfo` is repeated.
PICTURE = (SAMPLES / "shipping-label.png").read_bytes()

RULES = {
    "is_pic_info": 1,
    "rules": [
        {"fileid": "/label-covered.png", "rule": "QRcode/cover/1"},
        {"rule": "QRcode/cover/0/bar-type/1"},
    ],
}

#: What differs from answer to answer: ids, the time, and how the zlib at hand packs the covered picture.
MASKS = (
    (r"(?m)^(x-c(?:i|os)-request-id): [A-Za-z0-9+/=]{16,}$", r"\1: <id>"),
    (r"(?m)^Date: .* GMT$", "Date: <date>"),
    (r"(?m)^Content-Length: \d+$", "Content-Length: <length>"),
    (
        r"(<Object><Key>label-covered.png.*?<Size>)\d+(</Size><Quality>100</Quality><ETag>)\"[0-9a-f]{32}\"",
        r'\1SIZE\2"MD5"',
    ),
    (r'"[0-9a-f]{32}-1"', '"<opaque>-1"'),
)


class Answer(NamedTuple):
    """Status, headers in their order, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return f"HTTP/1.1 {self.status}\n{head}\n{self.body.decode()}"


def ask(emulator: Emulator, method: str, target: str, body: bytes = b"", rules: object = None) -> Answer:
    headers = {"Host": HOST} | ({"Pic-Operations": json.dumps(rules)} if rules is not None else {})
    with closing(http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)) as connection:
        connection.request(method, f"/{target}", body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(auth="off", region="ap-beijing", seed=[f"{BUCKET}={SAMPLES}"]) as running:
        yield running


def uploaded(emulator: Emulator) -> Answer:
    return ask(emulator, "PUT", "label.png", PICTURE, RULES)


def processed(emulator: Emulator) -> Answer:
    ask(emulator, "PUT", "label.png", PICTURE)
    return ask(emulator, "POST", "label.png?image_process", rules=RULES)


def completed(emulator: Emulator) -> Answer:
    begun = ask(emulator, "POST", "label.png?uploads").body.decode()
    target = f"label.png?uploadId={re.findall('<UploadId>(.*)</UploadId>', begun)[0]}"
    etag = dict(ask(emulator, "PUT", f"{target}&partNumber=1", PICTURE).headers)["ETag"]
    document = (
        "<CompleteMultipartUpload>"
        f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    )
    return ask(emulator, "POST", target, document.encode(), RULES)


ANSWERS = {"put": uploaded, "image_process": processed, "complete": completed}


@pytest.fixture(scope="module", params=ANSWERS)
def answer(request: pytest.FixtureRequest, emulator: Emulator) -> tuple[str, Answer]:
    return request.param, ANSWERS[request.param](emulator)


def test_the_answer_as_a_whole(answer: tuple[str, Answer]) -> None:
    name, got = answer
    text = got.text
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    # Elements on lines of their own, so that a difference can be read.
    text = text.replace("><", ">\n<")
    assert text + "\n" == (HERE / f"upload_result_{name}.http").read_text(encoding="utf-8")


def test_headers_that_parsers_depend_on(answer: tuple[str, Answer]) -> None:
    _, got = answer
    headers = dict(got.headers)
    assert len(headers) == len(got.headers), "a header that is sent twice"
    assert headers["Content-Type"] == "application/xml"
    assert int(headers["Content-Length"]) == len(got.body)
    assert "Transfer-Encoding" not in headers


def test_no_blanks_and_no_attributes(answer: tuple[str, Answer]) -> None:
    name, got = answer
    declaration, _, document = got.body.decode().partition("\n")
    assert declaration == "<?xml version='1.0' encoding='utf-8' ?>"
    assert "\n" not in document
    assert not re.search(r">\s+<", document)
    opening = re.findall(r"<[^/!?>][^>]*>", document)
    with_attributes = [tag for tag in opening if " " in tag]
    assert len(with_attributes) == (1 if name == "complete" else 0)
    if name == "complete":
        # The one that the answer without rules has too.
        assert opening[0] == with_attributes[0]
        assert opening[0].startswith('<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/')


class Java(handler.ContentHandler):
    """What the SDK for Java does: `Integer.parseInt`, which takes no blanks, of everything that is a number to it."""

    NUMBERS = frozenset({"Width", "Height", "Quality", "Orientation", "FrameCount", "Size", "CodeStatus"})

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.numbers: list[int] = []
        self.points: list[int] = []

    def startElement(self, name: str, attrs: object) -> None:  # noqa: N802 - the name is the parser's
        self.text = ""
        if name == "CodeLocation":
            self.points.append(0)

    def characters(self, content: str) -> None:
        self.text += content

    def endElement(self, name: str) -> None:  # noqa: N802 - the name is the parser's
        if name in self.NUMBERS:
            assert re.fullmatch(r"-?\d+", self.text, re.ASCII), (name, self.text)
            assert -(2**31) <= int(self.text) < 2**31
            self.numbers.append(int(self.text))
        if name == "Point":
            assert re.fullmatch(r"-?\d+,-?\d+", self.text, re.ASCII)
            self.points[-1] += 1


def test_numbers_and_points(answer: tuple[str, Answer]) -> None:
    _, got = answer
    reader = Java()
    parseString(got.body, reader)
    assert len(reader.numbers) == 5 + 2 * 5
    # Three codes in the first result, and of them two in the second: the SDK for C reads exactly four points of each.
    assert reader.points == [4] * 5


def test_names_and_order_of_elements(answer: tuple[str, Answer]) -> None:
    name, got = answer
    root = ET.fromstring(re.sub(rb' xmlns="[^"]*"', b"", got.body))
    top = [child.tag for child in root]
    if name == "complete":
        assert root.tag == "CompleteMultipartUploadResult"
        assert top == ["Location", "Bucket", "Key", "ETag", "ImageInfo", "ProcessResults"]
    else:
        assert root.tag == "UploadResult"
        assert top == ["OriginalInfo", "ProcessResults"]
    results = root.find("ProcessResults")
    assert results is not None
    assert [child.tag for child in results] == ["Object", "Object"]
    for each in results:
        assert [child.tag for child in each][:9] == [
            "Key", "Location", "Format", "Width", "Height", "Size", "Quality", "ETag", "CodeStatus",
        ]  # fmt: skip
        assert {child.tag for child in each[9:]} == {"QRcodeInfo"}
        for info in each[9:]:
            assert [child.tag for child in info] == ["CodeUrl", "CodeLocation"]


@pytest.mark.parametrize("name", ANSWERS)
def test_one_rule_one_code(emulator: Emulator, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrapped in a list of its own when there is one of it."""
    monkeypatch.setattr(f"{__name__}.RULES", {"rules": [{"rule": "QRcode/cover/0/bar-type/2"}]})
    body = ANSWERS[name](emulator).body.decode()
    assert (
        body.count("<Object>") == body.count("<QRcodeInfo>") == body.count("<CodeStatus>1</CodeStatus>") == 1
    )
    assert "ImageInfo" not in body


def test_no_code(emulator: Emulator) -> None:
    blank = scene().point(lambda _: 255)
    answer = ask(emulator, "PUT", "blank.png", saved(blank), RULES)
    assert answer.body.count(b"<CodeStatus>0</CodeStatus>") == 2
    assert b"QRcodeInfo" not in answer.body

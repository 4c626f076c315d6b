"""Parsers that are as strict as those of the SDKs which choke first (spec: ci.md section 0.1, items 1, 5, 6, 7 and 9).

They imitate what a generated or hand-written parser of each language relies on, not its libraries.
"""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from typing import Any, NamedTuple

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)


class Answer(NamedTuple):
    """An HTTP answer; the names of headers are in lower case."""

    status: str
    headers: dict[str, str]
    body: bytes


def answer(raw: bytes) -> Answer:
    """Take an answer apart, and check that it is framed as every SDK needs it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode("ascii").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    if len(headers) != len(pairs):
        raise ValueError("a header is repeated")
    if headers.get("content-type") != "application/xml":
        raise ValueError(f"the type is {headers.get('content-type')}")
    if headers.get("content-length") != str(len(body)) or "transfer-encoding" in headers:
        raise ValueError("Content-Length is missing or wrong")
    if "content-encoding" in headers:
        raise ValueError("the body is compressed")
    return Answer(status, headers, body)


def tree(body: bytes) -> ET.Element:
    """Parse a document in which no element has an attribute, a namespace, or text beside its children."""
    root = ET.fromstring(body)
    for element in root.iter():
        if element.attrib or "{" in element.tag or b"xmlns" in body.partition(b">")[0]:
            raise ValueError(f"{element.tag} has attributes or a namespace")
        if len(element) and (element.text or any(child.tail for child in element)):
            raise ValueError(f"{element.tag} has text between its children")
    return root


def integer(text: str | None) -> int:
    """Read an int as Java's Integer.parseInt does: no blanks, no sign to spare, and never nothing."""
    if text is None or not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is no plain integer")
    return int(text)


def go_response(body: bytes) -> dict[str, Any]:
    """Unmarshal into the structs of cos-go-sdk-v5: names are case-sensitive, and the root must be Response."""
    root = tree(body)
    if root.tag != "Response":
        raise ValueError(f"expected element type <Response> but have <{root.tag}>")
    _in_order(root, ("CodeStatus", "QRcodeInfo", "ResultImage"), repeated="QRcodeInfo")
    picture = root.findtext("ResultImage")
    return {
        "status": integer(root.findtext("CodeStatus")),
        "codes": [_go_code(info) for info in root.findall("QRcodeInfo")],
        "picture": None if picture is None else _go_base64(picture),
    }


def _go_code(info: ET.Element) -> tuple[str, list[tuple[int, int]]]:
    _in_order(info, ("CodeUrl", "CodeLocation"))
    text, location = info.findtext("CodeUrl"), info.find("CodeLocation")
    if text is None or location is None:
        raise ValueError("a code lacks its text or its place")
    return text, c_points(location)


def c_points(location: ET.Element) -> list[tuple[int, int]]:
    """Read exactly four points, as the SDK for C does, each of them two integers and a comma."""
    if [point.tag for point in location] != ["Point"] * 4:
        raise ValueError("there are not four points")
    pairs = [(point.text or "").split(",") for point in location]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("a point is not a pair")
    return [(integer(x), integer(y)) for x, y in pairs]


def _go_base64(text: str) -> bytes:
    """Decode as base64.StdEncoding does: the standard alphabet, padded, no blanks."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("illegal base64 data") from error


def _in_order(element: ET.Element, names: tuple[str, ...], repeated: str = "") -> None:
    found = [child.tag for child in element]
    if set(found) - set(names) or found != sorted(found, key=names.index):
        raise ValueError(f"{element.tag} has {found}")
    if any(found.count(name) > 1 for name in names if name != repeated):
        raise ValueError(f"{element.tag} repeats a child")


def python_error(body: bytes) -> dict[str, str]:
    """Read an error as cos-python-sdk-v5 does, which gives up on an element that is missing or empty."""
    root = tree_with_blanks(body)
    if root.tag != "Error" or any(len(child) for child in root):
        raise ValueError("this is no flat Error")
    found = {child.tag: child.text or "" for child in root}
    for name in ("Code", "Message", "Resource", "RequestId"):
        if not found.get(name):
            raise ValueError(f"{name} is missing or empty")
    return found


def tree_with_blanks(body: bytes) -> ET.Element:
    """Parse a document that is indented, as those of errors are; nothing has an attribute."""
    root = ET.fromstring(body)
    if any(element.attrib or "{" in element.tag for element in root.iter()):
        raise ValueError("an element has attributes or a namespace")
    return root

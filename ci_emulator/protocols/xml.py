"""XML documents out, without prefixes or blanks between elements, as every SDK's parser takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from ci_emulator.core.model import Reply

#: The content of an element: text, nothing, children in order, or several of them (a repeated element).
Content: TypeAlias = "str | int | Typed | Mapping[str, Content] | Sequence[Mapping[str, Content]] | None"

#: What a document holds: children by name, pairs where elements of several names take turns, or a text.
Root: TypeAlias = "Mapping[str, Content] | Sequence[tuple[str, Content]] | str"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = b"<?xml version='1.0' encoding='utf-8' ?>\n"


@dataclass(frozen=True, slots=True)
class Typed:
    """Children of an element that says by `xsi:type` what it is; the grantee of an ACL is one."""

    type: str
    children: Mapping[str, Content]


def printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold, each one replaced; a key may have some."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def document(root: str, children: Root, *, declaration: bool = True, namespace: str = "") -> bytes:
    """Return a document; a list makes its element repeat, None an empty element.

    `namespace` is written as the `xmlns` of the root, and so holds for every element.
    """
    element = etree.Element(root, {"xmlns": namespace} if namespace else None)
    if isinstance(children, str):
        element.text = printable(children)
    else:
        _fill(element, children.items() if isinstance(children, Mapping) else children)
    body: bytes = etree.tostring(element, encoding="utf-8", xml_declaration=False)
    return _DECLARATION + body if declaration else body


def reply(
    root: str, children: Root, headers: Iterable[tuple[str, str]] = (), *, namespace: str = ""
) -> Reply:
    """Return a document as a 200 reply.

    The Content-Type has no charset: the Python SDK compares it for equality (spec: ci.md section 0.1).
    """
    body = document(root, children, namespace=namespace)
    return Reply(headers=[("Content-Type", "application/xml"), *headers], body=body)


def _fill(parent: etree._Element, children: Iterable[tuple[str, Content]]) -> None:
    for name, content in children:
        if content is None or isinstance(content, str | int):
            etree.SubElement(parent, name).text = None if content is None else printable(str(content))
        elif isinstance(content, Typed):
            typed = etree.SubElement(parent, name, {f"{{{_XSI}}}type": content.type}, nsmap={"xsi": _XSI})
            _fill(typed, content.children.items())
        elif isinstance(content, Mapping):
            _fill(etree.SubElement(parent, name), content.items())
        else:
            for item in content:
                _fill(etree.SubElement(parent, name), item.items())

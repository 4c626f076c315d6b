"""XML documents out, without namespaces, attributes or blanks between elements, as every SDK's parser takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from lxml import etree

from ci_emulator.core.model import Reply

#: The content of an element: text, nothing, children in order, or several of them (a repeated element).
Content: TypeAlias = "str | int | Mapping[str, Content] | Sequence[Mapping[str, Content]] | None"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = b"<?xml version='1.0' encoding='utf-8' ?>\n"


def printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold, each one replaced; a key may have some."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def document(root: str, children: Mapping[str, Content], *, declaration: bool = True) -> bytes:
    """Return a document; a list makes its element repeat, None an empty element."""
    element = etree.Element(root)
    _fill(element, children)
    body: bytes = etree.tostring(element, encoding="utf-8", xml_declaration=False)
    return _DECLARATION + body if declaration else body


def reply(root: str, children: Mapping[str, Content], headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Return a document as a 200 reply.

    The Content-Type has no charset: the Python SDK compares it for equality (spec: ci.md section 0.1).
    """
    return Reply(headers=[("Content-Type", "application/xml"), *headers], body=document(root, children))


def _fill(parent: etree._Element, children: Mapping[str, Content]) -> None:
    for name, content in children.items():
        if content is None or isinstance(content, str | int):
            etree.SubElement(parent, name).text = None if content is None else printable(str(content))
        elif isinstance(content, Mapping):
            _fill(etree.SubElement(parent, name), content)
        else:
            for item in content:
                _fill(etree.SubElement(parent, name), item)

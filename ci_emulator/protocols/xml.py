"""XML documents out, without prefixes or blanks between elements, as every SDK's parser takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ci_emulator.core.model import Reply

#: The content of an element: text, nothing, children in order, or several of them (a repeated element).
Content: TypeAlias = (
    "str | int | Typed | Mapping[str, Content] | Sequence[Mapping[str, Content]] | Sequence[str] | None"
)

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


def holds(text: str) -> bool:
    """Whether XML can hold a text as it is."""
    return (text.isascii() and text.isprintable()) or _NOT_IN_XML.search(text) is None


def printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold, each one replaced; a key may have some."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def document(root: str, children: Root, *, declaration: bool = True, namespace: str = "") -> bytes:
    """Return a document; a list makes its element repeat, None an empty element.

    `namespace` is written as the `xmlns` of the root, and so holds for every element.
    """
    attributes = f' xmlns="{namespace}"' if namespace else ""
    if isinstance(children, Mapping | str):
        body = _element(root, children, attributes)
    else:
        body = _enclose(root, attributes, "".join([_element(name, content) for name, content in children]))
    return _DECLARATION + body.encode() if declaration else body.encode()


def reply(
    root: str, children: Root, headers: Iterable[tuple[str, str]] = (), *, namespace: str = ""
) -> Reply:
    """Return a document as a 200 reply.

    The Content-Type has no charset: the Python SDK compares it for equality (spec: ci.md section 0.1).
    """
    body = document(root, children, namespace=namespace)
    return Reply(headers=[("Content-Type", "application/xml"), *headers], body=body)


def reply_text(text: str, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Return a document that is XML text already, without its declaration, as a 200 reply."""
    return Reply(headers=[("Content-Type", "application/xml"), *headers], body=_DECLARATION + text.encode())


# Written as text and not as a tree: a page of a listing has eight thousand elements, and is asked for in a loop.
def _element(name: str, content: Content, attributes: str = "") -> str:
    if isinstance(content, str):
        return f"<{name}{attributes}>{_escape(content)}</{name}>"
    if content is None:
        return f"<{name}{attributes}/>"
    if isinstance(content, int):
        return f"<{name}{attributes}>{content}</{name}>"
    if isinstance(content, Typed):
        return _element(name, content.children, f' xmlns:xsi="{_XSI}" xsi:type="{content.type}"')
    if isinstance(content, Mapping):
        return _enclose(name, attributes, "".join([_element(*child) for child in content.items()]))
    return "".join([_element(name, item) for item in content])


def _enclose(name: str, attributes: str, inner: str) -> str:
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _escape(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        text = printable(text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A bare one would be read back as a line feed (XML 1.0 section 2.11).
    return text.replace("\r", "&#13;")

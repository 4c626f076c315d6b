"""The parts that the document of a completed upload lists; both clouds write them alike."""

from __future__ import annotations

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.uploads import MOST_PARTS, Listed
from ci_emulator.protocols.xml_in import Node

_MOST_DIGITS = 10


def listed_parts(root: Node) -> list[Listed]:
    """Return the parts that a document lists; an ETag may have quotes or not.

    Raises:
        Refusal: XML_MALFORMED for one with no part, too many, or an incomplete one.
    """
    parts = [
        Listed(_number(part.need("PartNumber")), part.need("ETag").strip('"'))
        for part in root.children("Part")
    ]
    if not 0 < len(parts) <= MOST_PARTS:
        raise Refusal(Kind.XML_MALFORMED)
    return parts


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Refusal(Kind.XML_MALFORMED)
    return int(text)

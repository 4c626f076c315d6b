"""Tags of objects: in a header, in a document, and back (spec: cos.md sections 4.0, 4.2 and 4.3)."""

from __future__ import annotations

from collections.abc import Iterable

from ci_emulator.core.target import parse_query
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.xml_in import Node

MOST_OBJECT_TAGS = 10
#: Characters of an object's tag (436/35710).
_LONGEST_KEY = 128
_LONGEST_VALUE = 256


def from_header(text: str) -> dict[str, str]:
    """Return the tags of `x-cos-tagging`, `key=value&key=value` percent-encoded.

    Raises:
        ApiError: InvalidTag.
    """
    return _checked(parse_query(text), MOST_OBJECT_TAGS)


def from_document(root: Node, most: int) -> dict[str, str]:
    """Return the tags of a `<Tagging>` document.

    Raises:
        Refusal: XML_MALFORMED when an element is missing.
        ApiError: InvalidTag.
    """
    tag_set = root.child("TagSet")
    tags = tag_set.children("Tag") if tag_set is not None else ()
    return _checked([(tag.need("Key"), tag.value("Value") or "") for tag in tags], most)


def to_children(tags: dict[str, str]) -> dict[str, xml.Content]:
    """Return the children of a `<Tagging>` document."""
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def _checked(pairs: Iterable[tuple[str, str]], most: int) -> dict[str, str]:
    tags: dict[str, str] = {}
    for key, value in pairs:
        if not key or key in tags or not _fits(key, _LONGEST_KEY) or not _fits(value, _LONGEST_VALUE):
            raise fail("InvalidTag")
        tags[key] = value
    if len(tags) > most:
        raise fail("InvalidTag")
    return tags


def _fits(text: str, longest: int) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return len(text) <= longest

"""Tags of objects and buckets: in a header, in a document, and back (spec: cos.md sections 4.0, 4.2 and 4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ci_emulator.core.target import parse_query
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.xml_in import Node


@dataclass(frozen=True, slots=True)
class Limits:
    """What tags are allowed: how many, of how many characters, of which, and with which keys kept for the service."""

    most: int
    longest_key: int
    longest_value: int
    characters: re.Pattern[str] = re.compile(r".*", re.DOTALL)
    reserved: tuple[str, ...] = ()


#: Tags of an object (document 35710).
OBJECT = Limits(10, 128, 256)

#: Tags of a bucket (document 31509): letters of any alphabet, digits, blanks and a few signs.
BUCKET = Limits(
    50,
    127,
    255,
    characters=re.compile("[A-Za-z0-9 +=._:/@\\-\u00a0-\U0010ffff]*"),
    reserved=("qcs:", "project"),
)


def from_header(text: str, limits: Limits = OBJECT) -> dict[str, str]:
    """Return the tags of `x-cos-tagging`, `key=value&key=value` percent-encoded.

    Raises:
        ApiError: InvalidTag.
    """
    return _checked(parse_query(text), limits)


def from_document(root: Node, limits: Limits) -> dict[str, str]:
    """Return the tags of a `<Tagging>` document.

    Raises:
        Refusal: XML_MALFORMED when an element is missing.
        ApiError: InvalidTag.
    """
    return _checked(_pairs(root), limits)


def kept(root: Node) -> dict[str, str]:
    """Return the tags of a `<Tagging>` document that was checked when it was set."""
    return dict(_pairs(root))


def to_children(tags: dict[str, str]) -> dict[str, xml.Content]:
    """Return the children of a `<Tagging>` document."""
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def _pairs(root: Node) -> list[tuple[str, str]]:
    tag_set = root.child("TagSet")
    tags = tag_set.children("Tag") if tag_set is not None else ()
    return [(tag.need("Key"), tag.value("Value") or "") for tag in tags]


def _checked(pairs: Iterable[tuple[str, str]], limits: Limits) -> dict[str, str]:
    tags: dict[str, str] = {}
    for key, value in pairs:
        if not key or key in tags or key.startswith(limits.reserved):
            raise fail("InvalidTag")
        for text, longest in ((key, limits.longest_key), (value, limits.longest_value)):
            if not (_fits(text, longest) and limits.characters.fullmatch(text)):
                raise fail("InvalidTag")
        tags[key] = value
    if len(tags) > limits.most:
        raise fail("InvalidTag")
    return tags


def _fits(text: str, longest: int) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return len(text) <= longest

"""Tags of objects: in a header, in a document, and back (oss: PutObjectTagging; `x-oss-tagging`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ci_emulator.core.target import decode_percent
from ci_emulator.protocols import xml
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.xml_in import Node

HEADER = "x-oss-tagging"
MOST = 10
LONGEST_KEY, LONGEST_VALUE = 128, 256

#: Letters of any alphabet, digits, blanks and a few signs.
_CHARACTERS = re.compile(r"[\w +\-=.:/]*")
_EC_OF_HEADER = "0010-00000219"


def from_header(text: str) -> dict[str, str]:
    """Return the tags of `x-oss-tagging`, `a=1&b=2` with percent-encoded keys and values.

    Raises:
        ApiError: InvalidArgument, with an EC for what is not `key` or `key=value`.
    """
    pairs = []
    for part in text.split("&") if text else ():
        key, _, value = part.partition("=")
        if not key or "=" in value:
            reason = f"{HEADER} must be key=value&key=value, percent-encoded."
            raise fail("InvalidArgument", reason=reason, headers={EC_HEADER: _EC_OF_HEADER})
        pairs.append((decode_percent(key, plus=True), decode_percent(value, plus=True)))
    return _checked(pairs)


def from_document(root: Node) -> dict[str, str]:
    """Return the tags of a `<Tagging>` document.

    Raises:
        Refusal: XML_MALFORMED when an element is missing.
        ApiError: InvalidArgument.
    """
    tag_set = root.child("TagSet")
    tags = tag_set.children("Tag") if tag_set is not None else ()
    return _checked((tag.need("Key"), tag.value("Value") or "") for tag in tags)


def to_children(tags: dict[str, str]) -> dict[str, xml.Content]:
    """Return the children of a `<Tagging>` document."""
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def _checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for key, value in pairs:
        if not (0 < len(key) <= LONGEST_KEY and len(value) <= LONGEST_VALUE):
            raise _refused(
                f"The key of a tag has 1 to {LONGEST_KEY} characters, its value at most {LONGEST_VALUE}."
            )
        if not (_CHARACTERS.fullmatch(key) and _CHARACTERS.fullmatch(value)):
            raise _refused("A tag has letters, digits, blanks and the signs + - = . _ : / only.")
        if key in tags:
            raise _refused("An object has no two tags of the same key.")
        tags[key] = value
    if len(tags) > MOST:
        raise _refused(f"An object has at most {MOST} tags.")
    return tags


def _refused(reason: str) -> Exception:
    return fail("InvalidArgument", reason=reason)

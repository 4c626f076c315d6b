"""Bodies that are documents: read whole, bounded by their action, and checked against Content-MD5."""

from __future__ import annotations

import hashlib

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.documents import read_bounded
from ci_emulator.protocols.oss import attributes


async def read(call: Call) -> bytes:
    """Return the body of a call, which is a document and not an object's content.

    Raises:
        Refusal: DIGEST_MALFORMED, DIGEST_MISMATCH, and those of `read_bounded`.
    """
    expected = attributes.expected(call.target.headers)
    body = await read_bounded(call)
    if expected.md5 not in (None, hashlib.md5(body, usedforsecurity=False).digest()):
        raise Refusal(Kind.DIGEST_MISMATCH)
    return body


async def read_xml(call: Call, root: str) -> xml_in.Node:
    """Return the XML document in the body of a call, whose root element has a name.

    Raises:
        Refusal: XML_MALFORMED, BODY_MISSING, and those of `read`.
    """
    return xml_in.parse(await read(call), root)

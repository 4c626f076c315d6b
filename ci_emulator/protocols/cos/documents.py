"""Bodies that are documents: read whole, bounded by their action, and checked against their digests."""

from __future__ import annotations

import hashlib

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos import upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.documents import read_bounded


async def read(call: Call) -> bytes:
    """Return the body of a call, which is a document and not an object's content.

    Content-MD5 is verified when it is there; the SDKs leave it out now and then (spec: cos.md section 4.0).

    Raises:
        Refusal: DIGEST_MALFORMED, DIGEST_MISMATCH, and those of `Body.read` with the action's `max_body`, of which
            BODY_TOO_LARGE is what the action calls it.
        ApiError: InvalidSHA1Digest.
    """
    expected = upload.expected(call.target.headers)
    body = await read_bounded(call)
    if expected.md5 not in (None, hashlib.md5(body, usedforsecurity=False).digest()):
        raise Refusal(Kind.DIGEST_MISMATCH)
    if expected.sha1 not in (None, hashlib.sha1(body, usedforsecurity=False).digest()):
        raise fail("InvalidSHA1Digest")
    return body


async def read_xml(call: Call, root: str) -> xml_in.Node:
    """Return the XML document in the body of a call, whose root element has a name.

    Raises:
        Refusal: XML_MALFORMED, BODY_MISSING.
        Exception: those of `read`.
    """
    return xml_in.parse(await read(call), root)

"""The head of a request as bytes: what is done before it is parsed, or although it cannot be."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ci_emulator.core.target import Target
from ci_emulator.wire.front import unreadable_target

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SNIFFED = re.compile(
    rb"^(host|x-tc-action|x-tc-language):[ \t]*([^\r\n]*)\r?$", re.IGNORECASE | re.MULTILINE
)

#: The beginning of a query on `/`: of a GET that is too long it may be all that arrived.
_QUERY = re.compile(rb"^[A-Z]+ /\?([!-~]{1,4096})")


def escape_line(data: bytes) -> bytes:
    """Percent-encode what is not ASCII in the request line that `data` is the beginning, or a part, of.

    curl sends a Chinese key or text in a URL as it was typed. aiohttp's parser refuses such a line, which means the
    same as the percent-encoded one (RFC 3987 section 3.1).
    """
    if data.isascii():
        return data
    line, end, rest = data.partition(b"\n")
    return _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line) + end + rest


def sniff(head: bytes) -> Target:
    """Return the target of a request that cannot be parsed, as far as it tells in which dialect to answer it."""
    headers = {
        name.decode().lower(): value.decode("utf-8", "surrogateescape").strip()
        for name, value in _SNIFFED.findall(head)
    }
    target = unreadable_target("HEAD" if head.startswith(b"HEAD ") else "GET", headers)
    query = _QUERY.match(head)
    return replace(target, raw_query=query[1].decode()) if query else target

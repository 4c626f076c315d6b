"""The values of headers, in which a client may put what it likes."""

from __future__ import annotations

#: Control characters but the tab, which RFC 9110 section 5.5 allows.
_CONTROLS = {code: " " for code in (*range(0x20), 0x7F) if code != 0x09}


def is_utf8(value: str) -> bool:
    """Whether a value was UTF-8 on the wire: other bytes come as surrogate escapes, which no record can keep."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(value: str) -> str:
    """Return a text with a blank for each control character, so that it writes no headers of its own; it need not be UTF-8."""
    if value.isascii() and value.isprintable():
        return value
    return value.encode("utf-8", "replace").decode().translate(_CONTROLS)

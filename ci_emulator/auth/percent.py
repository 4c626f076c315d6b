"""Percent-encoding on bytes, so that a request that is not UTF-8 can be canonicalised too."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]


def to_bytes(text: str) -> bytes:
    """Return the wire bytes of a text in which bytes that are not UTF-8 are surrogate escapes.

    A surrogate that cannot come from the wire becomes `?`, so no text at all makes a signature check fail.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def to_text(data: bytes) -> str:
    """Return bytes as text that can be shown and encoded again; what is not UTF-8 becomes an escape."""
    return data.decode("utf-8", "backslashreplace")


def encode(data: bytes) -> str:
    """Percent-encode everything but `A-Za-z0-9-_.~`, in upper-case hex (cos.md section 1.1)."""
    if not data.translate(None, _UNRESERVED):
        return data.decode("ascii")
    return "".join(map(_ENCODED.__getitem__, data))


def decode(text: str) -> bytes:
    """Percent-decode a path or a list entry; `+` stays, a broken escape stays as it is."""
    return unquote_to_bytes(to_bytes(text)) if "%" in text else to_bytes(text)


def parse_query(raw_query: str, *, plus_is_space: bool = True) -> list[tuple[bytes, bytes]]:
    """Split a raw query into decoded names and values, in wire order; `a` and `a=` are the same."""
    if not raw_query:
        return []
    data = to_bytes(raw_query)
    if plus_is_space:
        data = data.replace(b"+", b" ")
    pairs = (item.partition(b"=") for item in data.split(b"&") if item)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]

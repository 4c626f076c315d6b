"""QR codes by the library `qrcode`, and bar codes by the tables of `python-barcode`: the default writer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes import code128

# Mode indicator 0111 and the number of UTF-8, 26 (ISO/IEC 18004 section 7.4.2, AIM ECI assignments).
_ECI_UTF_8 = (0b0111_00011010, 12)

# The versions that share the widths of their length fields.
_VERSION_CLASSES = ((1, 9), (10, 26), (27, 40))


def qr(content: str) -> Sequence[bytes]:
    """Return the modules of a QR code, error correction level M, smallest version that holds the content.

    Text beyond ASCII is announced as UTF-8 by an ECI segment: zbar, as it comes, takes short UTF-8 payloads without
    one for Shift_JIS and other charsets. Where only the 12 bits of that segment do not fit into version 40 it is left out.

    Raises:
        Refusal: CONTENT_TOO_LONG.
    """
    from qrcode import QRCode, constants, util

    segments = list(util.optimal_data_chunks(content.encode(), minimum=20))
    headers = ((),) if content.isascii() else ((_ECI_UTF_8,), ())
    for header in headers:
        fit = _fit(segments, header)
        if fit is None:
            continue
        version, codewords = fit
        symbol = QRCode(version=version, error_correction=constants.ERROR_CORRECT_M)
        symbol.data_cache = codewords
        symbol.make(fit=False)
        return [bytes(row) for row in symbol.modules]
    raise Refusal(Kind.CONTENT_TOO_LONG, length=len(content))


def ean_13(digits: str) -> bytes:
    """Return the bars and spaces of an EAN-13 for its first 12 digits, one byte a module; the check digit is computed."""
    from barcode.ean import EAN13

    return bytes(int(module) for module in EAN13(digits).build()[0])


def code_128(content: str) -> bytes:
    """Return the bars and spaces of a Code 128; refusals as `code128.symbol_characters`."""
    return code128.modules(content)


def _fit(segments: Sequence[Any], header: Sequence[tuple[int, int]]) -> tuple[int, list[int]] | None:
    """Return the smallest version that holds the segments, and its data and error correction codewords."""
    from qrcode import base, constants, util

    level = constants.ERROR_CORRECT_M
    for first, last in _VERSION_CLASSES:
        bits = util.BitBuffer()
        for number, length in header:
            bits.put(number, length)
        for segment in segments:
            bits.put(segment.mode, 4)
            bits.put(len(segment), util.length_in_bits(segment.mode, last))
            segment.write(bits)
        version = bisect_left(util.BIT_LIMIT_TABLE[level], len(bits), first, last + 1)
        if version <= last:
            _pad(bits, util.BIT_LIMIT_TABLE[level][version])
            return version, util.create_bytes(bits, base.rs_blocks(version, level))
    return None


def _pad(bits: Any, capacity: int) -> None:
    """Append the terminator and the alternating pad codewords (ISO/IEC 18004 section 7.4.10)."""
    bits.put(0, min(4, capacity - len(bits)))
    bits.put(0, -len(bits) % 8)
    for number in range((capacity - len(bits)) // 8):
        bits.put((0xEC, 0x11)[number % 2], 8)

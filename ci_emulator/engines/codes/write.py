"""Makes codes: text and width in pixels in, PNG out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Literal, Protocol, cast

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.engines.codes.draw import draw_bars, draw_square

Writer = Literal["qrcode", "zxing"]
"""`qrcode`: the libraries qrcode and python-barcode; `zxing`: zxing-cpp, 7 to 14 times faster."""

BarSymbology = Literal["EAN_13", "CODE_128"]

# The most characters that any QR code of level M holds: digits in version 40.
_MOST_CHARACTERS = 5596

# White margins in modules, left and right (GS1 General Specifications section 5.2.3.4, ISO/IEC 15417 section 4.3.1).
_QUIET = {"EAN_13": (11, 7), "CODE_128": (10, 10)}

_LOWEST_BARS = 30


class _Modules(Protocol):
    def qr(self, content: str) -> Sequence[bytes]: ...

    def ean_13(self, digits: str) -> bytes: ...

    def code_128(self, content: str) -> bytes: ...


def write_qr(content: str, width: int, *, writer: Writer = "qrcode", max_width: int = 10_000) -> bytes:
    """Draw `content` as a QR code of level M, `width` pixels wide and high, as a PNG of 1 bit a pixel.

    The quiet zone is 4 modules and what does not make up whole pixels for all modules; it shrinks where the width leaves
    no room for it (spec ci.md section 1, "Emulator's choice").

    Raises:
        Refusal: CONTENT_UNENCODABLE (empty, or half of a surrogate pair), CONTENT_TOO_LONG, WIDTH_TOO_SMALL (`width`,
            `minimum`), PARAMETER_INVALID for more than `max_width`.
    """
    _check(content, width, max_width)
    if len(content) > _MOST_CHARACTERS:
        raise Refusal(Kind.CONTENT_TOO_LONG, length=len(content))
    return draw_square(_modules(writer).qr(content), width)


def write_barcode(
    content: str,
    width: int,
    *,
    symbology: BarSymbology,
    writer: Writer = "qrcode",
    max_width: int = 10_000,
) -> bytes:
    """Draw `content` as a bar code, `width` pixels wide, as a PNG of 1 bit a pixel.

    EAN_13 takes 12 digits and computes the check digit; CODE_128 takes ASCII with its control characters. The picture is
    `bar_height(width)` pixels high and all of that is bars. No text is drawn below: it would take a font, whose metrics
    decide what is legible at which width, and the real service is not documented to draw one.

    Raises:
        Refusal: CONTENT_UNENCODABLE, CONTENT_TOO_LONG (`code128.LONGEST`), WIDTH_TOO_SMALL (`width`, `minimum`: one
            pixel a module and no quiet zone), PARAMETER_INVALID for more than `max_width`.
    """
    _check(content, width, max_width)
    if symbology == "EAN_13":
        if not (len(content) == 12 and content.isascii() and content.isdigit()):
            raise Refusal(Kind.CONTENT_UNENCODABLE)
        modules = _modules(writer).ean_13(content)
    else:
        modules = _modules(writer).code_128(content)
    return draw_bars(modules, width, bar_height(width), quiet=_QUIET[symbology])


def bar_height(width: int) -> int:
    """Return how high the bars of a picture of this width are, in pixels: two fifths of it, but at least 30."""
    return max(_LOWEST_BARS, width * 2 // 5)


def _check(content: str, width: int, max_width: int) -> None:
    if width > max_width:
        raise Refusal(Kind.PARAMETER_INVALID, name="width", value=width, maximum=max_width)
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise Refusal(Kind.CONTENT_UNENCODABLE) from error
    if not content:
        raise Refusal(Kind.CONTENT_UNENCODABLE)


def _modules(writer: Writer) -> _Modules:
    return cast(_Modules, import_module(f"ci_emulator.engines.codes.writers.{writer}"))

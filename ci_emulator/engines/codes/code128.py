"""Code 128: which symbol characters carry a text in the fewest modules (ISO/IEC 15417).

python-barcode has the tables of the symbology and an encoder of its own, but that one (0.16.1) drops a leading pair of
digits `99` and changes the code set where a single shift would do; so only its tables are used.
"""

from __future__ import annotations

from typing import NamedTuple

from ci_emulator.core.errors import Kind, Refusal

LONGEST = 101
"""Symbol characters between start and check character, as many as zxing-cpp writes: 101 letters or 202 digits."""

# Beyond two characters a symbol character nothing fits; this keeps the search below small.
_MOST_CHARACTERS = 2 * LONGEST

_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"A": 101, "B": 100, "C": 99}
_SHIFT = 98


class _Way(NamedTuple):
    """The cheapest way to write the rest of a text: how many symbol characters, and which."""

    length: int
    values: tuple[int, ...]


_IMPOSSIBLE = _Way(1 << 30, ())


def symbol_characters(content: str) -> tuple[int, ...]:
    """Return the values of start, data and check characters, without the stop pattern.

    Raises:
        Refusal: CONTENT_UNENCODABLE for an empty text or one outside ASCII, CONTENT_TOO_LONG for more than `LONGEST`
            symbol characters.
    """
    if not content or not content.isascii():
        raise Refusal(Kind.CONTENT_UNENCODABLE)
    if len(content) > _MOST_CHARACTERS:
        raise Refusal(Kind.CONTENT_TOO_LONG, length=len(content))
    length, values = _cheapest(content)
    if length - 1 > LONGEST:
        raise Refusal(Kind.CONTENT_TOO_LONG, length=len(content))
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    return (*values, check)


def modules(content: str) -> bytes:
    """Return the bars and spaces of the symbol, one byte a module, 1 for a bar; refusals as `symbol_characters`."""
    from barcode.charsets import code128

    patterns = "".join(code128.CODES[value] for value in symbol_characters(content))
    # The stop pattern of the tables lacks its last bar of two modules.
    return bytes(int(module) for module in f"{patterns}{code128.STOP}11")


def _cheapest(content: str) -> _Way:
    """Search from the end of the text: the best way to write each rest of it, in each of the three code sets."""
    after: list[dict[str, _Way]] = [dict.fromkeys(_START, _Way(0, ()))]
    for place in range(len(content) - 1, -1, -1):
        char = ord(content[place])
        next_, next_but_one = after[-1], after[-2] if len(after) > 1 else None
        ways = {
            "A": _prefixed(_in_set("A", char), next_["A"]),
            "B": _prefixed(_in_set("B", char), next_["B"]),
            "C": _IMPOSSIBLE,
        }
        pair = content[place : place + 2]
        if next_but_one is not None and pair.isdigit():
            ways["C"] = _prefixed((int(pair),), next_but_one["C"])
        after.append({
            name: min(
                (way, *(_prefixed((_SWITCH[other],), ways[other]) for other in ways if other != name)),
                key=lambda way: way.length,
            )
            for name, way in ways.items()
        })  # fmt: skip
    starts = (_prefixed((_START[name],), way) for name, way in after[-1].items())
    return min(starts, key=lambda way: way.length)


def _prefixed(values: tuple[int, ...], rest: _Way) -> _Way:
    return _Way(rest.length + len(values), values + rest.values)


def _in_set(name: str, char: int) -> tuple[int, ...]:
    """Return the symbol characters that write one character in code set A or B: its value, shifted if need be."""
    if 32 <= char < 96:
        return (char - 32,)
    control = char < 32
    value = char + 64 if control else char - 32
    return (value,) if control == (name == "A") else (_SHIFT, value)

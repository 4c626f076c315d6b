"""The text of `x-oss-process`: `image/<operation>[,<argument>]…[/<operation>…][|<family>/…]` (pictures.md section B.1).

It is taken apart here and nowhere else; what the names mean is in `catalogue`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.errors import EC_HEADER, fail

MOST_SEGMENTS = 5
LONGEST = 8192
"""The longest text in characters; that there is a limit is documented, the number is not."""

_TOO_LONG, _NO_OPERATION = "0017-00000288", "0040-00000212"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation and its arguments as written, `w_100` or a bare value; they are carried out in the written order."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two pipes: a family (`image`, `style`, `sys`…), and its operations."""

    family: str
    steps: tuple[Step, ...]


def parse(text: str) -> tuple[Segment, ...]:
    """Take a text apart.

    Raises:
        ApiError: InvalidArgument for one that is too long or lacks an operation somewhere, TooManyPipes.
    """
    if len(text) > LONGEST:
        raise invalid(f"x-oss-process is longer than {LONGEST} characters.", _TOO_LONG)
    parts = text.split("|")
    if len(parts) > MOST_SEGMENTS:
        raise fail("TooManyPipes", limit=MOST_SEGMENTS)
    return tuple(_segment(part) for part in parts)


def invalid(reason: str, ec: str = "") -> ApiError:
    """Return the refusal of a text, with the EC of its mistake where one is documented."""
    return fail("InvalidArgument", reason=reason, headers={EC_HEADER: ec} if ec else {})


def _segment(text: str) -> Segment:
    family, _, rest = text.partition("/")
    steps = []
    for written in rest.split("/"):
        name, *arguments = written.split(",")
        if not family or not name:
            raise invalid("An operation is missing in x-oss-process.", _NO_OPERATION)
        steps.append(Step(name, tuple(arguments)))
    return Segment(family, tuple(steps))

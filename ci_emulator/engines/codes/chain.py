"""THE chain: the ordered list of stages that a picture passes until nothing more is to be found in it.

The first stage is fast and reads most pictures; what comes behind it is dearer and runs only while something may still be
found and time is left. What each library is good at, and at what price, was measured (spec engines.md, "What follows
for us"); docs/quality.md tells how the whole compares with each of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import msgspec

from ci_emulator.engines.codes.geometry import scaled, without_accidents, without_duplicates
from ci_emulator.engines.codes.model import Code, Kinds
from ci_emulator.engines.codes.readers import opencv, zxing

if TYPE_CHECKING:
    from PIL import Image

    from ci_emulator.engines.codes.matrix_regions import Region

ABSENT = "absent: "
"""How the reason begins when a stage cannot be used."""


class Library(Protocol):
    """A module in `readers`: one library that reads codes."""

    def status(self) -> str:
        """Return its version, or a reason that begins with `ABSENT`."""
        ...

    def read(self, image: Image.Image, only: Kinds | None) -> list[Code]:
        """Return the codes of an 8-bit grey picture."""
        ...


def library(name: str) -> Library:
    """Return the module of a library."""
    return cast(Library, import_module(f"ci_emulator.engines.codes.readers.{name}"))


class Search:
    """One picture on its way through the stages: its pixels, what was found so far, and how much time is left.

    `view` is the picture in 8-bit grey; the corners of `codes` are edge coordinates in it, and so are the places in
    `unread`, where a code was located but not decoded. `stage` is the one that is running. `closely` tells whether bars
    are measured and asked what they say, `deadline` is a time of `time.monotonic`.
    """

    def __init__(
        self, view: Image.Image, only: Kinds | None, deadline: float, *, closely: bool = False
    ) -> None:
        self.view = view
        self.only = only
        self.closely = closely
        self.codes: list[Code] = []
        self.unread: list[Region] = []
        self.stage = ""
        self._deadline = deadline

    @cached_property
    def pixels(self) -> Any:
        """The picture as an array of shape (height, width), 8 bits each."""
        import numpy

        return numpy.ascontiguousarray(self.view)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._deadline

    def add(self, found: Iterable[Code], *, doubtful: bool = True) -> None:
        """Take over what a stage found; what was found before it counts where both lie.

        Bar codes get the rectangle of their bars, and `doubtful` ones are asked for once more.
        """
        wanted = [self._measured(code) for code in found if code.symbology.matches(self.only)]
        if doubtful and self.closely:
            from ci_emulator.engines.codes.confirm import confirmed

            wanted = confirmed(self.pixels, wanted)
        if wanted:
            named = [msgspec.structs.replace(code, reader=self.stage) for code in wanted]
            self.codes = without_duplicates(without_accidents([*self.codes, *named]))

    def _measured(self, code: Code) -> Code:
        """Return a code with the rectangle of its bars, which no library gives: they tell of some scan lines only."""
        if not code.symbology.is_linear or not self.closely:
            return code
        from ci_emulator.engines.codes.bar_edges import bars_rectangle

        rectangle = bars_rectangle(self.pixels, code.corners, code.symbology)
        if rectangle is None:
            return msgspec.structs.replace(code, note=code.note or "corners estimated")
        return msgspec.structs.replace(code, corners=rectangle)

    def ask(self, reader: Library, longest: int) -> None:
        """Take over what a library reads in the picture, reduced to a longest side in pixels."""
        image = self.reduced(longest)
        self.take(image, reader.read(image, self.only))

    def take(self, image: Image.Image, found: Iterable[Code]) -> None:
        """Take over what was found in a copy of another size."""
        x_factor, y_factor = self.view.width / image.width, self.view.height / image.height
        # What the caller does not want tells accidents from finds, so it is left out last.
        self.add(scaled(code, x_factor, y_factor) for code in without_accidents(found))

    def remember_unread(self, image: Image.Image, found: Iterable[Any]) -> None:
        """Take over where zxing-cpp located codes in a copy of another size without decoding them."""
        if self.closely:
            from ci_emulator.engines.codes.matrix_regions import regions_of_errors, scaled

            factor = self.view.width / image.width
            self.unread = [scaled(region, factor) for region in regions_of_errors(image.size, found)]

    def reduced(self, longest: int) -> Image.Image:
        """Return the picture, or a smaller copy whose longest side has that many pixels."""
        from PIL import Image

        side = max(self.view.size)
        if side <= longest:
            return self.view
        width, height = (max(1, length * longest // side) for length in self.view.size)
        return self.view.resize((width, height), Image.Resampling.BOX)


#: Reduced to this zxing-cpp finds the same codes in a sixth of the time (spec engines.md, part C).
_LONGEST = 2400

#: zxing-cpp refuses longer sides.
_LONGEST_ZXING = 65_535

#: Of noise zxing-cpp looks at ten million pixels a second; a picture must not come near the worker's limit.
_MOST_PIXELS = 24_000_000

#: What is faint and small was looked at closely before; noise with its contrast raised takes long to look at.
_LONGEST_ENHANCED = 1000

#: zbar's time grows with the pixels, whatever they show.
_LONGEST_ZBAR = 1200

#: OpenCV's QR detector takes 30 s on a dense picture of 12 megapixels (spec engines.md, part A2).
_LONGEST_OPENCV = 1600


def _zxing(search: Search) -> None:
    from PIL import ImageOps

    image = search.reduced(_LONGEST)
    found = zxing.look(image, invert=False, unread=True)
    search.take(image, zxing.codes_of(found))
    search.remember_unread(image, found)
    if not search.codes:
        # Codes that are light on dark are rare, and looking for them everywhere takes a third of the time.
        search.take(image, zxing.codes_of(zxing.look(ImageOps.invert(image), invert=False)))


def _straighten(search: Search) -> None:
    from ci_emulator.engines.codes.closer import look_closer

    opencv.prepared()
    look_closer(search)


def _enhance(search: Search) -> None:
    if search.codes:
        return
    from ci_emulator.engines.codes.enhance import equalised

    opencv.prepared()
    image = equalised(search.reduced(_LONGEST_ENHANCED))
    search.take(image, library("zxing").read(image, search.only))


def _pyzbar(search: Search) -> None:
    if not search.codes:
        search.ask(library("zbar"), _LONGEST_ZBAR)


def _full(search: Search) -> None:
    side = max(search.view.size)
    share = math.sqrt(_MOST_PIXELS / (search.view.width * search.view.height))
    longest = min(side, int(side * min(1.0, share)))
    if not search.codes and _LONGEST < longest <= _LONGEST_ZXING:
        search.ask(library("zxing"), longest)


def _opencv(search: Search) -> None:
    if not search.codes:
        search.ask(library("opencv"), _LONGEST_OPENCV)


class Stage(NamedTuple):
    """A step of the chain; `needs` are the libraries without which it is passed over."""

    run: Callable[[Search], None]
    needs: tuple[str, ...]
    about: str


STAGES: dict[str, Stage] = {
    "zxing": Stage(_zxing, ("zxing",), "zxing-cpp on the picture, reduced to 2400 pixels"),
    "straighten": Stage(
        _straighten,
        ("zxing", "opencv"),
        "places that look like a code and were not read: straightened, enlarged, read again",
    ),
    "enhance": Stage(
        _enhance,
        ("zxing", "opencv"),
        "when nothing was found: zxing-cpp on the picture with its local contrast raised",
    ),
    "pyzbar": Stage(_pyzbar, ("zbar",), "when nothing was found: zbar, through pyzbar"),
    "full": Stage(
        _full,
        ("zxing",),
        "when nothing was found in a reduced picture: zxing-cpp on 24 million of its pixels",
    ),
    "opencv": Stage(_opencv, ("opencv",), "when nothing was found: OpenCV's own QR and EAN readers"),
}
"""Every stage there is, in the order in which they are run unless the caller says otherwise."""

DEFAULT = ("zxing", "straighten", "enhance", "pyzbar", "full")
"""The stages that run unless others are asked for."""


@cache
def available_stages() -> dict[str, str]:
    """Return for each stage the versions of what it needs, or the first reason why it cannot run."""
    return {name: _status(stage) for name, stage in STAGES.items()}


def _status(stage: Stage) -> str:
    states = {name: library(name).status() for name in stage.needs}
    absent = next((state for state in states.values() if state.startswith(ABSENT)), None)
    return absent or ", ".join(f"{name} {state}" for name, state in states.items())


def run(
    view: Image.Image, stages: Sequence[str], only: Kinds | None, deadline: float
) -> tuple[list[Code], bool]:
    """Run stages over a picture in 8-bit grey; return the codes, and whether time was up before the last stage.

    Raises:
        KeyError: a stage that does not exist.
    """
    present = [name for name in stages if not available_stages()[name].startswith(ABSENT)]
    search = Search(view, only, deadline, closely="straighten" in present)
    for name in present:
        if search.late:
            return search.codes, True
        search.stage = name
        STAGES[name].run(search)
    return search.codes, False

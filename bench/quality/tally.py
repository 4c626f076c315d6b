"""Adds up what the contenders made of many pictures."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bench.quality.rounds import Round
from bench.quality.truth import Difficulty
from ci_emulator.engines.codes.model import Symbology


@dataclass(slots=True)
class Tally:
    """One contender on some of the codes; `seconds` of the pictures that they are in."""

    codes: int = 0
    hits: int = 0
    wrong: int = 0
    duplicates: int = 0
    misplaced: int = 0
    addons: int = 0
    addons_read: int = 0
    corner_errors: list[float] = field(default_factory=list)
    overlaps: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the codes that were read."""
        return self.hits / self.codes if self.codes else math.nan


def median(values: Sequence[float]) -> float:
    """Return the middle value, not a number when there is none."""
    return percentile(values, 0.5)


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` of the values do not exceed, interpolated; not a number when there is none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def tally(
    rounds: Iterable[Round],
    contender: str,
    *,
    symbologies: Collection[Symbology] | None = None,
    difficulty: Difficulty | None = None,
) -> Tally:
    """Add up a contender's outcomes for the codes of some symbologies in pictures of one difficulty, or of all.

    Duplicates and misplaced reports count for every picture with such a code. A wrong read counts where the code at its place does; where there is none, where its own symbology does.
    """
    total = Tally()
    for played in rounds:
        if difficulty not in {None, played.difficulty}:
            continue
        outcome = played.outcomes[contender]
        counted = {
            index
            for index, code in enumerate(played.codes)
            if symbologies is None or code.symbology in symbologies
        }
        total.codes += len(counted)
        total.addons += sum(bool(played.codes[index].addon) for index in counted)
        for hit in outcome.score.hits:
            if hit.code in counted:
                total.hits += 1
                total.addons_read += hit.addon
                total.corner_errors.append(hit.corner_error)
                total.overlaps.append(hit.overlap)
        for wrong in outcome.score.wrong:
            if wrong.code is None:
                total.wrong += symbologies is None or wrong.symbology in symbologies
            else:
                total.wrong += wrong.code in counted
        if counted:
            total.seconds.append(outcome.seconds)
            total.duplicates += outcome.score.duplicates
            total.misplaced += len(outcome.score.misplaced)
    return total

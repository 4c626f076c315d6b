"""A line of the report: two contenders, how they compare in each round, and what is aimed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The values of all rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    def show(self, decimals: int, unit: str = "") -> str:
        """Return `median (lowest–highest) unit`; of a single value only that."""
        low, high = min(self.values), max(self.values)
        text = f"{self.median:,.{decimals}f}"
        if len(self.values) > 1:
            text += f" ({low:,.{decimals}f}–{high:,.{decimals}f})"
        return f"{text} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Aim:
    """What the median of the comparison shall be: at least, or at most, `value`."""

    value: float
    at_least: bool

    def is_met(self, reached: float) -> bool:
        return reached >= self.value if self.at_least else reached <= self.value

    def show(self, unit: str) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.value:.3g} {unit}".rstrip()


def at_least(value: float) -> Aim:
    return Aim(value, at_least=True)


def at_most(value: float) -> Aim:
    return Aim(value, at_least=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two values of one round become the figure that is quoted."""

    word: str
    compute: Callable[[float, float], float]
    decimals: int
    has_unit: bool


#: Ours is so many times the baseline.
RATIO = Comparison("ratio", lambda ours, baseline: ours / baseline, 2, has_unit=False)
#: Ours is so much more than the baseline.
ADDED = Comparison("added", lambda ours, baseline: ours - baseline, 2, has_unit=True)
#: Ours as it is; the baseline is shown beside it.
ITSELF = Comparison("ours", lambda ours, baseline: ours, 1, has_unit=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One measured comparison; `ours` and `baseline` hold a value each round, in `unit`.

    `baseline` is empty when there is nothing to compare with on this machine; then `absence` says why.
    `generator_busy` is the largest share of a turn that the load generator computed (1 means it was the limit).
    """

    name: str
    unit: str
    ours: Sequence[float]
    baseline_name: str
    baseline: Sequence[float]
    comparison: Comparison
    aim: Aim | None = None
    decimals: int = 0
    generator_busy: float | None = None
    absence: str = ""

    @property
    def figure(self) -> Spread:
        """The comparison of each round: what was measured in the same half minute is compared."""
        pairs = zip(self.ours, self.baseline, strict=True)
        return Spread(tuple(self.comparison.compute(ours, baseline) for ours, baseline in pairs))

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None when there is none, or nothing to compare with."""
        return None if self.aim is None or not self.baseline else self.aim.is_met(self.figure.median)

"""Where bars end, above and below a line across them: they are followed for as long as they look as they do there."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from ci_emulator.engines.codes.bar_lines import Ruled

# The line is cut in so many parts, each of which finds its own ends of the bars.
_PARTS = 14

# Samples along the line, at most.
_SAMPLES = 280

# Half of the lines that the profile is the mean of, as a part of the length.
CORE = 0.02

# So much of the bars' contrast is lost where they end.
_HALF = 0.5

# Part of the measurements that a fitted line must agree with.
_AGREEING = 0.5

# Guard bars of retail codes are 5 modules longer than the others, of 51 to 95 that a code has; printers differ. As parts
# of the length: the least, the most, what belongs to the guards, and what to the quiet zone beside them.
_GUARDS_LEAST, _GUARDS_MOST = 0.015, 0.14
_GUARD, _BESIDE = 0.03, 0.015


class Line(NamedTuple):
    """A line `offset + slope * place`."""

    offset: float
    slope: float

    def at(self, place: float) -> float:
        """Return the value at a place."""
        return self.offset + self.slope * place


Ends = tuple[Line, Line]
"""The upper and the lower ends of the bars, by the place along the axis."""


def profile_of(grey: Any, ruled: Ruled, along: Any) -> Any:
    """Return the mean of some lines about the axis at places along it."""
    import numpy as np

    half = max(1.0, CORE * ruled.axis.length)
    return ruled.sampled(grey, along, np.linspace(-half, half, 5)).mean(axis=0)


def roughly_ended(grey: Any, ruled: Ruled, reach: float) -> Ends | None:
    """Return about where the bars end, or go on when they reach further than `reach` times the length."""
    length = ruled.axis.length
    step = max(1.0, length / 80)
    rows = int(reach * length / step)
    return _ends(grey, ruled, step, (rows, rows), further=rows * step, samples=_SAMPLES * 2 // 3)


def ended(grey: Any, ruled: Ruled, known: Ends, reach: float) -> Ends | None:
    """Return where the bars end, which they do about where it is known, and within `reach` times the length."""
    length = ruled.axis.length
    step = max(1.0, length / 160)
    most = int(reach * length / step)
    up, down = (
        max(sign * end.at(-length / 2), sign * end.at(length / 2), 0.0)
        for sign, end in zip((-1, 1), known, strict=True)
    )
    above, below = (min(most, int((1.1 * far + 0.06 * length) / step) + 3) for far in (up, down))
    found = _ends(grey, ruled, step, (above, below), further=None, samples=_SAMPLES)
    if found is None and min(above, below) < most:
        found = _ends(grey, ruled, step, (most, most), further=None, samples=_SAMPLES)
    return found


def guards_ended(grey: Any, ruled: Ruled, ends: Ends) -> Ends:
    """Return the ends again, the lower ones where the first and the last bars end when both reach further."""
    import numpy as np

    length = ruled.axis.length
    step = max(0.5, length / 320)
    count = int(max(10, (_GUARD + _BESIDE) * length / 0.7))
    begins = -length / 2 - _BESIDE * length, length / 2 - _GUARD * length
    places, found = [], []
    for begin in begins:
        along = begin + (np.arange(count) + 0.5) * ((_GUARD + _BESIDE) * length / count)
        place = begin + (_GUARD + _BESIDE) * length / 2
        inside = min(0.1 * length, 0.5 * ends[1].at(place))
        across = ends[1].at(place) + np.arange(-inside, _GUARDS_MOST * length, step)
        lines = ruled.sampled(grey, along, across)
        # What the bars are like shortly before the others end.
        core = lines[: max(2, int(0.6 * inside / step))].mean(axis=0)
        strength, _ = _likeness(lines, core, 1)
        steps = _steps_to_end(strength, max(2, round(0.015 * length / step)))
        if np.isnan(steps[0]):
            return ends
        longer = float(steps[0]) * step - inside
        if not _GUARDS_LEAST * length < longer < 0.9 * _GUARDS_MOST * length:
            return ends
        places.append(place)
        found.append(ends[1].at(place) + longer)
    slope = (found[1] - found[0]) / (places[1] - places[0])
    return ends[0], Line(found[0] - slope * places[0], slope)


def _ends(
    grey: Any, ruled: Ruled, step: float, rows: tuple[int, int], *, further: float | None, samples: int
) -> Ends | None:
    """Follow the bars so many steps up and down; parts that do not end count as ending at `further`, or not at all."""
    import numpy as np

    length = ruled.axis.length
    per_part = int(min(samples, max(6 * _PARTS, length))) // _PARTS
    samples = per_part * _PARTS
    along = (np.arange(samples) + 0.5) * (length / samples) - length / 2
    lines = ruled.sampled(grey, along, np.arange(-rows[0], rows[1] + 1) * step, outside=128)
    strength, energy = _likeness(lines, profile_of(grey, ruled, along), _PARTS)
    usable = energy > 0.15 * np.median(energy)
    places = along.reshape(_PARTS, per_part).mean(axis=1)[usable]
    strength = strength[:, usable]
    run = max(2, round(0.015 * length / step))
    fitted = []
    for sign, ways in ((-1, strength[rows[0] :: -1]), (1, strength[rows[0] :])):
        ends = _steps_to_end(ways, run) * (sign * step)
        if further is not None:
            ends = np.where(np.isnan(ends), sign * further, ends)
        there = ~np.isnan(ends)
        fitted.append(fit(places[there], ends[there], step, len(places)))
    top, bottom = fitted
    return None if top is None or bottom is None else (top, bottom)


def _likeness(lines: Any, core: Any, parts: int) -> tuple[Any, Any]:
    """Return for each line and part how strongly it shows the bars of the core, 1 as strongly, and the core's energy."""
    import numpy as np

    # The lean is not exact: each line may be shifted by a sample.
    wanted = np.stack([np.roll(core, shift) for shift in (-1, 0, 1)]).reshape(3, parts, -1)
    wanted = (wanted - wanted.mean(axis=2, keepdims=True)).astype(np.float32)
    norm = (wanted * wanted).sum(axis=2)
    split = lines.reshape(len(lines), parts, -1).transpose(1, 0, 2)
    alike = split @ (wanted / np.maximum(norm, 1.0)[:, :, None]).transpose(1, 2, 0)
    return alike.max(axis=2).T, norm[1]


def _steps_to_end(ways: Any, run: int) -> Any:
    """Return for each column after how many steps the bars end, where their strength falls to half; NaN: nowhere.

    They end where they are weak for a whole run of steps: a scratch or a speck does not count.
    """
    import numpy as np

    begin = np.sort(ways[: max(3, run)], axis=0)
    usual = np.minimum(begin[(len(begin) - 1) // 2], 1.0)
    if len(ways) <= run:
        return np.where(usual < _HALF, 0.0, np.nan)
    below = np.zeros((len(ways) + 1, ways.shape[1]), np.int32)
    np.cumsum(ways < _HALF * usual, axis=0, out=below[1:])
    gone = below[run:] - below[:-run] >= run
    last = gone.argmax(axis=0)
    columns = np.arange(ways.shape[1])
    outer, inner = ways[last, columns], ways[np.maximum(last - 1, 0), columns]
    steps = last - 1 + (inner - _HALF * usual) / np.maximum(inner - outer, 1e-6)
    steps[(last == 0) | (usual < _HALF)] = 0.0
    steps[~gone.any(axis=0) & (usual >= _HALF)] = np.nan
    return steps


@cache
def _pairs(count: int) -> Any:
    import numpy as np

    return np.triu_indices(count, 1)


def fit(places: Any, values: Any, tolerance: float, wanted: int) -> Line | None:
    """Return the line that most points agree on, or None when too few of those that were wanted do."""
    import numpy as np

    least = max(3, _AGREEING * wanted)
    if len(places) < least:
        return None
    i, j = _pairs(len(places))
    slopes = (values[j] - values[i]) / (places[j] - places[i])
    offsets = values[i] - slopes * places[i]
    errors = np.abs(values - offsets[:, None] - slopes[:, None] * places)
    limit = 1.5 * tolerance
    best = errors[int(np.minimum(errors, limit).sum(axis=1).argmin())]
    near = best <= limit
    if np.count_nonzero(near) < least:
        return None
    places, values = places[near], values[near]
    middle, mean = float(places.mean()), float(values.mean())
    apart = places - middle
    slope = float(apart @ (values - mean)) / float(apart @ apart)
    return Line(mean - slope * middle, slope)

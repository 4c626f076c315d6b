"""Where profiles across bars rise: the beginning of the first bar, and one edge on many lines at once."""

from __future__ import annotations

from typing import Any

# Part of the steepest slope nearby from which on a slope is an edge.
_STEEP = 0.35


def outermost(along: Any, profile: Any, place: float, margin: float, gap: float, most: float) -> float | None:
    """Return where the profile rises for the first time, given about where it does: at the first bar.

    From the rise that is nearest to `place`, further inside or `margin` before it, others before it are gone to, for as
    long as they are no further apart than `gap`, which a quiet zone is, and no further from `place` than `most`.
    """
    import numpy as np

    slope = _slopes(profile)
    near = (along > place - margin) & (along < place + 0.15 * abs(2 * place))
    peaks = np.flatnonzero(_peaks(slope, _STEEP * float(slope[near].max())))
    places = along[peaks]
    inside = peaks[near[peaks]]
    if not len(inside):
        return None
    peak = int(inside[np.argmin(np.abs(along[inside] - place))])
    for other in peaks[places < along[peak]][::-1]:
        if along[peak] - along[other] > gap or place - along[other] > most:
            break
        peak = int(other)
    return float(_centres(along, slope[None, :], np.array([peak]))[0])


def rises(along: Any, profiles: Any, place: float, margin: float) -> tuple[Any, Any]:
    """Return the numbers of the profiles (profiles, samples) that rise near a place, and where the nearest rise is."""
    import numpy as np

    slopes = _slopes(profiles)
    away = np.abs(along - place)
    near = away <= margin
    peaks = _peaks(slopes, _STEEP * slopes[:, near].max(axis=1, keepdims=True)) & near
    rows = np.flatnonzero(peaks.any(axis=1))
    nearest = np.where(peaks[rows], away, np.inf).argmin(axis=1)
    return rows, _centres(along, slopes[rows], nearest)


def _slopes(profiles: Any) -> Any:
    import numpy as np

    slopes = np.zeros_like(profiles)
    slopes[..., 1:-1] = profiles[..., 2:] - profiles[..., :-2]
    return slopes


def _peaks(slopes: Any, least: Any) -> Any:
    """Tell of each sample whether a profile rises most steeply there, and more than `least`."""
    import numpy as np

    peaks = np.zeros(slopes.shape, bool)
    middle = slopes[..., 1:-1]
    peaks[..., 1:-1] = (
        (middle >= slopes[..., :-2]) & (middle > slopes[..., 2:]) & (middle > np.maximum(least, 1e-3))
    )
    return peaks


def _centres(along: Any, slopes: Any, peaks: Any) -> Any:
    """Return the centre of gravity of the slope around a peak in each row, down to a third of its height."""
    import numpy as np

    rows = np.arange(len(slopes))
    numbers = np.arange(slopes.shape[1])
    low = slopes <= slopes[rows, peaks][:, None] / 3
    begin = np.where(low & (numbers < peaks[:, None]), numbers, -1).max(axis=1)
    end = np.where(low & (numbers > peaks[:, None]), numbers, slopes.shape[1]).min(axis=1)
    weights = slopes * ((numbers > begin[:, None]) & (numbers < end[:, None]))
    return (weights @ along) / weights.sum(axis=1)

"""The one source of time, so that a run can be made deterministic."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time in seconds since the epoch."""

    def now(self) -> float:
        """Return the current time in unix seconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return the current time in unix seconds."""
        return time.time()


class FixedClock:
    """A clock that stands still until it is moved; for tests and reproducible runs."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        """Return the time this clock was set to."""
        return self._now

    def move(self, seconds: float) -> None:
        """Advance the clock (a negative value turns it back)."""
        self._now += seconds


def iso8601(seconds: float) -> str:
    """Format unix seconds as `2020-06-17T05:37:29Z`."""
    return f"{_iso8601(int(seconds))}Z"


def iso8601_china(seconds: float) -> str:
    """Format unix seconds as `2019-11-15T12:12:12+0800`, in the time of China."""
    return f"{_iso8601(int(seconds) + 8 * 3600)}+0800"


def iso8601_millis(seconds: float) -> str:
    """Format unix seconds as `2020-12-10T03:37:30.000Z`."""
    whole, micros = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_iso8601(whole)}.{micros // 1000:03d}Z"


# A page of a listing has a thousand, and what was uploaded together stands together.
@lru_cache(maxsize=256)
def _iso8601(seconds: int) -> str:
    t = time.gmtime(seconds)
    date = f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d}"
    return f"{date}T{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date(seconds: float) -> str:
    """Format unix seconds as an IMF-fixdate (RFC 9110 section 5.6.7), independent of the locale."""
    return _http_date(math.floor(seconds))


# Each answer has one or two, and most are the same as in the answer before.
@lru_cache(maxsize=256)
def _http_date(seconds: int) -> str:
    t = time.gmtime(seconds)
    return (
        f"{_DAYS[t.tm_wday]}, {t.tm_mday:02d} {_MONTHS[t.tm_mon - 1]} {t.tm_year:04d}"
        f" {t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} GMT"
    )

"""How much is measured."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: The server starts as many recognition workers, and every "bare engine" line as many processes.
CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run: turns of each contender, seconds of load in a turn, clients at once, fresh starts."""

    rounds: int
    seconds: float
    connections: int
    starts: int


FULL = Scale(rounds=7, seconds=2.0, connections=16, starts=15)
#: Shows that everything runs; its figures mean nothing.
SMOKE = Scale(rounds=1, seconds=0.1, connections=2, starts=1)

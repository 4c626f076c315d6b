"""How much is measured."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: The server starts as many recognition workers, and every "bare engine" line as many processes.
CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run.

    Turns of each contender, seconds of load in a turn, clients at once, fresh starts, keys in the bucket that is
    listed (for ours and for peers), MiB of the stream, and whether npm's peers take part.
    """

    rounds: int
    seconds: float
    connections: int
    starts: int
    keys: int
    peer_keys: int
    stream: int
    peers: bool


FULL = Scale(
    rounds=7,
    seconds=2.0,
    connections=16,
    starts=15,
    keys=100_000,
    peer_keys=10_000,
    stream=1024,
    peers=True,
)
#: Shows that everything runs; its figures mean nothing.
SMOKE = Scale(rounds=1, seconds=0.1, connections=2, starts=1, keys=1100, peer_keys=100, stream=8, peers=False)

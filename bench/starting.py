"""From the start of a process to its first answer, and its memory before the first recognition."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import contenders, signed
from bench.clients import BUCKET
from bench.contenders import KEY, KILOBYTE, Traffic, put_load
from bench.line import ADDED, ITSELF, Line, at_most
from bench.scale import Scale

_MB = 1_000_000
_PLAIN_REQUESTS = 100


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines; every value is of a fresh process."""
    ours, bare = [], []
    with contenders.emulator(), contenders.bare():
        pass  # compiles what was never compiled and fills the page cache
    for _ in range(scale.starts):
        with contenders.emulator() as server:
            ours.append(server.start_seconds)
        with contenders.bare() as server:
            bare.append(server.start_seconds)
    yield Line(
        name="start to first answer",
        unit="s",
        ours=ours,
        baseline_name="bare aiohttp app",
        baseline=bare,
        comparison=ADDED,
        aim=at_most(0.2),
        decimals=3,
    )
    yield from _memory(scale)


def _memory(scale: Scale) -> Iterator[Line]:
    kinds = ("rss", "pss", "uss")
    ours: dict[str, list[float]] = {kind: [] for kind in kinds}
    bare: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as directory:
        seed = contenders.seed_directory(Path(directory))
        for _ in range(scale.rounds):
            for server, values in (
                (contenders.emulator("--seed", f"{BUCKET}={seed}"), ours),
                (contenders.bare(), bare),
            ):
                with server:
                    traffic = Traffic([signed.cos(server.port, BUCKET, KEY)] * _PLAIN_REQUESTS, KILOBYTE)
                    put_load(server, traffic, connections=_PLAIN_REQUESTS, seconds=None)
                    memory = server.memory()
                    for kind in kinds:
                        values[kind].append(getattr(memory, kind) / _MB)
    for kind in kinds:
        yield Line(
            name=f"memory after {_PLAIN_REQUESTS} GETs, before any recognition: {kind.upper()}",
            unit="MB",
            ours=ours[kind],
            baseline_name="bare aiohttp app",
            baseline=bare[kind],
            comparison=ITSELF,
            aim=at_most(80) if kind == "rss" else None,
            decimals=1,
        )

"""A signed GET of 1 KB, from both stores, against a bare handler and against moto's server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import contenders, signed
from bench.contenders import BUCKET, KEY, KILOBYTE, Traffic, put_load
from bench.line import RATIO, Line, at_least, at_most
from bench.processes import Server
from bench.scale import Scale

#: So many signatures of different times: a server that remembered one would gain nothing.
_SIGNATURES = 200


@dataclass(slots=True)
class _Contender:
    """A server, what it is asked, and what came out in each round."""

    server: Server
    traffic: Traffic
    rates: list[float] = field(default_factory=list)
    cpu_millis: list[float] = field(default_factory=list)
    busy: float = 0.0

    def turn(self, scale: Scale) -> None:
        before = self.server.cpu_seconds()
        outcome = put_load(self.server, self.traffic, scale.connections, scale.seconds)
        self.rates.append(outcome.rate)
        self.cpu_millis.append((self.server.cpu_seconds() - before) / outcome.answered * 1000)
        self.busy = max(self.busy, outcome.busy)


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines; all servers stand all the time, one at a time gets load."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        seed = ("--seed", f"{BUCKET}={contenders.seed_directory(directory)}")
        disk_options = ("--store", "disk", "--data-dir", str(directory / "data"))
        memory = _cos(stack.enter_context(contenders.emulator(*seed)))
        disk = _cos(stack.enter_context(contenders.emulator(*seed, *disk_options)))
        # The bare handler gets the same bytes, signature included: it reads them and looks at none.
        bare = _cos(stack.enter_context(contenders.bare()))
        moto = _s3(stack.enter_context(contenders.moto()))
        everyone = (memory, bare, disk, moto)
        for contender in everyone:  # the first answers pay for what is loaded late
            put_load(contender.server, contender.traffic, scale.connections, scale.seconds / 3)
        for _ in range(scale.rounds):
            for contender in everyone:
                contender.turn(scale)
    for store, ours in (("memory", memory), ("disk", disk)):
        name = f"signed GET of 1 KB, {store} store"
        yield _throughput(name, ours, "bare aiohttp handler", bare, aim=1 / 3)
        yield _throughput(name, ours, "moto_server", moto, aim=1)
        yield Line(
            name=f"{name}: processor time a request",
            unit="ms",
            ours=ours.cpu_millis,
            baseline_name="bare aiohttp handler",
            baseline=bare.cpu_millis,
            comparison=RATIO,
            aim=at_most(3),
            decimals=3,
        )


def _throughput(name: str, ours: _Contender, baseline_name: str, baseline: _Contender, aim: float) -> Line:
    return Line(
        name=name,
        unit="requests/s",
        ours=ours.rates,
        baseline_name=baseline_name,
        baseline=baseline.rates,
        comparison=RATIO,
        aim=at_least(aim),
        generator_busy=max(ours.busy, baseline.busy),
    )


def _cos(server: Server) -> _Contender:
    requests = [signed.cos(server.port, BUCKET, KEY, ago=60 + number) for number in range(_SIGNATURES)]
    return _Contender(server, Traffic(requests, KILOBYTE))


def _s3(server: Server) -> _Contender:
    """Put the object there and return its GET."""
    path = f"/bench/{KEY}"
    for request in (
        signed.s3(server.port, "PUT", "/bench"),
        signed.s3(server.port, "PUT", path, KILOBYTE),
    ):
        put_load(server, Traffic([request], b""), connections=1, seconds=0)
    return _Contender(server, Traffic([signed.s3(server.port, "GET", path)], KILOBYTE))

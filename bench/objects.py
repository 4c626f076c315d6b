"""Signed PUT and GET of 1 KB and 1 MB, and 64 clients at once, from both stores against the bare handler and peers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.clients import Client
from bench.contenders import KILOBYTE, Field, Results, Traffic, field_of, race
from bench.line import RATIO, Aim, Line, at_least, at_most
from bench.scale import Scale

_MEGABYTE = KILOBYTE * 1024

#: Name, body, and how many keys take turns: as many signatures, so that a server that remembered one gained nothing.
_SIZES = (("1 KB", KILOBYTE, 200), ("1 MB", _MEGABYTE, 64))

_CROWD = 64


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines; all servers stand all the time, one at a time gets load."""
    with field_of(scale) as field:
        for size, body, count in _SIZES:
            keys = [f"{size[-2:]}/{number}.bin" for number in range(count)]

            def puts(client: Client, port: int, body: bytes = body, keys: list[str] = keys) -> Traffic:
                return Traffic([client.put(port, key, body) for key in keys])

            def gets(client: Client, port: int, keys: list[str] = keys) -> Traffic:
                return Traffic([client.get(port, key) for key in keys], KILOBYTE)

            stored = race(field.everyone, puts, scale, scale.connections)
            yield from _throughput(f"signed PUT of {size}", field, stored)
            fetched = race(field.everyone, gets, scale, scale.connections)
            aim = at_least(1 / 3) if size == "1 KB" else None
            yield from _throughput(f"signed GET of {size}", field, fetched, aim)
            if size == "1 KB":
                yield from _processor_time(f"signed GET of {size}", field, fetched)
        yield from _crowd(scale, field)


def _throughput(
    what: str, field: Field, results: dict[str, Results], bare_aim: Aim | None = None
) -> Iterator[Line]:
    for store, contender, peers in field.pairings:
        ours = results[contender.name]
        for other in (field.bare, *peers):
            baseline = results[other.name]
            yield Line(
                name=f"{what}, {store}",
                unit="requests/s",
                ours=ours.rates,
                baseline_name=other.name,
                baseline=baseline.rates,
                comparison=RATIO,
                aim=bare_aim if other is field.bare else at_least(1),
                generator_busy=max(ours.busy, baseline.busy),
                absence="peer not installed",
            )


def _processor_time(what: str, field: Field, results: dict[str, Results]) -> Iterator[Line]:
    for store, contender, _ in field.pairings:
        yield Line(
            name=f"{what}, {store}: processor time a request",
            unit="ms",
            ours=results[contender.name].cpu,
            baseline_name=field.bare.name,
            baseline=results[field.bare.name].cpu,
            comparison=RATIO,
            aim=at_most(3),
            decimals=3,
        )


def _crowd(scale: Scale, field: Field) -> Iterator[Line]:
    """Half of the requests store and half fetch 1 KB, in an order that is the same for everyone.

    They meet on no key: s3rver answers 500 to a GET of what is being written.
    """

    def mixed(client: Client, port: int) -> Traffic:
        requests = []
        for number in range(200):
            requests.append(client.put(port, f"crowd/{number}.bin", KILOBYTE))
            requests.append(client.get(port, f"KB/{199 - number}.bin"))
        random.Random(64).shuffle(requests)
        return Traffic(requests)

    results = race(field.everyone, mixed, scale, _CROWD)
    what = f"{_CROWD} clients, PUT and GET of 1 KB"
    yield from _throughput(what, field, results)
    for store, contender, peers in field.pairings:
        for other in (field.bare, *peers):
            yield Line(
                name=f"{what}, {store}: 99 of 100 answered within",
                unit="ms",
                ours=results[contender.name].p99,
                baseline_name=other.name,
                baseline=results[other.name].p99,
                comparison=RATIO,
                aim=None if other is field.bare else at_most(1),
                decimals=1,
                absence="peer not installed",
            )

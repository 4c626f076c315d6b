"""A list page of 1000 keys in a full bucket: how long one client waits for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.clients import S3, Azure, Client, Cos, key_number
from bench.contenders import Contender, Results, Traffic, azurite, moto, race, s3rver, send_all, workspace
from bench.filled import READY
from bench.line import ITSELF, RATIO, Line, at_most
from bench.processes import Server, python
from bench.scale import Scale

_PAGE = 1000
_MARKERS = 50
_MOST_MILLIS = 20


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines; the peers' buckets hold fewer keys than ours, because they take so long to fill."""
    with workspace() as directory, ExitStack() as stack:
        pairings = {
            store: (
                Contender(store, stack.enter_context(_full(store, directory, scale.keys)), Cos()),
                [_filled(stack, name, server, client, scale.peer_keys) for name, server, client in peers],
            )
            for store, peers in (
                ("memory", (("moto_server", moto(), S3()), _s3rver(directory, scale))),
                ("disk", (_azurite(directory, scale),)),
            )
        }

        def pages(client: Client, port: int) -> Traffic:
            keys = scale.keys if isinstance(client, Cos) else scale.peer_keys
            numbers = random.Random(_PAGE).choices(range(max(1, keys - _PAGE)), k=_MARKERS)
            return Traffic([client.page(port, key_number(number)) for number in numbers], b"photos/")

        everyone = [contender for ours, others in pairings.values() for contender in (ours, *others)]
        results = race(everyone, pages, scale, connections=1)
    for store, (ours, others) in pairings.items():
        name = f"list page of {_PAGE:,} in a bucket of {scale.keys:,}, {store} store"
        yield from _lines(name, results[ours.name], [results[other.name] for other in others])


def _s3rver(directory: Path, scale: Scale) -> tuple[str, Server | None, Client]:
    return "s3rver", s3rver(directory / "s3rver") if scale.peers else None, S3()


def _azurite(directory: Path, scale: Scale) -> tuple[str, Server | None, Client]:
    return "azurite", azurite(directory / "azurite") if scale.peers else None, Azure()


def _full(store: str, directory: Path, keys: int) -> Server:
    arguments = ("{port}", store, str(directory / store), str(keys))
    return Server(*python("bench.filled", *arguments), path=f"/{READY}/")


def _filled(stack: ExitStack, name: str, server: Server | None, client: Client, keys: int) -> Contender:
    if server is not None:
        stack.enter_context(server)
        send_all(server, [client.create(server.port)])
        send_all(server, [client.put(server.port, key_number(number), b"x") for number in range(keys)])
    return Contender(name, server, client)


def _lines(name: str, ours: Results, others: list[Results]) -> Iterator[Line]:
    yield Line(
        name=f"{name}: latency",
        unit="ms",
        ours=ours.p50,
        baseline_name="99 of 100 of them",
        baseline=ours.p99,
        comparison=ITSELF,
        aim=at_most(_MOST_MILLIS),
        decimals=1,
    )
    for other in others:
        yield Line(
            name=f"{name}: latency",
            unit="ms",
            ours=ours.p50,
            baseline_name=other.name,
            baseline=other.p50,
            comparison=RATIO,
            aim=at_most(1),
            decimals=1,
            absence="peer not installed",
        )

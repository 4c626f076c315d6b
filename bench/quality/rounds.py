"""Runs the contenders over scenes, in as many processes as there are cores; times are processor time of the call."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import msgspec

from bench.quality import contenders, decoys, scenes
from bench.quality.contenders import CONTENDERS
from bench.quality.scoring import Score, score
from bench.quality.truth import Difficulty, Scene, TrueCode
from ci_emulator.engines.codes.model import Symbology


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to run: scenes of consecutive seeds, and as many pictures without codes."""

    seed: int
    scenes: int
    decoys: int
    kind: Symbology | None = None
    difficulty: Difficulty | None = None
    contenders: tuple[str, ...] = tuple(CONTENDERS)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one contender made of one picture; `seconds` is processor time."""

    seconds: float
    score: Score


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One picture and every contender's outcome."""

    name: str
    seed: int
    difficulty: Difficulty
    megapixels: float
    conditions: dict[str, object]
    codes: tuple[TrueCode, ...]
    outcomes: dict[str, Outcome]


def run(plan: Plan, processes: int | None = None) -> Iterator[Round]:
    """Yield the rounds in the order of the seeds, first those with codes."""
    jobs = [(False, seed) for seed in seeds(plan)]
    jobs += [(True, plan.seed + number) for number in range(plan.decoys)]
    work = partial(_work, plan)
    processes = processes or os.cpu_count() or 1
    if processes == 1:
        _prepare(plan.contenders)
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_prepare, initargs=(plan.contenders,)
    ) as pool:
        yield from pool.map(work, jobs, chunksize=8)


def seeds(plan: Plan) -> Iterable[int]:
    """Return the seeds of the scenes with codes; of one difficulty every third one."""
    if plan.difficulty is None:
        return range(plan.seed, plan.seed + plan.scenes)
    first = plan.seed + (list(Difficulty).index(plan.difficulty) - plan.seed) % 3
    return range(first, first + 3 * plan.scenes, 3)


def _prepare(names: Sequence[str]) -> None:
    contenders.prepare()
    # An easy picture and a hard one, so that every stage is loaded before its time is taken.
    for seed in (0, 2):
        warm = scenes.compose(seed)
        for name in names:
            CONTENDERS[name](warm.data)


def _work(plan: Plan, job: tuple[bool, int]) -> Round:
    without_codes, seed = job
    scene = decoys.compose(seed) if without_codes else scenes.compose(seed, plan.kind)
    # Each in turn is first, and finds the file in no cache.
    first = seed % len(plan.contenders)
    order = plan.contenders[first:] + plan.contenders[:first]
    outcomes = {name: _read(name, scene) for name in order}
    return Round(
        name=scene.name,
        seed=scene.seed,
        difficulty=scene.difficulty,
        megapixels=scene.width * scene.height / 1e6,
        conditions=scene.conditions,
        codes=scene.codes,
        outcomes=outcomes,
    )


def _read(name: str, scene: Scene) -> Outcome:
    began = time.process_time()
    reported = CONTENDERS[name](scene.data)
    seconds = time.process_time() - began
    return Outcome(seconds=seconds, score=score(scene.codes, reported))

"""`python -m bench.quality`: compose pictures, let every reader read them, print the tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bench.quality import decoys, page, scenes, workers
from bench.quality.contenders import CONTENDERS
from bench.quality.rounds import Plan, Round, run, seeds
from bench.quality.truth import Difficulty
from ci_emulator.engines.codes.chain import ABSENT, available_stages
from ci_emulator.engines.codes.model import Symbology

_COMMITTED_SEED = 100_000


def main(argv: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(argv)
    names = tuple(options.contenders.split(","))
    if unknown := set(names) - set(CONTENDERS):
        parser.error(f"no such contender: {', '.join(sorted(unknown))}")
    if "pyzbar" in names and available_stages()["pyzbar"].startswith(ABSENT):
        parser.error("pyzbar cannot run here (apt-get install libzbar0); leave it out with --contenders")
    if options.write and set(names) != set(CONTENDERS):
        parser.error("--write takes all contenders")
    plan = Plan(
        seed=options.seed,
        scenes=options.scenes,
        decoys=options.scenes // 4 if options.decoys is None else options.decoys,
        kind=options.kind,
        difficulty=options.difficulty,
        contenders=names,
    )
    if options.save:
        _save(plan, options.save)
        return 0
    rounds = list(_with_progress(run(plan, options.processes), plan))
    if options.misses:
        lines = (line for played in rounds for line in _misses(played))
        options.misses.write_bytes(b"\n".join(map(msgspec.json.encode, lines)) + b"\n")
    two_workers = workers.two_as_multiple_of_one(plan.seed) if options.workers else None
    report = page.report(plan, rounds, two_workers)
    print(report)
    if options.write:
        page.write(options.write, report)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    add = parser.add_argument
    add("--scenes", type=int, default=1200, help="pictures with codes (1200); a quarter as many without")
    add("--decoys", type=int, help="pictures without codes")
    add("--seed", type=int, default=_COMMITTED_SEED, help=f"the first seed ({_COMMITTED_SEED})")
    add("--kind", type=Symbology, choices=scenes.KINDS, metavar="KIND", help="codes of this kind only")
    add("--difficulty", type=Difficulty, choices=list(Difficulty), help="one third only")
    add("--contenders", default=",".join(CONTENDERS), help=f"of {','.join(CONTENDERS)}")
    add("--processes", type=int, help="as many as there are cores, unless told otherwise")
    add("--workers", action="store_true", help="also measure two worker processes beside one")
    add("--misses", type=Path, metavar="FILE", help="write each miss and each wrong read as a line of JSON")
    add("--save", type=Path, metavar="DIR", help="write the pictures and their truth there, and read nothing")
    add("--write", type=Path, metavar="FILE", help="put the tables into this page of the documentation")
    return parser


def _with_progress(rounds: Iterable[Round], plan: Plan) -> Iterable[Round]:
    every = 100
    for number, played in enumerate(rounds, 1):
        if number % every == 0:
            print(f"{number} of {plan.scenes + plan.decoys} pictures", file=sys.stderr, flush=True)
        yield played


def _misses(played: Round) -> Iterable[dict[str, object]]:
    about = {
        "seed": played.seed,
        "scene": played.name,
        "difficulty": played.difficulty,
        "picture": played.conditions,
    }
    for name, outcome in played.outcomes.items():
        hit = {one.code for one in outcome.score.hits}
        for index, code in enumerate(played.codes):
            if index not in hit:
                yield {**about, "contender": name, "what": "missed", "code": code}
        for what in ("wrong", "misplaced"):
            for astray in getattr(outcome.score, what):
                truth = None if astray.code is None else played.codes[astray.code]
                yield {**about, "contender": name, "what": what, "read": astray, "code": truth}


def _save(plan: Plan, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    composed = [scenes.compose(seed, plan.kind) for seed in seeds(plan)]
    composed += [decoys.compose(plan.seed + number) for number in range(plan.decoys)]
    for scene in composed:
        suffix = "png" if scene.data.startswith(b"\x89PNG") else "jpg"
        (directory / f"{scene.name}.{suffix}").write_bytes(scene.data)
        truth = {"difficulty": scene.difficulty, "conditions": scene.conditions, "codes": scene.codes}
        (directory / f"{scene.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth)))


if __name__ == "__main__":
    sys.exit(main())

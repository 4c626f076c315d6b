"""What the chain is meant to reach, and whether it does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.line import Aim, at_least, at_most
from bench.quality.rounds import Round
from bench.quality.tables import LINEAR, is_of_two_megapixels, markdown, number
from bench.quality.tally import median, percentile, tally
from ci_emulator.engines.codes.model import Symbology

_OURS = "chain"
_ALONE = ("zxing", "pyzbar", "opencv")


class Check(NamedTuple):
    """One aim, the figure that was reached, and what there is to say about it."""

    name: str
    aim: Aim
    reached: float
    decimals: int = 2
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether it is reached; a figure that was not measured reaches nothing."""
        return not math.isnan(self.reached) and self.aim.is_met(self.reached)


def checks(rounds: Sequence[Round], two_workers: float | None) -> Iterator[Check]:
    """Yield the aims; the rounds hold all contenders, `two_workers` is the throughput of two as a multiple of one."""
    with_codes = [played for played in rounds if played.codes]
    without = [played for played in rounds if not played.codes]
    ours = tally(with_codes, _OURS)
    yield _ahead_everywhere(with_codes)
    yield Check("wrong reads in 1,000 codes", at_most(1), _ratio(1000 * ours.wrong, ours.codes))
    yield Check(
        f"false positives in {len(without)} pictures without codes",
        at_most(0),
        tally(without, _OURS).wrong,
        0,
    )
    qr = tally(with_codes, _OURS, symbologies={Symbology.QR_CODE})
    yield Check("QR corners: median, px", at_most(1), median(qr.corner_errors))
    yield Check("QR corners: p95, px", at_most(2), percentile(qr.corner_errors, 0.95))
    linear = tally(with_codes, _OURS, symbologies=LINEAR)
    yield Check("corners of linear codes: median, px", at_most(4), median(linear.corner_errors))
    alone = median([played.outcomes["zxing"].seconds for played in with_codes])
    yield Check(
        "median time with a code, as a multiple of zxing-cpp alone",
        at_most(1.3),
        _ratio(median([played.outcomes[_OURS].seconds for played in with_codes]), alone),
    )
    big = [played.outcomes[_OURS].seconds for played in rounds if is_of_two_megapixels(played)]
    yield Check("p95 at 2 Mpx, with and without codes, ms", at_most(400), 1000 * percentile(big, 0.95), 0)
    if two_workers is not None:
        yield Check("two workers, as a multiple of one", at_least(1.8), two_workers)


def _ratio(one: float, other: float) -> float:
    return one / other if other else math.nan


def _ahead_everywhere(rounds: Sequence[Round]) -> Check:
    """In how many symbologies the chain reads more than each library; where both read all, it cannot be ahead."""
    kinds = sorted({code.symbology for played in rounds for code in played.codes})
    behind = []
    for symbology in kinds:
        hits = {name: tally(rounds, name, symbologies={symbology}).hits for name in (_OURS, *_ALONE)}
        best = max(_ALONE, key=lambda name: hits[name])
        codes = tally(rounds, _OURS, symbologies={symbology}).codes
        if hits[_OURS] <= hits[best] and hits[_OURS] < codes:
            behind.append(f"{symbology}: {hits[_OURS]}, {best} {hits[best]} of {codes}")
    return Check(
        "symbologies where it reads more than every single library",
        at_least(len(kinds)),
        len(kinds) - len(behind),
        0,
        "; ".join(behind),
    )


def table(found: Sequence[Check]) -> str:
    """Return the aims as a table."""
    head = ("aim", "", "reached", "")
    rows = [
        (
            f"{check.name} ({check.note})" if check.note else check.name,
            check.aim.show(""),
            number(check.reached, check.decimals),
            "met" if check.met else "**missed**",
        )
        for check in found
    ]
    return markdown(head, rows)

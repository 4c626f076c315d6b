"""The tables of the report, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bench.quality.rounds import Round
from bench.quality.tally import Tally, median, percentile, tally
from bench.quality.truth import Difficulty
from ci_emulator.engines.codes.model import Symbology

NAMES = {
    "chain": "**ours**",
    "preset": "ours, `pyzbar,opencv`",
    "zxing": "zxing-cpp",
    "pyzbar": "pyzbar",
    "opencv": "OpenCV",
}
"""What the tables call the contenders."""

LINEAR = frozenset(symbology for symbology in Symbology if symbology.is_linear)

TWO_MEGAPIXELS = 1.9
"""From here on a picture counts as one of 2 Mpx."""

_MISSING = "–"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all columns but the first two are numbers."""
    rule = ["---", "---", *["--:"] * (len(head) - 2)]
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float, decimals: int = 1, factor: float = 1.0) -> str:
    """Return a number for a cell, a dash when there is none."""
    return _MISSING if math.isnan(value) else f"{value * factor:,.{decimals}f}"


def share(total: Tally) -> str:
    """Return the recall in per cent."""
    return number(total.recall, 1, 100)


def is_of_two_megapixels(played: Round) -> bool:
    return played.megapixels >= TWO_MEGAPIXELS


def sums(rounds: Sequence[Round], contenders: Sequence[str]) -> str:
    """One line a contender: everything together."""
    with_codes = [played for played in rounds if played.codes]
    without = [played for played in rounds if not played.codes]
    big = [played for played in with_codes if is_of_two_megapixels(played)]
    head = ("reader", "codes", "read", "easy", "medium", "hard", "wrong", "in 1,000", "twice", "misplaced",
            "false positives", "ms median", "ms p95", "ms p95 at 2 Mpx")  # fmt: skip
    rows = []
    for name in contenders:
        total = tally(with_codes, name)
        false = tally(without, name).wrong
        rows.append((
            NAMES[name],
            str(total.codes),
            share(total),
            *(share(tally(with_codes, name, difficulty=difficulty)) for difficulty in Difficulty),
            str(total.wrong),
            number(1000 * total.wrong / total.codes if total.codes else math.nan),
            str(total.duplicates),
            str(total.misplaced),
            f"{false} in {len(without)}",
            number(median(total.seconds), 1, 1000),
            number(percentile(total.seconds, 0.95), 1, 1000),
            number(percentile([played.outcomes[name].seconds for played in big], 0.95), 1, 1000),
        ))  # fmt: skip
    return markdown(head, rows)


def places(rounds: Sequence[Round], contenders: Sequence[str]) -> str:
    """One line a contender for QR codes, other matrix codes and linear codes: how right the corners are."""
    matrix = set(Symbology) - LINEAR
    kinds = {
        "QR codes": {Symbology.QR_CODE},
        "other matrix codes": matrix - {Symbology.QR_CODE},
        "linear codes": LINEAR,
    }
    head = ("codes", "reader", "read", "corner px median", "corner px p95", "overlap median")
    rows = []
    for kind, symbologies in kinds.items():
        for name in contenders:
            total = tally(rounds, name, symbologies=symbologies)
            if total.hits:
                rows.append((kind, NAMES[name], str(total.hits), *_place(total)))
    return markdown(head, rows)


def _place(total: Tally) -> tuple[str, str, str]:
    return (
        number(median(total.corner_errors), 2),
        number(percentile(total.corner_errors, 0.95), 2),
        number(median(total.overlaps), 2),
    )


def by_symbology(rounds: Sequence[Round], contenders: Sequence[str]) -> str:
    """A line for each symbology and each contender that read one of its codes, or something else in its place."""
    head = ("symbology", "reader", "codes", "read", "easy", "medium", "hard", "wrong", "corner px median",
            "corner px p95", "overlap median", "ms median", "ms p95")  # fmt: skip
    rows = []
    for symbology in Symbology:
        if not any(code.symbology is symbology for played in rounds for code in played.codes):
            continue
        for name in contenders:
            total = tally(rounds, name, symbologies={symbology})
            if not total.hits and not total.wrong:
                continue
            parts = [
                tally(rounds, name, symbologies={symbology}, difficulty=difficulty)
                for difficulty in Difficulty
            ]
            rows.append((
                symbology.value,
                NAMES[name],
                str(total.codes),
                share(total),
                *map(share, parts),
                str(total.wrong),
                *_place(total),
                number(median(total.seconds), 1, 1000),
                number(percentile(total.seconds, 0.95), 1, 1000),
            ))  # fmt: skip
    return markdown(head, rows)

"""`python -m bench [--smoke] [GROUP…]`: measure, and print each line of the table as it is known."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from bench import listing, objects, reading, report, starting, streaming, writing
from bench.line import Line
from bench.scale import FULL, SMOKE, Scale

GROUPS: dict[str, Callable[[Scale], Iterable[Line]]] = {
    "objects": objects.measure,
    "listing": listing.measure,
    "streaming": streaming.measure,
    "writing": writing.measure,
    "starting": starting.measure,
    "reading": reading.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=report.__doc__)
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all when none is named"
    )
    parser.add_argument(
        "--smoke", action="store_true", help="only show that it runs; the figures mean nothing"
    )
    options = parser.parse_args()
    unknown = [name for name in options.groups if name not in GROUPS]
    if unknown:
        parser.error(f"no such group: {', '.join(unknown)}")
    scale = SMOKE if options.smoke else FULL
    print(report.head(), flush=True)
    for name in options.groups or GROUPS:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        for line in GROUPS[name](scale):
            print(report.row(line), flush=True)
    print(f"\n{report.circumstances()}")


if __name__ == "__main__":
    main()

"""The generated parts of the documentation: whole pages, pictures, and marked blocks within pages that people write.

A tool names its parts and hands them to `run`, which writes them, or compares them with `--check`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parent.parent / "docs"

#: A whole page, a picture, or a function that returns a page with its blocks made anew, given the page as it stands.
Part = str | bytes | Callable[[str], str]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; the cells stand in it as they are."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plain(text: str) -> str:
    """Return text for a cell, with what Markdown would take for markup escaped."""
    return re.sub(r"([\\`|<_*])", r"\\\1", text)


def code(text: str) -> str:
    """Return text for a cell, set as code; nothing for no text."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def blocks(contents: Mapping[str, str]) -> Callable[[str], str]:
    """Return a `Part` that replaces what stands between the marks of each block.

    The marks are `<!-- generated: NAME -->` and `<!-- end: NAME -->`, each on a line of its own.
    """

    def make(page: str) -> str:
        for name, content in contents.items():
            page = _with_block(page, name, content)
        return page

    return make


def _with_block(page: str, name: str, content: str) -> str:
    begin, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->\n"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the marks of the block {name} must be on the page once each")
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{content.strip()}\n\n{end}{rest.partition(end)[2]}"


def run(tool: str, parts: Mapping[str, Part], argv: Sequence[str] | None = None) -> int:
    """Write the parts below the folder of the documentation, or compare them with `--check`.

    `tool` is the path of the tool as a person types it, `parts` are by path below the folder. Returns the exit
    status: 1 when something is out of date.
    """
    parser = argparse.ArgumentParser(
        prog=tool, description="Write what the code says into the documentation."
    )
    parser.add_argument(
        "--check", action="store_true", help="compare only; exit with 1 when something differs"
    )
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder of the documentation")
    arguments = parser.parse_args(argv)
    folder: Path = arguments.docs
    stale = [name for name, part in parts.items() if not _is_up_to_date(folder / name, part)]
    for name in stale:
        if arguments.check:
            print(f"{folder / name} is not up to date; run: python {tool}", file=sys.stderr)
        else:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_content(path, parts[name]))
    return 1 if stale and arguments.check else 0


def _content(path: Path, part: Part) -> bytes:
    if isinstance(part, bytes):
        return part
    return (part if isinstance(part, str) else part(path.read_text("utf-8"))).encode()


def _is_up_to_date(path: Path, part: Part) -> bool:
    if callable(part):
        return path.read_bytes() == _content(path, part)
    if not path.is_file():
        return False
    if isinstance(part, bytes):
        # Two builds of zlib pack the same pixels differently.
        return _pixels(path.read_bytes()) == _pixels(part)
    return path.read_bytes() == part.encode()


def _pixels(png: bytes) -> tuple[tuple[int, int], str, bytes]:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.size, picture.mode, picture.tobytes()

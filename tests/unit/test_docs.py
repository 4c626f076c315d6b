"""The documentation is true: generated parts are up to date, links resolve, settings are named, examples run.

A code block below the line `<!-- test: run -->` is run against an emulator with the samples, whose port takes the
place of 9000; every Python block of the pages for users must at least compile.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from lanes import require_lane

from ci_emulator.config import ENVIRONMENT_PREFIX, FIELDS, PUBLISHED_KEY, load
from ci_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "samples" / "README.md", *DOCS.rglob("*.md")])
TOOLS = sorted(path for path in (ROOT / "tools").glob("make_*.py"))

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCE = re.compile(
    r"^(?P<mark><!-- test: run -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A fenced block; `line` is where its text begins."""

    page: Path
    line: int
    language: str
    text: str
    run: bool


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start("text")) + 1,
            match["language"],
            match["text"],
            bool(match["mark"]),
        )
        for match in _FENCE.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in _blocks(page)]


def _id(block: Block) -> str:
    return f"{_name(block.page)}:{block.line}"


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(_prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def main_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Callable[[list[str]], int]]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return lambda tool: runpy.run_path(str(tool))["main"]


@pytest.mark.parametrize("tool", TOOLS, ids=_name)
def test_generated_parts_are_up_to_date(
    tool: Path, main_of: Callable[[Path], Callable[[list[str]], int]]
) -> None:
    assert main_of(tool)(["--check"]) == 0


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("make_config_docs.py", "configuration.md"),
        ("make_feature_docs.py", "features/qrcode-ocr.md"),
    ],
)
def test_a_changed_block_is_noticed_and_mended(
    name: str,
    changed: str,
    main_of: Callable[[Path], Callable[[list[str]], int]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "docs"
    shutil.copytree(DOCS, folder)
    main = main_of(ROOT / "tools" / name)
    page = folder / changed
    good = page.read_text("utf-8")
    page.write_text(good.replace("-->\n\n| ", "-->\n\n| made up ", 1), "utf-8")
    assert main(["--check", "--docs", str(folder)]) == 1
    assert f"run: python tools/{name}" in capsys.readouterr().err
    assert main(["--docs", str(folder)]) == 0
    assert page.read_text("utf-8") == good
    page.write_text(good.replace("<!-- end:", "<!-- and:", 1), "utf-8")
    with pytest.raises(ValueError, match="the marks of the block"):
        main(["--check", "--docs", str(folder)])


def test_a_changed_or_missing_picture_is_noticed(
    main_of: Callable[[Path], Callable[[list[str]], int]], tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    shutil.copytree(DOCS, folder)
    main = main_of(ROOT / "tools" / "make_feature_docs.py")
    picture = folder / "images" / "ean-13.png"
    shutil.copy(folder / "images" / "code-128.png", picture)
    assert main(["--check", "--docs", str(folder)]) == 1
    picture.unlink()
    assert main(["--check", "--docs", str(folder)]) == 1
    assert main(["--docs", str(folder)]) == 0
    assert main(["--check", "--docs", str(folder)]) == 0


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_prose(page)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{_name(page)}: {target}"
        assert found.is_relative_to(ROOT), f"{_name(page)}: {target}"
        assert not anchor or anchor in _anchors(found), f"{_name(page)}: {target}"


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        waiting += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in _LINK.findall(_prose(page))
            if not re.match(r"https?://|#", target)
        ]
    assert sorted(map(_name, set(DOCS.rglob("*.md")) - reached)) == []


def test_every_setting_is_described_with_its_three_names() -> None:
    page = (DOCS / "configuration.md").read_text("utf-8")
    for name in FIELDS:
        row = f"| `{name}` | `--{name.replace('_', '-')}` | `{ENVIRONMENT_PREFIX}{name.upper()}` |"
        assert row in page, name


def test_settings_in_running_text_exist() -> None:
    for page in PAGES:
        for name in re.findall(r"\bthe settings? `([a-z_]+)", _prose(page)):
            assert name in FIELDS, f"{_name(page)}: {name}"


def test_the_toml_example_is_valid(tmp_path: Path) -> None:
    examples = [block.text for block in _blocks(DOCS / "configuration.md") if block.language == "toml"]
    assert examples
    for example in examples:
        file = tmp_path / "settings.toml"
        file.write_text(example, "utf-8")
        config = load(environment={}, file=str(file))
        assert PUBLISHED_KEY in config.credentials
        assert len(config.credentials) == 3


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=_id)
def test_python_blocks_compile(block: Block) -> None:
    compile("\n" * (block.line - 1) + block.text, _name(block.page), "exec")


def test_no_mark_is_lost() -> None:
    for page in PAGES:
        marks = page.read_text("utf-8").count("<!-- test: run -->")
        assert sum(block.run for block in _blocks(page)) == marks, _name(page)
    assert any(block.run for block in BLOCKS)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed=[f"samples-1250000000={ROOT / 'samples' / 'pictures'}"]) as running:
        yield running


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.run], ids=_id)
def test_marked_blocks_run(block: Block, emulator: Emulator, tmp_path: Path) -> None:
    if "tccli " in block.text:
        found = shutil.which("tccli", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        require_lane("tccli", found is not None, "pip install tccli")
    if "curl " in block.text:
        require_lane("curl", shutil.which("curl") is not None, "apt-get install curl")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    text = re.sub(r"\b9000\b", str(emulator.port), block.text)
    runner = {"python": [sys.executable, "-"], "sh": ["sh", "-eu", "-s"]}[block.language]
    ran = subprocess.run(
        runner,
        input=text,
        cwd=tmp_path,
        env=_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, f"{_id(block)}\n{ran.stdout}{ran.stderr}"


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment with the command `ci-emulator`, a home of its own, and without the machine's proxies."""
    programs = folder / "bin"
    programs.mkdir()
    command = programs / "ci-emulator"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ci_emulator "$@"\n', "utf-8")
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    search = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**kept, "HOME": str(folder), "PATH": search, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

"""`docs/errors.md` is what the tables say, and the tool notices when it is not."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ci_emulator.protocols.cos.errors import COS_ERRORS
from ci_emulator.protocols.tencentcloud.errors import TC_ERRORS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def main() -> Iterator[Callable[[list[str]], int]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield runpy.run_path(str(ROOT / "tools" / "make_error_docs.py"))["main"]


def test_the_page_is_up_to_date(main: Callable[[list[str]], int]) -> None:
    assert main(["--check"]) == 0


def test_check_notices_a_difference(
    main: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "docs"
    assert main(["--check", "--docs", str(folder)]) == 1
    assert main(["--docs", str(folder)]) == 0
    assert main(["--check", "--docs", str(folder)]) == 0
    page = folder / "errors.md"
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert main(["--check", "--docs", str(folder)]) == 1
    assert "not up to date" in capsys.readouterr().err


def test_every_code_is_on_the_page_as_a_whole_table_row() -> None:
    lines = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()
    for row in COS_ERRORS:
        assert any(line.startswith(f"| {row.status} | {row.code} | ") for line in lines), row.code
    for row in TC_ERRORS:
        assert any(line.startswith(f"| {row.code} | ") for line in lines), row.code

"""A skipped lane is a skip at home and a failure on a build machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

MODULE = """
import pytest
from lanes import not_applicable, require_lane

def test_here():
    require_lane("here", True, "install it")

def test_missing():
    require_lane("gone", False, "apt install gone")

def test_elsewhere():
    not_applicable("another system")

@pytest.mark.skipif(True, reason="a mark")
def test_marked():
    pass

@pytest.mark.xfail(reason="known", strict=True)
def test_known_gap():
    assert False
"""


def run(tmp_path: Path, text: str, required: str) -> subprocess.CompletedProcess[str]:
    for name in ("conftest.py", "lanes.py"):
        (tmp_path / name).write_text((TESTS / name).read_text("utf-8"), "utf-8")
    (tmp_path / "test_inner.py").write_text(text, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env={
            **os.environ,
            "REQUIRE_LANES": required,
            "COLUMNS": "200",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("required", ["", "0"])
def test_a_missing_lane_is_skipped_with_what_to_install(tmp_path: Path, required: str) -> None:
    ran = run(tmp_path, MODULE, required)
    assert ran.returncode == 0, ran.stdout
    assert "1 passed, 3 skipped, 1 xfailed" in ran.stdout
    assert "lane gone: apt install gone" in ran.stdout


def test_a_missing_lane_fails_where_lanes_are_required(tmp_path: Path) -> None:
    ran = run(tmp_path, MODULE, "1")
    assert ran.returncode == 1, ran.stdout
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in ran.stdout
    assert "a mark (a failure because of REQUIRE_LANES=1)" in ran.stdout
    assert "lane gone: apt install gone (a failure because of REQUIRE_LANES=1)" in ran.stdout


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\npytest.importorskip('there_is_no_such_module')\n",
        "from lanes import require_lane\nrequire_lane('gone', False, 'apt install gone')\n",
    ],
)
@pytest.mark.parametrize(("required", "code"), [("", 5), ("1", 2)])
def test_a_skipped_module(tmp_path: Path, text: str, required: str, code: int) -> None:
    assert run(tmp_path, text, required).returncode == code

"""The set-up scripts: which Python is taken, and what they say when something cannot be installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "tools" / "setup"

#: What the scripts themselves call.
COMMANDS = ["sh", "dirname", "id", "mktemp", "rm", "sed", "tail"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A directory for PATH that holds the basic commands only: no Python, no apt, no sudo."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in COMMANDS:
        found = shutil.which(name)
        assert found is not None
        (directory / name).symlink_to(found)
    return directory


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def run(script: str, *arguments: str, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(SETUP / script), *arguments],
        env={"PATH": str(path), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_a_python_that_does_not_run_or_is_too_old_is_passed_over(bare: Path) -> None:
    program(bare / "python3", "echo 'no version is set' >&2; exit 127")
    program(bare / "python3.13", "exit 1")
    good = program(bare / "python3.12", f'exec {sys.executable} "$@"')
    ran = run("python.sh", path=bare)
    assert (ran.returncode, ran.stdout) == (0, f"{good}\n")


def test_without_a_python_it_says_what_is_needed(bare: Path) -> None:
    ran = run("python.sh", path=bare)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Python 3.11 or newer is needed" in ran.stderr


def test_the_named_python_is_the_only_one_tried(bare: Path) -> None:
    program(bare / "python3", f'exec {sys.executable} "$@"')
    assert run("python.sh", path=bare, PYTHON=sys.executable).stdout == f"{sys.executable}\n"
    ran = run("python.sh", path=bare, PYTHON="/no/such/python3")
    assert ran.returncode == 1
    assert "PYTHON=/no/such/python3" in ran.stderr


def test_a_working_environment_is_left_alone(bare: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    program(venv / "bin" / "python", "exit 0")
    assert run("venv.sh", str(venv), path=bare).returncode == 0


def test_a_python_without_ensurepip_is_reported(bare: Path, tmp_path: Path) -> None:
    python = program(
        bare / "python3", f'case "$*" in *"import ensurepip"*) exit 1;; esac\nexec {sys.executable} "$@"'
    )
    ran = run("venv.sh", str(tmp_path / "venv"), path=bare)
    assert ran.returncode == 1
    assert f"Missing: python3.{sys.version_info[1]}-venv" in ran.stderr
    assert f"{python} cannot make a virtual environment" in ran.stderr
    assert not (tmp_path / "venv").exists()


def test_packages_that_are_there_need_no_apt(bare: Path) -> None:
    program(bare / "dpkg-query", 'case "$3" in liba|libbt64) printf installed;; *) exit 1;; esac')
    assert run("apt.sh", "liba", "libb", path=bare).returncode == 0


def test_without_apt_it_says_what_is_missing(bare: Path) -> None:
    program(bare / "dpkg-query", '[ "$3" = liba ] && printf installed')
    ran = run("apt.sh", "liba", "libb", "libc", path=bare)
    assert ran.returncode == 3
    assert "Missing: libb libc." in ran.stderr


def test_without_rights_it_asks_for_no_password(bare: Path) -> None:
    (bare / "id").unlink()
    program(bare / "id", "echo 1000")
    program(bare / "apt-get", "exit 0")
    program(bare / "sudo", '[ "$1" = -n ] || sleep 60; exit 1')
    ran = run("apt.sh", "liba", path=bare)
    assert ran.returncode == 3
    assert "sudo apt-get install liba" in ran.stderr


def test_new_package_lists_are_fetched_when_the_first_try_fails(bare: Path, tmp_path: Path) -> None:
    (bare / "id").unlink()
    program(bare / "id", "echo 0")
    program(bare / "env", 'shift; exec "$@"')
    calls = tmp_path / "calls"
    program(
        bare / "apt-get",
        f'for last; do :; done\ncase "$*" in *" update"*) : >{tmp_path}/lists;; esac\necho "$last" >>{calls}\n[ -e {tmp_path}/lists ]',
    )
    assert run("apt.sh", "liba", path=bare).returncode == 0
    assert calls.read_text("utf-8").split() == ["liba", "update", "liba"]


def test_a_failure_of_apt_is_shown(bare: Path) -> None:
    (bare / "id").unlink()
    program(bare / "id", "echo 0")
    program(bare / "env", 'shift; exec "$@"')
    program(bare / "apt-get", "echo 'no such package'; exit 100")
    ran = run("apt.sh", "liba", path=bare)
    assert ran.returncode == 4
    assert "no such package" in ran.stderr


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_a_lane_that_cannot_be_had(bare: Path, required: str, code: int) -> None:
    program(bare / "python3", "exit 1")
    ran = run("lanes.sh", "python3", "zbar", path=bare, REQUIRE_LANES=required)
    assert ran.returncode == code
    assert "Lane zbar is not available" in ran.stderr
    assert "libzbar0" in ran.stderr


def test_chromium_is_looked_for_by_its_path(bare: Path) -> None:
    program(bare / "chromium", "exit 0")
    ran = run("lanes.sh", "python3", "chromium", path=bare, CHROMIUM=str(bare / "none"), REQUIRE_LANES="1")
    assert ran.returncode == 1
    assert "Lane chromium is not available: the clients for browsers are not run." in ran.stderr
    assert "Missing: chromium." in ran.stderr
    ran = run(
        "lanes.sh", "python3", "chromium", path=bare, CHROMIUM=str(bare / "chromium"), REQUIRE_LANES="1"
    )
    assert (ran.returncode, ran.stderr) == (0, "")

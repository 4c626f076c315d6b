"""What is built, what is pinned, and that the image's install script gives a server that runs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, entry_points, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
FILES = ["build.txt", "serve.txt", "test.txt"]

#: Left out on purpose, see requirements/test.in.
NOT_PINNED = {
    ("tccli", "tencentcloud-sdk-python"),
    ("alibabacloud-oss-v2", "crcmod-plus"),  # writes over the files of crcmod, which does as well
    ("coscmd", "argparse"),  # part of Python
    ("coscmd", "datetime"),  # named by mistake: coscmd imports the module of the standard library
}


def pins(*names: str) -> dict[str, Version]:
    found = {}
    for name in names:
        for line in (REQUIREMENTS / name).read_text("utf-8").splitlines():
            if not line.startswith("#"):
                match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", line)
                assert match, f"{name}: {line!r} is not name==version"
                found[canonicalize_name(match[1])] = Version(match[2])
    return found


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_requirements_are_pins_and_nothing_else(name: str) -> None:
    assert pins(name)
    text = (REQUIREMENTS / name).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_nothing_is_pinned_twice() -> None:
    assert sum(len(pins(name)) for name in FILES) == len(pins(*FILES))


def test_the_lower_bounds_admit_what_is_pinned(pyproject: dict[str, Any]) -> None:
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    for wanted, files in (
        (pyproject["build-system"]["requires"], ["build.txt"]),
        (project["dependencies"], ["serve.txt"]),
        ([line for name, lines in extras.items() if name != "all" for line in lines], ["serve.txt"]),
    ):
        pinned = pins(*files)
        for requirement in map(Requirement, wanted):
            assert requirement.specifier, requirement
            assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_extra_all_names_every_other(pyproject: dict[str, Any]) -> None:
    extras = dict(pyproject["project"]["optional-dependencies"])
    (everything,) = map(Requirement, extras.pop("all"))
    assert everything.name == pyproject["project"]["name"]
    assert everything.extras == set(extras)


def test_the_pins_are_complete() -> None:
    """They are installed without their dependencies, so each dependency must be pinned too, at a version that fits."""
    pinned = pins(*FILES)
    missing = []
    for name in pinned:
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            missing.append(f"{name} is pinned but not installed")
            continue
        for requirement in map(Requirement, lines):
            wanted = canonicalize_name(requirement.name)
            if (name, wanted) in NOT_PINNED:
                continue
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                continue
            if wanted not in pinned or not requirement.specifier.contains(pinned[wanted], prereleases=True):
                missing.append(f"{name} needs {requirement}")
    assert missing == []


def test_no_file_of_requirements_names_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    pattern = re.compile(
        r"(^|/)requirements/|requirements.*\.(txt|in)$|lock(\.json)?$|(^|/)(package\.json|pip\.conf|\.npmrc)$"
    )
    checked = [ROOT / name for name in listed if pattern.search(name)]
    assert REQUIREMENTS / "serve.txt" in checked
    for file in checked:
        if file.is_file():
            text = file.read_text("utf-8")
            assert not re.search(r"https?://|index-url|find-links|registry\s*[=\"]", text), file


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="ci-emulator")
    assert callable(command.load())


def test_the_wheel_holds_the_package_and_its_licence_only(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    (info,) = {name.partition("/")[0] for name in names} - {"ci_emulator"}
    assert info.endswith(".dist-info")
    assert f"{info}/licenses/LICENSE" in names
    held = {name for name in names if name.startswith("ci_emulator/")}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ci_emulator").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == there


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(240)
def test_the_install_script_of_the_image_gives_a_server_that_runs(tmp_path: Path) -> None:
    target = tmp_path / "opt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CI_EMULATOR_")}
    environment["PYTHON"] = sys.executable
    script = ["sh", str(ROOT / "tools" / "setup" / "image.sh"), str(target)]
    built = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180)
    assert built.returncode == 0, built.stderr
    command = str(target / "bin" / "ci-emulator")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30
        )

    assert re.fullmatch(r"ci-emulator \d+\.\d+\.\d+\S*\n", run("--version").stdout)
    installed = {
        path.name.partition("-")[0].lower() for path in target.glob("lib/python*/site-packages/*.dist-info")
    }
    assert "ci_emulator" in installed
    assert not installed & {"pip", "setuptools", "hatchling"}

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    assert run("health", "--url", url).returncode == 1
    # As the Dockerfile sets it: both families, the disk store.
    image = {
        "CI_EMULATOR_HOST": "0.0.0.0,::",
        "CI_EMULATOR_STORE": "disk",
        "CI_EMULATOR_DATA_DIR": str(tmp_path / "data"),
        "CI_EMULATOR_PORT": str(port),
    }
    with subprocess.Popen([command, "serve"], cwd=tmp_path, env={**environment, **image}) as server:
        try:
            deadline = time.monotonic() + 20
            while run("health", "--url", url).returncode != 0:
                assert server.poll() is None
                assert time.monotonic() < deadline
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=20) == 0
        finally:
            server.kill()
    assert (tmp_path / "data").is_dir()


def test_the_dockerfile_uses_that_script_and_existing_settings() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "RUN sh tools/setup/image.sh " in text
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    assert all((ROOT / path).exists() for path in allowed)

    from ci_emulator.config import load

    settings = dict(re.findall(r"(CI_EMULATOR_[A-Z_]+)=(\S+)", text))
    config = load(environment=settings)
    assert (config.store, config.data_dir) == ("disk", "/data")
    assert f"EXPOSE {config.port}\n" in text

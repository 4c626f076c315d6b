"""`ci-emulator doctor`: it tells what is there by trying it, changes nothing, and ends as a server would start."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from without_libraries import LIBZBAR, environment_without

from ci_emulator import __version__
from ci_emulator.cli import main
from ci_emulator.engines.codes.chain import ABSENT, STAGES, available_stages
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.testing import Emulator

Run = Callable[..., str]
LIBRARIES = ("zxing-cpp", "zbar", "OpenCV")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("CI_EMULATOR_CONFIG", raising=False)

    def command(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["doctor", "--port", "0", *arguments])
        out, err = capsys.readouterr()
        assert ended.value.code == code, out + err
        assert not (err if code < 2 else out)
        return out or err

    return command


@pytest.fixture
def report(run: Run) -> Callable[..., dict[str, Any]]:
    return lambda *arguments, code=0: json.loads(run("--json", *arguments, code=code))


def doctor_without(folder: Path, *missing: str, arguments: tuple[str, ...] = ()) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ci_emulator", "doctor", "--port", "0", *arguments],
        env=environment_without(folder, *missing),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# What is there


def test_a_person_reads_a_few_lines(run: Run) -> None:
    text = run()
    assert text.startswith(f"ci-emulator {__version__}, Python {sys.version.split()[0]}, ")
    assert "3.1" in text.partition("zxing-cpp")[2].partition("\n")[0]
    assert "store    in memory: gone when the server ends" in text
    assert "port     0: any free one" in text
    assert text.endswith("\nThe server can serve.\n")
    assert len(text.splitlines()) < 20
    assert max(map(len, text.splitlines())) < 180


def test_a_program_reads_the_same(report: Callable[..., dict[str, Any]]) -> None:
    seen = report()
    assert (seen["can_serve"], seen["problems"]) == (True, [])
    assert tuple(library["name"] for library in seen["libraries"]) == LIBRARIES
    assert seen["recognition"]["stages"] == available_stages()
    assert seen["recognition"]["problem"] is None
    assert 0 < seen["recognition"]["milliseconds"] < 5000
    assert 0 < seen["recognition"]["start_seconds"] < 30


def test_every_reader_that_is_there_has_read_the_code(report: Callable[..., dict[str, Any]]) -> None:
    stage_of = dict(zip(LIBRARIES, ("zxing", "pyzbar", "opencv"), strict=True))
    for library in report()["libraries"]:
        there = not available_stages()[stage_of[library["name"]]].startswith(ABSENT)
        assert (library["version"] is not None) == there
        assert (library["milliseconds"] is not None) == there
        assert library["problem"] is None
        assert (library["install"] is None) == there


# What is absent


@pytest.mark.parametrize(
    ("missing", "reason", "install"),
    [
        ("pyzbar", "zbar      absent: pyzbar is not installed", "ci-emulator[pyzbar]"),
        (LIBZBAR, "zbar      absent: libzbar not found", "apt install libzbar0"),
        ("cv2", "OpenCV    absent: OpenCV is not installed", "ci-emulator[opencv]"),
        ("numpy", "OpenCV    absent: OpenCV is not installed", "ci-emulator[opencv]"),
    ],
)
def test_an_absent_reader_has_a_reason_and_a_remedy(
    tmp_path: Path, missing: str, reason: str, install: str
) -> None:
    code, text = doctor_without(tmp_path, missing)
    assert code == 0
    _, found, after = text.partition(reason)
    assert found
    brings, remedy = after.splitlines()[1:3]
    assert "it brings the stage" in brings
    assert install in remedy
    assert text.endswith("\nThe server can serve.\n")


def test_without_any_optional_reader_the_server_serves(tmp_path: Path) -> None:
    code, text = doctor_without(tmp_path, "pyzbar", "cv2", "numpy")
    assert code == 0
    assert text.count("absent: ") == 2
    assert "stages   zxing, full\n" in text
    assert "passed over, because they need an absent reader: straighten, enhance, pyzbar\n" in text


def test_a_choice_of_absent_readers_cannot_serve(tmp_path: Path) -> None:
    code, text = doctor_without(tmp_path, "pyzbar", "cv2", arguments=("--readers", "pyzbar,opencv", "--json"))
    assert code == 1
    assert json.loads(text)["problems"] == [
        "the stages pyzbar, opencv, together, found nothing in the test picture"
    ]


def test_a_reader_that_is_there_but_broken(tmp_path: Path) -> None:
    """As with a wheel whose shared libraries are missing: it is found, but its import fails."""
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text("raise ImportError('libGL.so.1: not found')", "utf-8")
    arguments = ("--json", "--readers", "zxing")
    code, text = doctor_without(tmp_path, arguments=arguments)
    (opencv,) = (library for library in json.loads(text)["libraries"] if library["name"] == "OpenCV")
    assert code == 0
    assert opencv["milliseconds"] is None
    assert opencv["problem"] == "failed: raised ImportError"


# The store


def test_a_new_data_directory_is_not_made(report: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    store = report("--store", "disk", "--data-dir", str(tmp_path / "new" / "data"))["store"]
    assert (store["layout"], store["used_by"], store["problem"]) == (None, None, None)
    assert store["free_bytes"] > 0
    assert list(tmp_path.iterdir()) == []


def test_the_layout_of_a_data_directory_is_told(run: Run, tmp_path: Path) -> None:
    with Emulator(store="disk", data_dir=str(tmp_path)):
        pass
    before = sorted(path.name for path in tmp_path.iterdir())
    text = run("--store", "disk", "--data-dir", str(tmp_path))
    assert f"store    {tmp_path}: layout {LAYOUT.version}, " in text
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_data_directory_in_use(run: Run, report: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    arguments = ("--store", "disk", "--data-dir", str(tmp_path))
    with Emulator(store="disk", data_dir=str(tmp_path)) as emulator:
        assert "in use by another server (process" in run(*arguments, code=1)
        # It is in use by the server that answers there: all is well.
        seen = report(*arguments, "--host", "127.0.0.1", "--port", str(emulator.port))
        assert seen["store"]["used_by"].isdigit()
        assert seen["port"]["state"] == "served"
    assert report(*arguments)["store"]["used_by"] is None


def test_a_data_directory_of_a_newer_server(report: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "layout.json").write_text('{"version": 999}', "utf-8")
    (problem,) = report("--store", "disk", "--data-dir", str(tmp_path), code=1)["problems"]
    assert "has layout version 999" in problem


@pytest.mark.parametrize("below", ["", "sub/directory"])
def test_a_file_in_the_place_of_the_data_directory(
    report: Callable[..., dict[str, Any]], tmp_path: Path, below: str
) -> None:
    (tmp_path / "data").write_text("mine", "utf-8")
    directory = str(tmp_path / "data" / below)
    assert report("--store", "disk", "--data-dir", directory, code=1)["problems"] == [
        f"{tmp_path / 'data'} is not a directory"
    ]


def test_a_directory_that_holds_other_things(report: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (problem,) = report("--store", "disk", "--data-dir", str(tmp_path), code=1)["problems"]
    assert "it is not a data directory of this server" in problem


# The port


def test_a_port_that_an_emulator_serves(report: Callable[..., dict[str, Any]]) -> None:
    with Emulator() as emulator:
        port = emulator.port
        seen = report("--host", "127.0.0.1", "--port", str(port))
    assert seen["port"] == {"port": port, "state": "served", "served_by": __version__, "problem": None}


def test_a_port_that_something_else_has(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(0)
        port = other.getsockname()[1]
        other.settimeout(0.01)
        text = run("--host", "127.0.0.1", "--port", str(port), code=1)
    assert f"port     {port}: cannot be used" in text
    assert (
        f"The server cannot serve:\n- cannot listen on 127.0.0.1 port {port}: Address already in use\n"
        in text
    )


def test_a_free_port_stays_free(report: Callable[..., dict[str, Any]]) -> None:
    port = free_port()
    assert report("--port", str(port))["port"]["state"] == "free"
    with Emulator(port=port) as emulator:
        assert emulator.port == port


def test_addresses_that_this_machine_does_not_have(report: Callable[..., dict[str, Any]]) -> None:
    strange = "192.0.2.1"  # TEST-NET-1 of RFC 5737
    (problem,) = report("--host", strange, code=1)["problems"]
    assert problem.startswith(f"cannot listen on {strange} port 0: ")
    assert report("--host", f"{strange},127.0.0.1")["port"]["state"] == "free"


# Settings


def test_settings_come_from_the_same_places_as_those_of_the_server(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'store = "disk"\ndata_dir = "{tmp_path / "data"}"\n', "utf-8")
    assert f"store    {tmp_path / 'data'}: new, " in run("--config", str(file))
    monkeypatch.setenv("CI_EMULATOR_READERS", "zxing,full")
    assert "stages   zxing, full\n" in run()


def test_a_bad_setting_is_named(run: Run) -> None:
    assert run("--readers", "nobody", code=2).startswith("ci-emulator: options: readers: ")


def test_every_stage_that_a_server_can_be_given_is_known() -> None:
    assert set(available_stages()) == set(STAGES)

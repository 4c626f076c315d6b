"""Which stages a picture passes, in which order and at which size; what is made of their finds; who is absent and why."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import typing

import pytest
from PIL import Image

from ci_emulator.config import Config
from ci_emulator.engines.codes import chain
from ci_emulator.engines.codes.chain import ABSENT, DEFAULT, STAGES, Search, available_stages
from ci_emulator.engines.codes.model import Code, Point, Reading, Symbology
from ci_emulator.engines.codes.read import read_codes

MANY = 40_000_000


def saved(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def texts(reading: Reading) -> list[str]:
    return [code.text for code in reading.codes]


class _Scripted:
    """A reader that finds what it was told to and remembers that it was asked."""

    def __init__(self, *found: Code) -> None:
        self.found = list(found)
        self.asked: list[tuple[int, int]] = []

    def status(self) -> str:
        return "1.0"

    def read(self, image: Image.Image, only: object) -> list[Code]:
        self.asked.append(image.size)
        return self.found


def found(text: str, left: float = 0, symbology: Symbology = Symbology.QR_CODE) -> Code:
    corners = (Point(left, 0.0), Point(left + 10, 0.0), Point(left + 10, 10.0), Point(left, 10.0))
    return Code(text, text.encode(), symbology, corners, "scripted")


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> dict[str, _Scripted]:
    """Libraries that find what they are told to, and no stage that looks at pixels itself."""
    known = {name: _Scripted() for name in ("zxing", "zbar", "opencv")}
    monkeypatch.setattr(chain, "library", known.__getitem__)
    status = dict.fromkeys(STAGES, "1.0") | {"straighten": f"{ABSENT}not wanted here"}
    monkeypatch.setattr(chain, "available_stages", lambda: status)
    monkeypatch.setitem(STAGES, "enhance", STAGES["enhance"]._replace(run=lambda search: None))
    first = STAGES["zxing"]._replace(run=lambda search: search.ask(known["zxing"], 2400))
    monkeypatch.setitem(STAGES, "zxing", first)
    return known


BLANK = saved(Image.new("L", (60, 40), 255))
EVERY = (*DEFAULT, "opencv")


def asked(libraries: dict[str, _Scripted]) -> list[int]:
    return [len(libraries[name].asked) for name in ("zxing", "zbar", "opencv")]


def test_a_fallback_is_asked_only_when_nothing_was_found_before(libraries: dict[str, _Scripted]) -> None:
    libraries["zbar"].found = [found("x")]
    assert texts(read_codes(BLANK, readers=EVERY, max_pixels=MANY)) == ["x"]
    assert asked(libraries) == [1, 1, 0]


def test_a_stage_that_cannot_run_is_passed_over(
    libraries: dict[str, _Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = dict.fromkeys(STAGES, f"{ABSENT}for a reason") | {"zxing": "3.1", "opencv": "5.0"}
    monkeypatch.setattr(chain, "available_stages", lambda: status)
    libraries["opencv"].found = [found("x")]
    assert texts(read_codes(BLANK, readers=EVERY, max_pixels=MANY)) == ["x"]
    assert asked(libraries) == [1, 0, 1]


def test_the_order_of_the_stages_is_the_callers(libraries: dict[str, _Scripted]) -> None:
    libraries["opencv"].found = [found("x")]
    read_codes(BLANK, readers=["opencv", "pyzbar"], max_pixels=MANY)
    assert asked(libraries) == [0, 0, 1]
    with pytest.raises(KeyError):
        read_codes(BLANK, readers=["nobody"], max_pixels=MANY)


def test_the_usual_pair_is_zbar_and_then_opencv(libraries: dict[str, _Scripted]) -> None:
    read_codes(BLANK, readers=["pyzbar", "opencv"], max_pixels=MANY)
    assert asked(libraries) == [0, 1, 1]


def test_what_each_library_is_given_of_a_large_picture(libraries: dict[str, _Scripted]) -> None:
    read_codes(saved(Image.new("1", (4800, 1200), 1)), readers=EVERY, max_pixels=MANY)
    assert libraries["zxing"].asked == [(2400, 600), (4800, 1200)]
    assert libraries["zbar"].asked == [(1200, 300)]
    assert libraries["opencv"].asked == [(1600, 400)]


def test_no_library_is_given_more_than_it_looks_at_in_time(libraries: dict[str, _Scripted]) -> None:
    read_codes(saved(Image.new("1", (8000, 7900), 1)), readers=EVERY, max_pixels=64_000_000)
    (_, (width, height)) = libraries["zxing"].asked
    assert 23_900_000 < width * height <= 24_000_000


def test_finds_in_a_reduced_picture_lie_where_they_are_in_the_whole_one(
    libraries: dict[str, _Scripted],
) -> None:
    libraries["zxing"].found = [found("x", 20)]
    (code,) = read_codes(saved(Image.new("1", (4800, 1200), 1)), max_pixels=MANY).codes
    assert code.corners == (Point(40, 0), Point(60, 0), Point(60, 20), Point(40, 20))


def test_when_time_is_up_no_further_stage_begins(libraries: dict[str, _Scripted]) -> None:
    reading = read_codes(BLANK, readers=EVERY, max_pixels=MANY, seconds=0)
    assert (reading.cut, asked(libraries)) == (True, [0, 0, 0])
    assert not read_codes(BLANK, readers=EVERY, max_pixels=MANY, seconds=60).cut


def test_overlapping_finds_of_one_text_are_one_code(libraries: dict[str, _Scripted]) -> None:
    libraries["zxing"].found = [
        found("x"),
        found("x", 3),
        found("x", 30),
        found("y", 3),
        found("x", 3, Symbology.DATA_MATRIX),
    ]
    assert len(read_codes(BLANK, max_pixels=MANY).codes) == 4


def test_what_an_earlier_stage_found_counts_where_a_later_one_finds_other_bars(
    libraries: dict[str, _Scripted],
) -> None:
    search = Search(Image.new("L", (60, 40)), None, time.monotonic() + 60)
    search.add([found("first", symbology=Symbology.CODE_128)])
    search.add([found("second", 2, Symbology.EAN_13), found("third", 30, Symbology.EAN_13)])
    assert [code.text for code in search.codes] == ["first", "third"]


def test_what_is_wanted_decides_what_counts_as_found(libraries: dict[str, _Scripted]) -> None:
    libraries["zxing"].found = [found("matrix")]
    libraries["zbar"].found = [found("bars", symbology=Symbology.EAN_13)]
    assert texts(read_codes(BLANK, only="linear", max_pixels=MANY)) == ["bars"]


def test_every_stage_says_its_versions_or_why_it_cannot_run() -> None:
    states = available_stages()
    assert tuple(states) == tuple(STAGES)
    assert set(DEFAULT) < set(STAGES)
    assert all(state.startswith(ABSENT) or any(c.isdigit() for c in state) for state in states.values())


def test_the_settings_name_the_stages_that_there_are() -> None:
    assert Config().readers == DEFAULT
    (named, _) = typing.get_args(
        typing.get_args(typing.get_type_hints(Config, include_extras=True)["readers"])[0]
    )
    assert typing.get_args(named) == tuple(STAGES)


def absences(prepare: str) -> dict[str, str]:
    """What the stages say of themselves in a process that was prepared by a line of Python."""
    program = (
        f"import sys, ctypes.util, json; {prepare}\n"
        "from ci_emulator.engines.codes.chain import available_stages\n"
        "print(json.dumps(available_stages()))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    states: dict[str, str] = json.loads(run.stdout)
    return {name: state for name, state in states.items() if state.startswith(ABSENT)}


def test_a_missing_library_is_a_reason_and_no_error() -> None:
    assert absences("sys.modules['pyzbar'] = None")["pyzbar"] == "absent: pyzbar is not installed"
    without = absences("sys.modules['cv2'] = None")
    assert {without[name] for name in ("straighten", "enhance", "opencv")} == {
        "absent: OpenCV is not installed"
    }


@pytest.mark.skipif(
    available_stages()["pyzbar"] == "absent: pyzbar is not installed", reason="pyzbar is not installed"
)
def test_a_missing_shared_library_is_a_reason_and_no_error() -> None:
    assert absences("ctypes.util.find_library = lambda name: None")["pyzbar"] == "absent: libzbar not found"


def test_importing_the_engines_imports_no_library_of_pixels() -> None:
    program = (
        "import sys\n"
        "import ci_emulator.engines.image, ci_emulator.engines.codes.read, ci_emulator.engines.codes.write\n"
        "heavy = {'PIL', 'zxingcpp', 'pyzbar', 'cv2', 'numpy', 'qrcode', 'barcode'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"

"""Who reads a picture, in which order and at which size; what is made of their answers; who is absent and why."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from ci_emulator.engines.codes import read
from ci_emulator.engines.codes.model import Code, Point, Reading, Symbology
from ci_emulator.engines.codes.read import READERS, available_readers, read_codes

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
def chain(monkeypatch: pytest.MonkeyPatch) -> dict[str, _Scripted]:
    readers = {name: _Scripted() for name in READERS}
    monkeypatch.setattr(read, "_module", readers.__getitem__)
    monkeypatch.setattr(read, "available_readers", lambda: dict.fromkeys(READERS, "1.0"))
    return readers


BLANK = saved(Image.new("L", (60, 40), 255))


def test_a_reader_is_asked_only_when_those_before_found_nothing(chain: dict[str, _Scripted]) -> None:
    chain["zbar"].found = [found("x")]
    assert texts(read_codes(BLANK, max_pixels=MANY)) == ["x"]
    assert [len(chain[name].asked) for name in READERS] == [1, 1, 0]


def test_an_absent_reader_is_passed_over(
    chain: dict[str, _Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = {"zxing": "3.1", "zbar": "absent: libzbar not found", "opencv": "5.0"}
    monkeypatch.setattr(read, "available_readers", lambda: status)
    chain["opencv"].found = [found("x")]
    assert texts(read_codes(BLANK, max_pixels=MANY)) == ["x"]
    assert [len(chain[name].asked) for name in READERS] == [1, 0, 1]


def test_the_order_of_the_readers_is_the_callers(chain: dict[str, _Scripted]) -> None:
    for reader in chain.values():
        reader.found = [found("x")]
    read_codes(BLANK, readers=["opencv", "zxing"], max_pixels=MANY)
    assert [len(chain[name].asked) for name in READERS] == [0, 0, 1]
    with pytest.raises(KeyError):
        read_codes(BLANK, readers=["nobody"], max_pixels=MANY)


def test_what_each_reader_is_given_of_a_large_picture(chain: dict[str, _Scripted]) -> None:
    read_codes(saved(Image.new("1", (4800, 1200), 1)), max_pixels=MANY)
    assert chain["zxing"].asked == [(2400, 600), (4800, 1200)]
    assert chain["zbar"].asked == [(2400, 600)]
    assert chain["opencv"].asked == [(1600, 400)]


def test_overlapping_finds_of_one_text_are_one_code(chain: dict[str, _Scripted]) -> None:
    chain["zxing"].found = [
        found("x"),
        found("x", 3),
        found("x", 30),
        found("y", 3),
        found("x", 3, Symbology.DATA_MATRIX),
    ]
    assert len(read_codes(BLANK, max_pixels=MANY).codes) == 4


def test_what_is_wanted_decides_what_counts_as_found(chain: dict[str, _Scripted]) -> None:
    chain["zxing"].found = [found("matrix")]
    chain["zbar"].found = [found("bars", symbology=Symbology.EAN_13)]
    assert texts(read_codes(BLANK, only="linear", max_pixels=MANY)) == ["bars"]


def test_every_reader_says_its_version_or_why_it_is_absent() -> None:
    states = available_readers()
    assert tuple(states) == READERS
    assert all(state[0].isdigit() or state.startswith(read.ABSENT) for state in states.values())


@pytest.mark.parametrize(
    ("missing", "reason"),
    [("pyzbar", "absent: pyzbar is not installed"), ("cv2", "absent: OpenCV is not installed")],
)
def test_a_missing_library_is_a_reason_and_no_error(missing: str, reason: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from ci_emulator.engines.codes.read import available_readers\n"
        "print(*available_readers().values(), sep=chr(10))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert reason in run.stdout.splitlines()


@pytest.mark.skipif(
    available_readers()["zbar"] == "absent: pyzbar is not installed", reason="pyzbar is not installed"
)
def test_a_missing_shared_library_is_a_reason_and_no_error() -> None:
    program = (
        "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
        "from ci_emulator.engines.codes.read import available_readers\n"
        "print(available_readers()['zbar'])"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "absent: libzbar not found\n"


def test_importing_the_engines_imports_no_library_of_pixels() -> None:
    program = (
        "import sys\n"
        "import ci_emulator.engines.image, ci_emulator.engines.codes.read, ci_emulator.engines.codes.write\n"
        "heavy = {'PIL', 'zxingcpp', 'pyzbar', 'cv2', 'numpy', 'qrcode', 'barcode'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"

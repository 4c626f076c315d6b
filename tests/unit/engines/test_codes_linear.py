"""Bar codes that lie askew, blurred or noisy: finding their bars, reading them straightened, their exact rectangle."""

from __future__ import annotations

from typing import Any

import pytest

np = pytest.importorskip("numpy")
cv2 = pytest.importorskip("cv2")

import zxingcpp  # noqa: E402

from ci_emulator.engines.codes.bar_edges import bars_rectangle  # noqa: E402
from ci_emulator.engines.codes.geometry import corners  # noqa: E402
from ci_emulator.engines.codes.linear_regions import Bars, find_bars  # noqa: E402
from ci_emulator.engines.codes.model import Corners, Symbology  # noqa: E402
from ci_emulator.engines.codes.readers import zxing  # noqa: E402
from ci_emulator.engines.codes.straighten import read_bars  # noqa: E402

F = zxingcpp.BarcodeFormat
KINDS = {
    "EAN_13": (F.EAN13, "5901234123457"),
    "EAN_8": (F.EAN8, "96385074"),
    "UPC_A": (F.UPCA, "036000291452"),
    "UPC_E": (F.UPCE, "01234565"),
    "CODE_39": (F.Code39, "ABC-1234"),
    "CODE_93": (F.Code93, "CODE93TEXT"),
    "CODE_128": (F.Code128, "Order-4711/x"),
    "ITF": (F.ITF, "12345678901231"),
    "CODABAR": (F.Codabar, "A1234567B"),
    "DATABAR": (F.DataBarOmni, "0112345678901231"),
    "DATABAR_EXPANDED": (F.DataBarExp, "[01]98898765432106"),
}


def bars_of(kind: str, height: float = 0.4) -> Any:
    """Return the bars of a code, a pixel a module, without quiet zone; 0 is dark."""
    format_, text = KINDS[kind]
    pixels = np.array(zxingcpp.create_barcode(text, format_).to_image(scale=1, add_quiet_zones=False))
    row = pixels[pixels.shape[0] // 2]
    dark = np.flatnonzero(row < 128)
    row = row[dark[0] : dark[-1] + 1]
    return np.tile(row, (max(10, int(len(row) * height)), 1))


def scene(
    bars: Any,
    *,
    module: float = 3.0,
    degrees: float = 0.0,
    keystone: float = 0.0,
    inverted: bool = False,
    blur: float = 0.0,
    noise: float = 0.0,
    size: tuple[int, int] = (900, 700),
) -> tuple[Any, Any]:
    """Return a picture with the bars in its middle, on a label, and their corners in edge coordinates."""
    quiet, fine = 11, 8
    label = cv2.copyMakeBorder(bars, quiet, quiet, quiet, quiet, cv2.BORDER_CONSTANT, value=255)
    label = 255 - label if inverted else label
    height, width = label.shape
    flat = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    shape = (flat - [width / 2, height / 2]) * module
    shape[1:3, 1] *= 1 - keystone
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    place = np.float32(shape @ turn + [size[0] / 2, size[1] / 2])
    exact = cv2.getPerspectiveTransform(flat, place)
    # Edge coordinates to OpenCV's, whose 0 is the middle of a pixel, drawn at twice the size.
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    drawn = half @ np.diag([2.0, 2.0, 1.0]) @ exact @ np.diag([1 / fine, 1 / fine, 1.0]) @ np.linalg.inv(half)
    large = cv2.resize(label, None, fx=fine, fy=fine, interpolation=cv2.INTER_NEAREST)
    canvas = cv2.warpPerspective(
        large, drawn, (size[0] * 2, size[1] * 2), flags=cv2.INTER_LINEAR, borderValue=128
    )
    image = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) * 0.7 + 40
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    image += np.random.default_rng(7).normal(0, noise, image.shape)
    low, right, bottom = quiet, width - quiet, height - quiet
    true = np.float32([[[low, low], [right, low], [right, bottom], [low, bottom]]])
    return np.clip(image, 0, 255).astype(np.uint8), cv2.perspectiveTransform(true, exact)[0]


def points(quad: Corners) -> Any:
    return np.array([[point.x, point.y] for point in quad], np.float32)


def overlap(one: Any, other: Any) -> float:
    common = float(cv2.intersectConvexConvex(one, other)[0])
    return common / (cv2.contourArea(one) + cv2.contourArea(other) - common)


def read_all(image: Any) -> list[str]:
    return [code.text for bars in find_bars(image, []) for code in read_bars(image, bars)]


def plain(kind: str) -> str:
    return KINDS[kind][1].replace("[", "").replace("]", "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_symbology_askew_and_in_perspective(kind: str) -> None:
    image, _ = scene(bars_of(kind), module=2.4, degrees=37, keystone=0.2, noise=4)
    assert read_all(image) == [plain(kind)]


def test_what_the_reader_alone_does_not_read() -> None:
    """45 degrees, blurred by most of a module, and noisy."""
    image, _ = scene(bars_of("EAN_13"), module=2.2, degrees=45, blur=1.2, noise=6)
    assert zxing.read(image, None) == []
    assert read_all(image) == ["5901234123457"]


def test_light_bars_on_dark() -> None:
    image, _ = scene(bars_of("CODE_128"), degrees=-20, inverted=True)
    assert read_all(image) == ["Order-4711/x"]


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 200, 300])
def test_the_region_is_the_bars(degrees: float) -> None:
    image, true = scene(bars_of("CODE_39"), module=2.0, degrees=degrees)
    (bars,) = find_bars(image, [])
    assert overlap(points(bars.corners), true) > 0.5
    turned = np.rad2deg(bars.along) - degrees
    assert abs((turned + 90) % 180 - 90) < 2


def test_known_codes_are_left_out() -> None:
    image, true = scene(bars_of("EAN_13"), degrees=15)
    assert len(find_bars(image, [])) == 1
    assert find_bars(image, [corners(true.tolist())]) == []
    middle = (true[0] + true[3]) / 2, (true[1] + true[2]) / 2
    line = [middle[0], middle[1], middle[1] + [0, 2], middle[0] + [0, 2]]
    assert find_bars(image, [corners([tuple(point) for point in line])]) == []


def test_text_checks_and_noise_hold_no_bars() -> None:
    image = np.full((800, 1000), 230, np.uint8)
    for line in range(20):
        cv2.putText(image, "Illinois llama 1111 |||||| Hill", (20, 40 + 38 * line), 0, 1.2, 20, 2)
    assert len(find_bars(image, [])) <= 2
    assert read_all(image) == []
    tiles = np.uint8((np.indices((800, 1000)) // 7).sum(axis=0) % 2 * 200)
    assert find_bars(tiles, []) == []
    assert find_bars(np.random.default_rng(3).integers(0, 255, (600, 800), np.uint8), []) == []


def test_hatching_and_chance_bars_are_never_read() -> None:
    random = np.random.default_rng(11)
    for _ in range(150):
        widths = random.integers(1, 4, 60) * int(random.integers(2, 4))
        row = np.repeat(np.arange(60) % 2 * 200 + 25, widths).astype(np.uint8)
        strip = cv2.copyMakeBorder(np.tile(row, (60, 1)), 20, 20, 40, 40, cv2.BORDER_CONSTANT, value=225)
        height, width = strip.shape
        place = corners([(40, 20), (width - 40, 20), (width - 40, height - 20), (40, height - 20)])
        assert read_bars(strip, Bars(place, 0.0)) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 3), (40, 2), (7, 31), (64, 64)])
def test_small_and_flat_pictures(shape: tuple[int, int]) -> None:
    image = np.full(shape, 128, np.uint8)
    place = corners([(0, 0), (shape[1], 0), (shape[1], shape[0]), (0, shape[0])])
    assert find_bars(image, []) == []
    assert read_bars(image, Bars(place, 0.3)) == []
    assert bars_rectangle(image, place) is None


def scan_line(true: Any, level: float = 0.5, thickness: float = 0.03) -> Corners:
    """Return what a reader names: some scan lines only."""
    top, bottom = level - thickness / 2, level + thickness / 2
    left, right = true[3] - true[0], true[2] - true[1]
    quad = true[0] + left * top, true[1] + right * top, true[1] + right * bottom, true[0] + left * bottom
    return corners([(float(x), float(y)) for x, y in quad])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("degrees", [0, 23, 180])
def test_the_rectangle_around_a_scan_line(kind: str, degrees: float) -> None:
    image, true = scene(bars_of(kind), module=2.5, degrees=degrees, keystone=0.15, blur=0.7, noise=3)
    found = bars_rectangle(image, scan_line(true, 0.3))
    assert found is not None
    assert np.abs(points(found) - true).max() < 2
    assert overlap(points(found), true) > 0.95


def test_the_rectangle_of_what_the_reader_found_on_its_head() -> None:
    image, true = scene(bars_of("CODE_128"), degrees=186)
    (code,) = zxing.read(image, None)
    found = bars_rectangle(image, code.corners)
    assert found is not None
    assert np.abs(points(found) - true).max() < 2


def test_guard_bars_that_reach_lower_and_digits_between_them() -> None:
    bars = bars_of("EAN_13", 0.5)
    tall = np.vstack([bars, np.full((8, 95), 255, np.uint8)])
    for first, last in ((0, 3), (45, 50), (92, 95)):
        tall[-8:-3, first:last] = bars[-1, first:last]
    image, true = scene(tall, module=4)
    x, y = true[3]
    for digit in range(6):
        for start in (4, 51):
            place = int(x + (start + digit * 6.8) * 4), int(y)
            cv2.putText(image, str(digit), place, 0, 0.9, 40, 2)
    image = cv2.rectangle(
        image, (int(x) - 30, int(true[0][1]) - 20), (int(true[1][0]) + 30, int(y) + 20), 40, 2
    )
    expected = true.copy()
    expected[2:, 1] -= 8 * 4
    found = bars_rectangle(image, scan_line(expected))
    assert found is not None
    assert np.abs(points(found) - expected).max() < 3
    expected[2:, 1] += 5 * 4
    found = bars_rectangle(image, scan_line(expected), Symbology.EAN_13)
    assert found is not None
    assert np.abs(points(found) - expected).max() < 2


def test_guard_bars_as_long_as_the_others() -> None:
    image, true = scene(bars_of("UPC_E"), module=4, degrees=12)
    found = bars_rectangle(image, scan_line(true), Symbology.UPC_E)
    assert found is not None
    assert np.abs(points(found) - true).max() < 2


def test_a_border_three_modules_beside_a_databar() -> None:
    image, true = scene(bars_of("DATABAR_EXPANDED"), module=3)
    (left, top), (right, bottom) = true[0] - [11, 11], true[2] + [11, 11]
    image = cv2.rectangle(image, (int(left), int(top)), (int(right), int(bottom)), 40, 3)
    read = true.copy()
    read[[0, 3], 0] += 3
    read[[1, 2], 0] -= 3
    found = bars_rectangle(image, scan_line(read), Symbology.DATABAR_EXPANDED)
    assert found is not None
    assert np.abs(points(found) - true).max() < 2


def test_a_scan_line_that_is_too_short_at_both_ends() -> None:
    image, true = scene(bars_of("DATABAR_EXPANDED"), module=2.5)
    cut = true.copy()
    cut[[0, 3], 0] += 20
    cut[[1, 2], 0] -= 20
    found = bars_rectangle(image, scan_line(cut))
    assert found is not None
    assert np.abs(points(found) - true).max() < 2


def test_no_rectangle_where_there_are_no_bars() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (400, 600), np.uint8)
    assert bars_rectangle(noise, corners([(100, 190), (400, 190), (400, 210), (100, 210)])) is None
    assert bars_rectangle(noise, corners([(100, 190), (105, 190), (105, 192), (100, 192)])) is None


def test_a_place_without_any_size_holds_no_bars() -> None:
    grey = np.full((60, 80), 255, np.uint8)
    for place in (
        corners([(40, 30)] * 4),  # as zbar places some codes
        corners([(10, 30), (70, 30), (70, 30), (10, 30)]),
        corners([(10, 30), (10, 30), (10, 50), (10, 50)]),
    ):
        assert read_bars(grey, Bars(place, 0.0)) == []
        assert bars_rectangle(grey, place) is None

"""Two-dimensional codes that nobody reads at first sight: finding the place, enlarging it, MaxiCodes in a scene."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy
import pytest
import zxingcpp

from ci_emulator.engines.codes.enlarge import read_region
from ci_emulator.engines.codes.geometry import corners
from ci_emulator.engines.codes.matrix_regions import Region, find_matrices, regions_of_errors, rows_of
from ci_emulator.engines.codes.model import Corners, Symbology

Formats = zxingcpp.BarcodeFormat


def scene(
    kind: Any,
    text: str,
    side: float,
    *,
    angle: float = 0.0,
    blur: float = 0.0,
    size: tuple[int, int] = (480, 640),
) -> tuple[Any, Any]:
    """Draw a code whose longer side measures `side` pixels in the middle of grey paper; return its true corners too."""
    drawn = numpy.array(zxingcpp.create_barcode(text, kind).to_image(scale=8, add_quiet_zones=False))
    high, wide = drawn.shape
    zoom = side / max(high, wide)
    card = cv2.copyMakeBorder(drawn, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    card = cv2.addWeighted(card, 0.6, numpy.full_like(card, 40), 1.0, 0.0)
    cos, sin = math.cos(angle) * zoom, math.sin(angle) * zoom
    middle_x, middle_y = size[1] / 2, size[0] / 2
    turn = numpy.array(
        [
            [cos, -sin, middle_x - cos * (wide / 2) + sin * (high / 2)],
            [sin, cos, middle_y - sin * (wide / 2) - cos * (high / 2)],
        ]
    )
    over = 4
    shift = numpy.array([[1, 0, -40 + 0.5], [0, 1, -40 + 0.5], [0, 0, 1.0]])
    forth = over * (numpy.vstack([turn, [0, 0, 1 / over]]) @ shift)[:2] - [[0, 0, 0.5], [0, 0, 0.5]]
    big = numpy.full((size[0] * over, size[1] * over), 150, numpy.uint8)
    cv2.warpAffine(
        card,
        forth,
        (big.shape[1], big.shape[0]),
        dst=big,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    grey = cv2.resize(big, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    if blur:
        grey = cv2.GaussianBlur(grey, (0, 0), blur)
    true = numpy.array([[0, 0, 1], [wide, 0, 1], [wide, high, 1], [0, high, 1]]) @ turn.T
    return grey, true


def error(place: Corners, true: Any) -> float:
    """Return the mean distance of corners from the true ones, in pixels."""
    points = numpy.array([[point.x, point.y] for point in place])
    return float(numpy.linalg.norm(points - true, axis=1).mean())


def read(grey: Any) -> list[Any]:
    return [code for region in find_matrices(grey, []) for code in read_region(grey, region)]


@pytest.mark.parametrize(
    ("kind", "symbology", "text", "side", "angle", "blur"),
    [
        (Formats.QRCode, Symbology.QR_CODE, "https://example.com/small", 38, 0.2, 0.5),
        (Formats.MicroQRCode, Symbology.MICRO_QR_CODE, "1234567", 21, 0.0, 0.4),
        (Formats.DataMatrix, Symbology.DATA_MATRIX, "a small code", 32, 0.0, 0.5),
        (Formats.Aztec, Symbology.AZTEC, "a small code of rings", 34, 0.1, 0.5),
        (Formats.PDF417, Symbology.PDF_417, "PDF417 AT AN ANGLE", 250, 0.5, 0.7),
        (Formats.MaxiCode, Symbology.MAXICODE, "MAXICODE", 110, 0.0, 0.0),
        (Formats.MaxiCode, Symbology.MAXICODE, "MAXICODE ON ITS SIDE", 130, 1.9, 0.5),
    ],
)
def test_codes_that_are_missed_at_first_sight(
    kind: Any, symbology: Symbology, text: str, side: float, angle: float, blur: float
) -> None:
    grey, true = scene(kind, text, side, angle=angle, blur=blur)
    assert not zxingcpp.read_barcodes(grey)
    codes = read(grey)
    assert [(code.text, code.symbology) for code in codes] == [(text, symbology)]
    assert error(codes[0].corners, true) < 2.0
    assert codes[0].note


def test_a_place_that_is_explained_is_not_looked_at_again() -> None:
    grey, true = scene(Formats.QRCode, "https://example.com", 90)
    assert len(find_matrices(grey, [])) == 1
    assert find_matrices(grey, [corners(true.tolist())]) == []


def test_where_a_place_is_said_to_be() -> None:
    for side, size in ((60, (480, 640)), (420, (900, 1200)), (240, (2400, 3000))):
        grey, true = scene(Formats.QRCode, "https://example.com", side, size=size)
        box = find_matrices(grey, [])[0].box
        expected = (*true.min(0), *true.max(0))
        assert max(abs(one - other) for one, other in zip(box, expected, strict=True)) < 0.15 * side + 12


def test_bars_and_an_empty_page_are_no_place_for_a_matrix_code() -> None:
    bars, _ = scene(Formats.Code128, "12345678", 300)
    assert find_matrices(bars, []) == []
    assert find_matrices(numpy.full((480, 640), 200, numpy.uint8), []) == []
    ramp = numpy.tile(numpy.arange(640) * 255 // 640, (480, 1)).astype(numpy.uint8)
    assert find_matrices(ramp, []) == []


def test_lines_of_text_are_few_places_and_read_as_nothing() -> None:
    page = numpy.full((1600, 1200), 245, numpy.uint8)
    for line in range(40):
        words = " ".join("lorem ipsum dolor sit amet"[line % 5 :].split() * 3)
        cv2.putText(page, words, (60, 60 + line * 37), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 1, cv2.LINE_AA)
    assert len(find_matrices(page, [])) <= 6
    assert read(page) == []


@pytest.mark.parametrize("seed", range(4))
def test_noise_reads_as_nothing(seed: int) -> None:
    random = numpy.random.default_rng(seed)
    fine = random.integers(0, 256, (240, 320)).astype(numpy.uint8)
    coarse = cv2.resize(
        (random.integers(0, 2, (60, 80)) * 255).astype(numpy.uint8),
        (320, 240),
        interpolation=cv2.INTER_NEAREST,
    )
    for grey in (fine, coarse):
        assert read_region(grey, Region((60.0, 40.0, 200.0, 180.0), None, 1.0)) == []
        assert read(grey) == []


def test_a_code_that_was_located_but_not_decoded_is_straightened() -> None:
    grey, _ = scene(Formats.QRCode, "https://example.com", 100, angle=0.3)
    damaged = grey.copy()
    damaged[215:265, 295:345] = 150  # more than the error correction can mend
    results = zxingcpp.read_barcodes(damaged, return_errors=True)
    places = regions_of_errors(damaged.shape[::-1], results)
    assert [bool(place.quad) for place in places] == [True]
    assert regions_of_errors(grey.shape[::-1], zxingcpp.read_barcodes(grey, return_errors=True)) == []
    codes = read_region(grey, places[0])
    assert [code.text for code in codes] == ["https://example.com"]


@pytest.mark.parametrize("degrees", [-40, -17, 0, 8, 30])
def test_the_direction_of_the_rows(degrees: int) -> None:
    grey, true = scene(Formats.QRCode, "https://example.com", 120, angle=math.radians(degrees))
    left, top = numpy.int32(true.min(0))
    right, bottom = numpy.int32(true.max(0))
    angle, order = rows_of(grey[top:bottom, left:right])
    assert abs(math.degrees(angle) - degrees) < 3
    assert order > 0.2


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (1, 5000), (20000, 2), (40, 40)])
def test_pictures_of_odd_sizes(shape: tuple[int, int]) -> None:
    grey = numpy.zeros(shape, numpy.uint8)
    assert find_matrices(grey, []) == []
    height, width = shape
    whole = Region((0.0, 0.0, float(width), float(height)), None, 1.0)
    assert read_region(grey, whole) == []
    flat = (0.0, 0.0), (float(width), 0.0), (float(width), 0.0), (0.0, 0.0)
    assert read_region(grey, whole._replace(quad=corners(flat))) == []

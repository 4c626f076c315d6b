"""The quality bench: its pictures are what their truth says, and its scores count what they claim to count."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

import cv2
import msgspec
import numpy as np
import pytest
import zxingcpp

from bench.quality import __main__ as command
from bench.quality import aims, contenders, decoys, labels, page, scenes, symbols, tables, texts, warps
from bench.quality.canonical import canonical
from bench.quality.contenders import Found
from bench.quality.rounds import Outcome, Plan, Round, seeds
from bench.quality.scoring import Score, score
from bench.quality.tally import percentile, tally
from bench.quality.truth import Difficulty, Quad, TrueCode
from ci_emulator.engines.codes.model import Symbology

EASY = [0, 3, 6, 9, 12, 15]


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


def square(x: float, y: float, side: float = 100.0) -> Quad:
    return (x, y), (x + side, y), (x + side, y + side), (x, y + side)


def true_code(text: str, quad: Quad, symbology: Symbology = Symbology.QR_CODE, addon: str = "") -> TrueCode:
    return TrueCode(symbology=symbology, text=text, addon=addon, quad=quad, conditions={})


# The pictures


def test_a_seed_gives_the_same_picture_and_truth_each_time() -> None:
    for seed in (4, 5):
        assert scenes.compose(seed) == scenes.compose(seed)
        assert decoys.compose(seed) == decoys.compose(seed)
    assert scenes.compose(4).data != scenes.compose(7).data
    assert scenes.compose(4).data != scenes.compose(4, Symbology.QR_CODE).data


def test_scenes_go_through_the_difficulties_and_the_kinds() -> None:
    composed = [scenes.compose(seed) for seed in range(12)]
    assert [scene.difficulty for scene in composed[:4]] == ["easy", "medium", "hard", "easy"]
    firsts = [scene.codes[0].symbology for scene in composed]
    assert firsts == [kind for kind in scenes.KINDS[:4] for _ in range(3)]


@pytest.mark.parametrize("kind", [Symbology.QR_CODE, Symbology.DATA_MATRIX])
def test_corners_are_where_zxing_sees_them(kind: Symbology) -> None:
    errors = []
    for seed in EASY:
        scene = scenes.compose(seed, kind)
        assert scene.codes
        result = score(scene.codes, contenders.zxing(scene.data))
        errors += [hit.corner_error for hit in result.hits]
        assert min(hit.overlap for hit in result.hits) > 0.94
    assert len(errors) >= len(EASY)
    assert np.median(errors) < 0.8
    assert max(errors) < 2


def test_a_bar_code_begins_and_ends_where_the_truth_says() -> None:
    """Across its middle the first and the last dark pixels are its first and last bar."""
    scene = scenes.compose(33, Symbology.CODE_128)
    pixels = cv2.imdecode(np.frombuffer(scene.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    for code in scene.codes:
        straight = np.array([(0, 0), (400, 0), (400, 100), (0, 100)], np.float32)
        to_square = cv2.getPerspectiveTransform(np.array(code.quad, np.float32), straight)
        margin = np.array([[1, 0, 40], [0, 1, 40], [0, 0, 1.0]])
        flat = cv2.warpPerspective(pixels, margin @ to_square, (480, 180))
        row = flat[85:95].mean(axis=0)
        dark = np.nonzero(row[20:460] < (row[20:460].min() + row[20:460].max()) / 2)[0] + 20
        assert abs(dark[0] - 40) <= 2
        assert abs(dark[-1] + 1 - 440) <= 2


@pytest.mark.parametrize("bend", [0.0, 0.9])
@pytest.mark.parametrize("upright", [False, True])
def test_a_bent_and_tilted_label_is_drawn_where_its_corners_are_said_to_be(
    bend: float, upright: bool
) -> None:
    ink = np.full((300, 420), 255, np.uint8)
    ink[60:240, 70:350] = 0
    label = labels.Label(ink, 1.0, (70, 60, 350, 240), captioned=False)
    warp = warps.Warp(
        label, warps.Pose(size=0.8, angle=0.4, corners=(0.0, 0.1, 0.2, 0.05), bend=bend, upright=upright)
    )
    left, top, _, _ = warp.bounds()
    warp.moved(20 - left, 30 - top)
    picture = np.full((420, 480), 255, np.float32)
    warp.draw(ink.astype(np.float32), picture, 4)
    quad = np.array(warp.quad(), np.float32)
    dark = (picture < 128).astype(np.uint8)
    assert dark.sum() == pytest.approx(cv2.contourArea(quad), rel=0.01)
    (contour,), _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = contour[:, 0].astype(np.float32) + 0.5
    for corner in quad:
        assert np.linalg.norm(outline - corner, axis=1).min() < 1.5


@pytest.mark.parametrize("kind", scenes.KINDS)
def test_each_symbol_says_what_its_truth_says(kind: Symbology) -> None:
    for seed in range(6):
        symbol = symbols.make(kind, Random(seed))
        big = np.kron(symbol.pattern, np.ones((3, 3), np.uint8))
        (read,) = zxingcpp.read_barcodes(
            np.pad(big, 40, constant_values=255), text_mode=zxingcpp.TextMode.Plain
        )
        symbology = contenders.SYMBOLOGIES[read.format.name]
        assert canonical(symbology, read.text) == canonical(kind, symbol.text)


def test_addons_are_left_out_of_the_place_of_their_code() -> None:
    made = (symbols.make(Symbology.EAN_13, Random(seed)) for seed in range(30))
    symbol = next(symbol for symbol in made if symbol.addon)
    assert symbol.box[2] == 95
    assert symbol.pattern.shape[1] > 95 + 20


def test_decoys_hold_no_codes_that_zxing_reads() -> None:
    for seed in range(len(decoys.DECOYS)):
        scene = decoys.compose(seed)
        assert scene.codes == ()
        assert contenders.zxing(scene.data) == []


# What counts as the same text


@pytest.mark.parametrize(
    ("truth", "read"),
    [
        ((Symbology.UPC_A, "036000291452"), (Symbology.EAN_13, "0036000291452")),
        ((Symbology.UPC_E, "04252614"), (Symbology.UPC_E, "0042100005264")),
        ((Symbology.UPC_E, "04252614"), (Symbology.EAN_13, "0042100005264")),
        ((Symbology.EAN_13, "4006381333931"), (Symbology.EAN_13, "4006381333931 12")),
        ((Symbology.DATABAR, "00123456789050"), (Symbology.DATABAR, "(01)00123456789050")),
        ((Symbology.DATABAR_EXPANDED, "010950110153000310AB"), (Symbology.DATABAR_EXPANDED, "[01]09501101530003[10]AB")),
        ((Symbology.CODABAR, "A123B"), (Symbology.CODABAR, "123")),
    ],
)  # fmt: skip
def test_texts_that_are_written_differently_are_the_same(
    truth: tuple[Symbology, str], read: tuple[Symbology, str]
) -> None:
    assert canonical(*truth) == canonical(*read)


@pytest.mark.parametrize(
    ("truth", "read"),
    [
        ((Symbology.UPC_A, "036000291452"), (Symbology.EAN_13, "1036000291452")),
        ((Symbology.ITF, "036000291452"), (Symbology.EAN_13, "036000291452")),
        ((Symbology.ITF, "001234"), (Symbology.ITF, "1234")),
        ((Symbology.CODE_39, "ABC"), (Symbology.CODE_39, "abc")),
        ((Symbology.QR_CODE, "你好"), (Symbology.QR_CODE, "ä½ å¥½")),
        ((Symbology.QR_CODE, "(a)"), (Symbology.QR_CODE, "a")),
    ],
)
def test_texts_that_say_something_else_are_not(
    truth: tuple[Symbology, str], read: tuple[Symbology, str]
) -> None:
    assert canonical(*truth) != canonical(*read)


def test_upc_e_stands_for_a_upc_a_with_the_same_check_digit() -> None:
    assert texts.upc_e_as_upc_a("04252614") == "042100005264"
    assert texts.upc_e_as_upc_a("01234531") == "012300000451"
    assert texts.upc_e_as_upc_a("01234543") == "012340000053"
    for seed in range(20):
        expanded = texts.upc_e_as_upc_a(texts.upc_e(Random(seed)))
        assert texts.with_check_digit(expanded[:-1]) == expanded


# What is counted


def test_a_right_text_in_its_place_is_a_hit() -> None:
    codes = [true_code("a", square(0, 0)), true_code("b", square(300, 0))]
    result = score(codes, [Found("b", Symbology.QR_CODE, square(303, 4))])
    (hit,) = result.hits
    assert hit.code == 1
    assert hit.corner_error == pytest.approx(5)
    assert hit.overlap == pytest.approx(97 * 96 / (2 * 100 * 100 - 97 * 96))
    assert not result.wrong


def test_another_text_is_a_wrong_read_and_no_hit() -> None:
    result = score([true_code("abc", square(0, 0))], [Found("ab", Symbology.QR_CODE, square(0, 0))])
    assert not result.hits
    assert [wrong.code for wrong in result.wrong] == [0]


def test_a_right_text_in_a_wrong_place_is_neither_a_hit_nor_a_wrong_read() -> None:
    result = score([true_code("abc", square(0, 0))], [Found("abc", Symbology.QR_CODE, square(400, 400))])
    assert not result.hits
    assert not result.wrong
    assert [found.code for found in result.misplaced] == [None]


def test_another_symbology_is_a_wrong_read() -> None:
    result = score([true_code("abc", square(0, 0))], [Found("abc", Symbology.AZTEC, square(0, 0))])
    assert not result.hits
    assert len(result.wrong) == 1


def test_a_second_report_of_a_code_is_a_duplicate_and_the_nearer_one_is_measured() -> None:
    reported = [
        Found("a", Symbology.QR_CODE, square(10, 0)),
        Found("a", Symbology.QR_CODE, square(1, 0)),
    ]
    result = score([true_code("a", square(0, 0))], reported)
    assert [hit.corner_error for hit in result.hits] == [1]
    assert result.duplicates == 1
    assert not result.wrong


def test_twins_reported_once_are_one_hit_and_one_miss() -> None:
    twins = [true_code("a", square(0, 0)), true_code("a", square(150, 0))]
    one = score(twins, [Found("a", Symbology.QR_CODE, square(150, 0))])
    assert [hit.code for hit in one.hits] == [1]
    both = score(twins, [Found("a", Symbology.QR_CODE, square(x, 0)) for x in (150, 0)])
    assert [hit.code for hit in both.hits] == [0, 1]
    assert both.duplicates == 0


def test_corners_count_in_the_order_of_the_code_unless_a_library_tells_none() -> None:
    code = true_code("a", square(0, 0))
    corners = square(0, 0)
    turned = corners[2:] + corners[:2]
    (told,) = score([code], [Found("a", Symbology.QR_CODE, turned)]).hits
    assert told.corner_error == pytest.approx(100 * math.sqrt(2))
    (untold,) = score([code], [Found("a", Symbology.QR_CODE, turned[::-1], ordered=False)]).hits
    assert untold.corner_error == 0


def test_a_scan_line_through_a_bar_code_hits_it_without_overlap() -> None:
    code = true_code("ABC", square(0, 0), Symbology.CODE_39)
    line = ((0.0, 50.0), (100.0, 50.0), (100.0, 50.0), (0.0, 50.0))
    (hit,) = score([code], [Found("ABC", Symbology.CODE_39, line)]).hits
    assert hit.overlap == 0
    assert hit.corner_error == 50


@pytest.mark.parametrize("mark", [" ", "+"])
def test_an_addon_may_be_part_of_the_text(mark: str) -> None:
    code = true_code("4006381333931", square(0, 0), Symbology.EAN_13, addon="12")
    text = f"4006381333931{mark}"
    (hit,) = score([code], [Found(f"{text}12", Symbology.EAN_13, square(0, 0))]).hits
    assert hit.addon
    wrong = score([code], [Found(f"{text}13", Symbology.EAN_13, square(0, 0))])
    assert not wrong.hits
    assert len(wrong.wrong) == 1


def test_an_addon_may_be_a_code_of_its_own() -> None:
    code = true_code("4006381333931", square(0, 0), Symbology.EAN_13, addon="12")
    main = Found("4006381333931", Symbology.EAN_13, square(0, 0))
    right = score([code], [main, Found("12", Symbology.EAN_2, square(110, 10, 30))])
    assert right.hits[0].addon
    assert not right.wrong
    misread = score([code], [main, Found("13", Symbology.EAN_2, square(110, 10, 30))])
    assert not misread.hits[0].addon
    assert len(misread.wrong) == 1
    alone = score([code], [main])
    assert not alone.hits[0].addon


# Adding up, and the tables


def played(
    codes: tuple[TrueCode, ...],
    reported: dict[str, list[Found]],
    seconds: float = 0.01,
    difficulty: Difficulty = Difficulty.EASY,
    megapixels: float = 2.0,
) -> Round:
    return Round(
        name="1",
        seed=1,
        difficulty=difficulty,
        megapixels=megapixels,
        conditions={},
        codes=codes,
        outcomes={
            name: Outcome(seconds=seconds, score=score(codes, found)) for name, found in reported.items()
        },
    )


def test_a_tally_counts_by_symbology_and_difficulty() -> None:
    ean = true_code("4006381333931", square(200, 0), Symbology.EAN_13)
    codes = (true_code("a", square(0, 0)), ean)
    found = [
        Found("a", Symbology.QR_CODE, square(0, 0)),
        Found("x", Symbology.EAN_13, square(200, 0)),
        Found("99", Symbology.ITF, square(500, 500)),
    ]
    rounds = [
        played(codes, {"zxing": found}),
        played(codes, {"zxing": []}, seconds=0.03, difficulty=Difficulty.HARD),
    ]
    everything = tally(rounds, "zxing")
    assert (everything.codes, everything.hits, everything.wrong) == (4, 1, 2)
    assert everything.recall == 0.25
    assert everything.seconds == [0.01, 0.03]
    assert tally(rounds, "zxing", symbologies={Symbology.QR_CODE}).wrong == 0
    assert tally(rounds, "zxing", symbologies={Symbology.EAN_13}).wrong == 1
    assert tally(rounds, "zxing", symbologies={Symbology.ITF}).wrong == 1
    hard = tally(rounds, "zxing", difficulty=Difficulty.HARD)
    assert (hard.codes, hard.hits, hard.wrong) == (2, 0, 0)


def test_percentiles_are_interpolated() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2
    assert percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert math.isnan(percentile([], 0.5))


def test_tables_show_a_line_for_each_reader_that_read_something() -> None:
    code = true_code("a", square(0, 0))
    rounds = [
        played((code,), {"chain": [Found("a", Symbology.QR_CODE, square(3, 4))], "opencv": []}),
        played((), {"chain": [], "opencv": [Found("z", Symbology.EAN_13, square(0, 0))]}),
    ]
    assert tables.by_symbology(rounds, ("chain", "opencv")).splitlines()[2:] == [
        "| QR_CODE | **ours** | 1 | 100.0 | 100.0 | – | – | 0 | 5.00 | 5.00 | 0.87 | 10.0 | 10.0 |"
    ]
    ours, theirs = tables.sums(rounds, ("chain", "opencv")).splitlines()[2:]
    assert "| 0 in 1 |" in ours
    assert theirs.startswith("| OpenCV | 1 | 0.0 |")
    assert "| 1 in 1 |" in theirs


def _everybody(found: list[Found], **more: list[Found]) -> dict[str, list[Found]]:
    return {name: more.get(name, found) for name in contenders.CONTENDERS}


def test_aims_are_met_only_by_figures_that_reach_them() -> None:
    codes = (true_code("a", square(0, 0)), true_code("ABC", square(200, 0), Symbology.CODE_39))
    right = [
        Found("a", Symbology.QR_CODE, square(0, 0)),
        Found("ABC", Symbology.CODE_39, square(200, 0)),
    ]
    good = [played(codes, _everybody([], chain=right)), played((), _everybody([]))]
    assert [check.name for check in aims.checks(good, 1.9) if not check.met] == []
    assert [check.name for check in aims.checks(good, 1.5) if not check.met] == [
        "two workers, as a multiple of one"
    ]
    far = [replace_corners(found, square(190, 0)) for found in right[1:]]
    bad = [
        played(codes, _everybody(right, chain=far)),
        played((), _everybody([], chain=[Found("z", Symbology.ITF, square(0, 0))])),
    ]
    missed = {check.name: check.note for check in aims.checks(bad, None) if not check.met}
    assert "QR corners: median, px" in missed
    assert "corners of linear codes: median, px" in missed
    assert "false positives in 1 pictures without codes" in missed
    assert missed["symbologies where it reads more than every single library"] == "QR_CODE: 0, zxing 1 of 1"


def replace_corners(found: Found, corners: Quad) -> Found:
    return found._replace(corners=corners)


def test_the_report_replaces_what_stands_between_its_marks(tmp_path: Path) -> None:
    file = tmp_path / "quality.md"
    file.write_text(f"before\n{page._BEGIN}old\n{page._END}after\n")
    page.write(file, "new")
    page.write(file, "newer")
    assert file.read_text() == f"before\n{page._BEGIN}\nnewer\n\n{page._END}after\n"
    file.write_text("no marks")
    with pytest.raises(ValueError, match="marks"):
        page.write(file, "new")


# The command


def test_the_command_prints_tables_and_writes_down_what_was_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    misses = tmp_path / "misses.jsonl"
    options = (
        "--scenes 2 --seed 2 --kind MAXICODE --difficulty hard --decoys 1 --processes 1 --contenders zxing"
    )
    assert command.main([*options.split(), "--misses", str(misses)]) == 0
    printed = capsys.readouterr().out
    assert "## By symbology" in printed
    assert "## Aims" not in printed
    lines = [msgspec.json.decode(line) for line in misses.read_bytes().splitlines()]
    assert {line["seed"] for line in lines} == {2, 5}
    assert {(line["contender"], line["what"], line["code"]["symbology"]) for line in lines} == {
        ("zxing", "missed", "MAXICODE")
    }


def test_the_command_saves_pictures_and_their_truth(tmp_path: Path) -> None:
    assert command.main(["--scenes", "2", "--seed", "0", "--decoys", "1", "--save", str(tmp_path)]) == 0
    truths = sorted(tmp_path.glob("*.json"))
    assert [file.name for file in truths] == ["0.json", "1.json", "ground-0.json"]
    assert msgspec.json.decode(truths[0].read_bytes())["codes"][0]["symbology"] == "QR_CODE"
    assert len(list(tmp_path.iterdir())) == 6


def test_seeds_of_one_difficulty_are_every_third_one() -> None:
    plan = Plan(seed=10, scenes=3, decoys=0, difficulty=Difficulty.HARD)
    assert list(seeds(plan)) == [11, 14, 17]
    assert {scenes.compose(seed).difficulty for seed in seeds(plan)} == {Difficulty.HARD}


@pytest.mark.parametrize("name", ["chain", "zxing", "opencv"])
def test_contenders_read_an_easy_code(name: str) -> None:
    scene = scenes.compose(3, Symbology.QR_CODE)
    result: Score = score(scene.codes, contenders.CONTENDERS[name](scene.data))
    assert len(result.hits) >= len(scene.codes) / 2
    assert result.wrong == ()

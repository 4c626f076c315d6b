"""The sample pictures hold what their manifest says, and the drawing tool makes them again."""

import json
import math
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps, ImageStat

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "samples" / "pictures"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
PICTURES = MANIFEST["pictures"]
NAMES = {
    "QRCode": "QR_CODE",
    "DataMatrix": "DATA_MATRIX",
    "PDF417": "PDF_417",
    "Aztec": "AZTEC",
    "EAN13": "EAN_13",
    "EAN8": "EAN_8",
    "UPCE": "UPC_E",
    "Code39": "CODE_39",
    "Code93": "CODE_93",
    "Code128": "CODE_128",
}
MATRIX = {"QR_CODE": 2, "DATA_MATRIX": 2, "AZTEC": 2, "PDF_417": 4}
"""How far (pixels) the reader's corners may be off; of a PDF417 it takes them within the last row: one module."""
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")

every_picture = pytest.mark.parametrize("picture", PICTURES, ids=[picture["file"] for picture in PICTURES])


def as_seen(file: str) -> Image.Image:
    """The picture as a viewer shows it: turned by its EXIF orientation, on white."""
    with Image.open(FOLDER / file) as stored:
        image = ImageOps.exif_transpose(stored).convert("RGBA")
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return page.convert("RGB")


def read(file: str, **options: object) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(as_seen(file).convert("L"), text_mode=zxingcpp.TextMode.Plain, **options)


def identity(code: zxingcpp.Barcode) -> tuple[str, str]:
    """Symbology and text as the manifest writes them.

    zxing-cpp reports UPC-A as an EAN-13 with a leading 0 (and no sample has an EAN-13 that starts with 0), and
    expands UPC-E to 13 digits.
    """
    symbology = NAMES[code.format.name]
    if symbology == "EAN_13" and code.text.startswith("0"):
        return "UPC_A", code.text[1:]
    return symbology, code.extra["UPCE"] if symbology == "UPC_E" else code.text


def quad(code: zxingcpp.Barcode) -> list[tuple[float, float]]:
    return [(getattr(code.position, name).x, getattr(code.position, name).y) for name in CORNERS]


@every_picture
def test_holds_exactly_the_codes_of_the_manifest(picture):
    expected = sorted((code["symbology"], code["text"]) for code in picture["codes"])
    assert sorted(identity(code) for code in read(picture["file"])) == expected


@every_picture
def test_is_as_large_as_the_manifest_says(picture):
    assert as_seen(picture["file"]).size == (picture["width"], picture["height"])


@pytest.mark.parametrize(
    "picture",
    [p for p in PICTURES if any(c["symbology"] in MATRIX for c in p["codes"])],
    ids=lambda p: p["file"],
)
def test_matrix_codes_are_where_the_manifest_says(picture):
    stated = {(code["symbology"], code["text"]): code["corners"] for code in picture["codes"]}
    found = [code for code in read(picture["file"]) if NAMES[code.format.name] in MATRIX]
    for code in found:
        for name, seen, drawn in zip(CORNERS, quad(code), stated[identity(code)], strict=True):
            assert math.dist(seen, drawn) <= MATRIX[NAMES[code.format.name]], (
                picture["file"],
                name,
                seen,
                drawn,
            )


@every_picture
def test_linear_codes_lie_within_the_bars_of_the_manifest(picture):
    """A reader's quad of a linear code spans the bars' length, and some of their height."""
    stated = {(code["symbology"], code["text"]): code["corners"] for code in picture["codes"]}
    for code in read(picture["file"]):
        if NAMES[code.format.name] not in MATRIX:
            corners = stated[identity(code)]
            for start, end, seen in (
                (corners[0], corners[3], quad(code)[0]),
                (corners[1], corners[2], quad(code)[1]),
            ):
                assert distance_to_segment(seen, start, end) <= 6, picture["file"]


def distance_to_segment(point, start, end) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    share = sum((p - s) * a for p, s, a in zip(point, start, along, strict=True)) / math.hypot(*along) ** 2
    share = min(1.0, max(0.0, share))
    return math.dist(point, (start[0] + share * along[0], start[1] + share * along[1]))


def test_every_documented_symbology_is_there():
    codes = [code for picture in PICTURES for code in picture["codes"]]
    drawn = {code["symbology"] for code in codes} | {c["add_on"]["symbology"] for c in codes if "add_on" in c}
    documented = {"QR_CODE", "EAN_13", "EAN_8", "EAN_2", "UPC_A", "UPC_E", "CODE_39", "CODE_93", "CODE_128"}
    assert drawn >= documented | {"PDF_417", "DATA_MATRIX", "AZTEC"}


def test_the_add_on_can_be_read():
    (picture,) = (p for p in PICTURES if any("add_on" in code for code in p["codes"]))
    (code,) = picture["codes"]
    texts = {c.text for c in read(picture["file"], ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Require)}
    assert texts == {code["text"] + code["add_on"]["text"]}


def test_orientation_6_is_stored_on_its_side():
    (picture,) = (p for p in PICTURES if "exif_orientation" in p)
    with Image.open(FOLDER / picture["file"]) as stored:
        assert stored.getexif()[0x0112] == picture["exif_orientation"] == 6
        assert stored.size == (picture["height"], picture["width"])


def test_the_transparent_picture_is_black_without_its_alpha():
    with Image.open(FOLDER / "qr-transparent.png") as stored:
        assert stored.mode == "RGBA"
        assert stored.convert("RGB").getextrema() == ((0, 0), (0, 0), (0, 0))
        assert stored.getchannel("A").getextrema() == (0, 255)


def test_the_folder_holds_the_manifest_and_its_pictures_only():
    files = {path.name for path in FOLDER.iterdir()}
    assert files == {picture["file"] for picture in PICTURES} | {"manifest.json"}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("redrawn")
    command = [sys.executable, ROOT / "tools" / "draw_samples.py", folder]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


def test_redrawing_gives_the_same_manifest(redrawn):
    again = json.loads((redrawn / "manifest.json").read_text(encoding="utf-8"))
    assert again["pictures"] == PICTURES
    assert again["drawn_with"].keys() == MANIFEST["drawn_with"].keys()


@every_picture
def test_redrawing_gives_the_same_pixels(picture, redrawn):
    """To the pixel with the versions the manifest names; another may antialias a letter or round a JPEG differently."""
    with Image.open(FOLDER / picture["file"]) as kept, Image.open(redrawn / picture["file"]) as drawn:
        assert (kept.mode, kept.size) == (drawn.mode, drawn.size)
        difference = ImageChops.difference(kept.convert("RGBA"), drawn.convert("RGBA"))
    if all(version(name) == stated for name, stated in MANIFEST["drawn_with"].items()):
        assert max(high for _, high in difference.getextrema()) == 0
    else:
        assert max(ImageStat.Stat(difference).mean) < 1.5

"""Writing the pictures and the manifest, the same bytes every time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from sample_pictures.sheet import PlacedCode

_ORIENTATION_TAG = 0x0112
_STORED_FOR_ORIENTATION = {6: Image.Transpose.ROTATE_90}
"""How the pixels are turned before they are stored, so that a viewer who obeys the tag turns them back."""

_POINT = re.compile(r"\[\s+([\d.]+),\s+([\d.]+)\s+\]")

_ABOUT = (
    "Drawn by tools/draw_samples.py. Sizes and corners are in the frame a viewer sees (EXIF orientation applied); "
    "corners are [x, y] at pixel edges, in the order top left, top right, bottom right, bottom left of the code "
    "itself, without its quiet zone. A UPC text is its printed digits."
)


@dataclass(frozen=True)
class Picture:
    """One sample: its file name, what it shows, its pixels as a viewer sees them and the codes in it."""

    file: str
    description: str
    image: Image.Image
    codes: tuple[PlacedCode, ...] = ()
    exif_orientation: int = 1


def write_all(pictures: list[Picture], folder: Path) -> None:
    """Write every picture and `manifest.json` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        _write(picture, folder / picture.file)
    manifest = {
        "about": _ABOUT,
        "drawn_with": drawn_with(),
        "pictures": [_entry(picture) for picture in pictures],
    }
    (folder / "manifest.json").write_text(_as_json(manifest), encoding="utf-8")


def drawn_with() -> dict[str, str]:
    """The versions that decide the pixels: text and resampling, and the writers' patterns."""
    return {name: version(name) for name in ("pillow", "qrcode", "zxing-cpp")}


def _write(picture: Picture, path: Path) -> None:
    if path.suffix == ".png":
        picture.image.save(path, optimize=True)
        return
    exif = Image.Exif()
    stored = picture.image
    if picture.exif_orientation != 1:
        exif[_ORIENTATION_TAG] = picture.exif_orientation
        stored = stored.transpose(_STORED_FOR_ORIENTATION[picture.exif_orientation])
    stored.save(path, quality=84, optimize=True, exif=exif)


def _entry(picture: Picture) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "file": picture.file,
        "width": picture.image.width,
        "height": picture.image.height,
        "description": picture.description,
    }
    if picture.exif_orientation != 1:
        entry["exif_orientation"] = picture.exif_orientation
    entry["codes"] = [_code(code) for code in picture.codes]
    return entry


def _code(code: PlacedCode) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "text": code.symbol.text,
        "symbology": code.symbol.symbology,
        "corners": [[round(x, 2), round(y, 2)] for x, y in code.corners],
    }
    if code.add_on is not None:
        entry["add_on"] = _code(code.add_on)
    return entry


def _as_json(manifest: dict[str, Any]) -> str:
    """Indented, but with each point on one line."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    return _POINT.sub(r"[\1, \2]", text) + "\n"

"""Draw the pictures of samples/pictures and their manifest: `python tools/draw_samples.py [folder]`.

Running it again gives the same bytes with the same versions of Pillow, qrcode and zxing-cpp (they are named in the
manifest); another version may move a text's antialiasing or a JPEG's rounding, never a code's place.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sample_pictures import documents, scenes, tags
from sample_pictures.files import write_all

_FOLDER = Path(__file__).resolve().parent.parent / "samples" / "pictures"


def main() -> None:
    """Draw everything into the folder."""
    parser = argparse.ArgumentParser(description="Draw the sample pictures and their manifest.")
    parser.add_argument("folder", nargs="?", type=Path, default=_FOLDER, help="default: %(default)s")
    folder: Path = parser.parse_args().folder
    pictures = [*tags.draw(), *documents.draw(), *scenes.draw()]
    write_all(pictures, folder)
    print(f"{len(pictures)} pictures in {folder}")


if __name__ == "__main__":
    main()

"""Which format a file is in: its first bytes tell, never a name, a media type or what follows."""

from __future__ import annotations

from ci_emulator.engines.picture_files import gif, jpeg, jpeg2000, others, png, tiff
from ci_emulator.engines.picture_files.bare import Bare

_AVIF_BRANDS = frozenset({b"avif", b"avis", b"mif1", b"msf1"})


def format_of(data: bytes) -> str | None:
    """Return the format in Pillow's spelling; None for one that is not opened here.

    Left out on purpose: EPS starts Ghostscript, ICO and ICNS hide a size in an inner picture, PDF and SVG are documents,
    PPM with its pixels as text takes Pillow minutes.
    """
    for name, begins in (
        ("PNG", data.startswith(png.SIGNATURE)),
        ("JPEG", data.startswith(jpeg.SIGNATURE)),
        ("GIF", data.startswith(gif.SIGNATURES)),
        ("TIFF", data.startswith(tiff.SIGNATURES)),
        ("WEBP", data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
        ("BMP", data.startswith(b"BM")),
        ("AVIF", data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS),
        ("JPEG2000", data.startswith(jpeg2000.SIGNATURES)),
        ("PPM", data.startswith((b"P4", b"P5", b"P6"))),
    ):
        if begins:
            return name
    return None


def bare(data: bytes, name: str, *, animated: bool) -> Bare:
    """Return the file of format `name` without metadata, and without any frame but the first unless `animated`.

    Raises:
        Damaged: see the module of the format.
    """
    match name:
        case "PNG":
            return png.bare(data, animated=animated)
        case "JPEG":
            return jpeg.bare(data)
        case "GIF":
            return gif.bare(data, animated=animated)
        case "TIFF":
            return tiff.bare(data)
        case "WEBP":
            return others.webp(data)
        case "AVIF":
            return others.avif(data)
        case "JPEG2000":
            return jpeg2000.bare(data)
        case "BMP":
            return others.bmp(data)
        case _:
            return others.ppm(data)

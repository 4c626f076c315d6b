"""Write the tables and pictures in `docs/features/` from the declarations of the code; with `--check`, compare only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generated import Part, blocks, code, plain, run, table

from ci_emulator.config import Config
from ci_emulator.core.params import Param
from ci_emulator.engines.codes.chain import STAGES, Stage
from ci_emulator.engines.codes.model import Symbology
from ci_emulator.engines.codes.write import write_barcode, write_qr
from ci_emulator.protocols.ci import recognition, service_buckets
from ci_emulator.protocols.ci.actions import file_hash, qrcode_generate
from ci_emulator.protocols.cos.actions import get_bucket, get_service
from ci_emulator.protocols.tencentcloud.actions import qrcode_ocr
from ci_emulator.protocols.tencentcloud.type_names import TYPE_NAMES, has_position, type_name


def parameters(declared: Iterable[Param]) -> str:
    """Return the table of an action's parameters."""
    return table(
        ("Parameter", "Type", "Required", "Default", "Meaning"),
        (
            (
                code(param.name),
                param.type,
                "yes" if param.required else "no",
                code(str(param.default)) if param.default not in (None, "") else "none",
                param.about,
            )
            for param in declared
        ),
    )


_VARIANTS = {
    Symbology.QR_CODE: "versions 1 to 40, model 1",
    Symbology.MICRO_QR_CODE: "M1 to M4",
    Symbology.RMQR_CODE: "R7x43 to R17x139",
    Symbology.DATA_MATRIX: "ECC 200, square and rectangular",
    Symbology.PDF_417: "also compact (truncated)",
    Symbology.AZTEC: "compact, full, runes",
    Symbology.MAXICODE: "modes 2 to 6",
    Symbology.EAN_13: "ISBN, ISSN, JAN too",
    Symbology.EAN_2: "beside a retail code",
    Symbology.EAN_5: "beside a retail code",
    Symbology.CODE_39: "full ASCII, Code 32, PZN",
    Symbology.CODE_93: "full ASCII",
    Symbology.CODE_128: "code sets A, B and C, GS1-128",
    Symbology.ITF: "also ITF-14",
    Symbology.DATABAR: "omnidirectional, truncated, stacked, stacked omnidirectional",
    Symbology.DATABAR_EXPANDED: "also stacked",
    Symbology.TELEPEN: "alphanumeric",
}
"""What is read of a symbology, where its name does not tell."""


def symbologies() -> str:
    """Return the table of what is read, and what QrcodeOCR says about it."""
    return table(
        ("Symbology", "Variants", "TypeName", "Documented", "Position in QrcodeOCR"),
        (
            (
                plain(symbology.value),
                _VARIANTS.get(symbology, ""),
                code(type_name(symbology)),
                "yes" if symbology in TYPE_NAMES else "no",
                "four corners" if has_position(symbology) else "-1 for all coordinates",
            )
            for symbology in Symbology
        ),
    )


def stages() -> str:
    """Return the table of the stages of recognition."""
    return table(
        ("Stage", "By default", "What it needs", "What it does"),
        (
            (code(name), "yes" if name in Config().readers else "no", _needs(stage), stage.about)
            for name, stage in STAGES.items()
        ),
    )


def _needs(stage: Stage) -> str:
    names = {"zxing": "zxing-cpp", "zbar": "zbar", "opencv": "OpenCV"}
    return ", ".join(names[library] for library in stage.needs)


PARTS: dict[str, Part] = {
    "images/qr-url.png": write_qr("https://www.example.com", 200),
    "images/qr-chinese.png": write_qr("你好，世界", 200),
    "images/ean-13.png": write_barcode("690123456789", 300, symbology="EAN_13"),
    "images/code-128.png": write_barcode("AB-12345", 300, symbology="CODE_128"),
    "features/cloud-infinite-services.md": blocks({"list-parameters": parameters(service_buckets.PARAMS)}),
    "features/qrcode-generate.md": blocks({"parameters": parameters(qrcode_generate.PARAMS)}),
    "features/qrcode-ocr.md": blocks({"parameters": parameters(qrcode_ocr.PARAMS)}),
    "features/qrcode-recognition.md": blocks({"parameters": parameters(recognition.PARAMS)}),
    "features/files.md": blocks({"hash-parameters": parameters(file_hash.PARAMS)}),
    "features/recognition.md": blocks({"stages": stages(), "symbologies": symbologies()}),
    "features/objects.md": blocks(
        {
            "service-parameters": parameters(get_service.PARAMS),
            "list-parameters": parameters(get_bucket.PARAMS),
        }
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the parts, or compare them with `--check`; return the exit status."""
    return run("tools/make_feature_docs.py", PARTS, argv)


if __name__ == "__main__":
    raise SystemExit(main())

"""Write the tables and pictures in `docs/features/` from the declarations of the code; with `--check`, compare only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generated import Part, blocks, code, plain, run, table

from ci_emulator.core.params import Param
from ci_emulator.engines.codes.model import Symbology
from ci_emulator.engines.codes.write import write_barcode, write_qr
from ci_emulator.protocols.ci.actions import qrcode_generate
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


def type_names() -> str:
    """Return the table of what QrcodeOCR says about each symbology."""
    return table(
        ("Symbology", "TypeName", "Documented", "Position"),
        (
            (
                plain(symbology.value),
                code(type_name(symbology)),
                "yes" if symbology in TYPE_NAMES else "no",
                "four corners" if has_position(symbology) else "-1 for all coordinates",
            )
            for symbology in Symbology
        ),
    )


PARTS: dict[str, Part] = {
    "images/qr-url.png": write_qr("https://www.example.com", 200),
    "images/qr-chinese.png": write_qr("你好，世界", 200),
    "images/ean-13.png": write_barcode("690123456789", 300, symbology="EAN_13"),
    "images/code-128.png": write_barcode("AB-12345", 300, symbology="CODE_128"),
    "features/qrcode-generate.md": blocks({"parameters": parameters(qrcode_generate.PARAMS)}),
    "features/qrcode-ocr.md": blocks(
        {"parameters": parameters(qrcode_ocr.PARAMS), "type-names": type_names()}
    ),
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

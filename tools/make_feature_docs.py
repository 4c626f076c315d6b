"""Write the tables and pictures in `docs/features/` from the declarations of the code; with `--check`, compare only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module

from generated import Part, blocks, code, plain, run, table

from ci_emulator.core.params import Param
from ci_emulator.engines.codes.model import Symbology
from ci_emulator.engines.codes.write import write_barcode, write_qr
from ci_emulator.protocols.ci.actions import qrcode_generate
from ci_emulator.protocols.ci.catalogue import CI_PROCESSES
from ci_emulator.protocols.cos import select
from ci_emulator.protocols.cos.actions import get_bucket, get_service
from ci_emulator.protocols.tencentcloud.actions import qrcode_ocr
from ci_emulator.protocols.tencentcloud.type_names import TYPE_NAMES, has_position, type_name

# The dialect's module fills the registry by being imported.
import_module("ci_emulator.protocols.cos.dialect")

_PROCESS = "ci-process="


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


def operations() -> str:
    """Return the table of the operations on the service, on buckets and on objects."""
    path = {"service": "/", "bucket": "/", "object": "/KEY"}
    rows = sorted(
        select.REGISTRY, key=lambda row: (row[0].name, list(path).index(row[0].scope), row[0].method)
    )
    return table(
        ("Operation", "On the", "Request", "What it does", "Allowed to"),
        (
            (
                action.name,
                selector.scope,
                code(
                    f"{selector.method} {path[selector.scope]}{'?' + selector.name if selector.name else ''}"
                ),
                plain(action.about),
                _ALLOWED[action.access],
            )
            for selector, action in rows
        ),
    )


_ALLOWED = {
    "owner": "the owner",
    "create": "the account whose APPID the name ends with",
    "read": "the owner, and others as the ACL says (read)",
    "write": "the owner, and others as the ACL says (write)",
}


def sub_resources() -> str:
    """Return the sub-resources that nothing is registered for."""
    carried_out = {selector.name for selector, _ in select.REGISTRY}
    return ", ".join(code(f"?{name}") for name in select.SUBRESOURCES if name not in carried_out)


def ci_processes() -> str:
    """Return the values of ci-process that are known and not carried out."""
    carried_out = {selector.name for selector, _ in select.REGISTRY}
    return ", ".join(code(name) for name in sorted(CI_PROCESSES) if _PROCESS + name not in carried_out)


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
            "operations": operations(),
            "service-parameters": parameters(get_service.PARAMS),
            "list-parameters": parameters(get_bucket.PARAMS),
            "sub-resources": sub_resources(),
            "ci-processes": ci_processes(),
        }
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the parts, or compare them with `--check`; return the exit status."""
    return run("tools/make_feature_docs.py", PARTS, argv)


if __name__ == "__main__":
    raise SystemExit(main())

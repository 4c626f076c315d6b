"""Write the table of settings in `docs/configuration.md` from the Config; with `--check`, compare only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from generated import blocks, code, run, table

from ci_emulator.config import ENVIRONMENT_PREFIX, FIELDS, describe


def settings() -> str:
    """Return the table of all settings in the order of the Config."""
    return table(
        ("Setting (TOML key)", "Option of `serve`", "Environment variable", "Type", "Default", "Meaning"),
        map(_row, FIELDS),
    )


def _row(name: str) -> tuple[str, ...]:
    about = describe(name)
    default = about.default if name == "credentials" else code(about.default)
    return (
        code(name),
        code("--" + name.replace("_", "-")),
        code(ENVIRONMENT_PREFIX + name.upper()),
        ", ".join([_type(name), *_limits(_schema(name))]),
        "none" if about.default == "none" else default,
        about.about,
    )


def _type(name: str) -> str:
    schema = _schema(name)
    values = schema.get("enum")
    if values:
        return " or ".join(map(code, values))
    items = schema.get("items", {}).get("enum")
    return f"list of {', '.join(map(code, items))}" if items else code(describe(name).type)


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    if "minimum" in schema:
        yield f"at least {schema['minimum']}"
    if "exclusiveMinimum" in schema:
        yield f"more than {schema['exclusiveMinimum']:g}"
    if "maximum" in schema:
        yield f"at most {schema['maximum']}"
    if schema.get("minItems"):
        yield "not empty"


def _schema(name: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = msgspec.json.schema(FIELDS[name].type)
    return schema


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or compare it with `--check`; return the exit status."""
    return run("tools/make_config_docs.py", {"configuration.md": blocks({"settings": settings()})}, argv)


if __name__ == "__main__":
    raise SystemExit(main())

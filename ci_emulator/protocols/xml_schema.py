"""Documents checked against a RELAX NG schema: one file for each kind, `<directory>/<name>.rng`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lxml import etree

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.xml_in import Node


@lru_cache(maxsize=64)
def _schema(path: Path) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(path)))


def check(node: Node, path: Path) -> None:
    """Check a document, without regard to namespaces.

    Raises:
        Refusal: XML_MALFORMED; its message says where the document differs.
    """
    schema = _schema(path)
    if not schema.validate(node.plain()):
        # The schema is shared by all threads, and so is its log. Of the lines the last is nearest to what does not fit.
        reasons = [str(entry.message) for entry in schema.error_log]
        reason = reasons[-1] if reasons else "it does not fit"
        raise Refusal(
            Kind.XML_MALFORMED, f"The XML you provided does not fit the published schema: {reason}."
        )

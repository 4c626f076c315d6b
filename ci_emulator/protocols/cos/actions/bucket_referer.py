"""PUT and GET Bucket referer (documents 31423 and 30615).

There is no DELETE: the Python SDK removes the configuration by a PUT without a body (spec: cos.md section 4.2). GET of what
was never set is a 404, which the Node SDK knows; an empty document would make the Python SDK fail in its own code.
"""

from __future__ import annotations

from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos import referer
from ci_emulator.protocols.cos.configurations import Configuration, descend, register
from ci_emulator.protocols.cos.errors import fail


def _check(document: xml_in.Node, bucket: BucketRecord) -> None:
    for domain in descend(document, ["DomainList", "Domain"]):
        if referer.read_pattern(domain.text.strip()) is None:
            reason = "it must be a domain or an address, with a port and a path where they count"
            raise fail("InvalidArgument", name="Domain", reason=reason)


register(
    Configuration(
        name="referer",
        root="RefererConfiguration",
        called="BucketReferer",
        about="which pages may show the objects of a bucket",
        absent="NoSuchRefererConfiguration",
        methods=("PUT", "GET"),
        clearable=True,
        stored_only=False,
        check=_check,
    )
)

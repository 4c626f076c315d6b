"""PUT, GET and DELETE Bucket cors (documents 8279, 8274, 8283)."""

from __future__ import annotations

from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos import cors
from ci_emulator.protocols.cos.configurations import Configuration, register
from ci_emulator.protocols.cos.errors import fail

_MOST_RULES = 100


def _check(document: xml_in.Node, bucket: BucketRecord) -> None:
    rules = list(document.children("CORSRule"))
    if len(rules) > _MOST_RULES:
        raise fail("MalformedXML", f"A CORS configuration has at most {_MOST_RULES} rules.")
    for rule in rules:
        for origin in rule.children("AllowedOrigin"):
            if origin.text.count(cors.ANY) > 1:
                reason = "it can hold one * only"
                raise fail("InvalidArgument", name="AllowedOrigin", reason=reason)


register(
    Configuration(
        name="cors",
        root="CORSConfiguration",
        called="BucketCORS",
        about="which pages of other origins may send which requests",
        absent="NoSuchCORSConfiguration",
        stored_only=False,
        check=_check,
    )
)

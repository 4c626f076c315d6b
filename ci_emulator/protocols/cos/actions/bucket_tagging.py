"""PUT, GET and DELETE Bucket tagging (documents 8281, 8277 and 8286)."""

from __future__ import annotations

from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos import tags
from ci_emulator.protocols.cos.configurations import Configuration, register


def _check(document: xml_in.Node, bucket: BucketRecord) -> None:
    tags.from_document(document, tags.BUCKET)


register(
    Configuration(
        name="tagging",
        root="Tagging",
        called="BucketTagging",
        about="the tags of a bucket, by which the list of buckets can be filtered",
        absent="NoSuchTagSet",
        put_status=204,
        stored_only=False,
        check=_check,
    )
)

"""PUT, GET and DELETE Bucket website (documents 30617, 30616 and 30629); `browse_website` is what it does."""

from __future__ import annotations

from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos.configurations import Configuration, descend, register
from ci_emulator.protocols.cos.errors import fail

#: What document 31930 names without saying what it does: the value that changes nothing is accepted.
_UNKNOWN = (
    (["ErrorDocument", "Charity404"], "Enabled"),
    (["RoutingRules", "RoutingRule", "Redirect", "URLRedirect"], "Disabled"),
)


def _check(document: xml_in.Node, bucket: BucketRecord) -> None:
    for path, value in _UNKNOWN:
        if any(found.text.strip() == value for found in descend(document, path)):
            raise fail("NotImplemented", f"{path[-1]} {value} is not implemented by this emulator.")


register(
    Configuration(
        name="website",
        root="WebsiteConfiguration",
        called="BucketWebsite",
        about="how the objects of a bucket are browsed as a website",
        absent="NoSuchWebsiteConfiguration",
        limits=(("RoutingRules/RoutingRule", 100),),
        stored_only=False,
        check=_check,
    )
)

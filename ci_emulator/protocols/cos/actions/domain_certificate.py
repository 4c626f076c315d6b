"""PUT, GET and DELETE Bucket domaincertificate (spec: cos.md section 4.2; the SDKs for Python and Go)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.core.registry import KiB
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import documents
from ci_emulator.protocols.cos.configurations import Configuration, descend, each_of, keep, keep_all, text_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

CERTIFICATE = Configuration(
    name="domaincertificate",
    root="DomainCertificate",
    called="BucketDomainCertificate",
    about="the certificate of domains of a bucket",
    limits=(("DomainList/DomainName", 20),),
    max_body=128 * KiB,
)

#: All that the clients read, and so all that is kept: a private key has no business in a store that nobody guards.
_SET = xml.document(CERTIFICATE.root, {"Status": "Enabled"}, declaration=False).decode()

#: More domains than a bucket can have; each one that has a certificate is kept with the bucket.
_MOST = 100

_DOMAIN = Param(
    "domainname", text(min_length=1), "string", required=True, about="the domain whose certificate is meant"
)


def _key(domain: str) -> str:
    return f"{CERTIFICATE.name}/{domain.lower()}"


@action(
    "bucket",
    "PUT",
    CERTIFICATE.name,
    called="PutBucketDomainCertificate",
    permission="cos:PutBucketDomainCertificate",
    max_body=CERTIFICATE.max_body,
    takes="xml",
    stored_only=True,
)
async def put_domain_certificate(call: Call, services: Services) -> Reply:
    """Set the certificate of domains; that they have one is kept, the certificate and its key are not."""
    node = CERTIFICATE.parse(await documents.read(call))
    domains = [each.text.strip() for each in descend(node, ["DomainList", "DomainName"])]
    new: dict[str, str | None] = {_key(domain): _SET for domain in domains}

    def allow(record: BucketRecord) -> None:
        kept = {_key(domain) for domain in each_of(record, CERTIFICATE.name)}
        if len(kept | new.keys()) > _MOST:
            raise fail(
                "InvalidArgument", f"At most {_MOST} domains can have a certificate.", name="DomainName"
            )

    await keep_all(services, call.place.bucket or "", new, allow)
    return Reply()


@action(
    "bucket",
    "GET",
    CERTIFICATE.name,
    called="GetBucketDomainCertificate",
    permission="cos:GetBucketDomainCertificate",
    params=(_DOMAIN,),
    stored_only=True,
)
async def get_domain_certificate(call: Call, services: Services) -> Reply:
    """Tell whether a domain has a certificate."""
    bucket = await services.buckets.find(call.place.bucket or "")
    document = text_of(bucket, _key(call.params["domainname"]))
    if document is None:
        raise fail("DomainConfigNotFoundError", "The domain has no certificate.")
    return xml.reply_text(document)


@action(
    "bucket",
    "DELETE",
    CERTIFICATE.name,
    called="DeleteBucketDomainCertificate",
    permission="cos:DeleteBucketDomainCertificate",
    params=(_DOMAIN,),
    stored_only=True,
)
async def delete_domain_certificate(call: Call, services: Services) -> Reply:
    """Remove the certificate of a domain."""
    await keep(services, call.place.bucket or "", _key(call.params["domainname"]), None)
    return Reply(204)

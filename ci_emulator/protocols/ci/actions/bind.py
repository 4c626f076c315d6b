"""`/` on the hosts of Cloud Infinite: bind a bucket, unbind it, ask whether it is bound (spec: ci.md section 7.5)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import service_buckets, switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.cos.select import CI, action
from ci_emulator.protocols.services import Services


@action("bucket", "PUT", service=CI, permission="ci:CreateCIBucket", called="CreateCIBucket")
async def bind(call: Call, services: Services) -> Reply:
    """Bind a bucket to Cloud Infinite; the picture host, which is older, says nothing of it."""
    bucket = await switches.bind(services, call.place.bucket or "")
    if call.place.service != "ci":
        return Reply(headers=headers(call, None))
    return service_buckets.reply(call, {"CIBucket": {"BucketId": bucket.name, "Region": bucket.region}})


# The documentation describes a PUT, and its example is a POST.
action("bucket", "POST", service=CI, permission="ci:CreateCIBucket", called="CreateCIBucket")(bind)


@action("bucket", "PUT", "unbind", service=CI, permission="ci:DeleteCIBucket", called="DeleteCIBucket")
async def unbind(call: Call, services: Services) -> Reply:
    """Unbind a bucket from Cloud Infinite, and close what was opened on it."""
    await switches.unbind(services, call.place.bucket or "")
    return Reply(headers=headers(call, None))


@action("bucket", "GET", service=CI, permission="ci:DescribeCIBuckets", called="DescribeCIBuckets")
async def status(call: Call, services: Services) -> Reply:
    """Tell whether a bucket is bound to Cloud Infinite, in JSON or, as the picture host does, in XML."""
    bucket = await services.buckets.find(call.place.bucket or "")
    found = "on" if switches.bound(services, bucket) else "off"
    if call.place.service != "ci" or _wants_xml(call):
        return Reply(headers=headers(call), body=xml.document("CIStatus", found))
    return Reply(headers=headers(call, "application/json"), body=f'{{"CIStatus":"{found}"}}'.encode())


def _wants_xml(call: Call) -> bool:
    accepted = call.target.header("accept") or ""
    return "xml" in accepted and "json" not in accepted

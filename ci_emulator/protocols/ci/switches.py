"""Whether the services of Cloud Infinite are on for a bucket (spec: ci.md sections 7.4 and 7.5)."""

from __future__ import annotations

from msgspec.structs import replace

from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.ci.numbers import ERR_NO
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.services import Services

#: Recognition of content: what `POST /ai_bucket` opens.
AI = "ai"

#: Asynchronous processing of pictures: what `POST /picbucket` opens.
PICTURES = "pic"

_NO_SERVICE = "-163"


def bound(services: Services, bucket: BucketRecord) -> bool:
    """Whether a bucket is bound; one that nobody ever bound or unbound is where that is `automatic`."""
    return bucket.binding == "on" or (not bucket.binding and services.config.ci_binding == "automatic")


async def check(services: Services, bucket: str, *, recognition: bool = False) -> None:
    """Refuse what a bucket needs Cloud Infinite for when that is off; `recognition` needs the service `AI` too.

    Raises:
        Refusal: BUCKET_MISSING.
        ApiError: NoProcessAuthority.
    """
    record = await services.buckets.find(bucket)
    if not bound(services, record):
        raise _off("The bucket is not bound to Cloud Infinite.")
    if recognition and services.config.ci_binding == "explicit" and AI not in record.services:
        raise _off("AI content recognition is not enabled on the bucket.")


async def bind(services: Services, bucket: str) -> BucketRecord:
    """Bind a bucket, also one that is bound already.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    return await services.buckets.change(bucket, lambda record: replace(record, binding="on"))


async def unbind(services: Services, bucket: str) -> BucketRecord:
    """Unbind a bucket, also one that is not bound, and close what was opened on it.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    return await services.buckets.change(bucket, lambda record: replace(record, binding="off", services={}))


async def open_service(services: Services, bucket: str, service: str) -> BucketRecord:
    """Open a service on a bucket, which binds it too; one that is open stays open since when it was.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    now = services.clock.now()

    def change(record: BucketRecord) -> BucketRecord:
        return replace(record, binding="on", services={service: now} | record.services)

    return await services.buckets.change(bucket, change)


async def close_service(services: Services, bucket: str, service: str) -> bool:
    """Close a service on a bucket; return whether it was open.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    was_open = False

    def change(record: BucketRecord) -> BucketRecord:
        nonlocal was_open
        was_open = service in record.services
        kept = {name: since for name, since in record.services.items() if name != service}
        return replace(record, services=kept)

    await services.buckets.change(bucket, change)
    return was_open


def _off(message: str) -> Exception:
    return fail("NoProcessAuthority", message, headers={ERR_NO: _NO_SERVICE})

"""GET and HEAD on `<bucket>.cos-website.<region>…`: the objects of a bucket as a website (documents 30617 and 30958).

Every answer that is not an object is a page, and everybody who asks needs to be allowed to read the object.
"""

from __future__ import annotations

from ci_emulator.core.errors import Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import access, reading, referer, website, website_pages
from ci_emulator.protocols.cos.configurations import text_of
from ci_emulator.protocols.cos.errors import COS_ERRORS, fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.cos.website import Website
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services


@action("bucket", "GET", service="website", permission="cos:GetObject", access="deferred", called="GetObject")
@action("object", "GET", service="website", permission="cos:GetObject", access="deferred", called="GetObject")
@action(
    "bucket", "HEAD", service="website", permission="cos:HeadObject", access="deferred", called="HeadObject"
)
@action(
    "object", "HEAD", service="website", permission="cos:HeadObject", access="deferred", called="HeadObject"
)
async def browse(call: Call, services: Services) -> Reply:
    """Return a page of the website of a bucket."""
    bucket = await services.buckets.find(call.place.bucket or "")
    document = text_of(bucket, "website")
    if document is None:
        raise fail("NoSuchWebsiteConfiguration")
    site, key = website.parse(document), call.place.key or ""
    if site.scheme not in (None, website_pages.scheme_of(call)):
        return website_pages.redirect_scheme(call, 301, site.scheme)
    rule = site.rule_for_key(key)
    if rule is not None:
        return website_pages.redirect(call, 302, rule.scheme, rule.target(key))
    try:
        referer.check(call, bucket)
        return await _first(call, services, bucket, site.candidates(key))
    except (Refusal, ApiError) as error:
        return await _instead(call, services, bucket, site, key, error)


async def _first(call: Call, services: Services, bucket: BucketRecord, keys: tuple[str, ...]) -> Reply:
    """Return the first of some objects that exists; none of them is the first one's error."""
    missing: list[Exception] = []
    for key in keys:
        try:
            await _check_readable(call, services, bucket, key)
            read = reading.description if call.target.method == "HEAD" else reading.content
            return await read(call, services, bucket.name, key)
        except (Refusal, ApiError) as error:
            if COS_ERRORS.resolve(error).row.code != "NoSuchKey":
                raise
            missing.append(error)
    raise missing[0]


async def _instead(
    call: Call, services: Services, bucket: BucketRecord, site: Website, key: str, error: Exception
) -> Reply:
    """Return what a visitor gets in place of a page: a redirect, the error document, or a page about the error."""
    status = COS_ERRORS.resolve(error).row.status
    rule = site.rule_for_error(status, key)
    if rule is not None:
        return website_pages.redirect(call, 302, rule.scheme, rule.target(key))
    if site.error_key is not None and 400 <= status < 500:
        try:
            await _check_readable(call, services, bucket, site.error_key)
            shown = status if site.error_keeps_status else 200
            return await reading.whole(call, services, bucket.name, site.error_key, shown)
        except (Refusal, ApiError):
            call.diagnosis = f"{call.diagnosis}; the error document cannot be read either".lstrip("; ")
    return website_pages.refusal(error, call, services)


async def _check_readable(call: Call, services: Services, bucket: BucketRecord, key: str) -> None:
    if not await access.may(call, services, access.Asked(bucket.name, key, "read", "cos:GetObject")):
        raise fail("AccessDenied")

"""POST Object: upload with an HTML form (spec: cos.md sections 1.6 and 4.3; document 436/14690).

Who uploads stands in the form, so nobody is refused before it was read as far as the file. The file is stored as it
arrives.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from string import punctuation
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from ci_emulator.auth import post_policy
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import GiB
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import uploading
from ci_emulator.protocols.cos import access, arriving, authenticate, form, form_policy, names, upload
from ci_emulator.protocols.cos.download import written
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import PIC_OPERATIONS, action
from ci_emulator.protocols.services import Services

LARGEST_FILE = 5 * GiB
#: The file, the fields before it and what little may stand around them.
MAX_BODY = LARGEST_FILE + 2 * form.MOST_BYTES

_STATUSES = {"200": 200, "201": 201, "204": 204}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the fields of a form ask for; `headers` say what the headers of a PUT say. No `status` is asked for when it is None."""

    key: str
    headers: Mapping[str, str]
    status: int | None
    redirect: SplitResult | None

    @property
    def operations(self) -> str:
        """The rules for the picture that is uploaded, "" when there are none."""
        return self.headers.get(PIC_OPERATIONS, "")


@action(
    "bucket", "POST", permission="cos:PostObject", access="deferred", max_body=MAX_BODY, called="PostObject"
)
async def post_object(call: Call, services: Services) -> Reply:
    """Store the file of an HTML form."""
    upload.check_length(call.body)
    bucket = call.place.bucket or ""
    sent = await form.read(call.target.headers.get("content-type"), call.body.chunks(MAX_BODY))
    asked = _asked(sent)
    policy = _admit(call, services, sent.fields | {"key": asked.key, "bucket": bucket})
    if asked.operations:
        _check_operations_signed(call, policy)
    wanted = access.Asked(bucket, asked.key, "write", "cos:PostObject", headers=asked.headers)
    if not await access.may(call, services, wanted):
        raise fail("AccessDenied")
    names.check_key(asked.key)
    largest = LARGEST_FILE if policy is None or policy.largest is None else min(policy.largest, LARGEST_FILE)
    chunks = _of_size(sent.file(), policy.smallest if policy else 0, largest)
    sending = arriving.arriving(bucket, asked.key, chunks, asked.headers)
    if asked.operations:
        return _told(call, bucket, asked, await uploading.store(call, services, asked.operations, sending))
    record = await arriving.store(services, sending)
    return _reply(call, bucket, asked, record)


def _asked(sent: form.Form) -> _Asked:
    fields = sent.fields
    # Some browsers send a path; its last part is the name, as for S3.
    filename = re.split(r"[/\\]", sent.filename)[-1]
    key = fields.get("key", "").replace("${filename}", filename)
    if not key:
        raise fail("InvalidArgument", variant="missing", name="key")
    for name in fields:
        if name.startswith(upload.META) and not _TOKEN.fullmatch(name):
            raise fail("InvalidArgument", f"The field {name} cannot be a header.", name=name)
    return _Asked(
        key,
        fields | {"x-cos-acl": fields.get("acl") or fields.get("x-cos-acl", "")},
        _STATUSES.get(fields.get("success_action_status", "")),
        _redirect(fields.get("success_action_redirect")),
    )


def _redirect(text: str | None) -> SplitResult | None:
    if not text:
        return None
    try:
        # Percent-encoding leaves nothing that could end the header; what is encoded already stays as it is.
        url = urlsplit(quote(text, safe=punctuation))
    except ValueError:
        url = SplitResult("", "", "", "", "")
    if url.scheme not in ("http", "https") or not url.netloc:
        name = "success_action_redirect"
        raise fail("InvalidArgument", f"The field {name} is not a URL.", name=name)
    return url


def _admit(call: Call, services: Services, fields: Mapping[str, str]) -> form_policy.Policy | None:
    """Find out who uploads, and return the policy that the upload has to keep to, if there is one.

    A request that is signed like any other needs no signature in the form; a policy counts all the same.

    Raises:
        ApiError: InvalidPolicyDocument, and AccessDenied and all that a signature can be refused with.
    """
    if services.config.auth == "off":
        return None
    now = services.clock.now()
    text = form_policy.decode(fields.get("policy"))
    policy = form_policy.parse(text) if text is not None else None
    if policy is not None:
        policy.check(fields, now)
    if call.principal.anonymous:
        strict = services.config.auth == "strict"
        verdict = post_policy.verify(fields, text, services.credentials, now, check_signature=strict)
        call.principal = authenticate.judged(call, verdict)
    return policy


def _check_operations_signed(call: Call, policy: form_policy.Policy | None) -> None:
    """Refuse rules that nobody signed: they write objects in the signer's name, and a form is filled in by others.

    Raises:
        ApiError: AccessDenied.
    """
    if call.principal.anonymous or (call.principal.unchecked and not call.principal.secret_id):
        return
    if policy is None or not policy.names(PIC_OPERATIONS):
        raise fail("AccessDenied", "The policy of the form must have a condition for Pic-Operations.")


async def _of_size(chunks: AsyncIterator[bytes], smallest: int, largest: int) -> AsyncIterator[bytes]:
    """Pass the bytes of a file on.

    Raises:
        ApiError: EntityTooLarge as soon as there are more than `largest` bytes, EntityTooSmall at the end.
    """
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise fail("EntityTooLarge", variant="object", limit=largest)
        yield chunk
    if size < smallest:
        raise fail(
            "EntityTooSmall", f"The file has fewer than the {smallest} bytes that the policy asks for."
        )


def _reply(call: Call, bucket: str, asked: _Asked, record: ObjectRecord) -> Reply:
    headers = written(record)
    if asked.redirect is not None:
        told = urlencode({"bucket": bucket, "key": asked.key, "etag": f'"{record.etag}"'}, quote_via=quote)
        url = asked.redirect
        return Reply(
            303, [*headers, ("Location", url._replace(query=f"{url.query}&{told}".lstrip("&")).geturl())]
        )
    location = _url(call, asked.key)
    headers.append(("Location", location))
    if asked.status != 201:
        return Reply(asked.status or 204, headers)
    children = {"Location": location, "Bucket": bucket, "Key": asked.key, "ETag": f'"{record.etag}"'}
    reply = xml.reply("PostResponse", children, headers)
    reply.status = 201
    return reply


def _told(call: Call, bucket: str, asked: _Asked, done: uploading.Done) -> Reply:
    """Return the answer to a form with rules: their results, unless the form wants to be led on or an empty answer."""
    if asked.redirect is not None or asked.status == 204:
        return _reply(call, bucket, asked, done.record)
    reply = uploading.answer(
        call, done.document, [*written(done.record), ("Location", _url(call, asked.key))]
    )
    reply.status = asked.status or 200
    return reply


def _url(call: Call, key: str) -> str:
    """Return where the object is, under the name that the client used for the bucket."""
    host = quote(call.target.authority, safe=":[]", errors="surrogateescape")
    return f"http://{host}{call.target.raw_path.rstrip('/')}/{quote(key)}"

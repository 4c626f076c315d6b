"""PUT, GET and DELETE Bucket policy (spec: cos.md section 4.2; docs 436/8282, 436/8276, 436/8285)."""

from __future__ import annotations

from urllib.parse import quote

from ci_emulator.auth import policy
from ci_emulator.auth.policy import Policy, PolicyError
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import configurations, documents
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

NAME = "policy"
NOTICE = "x-ci-emulator-notice"

_LONGEST_NOTICE = 1000


@action(
    "bucket",
    "PUT",
    NAME,
    permission="cos:PutBucketPolicy",
    max_body=policy.LARGEST,
    called="PutBucketPolicy",
)
async def put_bucket_policy(call: Call, services: Services) -> Reply:
    """Set who may do what with a bucket and its objects, in place of what was set before."""
    body = await documents.read(call)
    if not body.strip():
        raise Refusal(Kind.BODY_MISSING)
    try:
        text = body.decode()
        parsed = policy.parse(text, of_bucket=True)
    except UnicodeDecodeError:
        raise fail("MalformedPolicy", "The policy is not UTF-8.") from None
    except PolicyError as error:
        raise fail("MalformedPolicy", str(error)) from None
    await configurations.keep(services, call.place.bucket or "", NAME, text)
    return Reply(204, _notices(parsed))


@action("bucket", "GET", NAME, permission="cos:GetBucketPolicy", called="GetBucketPolicy")
async def get_bucket_policy(call: Call, services: Services) -> Reply:
    """Tell the policy of a bucket, byte for byte as it was set."""
    bucket = await services.buckets.find(call.place.bucket or "")
    text = configurations.text_of(bucket, NAME)
    if text is None:
        # The Java SDK makes "no policy" of this code; the Node SDK looks at the status alone.
        raise fail("NoSuchBucketPolicy")
    # JSON under the type of XML, as the sample of the page has it.
    headers = [("Content-Type", "application/xml"), *_notices(policy.parse(text, of_bucket=True))]
    return Reply(headers=headers, body=text.encode())


@action("bucket", "DELETE", NAME, permission="cos:DeleteBucketPolicy", called="DeleteBucketPolicy")
async def delete_bucket_policy(call: Call, services: Services) -> Reply:
    """Remove the policy of a bucket."""
    await configurations.keep(services, call.place.bucket or "", NAME, None)
    return Reply(204)


def _notices(parsed: Policy) -> list[tuple[str, str]]:
    """Return a header that lists what cannot be evaluated; the names are the client's own and so made safe."""
    if not parsed.unevaluated:
        return []
    names = ", ".join(quote(name, safe=":/", errors="replace") for name in parsed.unevaluated)
    if len(names) > _LONGEST_NOTICE:
        names = f"{names[:_LONGEST_NOTICE]}..."
    return [(NOTICE, f"not evaluated: {names}")]

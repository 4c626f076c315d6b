"""The errors of COS hosts, second half: those with a reason of the emulator's own, several forms or something to note.

`errors.py` makes the table and the wire document of both halves. Codes and statuses are those of the error code page
(cos.md section 3.2); where Cloud Infinite or COS documents no code for a situation, the choice is ours and noted.
"""

from __future__ import annotations

from ci_emulator.core.errors import Kind
from ci_emulator.protocols.cos.listed_errors import KNOWN, LISTED, SDKS, row
from ci_emulator.protocols.error_model import OURS, ErrorRow

EXPIRED_MESSAGE = "Request has expired"
"""Compared to the letter by cos-js-sdk-v5 and cos-nodejs-sdk-v5, without a full stop (cos.md section 1.5)."""


_ADDRESS_HELP = (
    "The request does not say which bucket it is for. Send it with the Host <bucket>-<appid>.cos.<region>.myqcloud.com,"
    " through a proxy setting or an IP and port setting of the SDK, or write the bucket first in the path:"
    " /<bucket>-<appid>/<key> on localhost or an IP address."
)
_REJECTED_IMAGE = "The image format is not valid."

_SPECIAL = (
    row(
        400,
        "BadDigest",
        "The {name|Content-MD5} you specified is not the digest of the body.",
        Kind.DIGEST_MISMATCH,
    ),
    row(
        400,
        "BadRequest",
        "The request is malformed: {reason|it could not be understood}.",
        Kind.MALFORMED_REQUEST,
        Kind.HEAD_TOO_LARGE,
        note="Spelled BadRquest by the page until about 2024.",
    ),
    row(400, "BucketNameTooLong", "The bucket name is too long.", Kind.BUCKET_NAME_TOO_LONG),
    row(
        400,
        "EntityTooLarge",
        "The body has more than {limit|the allowed number of} bytes.",
        Kind.BODY_TOO_LARGE,
    ),
    row(400, "ExpiredToken", "The security token has expired.", note="403 in the 2019 edition."),
    row(
        400,
        "ImageResolutionExceed",
        "The image has more than {max_pixels|the allowed number of} pixels.",
        Kind.IMAGE_TOO_MANY_PIXELS,
    ),
    row(
        400,
        "ImageResolutionExceed",
        "Width and height of the image must be more than {limit} pixels.",
        Kind.IMAGE_TOO_FEW_PIXELS,
        variant="small",
    ),
    row(
        400,
        "ImageTooLarge",
        "The image has more than {limit|the allowed number of} bytes.",
        Kind.IMAGE_TOO_MANY_BYTES,
    ),
    row(
        400,
        "IncompleteBody",
        "The body is shorter than the Content-Length header says.",
        Kind.BODY_INCOMPLETE,
    ),
    row(
        400,
        "InvalidArgument",
        "{name|A parameter} is not valid: {reason|its value is refused}.",
        Kind.PARAMETER_INVALID,
    ),
    row(400, "InvalidArgument", "{name|A parameter} is missing.", Kind.PARAMETER_MISSING, variant="missing"),
    row(
        400,
        "InvalidArgument",
        "The user metadata is larger than {limit|2048} bytes.",
        Kind.METADATA_TOO_LARGE,
        variant="metadata",
        note="The limit is documented, the code is not.",
    ),
    row(
        400,
        "InvalidArgument",
        "The content cannot be encoded in the requested code: {reason|it is empty or holds characters that the code lacks}.",
        Kind.CONTENT_UNENCODABLE,
        variant="content",
        note="Cloud Infinite documents no code for this.",
    ),
    row(
        400,
        "InvalidArgument",
        "The content is too long for the requested code.",
        Kind.CONTENT_TOO_LONG,
        variant="content-length",
        note="Cloud Infinite documents no code for this.",
    ),
    row(
        400,
        "InvalidArgument",
        "The width is too small for this content: at least {minimum|one for each module} pixels are needed.",
        Kind.WIDTH_TOO_SMALL,
        variant="width",
        note="Cloud Infinite documents no code for this.",
    ),
    row(400, "InvalidBucketName", "The bucket name is not valid.", Kind.BUCKET_NAME_INVALID),
    row(400, "InvalidDigest", "The {name|Content-MD5} you specified is not valid.", Kind.DIGEST_MALFORMED),
    row(400, "InvalidImageFormat", _REJECTED_IMAGE, Kind.IMAGE_UNREADABLE, Kind.IMAGE_FORMAT_UNSUPPORTED),
    row(400, "InvalidImageFormat", "The image is empty.", Kind.IMAGE_EMPTY, variant="empty"),
    row(
        400,
        "InvalidImageFormat",
        "The image could not be processed.",
        Kind.ENGINE_FAILED,
        Kind.ENGINE_TIMEOUT,
        variant="engine",
        note=(
            "The native reader crashed or ran out of time or memory on this image. Not a 5xx, because the SDKs repeat "
            "those, and the same image would cost the next worker as well."
        ),
    ),
    row(400, "InvalidObjectName", "The object key is not valid.", Kind.KEY_INVALID),
    row(
        400,
        "InvalidPolicyDocument",
        "You must provide condition if you specify a policy in post object request.",
        known=KNOWN,
        note="For every mistake in the form of a policy; where there is more to say, the message is ours.",
    ),
    row(400, "InvalidRequest", "The request is not valid."),
    row(
        400,
        "InvalidRequest",
        "The object is a symbolic link that leads to no object but to another link.",
        Kind.SYMLINK_NOT_FOLLOWED,
        variant="symlink",
        note="No source names the real code.",
    ),
    row(400, "InvalidRequest", _ADDRESS_HELP, Kind.ADDRESS_AMBIGUOUS, variant="address", source=OURS),
    row(400, "InvalidURI", "The URI is not valid.", Kind.MALFORMED_URI),
    row(400, "KeyTooLong", "The object key is longer than {limit|850} bytes.", Kind.KEY_TOO_LONG),
    row(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
        known=KNOWN,
    ),
    row(400, "NotSupportedStorageClass", "The storage class is not supported.", Kind.STORAGE_CLASS_UNKNOWN),
    row(
        400,
        "RequestTimeout",
        "The request was not completed in time.",
        Kind.BODY_TIMEOUT,
        note="RequestTimeOut in the 2019 edition.",
    ),
    row(
        400,
        "TooManyBuckets",
        "The account has {limit|200} buckets, which is the limit.",
        Kind.TOO_MANY_BUCKETS,
    ),
    row(403, "AccessDenied", "Access Denied.", Kind.ACCESS_DENIED, known=KNOWN),
    row(
        403,
        "AccessDenied",
        EXPIRED_MESSAGE,
        variant="expired",
        known=KNOWN,
        note="The signature has expired; the page misprints the message as a code. Carries ServerTime.",
    ),
    row(403, "AccessDenied", "You are denied by bucket referer rule", variant="referer", known=KNOWN),
    row(
        403,
        "AccessForbidden",
        "CORSResponse: This CORS request is not allowed. No CORS rule of the bucket takes this Origin, method and "
        "headers.",
        note="The first sentence is the real service's.",
    ),
    row(403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records."),
    row(
        403,
        "InvalidObjectState",
        "The operation is not valid for the object storage class.",
        known=KNOWN,
        note="An archived object that was not restored.",
    ),
    row(409, "InvalidObjectState", "The state of the object conflicts with the request.", variant="conflict"),
    row(
        403,
        "RequestTimeTooSkewed",
        "The time of the request and the time of the server are more than 15 minutes apart.",
        note="Carries ServerTime.",
    ),
    row(
        403,
        "SignatureDoesNotMatch",
        "The Signature you specified is invalid.",
        known=KNOWN,
        note="Carries StringToSign and FormatString.",
    ),
    row(404, "NoSuchBucket", "The specified bucket does not exist.", Kind.BUCKET_MISSING),
    row(404, "NoSuchKey", "The specified key does not exist.", Kind.KEY_MISSING),
    row(405, "MethodNotAllowed", "The resource does not allow this method.", Kind.METHOD_NOT_ALLOWED),
    row(409, "BucketAlreadyExists", "A bucket of this name exists already.", Kind.BUCKET_TAKEN),
    row(409, "BucketAlreadyOwnedByYou", "You own a bucket of this name already.", Kind.BUCKET_OWNED_BY_YOU),
    row(409, "BucketNotEmpty", "The bucket is not empty.", Kind.BUCKET_NOT_EMPTY),
    row(
        409,
        "ObjectNotAppendable",
        "The operation is not valid for the current state of the object.",
        Kind.NOT_APPENDABLE,
        known=KNOWN,
    ),
    row(409, "PathConflict", "Path conflict.", known=KNOWN),
    row(
        409,
        "FileAlreadyExists",
        "An object of this key exists already and x-cos-forbid-overwrite is true.",
        Kind.KEY_EXISTS,
        source=SDKS,
        note="Shown by a sample of the Java SDK. The header counts in buckets that never kept versions only.",
    ),
    row(
        400,
        "EntityTooLarge",
        "The object would be larger than {limit|the largest one that is allowed} bytes.",
        Kind.OBJECT_TOO_LARGE,
        variant="object",
    ),
    row(
        411,
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
        Kind.LENGTH_REQUIRED,
        known=KNOWN,
    ),
    row(412, "PreconditionFailed", "Precondition not match.", Kind.PRECONDITION_FAILED, known=KNOWN),
    row(416, "InvalidRange", "The requested range is not within the object.", Kind.RANGE_NOT_SATISFIABLE),
    row(
        417,
        "ExpectationFailed",
        "The only expectation that is met is 100-continue.",
        Kind.UNSUPPORTED_EXPECTATION,
        source=OURS,
    ),
    row(
        500,
        "InternalError",
        "We encountered an internal error. Please try again.",
        Kind.INTERNAL,
        note="An unexpected fault; the log has the details under the request id.",
    ),
    row(501, "NotImplemented", "{feature|This operation} is not implemented.", Kind.NOT_IMPLEMENTED),
    row(503, "ServiceUnavailable", "The server is shutting down. Please try again.", Kind.SHUTTING_DOWN),
    row(
        503,
        "ServiceUnavailable",
        "No recognition process can be started at the moment.",
        Kind.ENGINE_UNAVAILABLE,
        variant="engine",
    ),
    row(
        503,
        "ServiceUnavailable",
        "The store of the server cannot be used at the moment.",
        Kind.STORAGE_UNAVAILABLE,
        variant="storage",
    ),
    row(
        503,
        "ServiceUnavailable",
        "The server has no space left for this object.",
        Kind.STORAGE_FULL,
        variant="storage-full",
    ),
    row(503, "SlowDown", "Please reduce your request rate.", Kind.OVERLOADED),
)

ROWS: tuple[ErrorRow, ...] = _SPECIAL + LISTED
"""Every error of a COS host."""

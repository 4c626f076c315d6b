"""The errors of OSS hosts as data: code, status, message and EC (aliyun.md sections 1.5, 1.6, 3.3 and 4).

The EC is a number of the form `0002-00000040`, by which the vendor's troubleshooting page finds a situation; a code has
several. It stands in `ECS`, by code and variant. Where none is documented the answer has none.
"""

from __future__ import annotations

from ci_emulator.core.errors import Kind
from ci_emulator.protocols.error_model import OURS, ErrorRow

_AUTH = "oss: recommend-to-use-signature-version-4, 31951"
_SUPPORT = "oss: support/"
_PAGE = "oss: error-response"
_PICTURES = "oss: common-errors 44706"
_IMM = "oss: error-response (IMM)"

KNOWN = ("en",)
"""The mark of a message whose English text is the real service's."""

IMM = "Imm Client"
"""The code of every error of the intelligent media service behind OSS, with its blank."""

_ADDRESS_HELP = (
    "The request does not say which bucket it is for. Send it with the Host <bucket>.oss-<region>.aliyuncs.com,"
    " or write the bucket first in the path, /<bucket>/<key>, on localhost or an IP address."
)


def _row(
    status: int,
    code: str,
    message: str,
    *kinds: Kind,
    variant: str = "",
    source: str = _PAGE,
    known: tuple[str, ...] = (),
    note: str = "",
) -> ErrorRow:
    return ErrorRow(code, status, message, "", kinds, source, note, variant, known)


ROWS: tuple[ErrorRow, ...] = (
    # signatures
    _row(
        403,
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        known=KNOWN,
        source=_AUTH,
        variant="v4",
    ),
    _row(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403, "InvalidSecurityToken", "The security token you provided is invalid.", known=KNOWN, source=_AUTH
    ),
    _row(
        403,
        "AccessKeyIdAndSecurityTokenNotMatch",
        "The access key ID and the security token you provided do not match.",
        source=_AUTH,
    ),
    _row(
        403, "SecurityTokenExpired", "The security token you provided has expired.", known=KNOWN, source=_AUTH
    ),
    # access
    _row(
        403,
        "AccessDenied",
        "You have no right to access this object because of bucket acl.",
        Kind.ACCESS_DENIED,
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "AccessDenied",
        "Anonymous user has no right to access this bucket.",
        variant="anonymous-bucket",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "AccessDenied",
        "Anonymous access is forbidden for this operation.",
        variant="anonymous",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(403, "AccessDenied", "Request has expired.", variant="expired", known=KNOWN, source=_AUTH),
    _row(403, "AccessDenied", "Request has expired.", variant="expired-v4", known=KNOWN, source=_AUTH),
    _row(
        403,
        "AccessDenied",
        "Request is not valid yet.",
        variant="early",
        source=f"{_SUPPORT}0002-00000235",
        note="a URL that is signed more than 15 minutes ahead",
    ),
    _row(
        403,
        "AccessDenied",
        "OSS authentication requires a valid Date.",
        variant="date",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "AccessDenied",
        "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
        variant="incomplete",
        known=KNOWN,
        source=_AUTH,
    ),
    _row(
        403,
        "AccessDenied",
        "Invalid date (should be seconds since epoch).",
        variant="expires",
        known=KNOWN,
        source=_AUTH,
    ),
    # arguments
    _row(400, "InvalidArgument", "{reason|An argument is not valid.}", Kind.PARAMETER_INVALID),
    _row(400, "InvalidArgument", "{name|A parameter} is missing.", Kind.PARAMETER_MISSING, variant="missing"),
    _row(
        400,
        "InvalidArgument",
        "The metadata has more than {limit|the allowed number of} bytes.",
        Kind.METADATA_TOO_LARGE,
        variant="metadata",
    ),
    _row(
        400,
        "InvalidArgument",
        "The storage class is not supported.",
        Kind.STORAGE_CLASS_UNKNOWN,
        variant="class",
    ),
    _row(
        400,
        "InvalidArgument",
        "{reason|The content cannot be encoded.}",
        Kind.CONTENT_UNENCODABLE,
        Kind.CONTENT_TOO_LONG,
        Kind.WIDTH_TOO_SMALL,
        variant="content",
        source=OURS,
    ),
    _row(400, "MissingArgument", "Missing Some Required Arguments.", known=KNOWN),
    _row(
        400,
        "InvalidEncryptionAlgorithmError",
        "The encryption algorithm is not supported.",
        source="oss: error-response; PutObject",
    ),
    _row(
        400,
        "OperationNotSupported",
        "The operation is not supported for this resource.",
        source="oss: RestoreObject",
    ),
    _row(
        400, "InvalidBucketName", "The specified bucket is not valid.", Kind.BUCKET_NAME_INVALID, known=KNOWN
    ),
    _row(
        400,
        "InvalidBucketName",
        "The bucket name is too long.",
        Kind.BUCKET_NAME_TOO_LONG,
        variant="long",
    ),
    _row(400, "InvalidObjectName", "The specified object is not valid.", Kind.KEY_INVALID, known=KNOWN),
    _row(
        400,
        "InvalidObjectName",
        "The length of the object name must be less than {limit|1024}.",
        Kind.KEY_TOO_LONG,
        variant="long",
    ),
    _row(
        400, "InvalidDigest", "The Content-MD5 you specified was invalid.", Kind.DIGEST_MALFORMED, known=KNOWN
    ),
    _row(
        400,
        "InvalidDigest",
        "The Content-MD5 you specified did not match what we received.",
        Kind.DIGEST_MISMATCH,
        variant="mismatch",
    ),
    _row(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema.",
        Kind.XML_MALFORMED,
        Kind.BODY_MISSING,
        known=KNOWN,
    ),
    _row(400, "MalformedXML", "The XML document is too long.", Kind.XML_TOO_LARGE, variant="large"),
    _row(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size.",
        Kind.BODY_TOO_LARGE,
        Kind.OBJECT_TOO_LARGE,
    ),
    _row(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size.",
        Kind.PART_TOO_SMALL,
    ),
    _row(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found or the specified entity tag might not have matched the"
        " part's entity tag.",
        Kind.PART_INVALID,
    ),
    _row(
        400,
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts list must specified in order by part number.",
        Kind.PART_ORDER,
    ),
    _row(
        400,
        "TooManyBuckets",
        "You have attempted to create more buckets than allowed.",
        Kind.TOO_MANY_BUCKETS,
    ),
    _row(400, "InvalidRequest", "{reason|The request is not valid.}"),
    _row(400, "InvalidRequest", _ADDRESS_HELP, Kind.ADDRESS_AMBIGUOUS, variant="address", source=OURS),
    _row(
        400,
        "InvalidTargetType",
        "The symbolic link may not be followed.",
        Kind.SYMLINK_NOT_FOLLOWED,
    ),
    _row(400, "InvalidURI", "Couldn't parse the specified URI.", Kind.MALFORMED_URI),
    _row(
        400,
        "BadRequest",
        "The request could not be read.",
        Kind.MALFORMED_REQUEST,
        Kind.HEAD_TOO_LARGE,
        Kind.UNSUPPORTED_EXPECTATION,
        source=OURS,
    ),
    _row(
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header.",
        Kind.BODY_INCOMPLETE,
        source=OURS,
    ),
    _row(400, "RequestTimeout", "The body did not arrive in time.", Kind.BODY_TIMEOUT),
    # buckets and objects
    _row(404, "NoSuchBucket", "The specified bucket does not exist.", Kind.BUCKET_MISSING, known=KNOWN),
    _row(404, "NoSuchKey", "The specified key does not exist.", Kind.KEY_MISSING, known=KNOWN),
    _row(404, "NoSuchVersion", "The specified version does not exist.", Kind.VERSION_MISSING),
    _row(404, "NoSuchUpload", "The specified upload does not exist.", Kind.UPLOAD_MISSING, known=KNOWN),
    _row(404, "SymlinkTargetNotExist", "The symlink target object does not exist."),
    _row(
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
        Kind.METHOD_NOT_ALLOWED,
    ),
    _row(
        409,
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please"
        " select a different name and try again.",
        Kind.BUCKET_TAKEN,
        Kind.BUCKET_OWNED_BY_YOU,
    ),
    _row(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.", Kind.BUCKET_NOT_EMPTY),
    _row(
        409,
        "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.",
        Kind.KEY_EXISTS,
    ),
    _row(409, "ObjectNotAppendable", "The object is not appendable.", Kind.NOT_APPENDABLE, known=KNOWN),
    _row(
        409,
        "PositionNotEqualToLength",
        "Position is not equal to file length.",
        Kind.APPEND_POSITION,
        known=KNOWN,
    ),
    _row(403, "InvalidObjectState", "The operation is not valid for the object's state.", known=KNOWN),
    _row(
        411, "MissingContentLength", "You must provide the Content-Length HTTP header.", Kind.LENGTH_REQUIRED
    ),
    _row(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
        Kind.PRECONDITION_FAILED,
        known=KNOWN,
    ),
    _row(416, "InvalidRange", "The requested range cannot be satisfied.", Kind.RANGE_NOT_SATISFIABLE),
    # pictures
    _row(
        400,
        IMM,
        "InvalidArgument, the image cannot be read.",
        Kind.IMAGE_UNREADABLE,
        Kind.IMAGE_EMPTY,
        Kind.IMAGE_FORMAT_UNSUPPORTED,
        Kind.IMAGE_TOO_FEW_PIXELS,
        Kind.ENGINE_FAILED,
        Kind.ENGINE_TIMEOUT,
        source=_IMM,
    ),
    _row(400, "BadRequest", "not supported format.", variant="format", source=_PICTURES),
    _row(
        400,
        "ImageTooLarge",
        "Maximal size of image supported is {limit|20971520} bytes.",
        Kind.IMAGE_TOO_MANY_BYTES,
        Kind.IMAGE_TOO_MANY_PIXELS,
        source=_PICTURES,
    ),
    _row(403, "ImageDamage", "The image file may be damaged.", source=_PICTURES, known=KNOWN),
    _row(400, "TooManyPipes", "Maximal number of pipes supported is {limit|5}.", source=_PICTURES),
    # the server
    _row(
        500,
        "InternalError",
        "Please contact the server administrator, oss@service.aliyun.com.",
        Kind.INTERNAL,
    ),
    _row(
        501,
        "NotImplemented",
        "{feature|This operation} is not implemented by this emulator.",
        Kind.NOT_IMPLEMENTED,
    ),
    _row(
        503,
        "ServiceUnavailable",
        "The server cannot take the request at the moment. Please try again.",
        Kind.OVERLOADED,
        Kind.SHUTTING_DOWN,
        Kind.ENGINE_UNAVAILABLE,
        Kind.STORAGE_UNAVAILABLE,
        Kind.STORAGE_FULL,
        source=OURS,
    ),
)
"""Every error of an OSS host."""

ECS: dict[tuple[str, str], str] = {
    ("InvalidAccessKeyId", ""): "0002-00000902",
    ("SignatureDoesNotMatch", ""): "0002-00000040",
    ("SignatureDoesNotMatch", "v4"): "0002-00000201",
    ("RequestTimeTooSkewed", ""): "0002-00000504",
    ("InvalidSecurityToken", ""): "0002-00000006",
    ("SecurityTokenExpired", ""): "0002-00000007",
    ("AccessDenied", ""): "0003-00000001",
    ("AccessDenied", "anonymous-bucket"): "0003-00000002",
    ("AccessDenied", "expired"): "0002-00000069",
    ("AccessDenied", "expired-v4"): "0002-00000236",
    ("AccessDenied", "early"): "0002-00000235",
    ("AccessDenied", "expires"): "0002-00000070",
    ("AccessDenied", "date"): "0002-00000503",
    (IMM, ""): "0056-00000001",
    ("BadRequest", "format"): "0040-00000005",
    ("TooManyPipes", ""): "0040-00000211",
}
"""The EC of a situation that has a documented one, by code and variant."""

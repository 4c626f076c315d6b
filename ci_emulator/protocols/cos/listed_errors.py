"""The errors of COS hosts, first half: codes that are listed somewhere and for which code and message say all.

They wait here for the operation that sends them (`fail("NoSuchUpload")`). Codes and statuses are those of the error
code page (2024 edition; cos.md section 3.2), then what only the 2019 edition or the vendor's SDKs know. A message that
is not marked `KNOWN` is a sentence of ours.
"""

from __future__ import annotations

from ci_emulator.core.errors import Kind
from ci_emulator.protocols.error_model import OURS, ErrorRow

PAGE = "436/7730"
PAGE_2019 = "436/7730 (2019)"
SDKS = "vendor SDKs"
KNOWN = ("en",)
"""The mark of a message whose English text is the real service's."""


def row(
    status: int,
    code: str,
    message: str,
    *kinds: Kind,
    variant: str = "",
    source: str = PAGE,
    known: tuple[str, ...] = (),
    note: str = "",
) -> ErrorRow:
    """Return a row of a COS or CI host, which answers in English only."""
    return ErrorRow(code, status, message, "", kinds, source, note, variant, known)


_PLAIN: dict[int, dict[str, str]] = {
    400: {
        "ActionAccelerateNotSupported": "The acceleration endpoint does not carry out this operation.",
        "AttachmentFull": "The account has as many ACLs and policies as are allowed.",
        "BucketAccelerateNotEnabled": "Acceleration is not enabled for the bucket.",
        "BucketVersionNotOpen": "Versioning is not enabled for the bucket.",
        "DNSRecordVerifyFailed": "The DNS record could not be verified; add the CNAME or TXT record and wait.",
        "EntitySizeNotMatch": "The body is not as long as the Content-Length header says.",
        "EntityTooSmall": "The upload, or a part that is not the last, is smaller than the allowed minimum.",
        "IncorrectNumberOfFilesInPostRequest": "A POST Object request carries exactly one file.",
        "InvalidCopySource": "The copy source is not valid.",
        "InvalidDelimiter": "The delimiter must be a single character.",
        "InvalidImageSource": "The source of the image is not valid.",
        "InvalidLocationConstraint": "The specified location is not valid.",
        "InvalidPart": "A listed part was not uploaded or has another ETag.",
        "InvalidPartOrder": "The parts are not listed in ascending order.",
        "InvalidPicOperations": "The Pic-Operations header is not valid.",
        "InvalidRegionName": "The region of the endpoint is not valid.",
        "InvalidSHA1Digest": "The x-cos-content-sha1 you specified is not the SHA-1 of the body that arrived.",
        "InvalidTag": "The tag is not valid.",
        "InvalidTargetBucketForLogging": "The target bucket for logging must be in the region of this bucket.",
        "InvalidUploadStatus": "A bucket with versioning takes no uploads through the JSON API.",
        "InventoryFull": "The bucket has as many inventory jobs as are allowed.",
        "JsonAPINotSupportOnMAZBucket": "The JSON API does not serve multi-AZ buckets.",
        "KmsException": "The key management service reported a fault.",
        "KmsKeyDisabled": "The specified key is disabled.",
        "KmsKeyNotExist": "The specified key does not exist.",
        "ListPartUploadIdIsEmpty": "The upload id is empty.",
        "LoggingConfExists": "The logging configuration exists already.",
        "LoggingPrefixInvalid": "The logging prefix is not valid.",
        "MAZOperationNotSupportOnOAZBucket": "The operation needs a multi-AZ bucket.",
        "MalformedPolicy": "The policy is malformed.",
        "MalformedXML": "The XML of the body is not well-formed or lacks what the operation needs.",
        "MissingRequestBodyError": "The request has no body.",
        "MultiAZFeatureNotSupport": "The region has no multi-AZ buckets.",
        "MultiBucketNotSupport": "Replication has one destination bucket only.",
        "NotifyRuleEventConflict": "Two notification rules name the same event.",
        "NotifyRulePrefixConflict": "The prefixes of two notification rules overlap.",
        "NotifyRuleSuffixConflict": "The suffixes of two notification rules overlap.",
        "OAZOperationNotSupportOnMAZBucket": "The operation is not possible on a multi-AZ bucket.",
        "PolicyFull": "The bucket has as many policies as are allowed.",
        "PolicyVersionFull": "The policy has as many versions as are allowed.",
        "SSEContentNotSupported": "The way of encryption is not supported.",
        "SSEHeaderNotAllowed": "The operation does not take the specified encryption header.",
        "SsecDecryptHeaderInvalid": "The object is encrypted with SSE-C; send the same key.",
        "TargetBucketNameInvalid": "The name of the target bucket is not valid.",
        "UnexpectedContent": "The request carries content that the operation does not take.",
        "UserCnameInvalid": "The specified CNAME does not exist or is not valid.",
        "UserNetworkTooSlow": "The network of the client is too slow.",
        "VerifyAlgorithmNotSupported": "The checksum algorithm is not supported.",
        "WebsiteURLInvalid": "The custom URL is not valid.",
        "XMLSizeLimit": "The XML of the body has more than {limit|the allowed number of} bytes.",
    },
    402: {"PaymentRequired": "The account is in arrears or its quota is used up."},
    403: {
        "NoProcessAuthority": "You are not allowed to process images of this bucket.",
        "UserNotSourceBucketOwner": "The user does not own the source bucket.",
        "UserNotTargetBucketOwner": "The user does not own the target bucket.",
    },
    404: {
        "InventoryConfigurationNotFoundError": "The inventory configuration does not exist.",
        "NoBucketQuotaPolicy": "The bucket has no quota policy.",
        "NoSuchCORSConfiguration": "The bucket has no CORS configuration.",
        "NoSuchCopySource": "The copy source does not exist.",
        "NoSuchEncryptionConfiguration": "The bucket has no encryption configuration.",
        "NoSuchJob": "The specified job does not exist.",
        "NoSuchLifecycleConfiguration": "The bucket has no lifecycle configuration.",
        "NoSuchObjectLockConfiguration": "The bucket has no object lock configuration.",
        "NoSuchPolicyVersion": "The specified policy version does not exist.",
        "NoSuchTagSet": "There is no tag set.",
        "NoSuchUpload": "The specified multipart upload does not exist.",
        "NoSuchVersion": "The specified version does not exist.",
        "NoSuchWebsiteConfiguration": "The bucket has no website configuration.",
        "OriginConfigurationNotFoundError": "The bucket has no origin configuration.",
        "ReplicationConfigurationNotFoundError": "The bucket has no replication configuration.",
    },
    405: {
        "RestoreNonArchiveObject": "The object is not archived and cannot be restored.",
        "UploadIdNotSupported": "The upload id comes from the JSON API and is unknown to the XML API.",
    },
    409: {
        "AppendPositionErr": "The position is not the length of the object.",
        "BucketLocked": "The bucket is locked and takes no replication or lifecycle configuration.",
        "DomainConfigConflict": "The domain configurations conflict.",
        "InvalidBucketState": "The state of the bucket conflicts with the request.",
        "InvalidLockedTime": "The lock time of the object is not valid.",
        "ObjectLocked": "The object is locked and can be neither replaced nor deleted.",
        "QuotaConflict": "The quotas conflict.",
        "QuotaOperationConflict": "The state of the bucket does not allow this quota operation.",
        "RecordAlreadyExist": "The DNS record exists already.",
        "RestoreAlreadyInProgress": "The object is being restored already.",
        "UploadConflict": "The same key is being uploaded too many times at once.",
    },
    451: {
        "DomainAuditFailed": "The domain did not pass the review.",
        "UnavailableForLegalReasons": "The object is not available for legal reasons.",
    },
    500: {"KmsInternalException": "The key management service had an internal error."},
    503: {"KmsFreqControl": "The key management service is called too often."},
}
"""status → code → message, for the documented codes that need no more than that."""

_KINDS = {
    "EntityTooSmall": Kind.PART_TOO_SMALL,
    "InvalidPart": Kind.PART_INVALID,
    "InvalidPartOrder": Kind.PART_ORDER,
    "MalformedXML": Kind.XML_MALFORMED,
    "MissingRequestBodyError": Kind.BODY_MISSING,
    "XMLSizeLimit": Kind.XML_TOO_LARGE,
    "NoSuchUpload": Kind.UPLOAD_MISSING,
    "NoSuchVersion": Kind.VERSION_MISSING,
    "AppendPositionErr": Kind.APPEND_POSITION,
}
"""The refusals of operations among them."""

_OLDER_AND_SDKS = (
    row(301, "PermanentRedirect", "The bucket has to be addressed at another endpoint.", source=PAGE_2019),
    row(
        307,
        "Redirect",
        "The request is redirected while the address of the bucket spreads.",
        source=PAGE_2019,
    ),
    row(
        307,
        "TemporaryRedirect",
        "The request has to be sent to another address for now.",
        source=PAGE_2019,
        note="302 as well.",
    ),
    row(400, "LifeCycleIdNotUnique", "Two lifecycle rules have the same id.", source=PAGE_2019),
    row(400, "LifeCycleRuleConflicted", "Two lifecycle rules conflict.", source=PAGE_2019),
    row(400, "MissingAppid", "The request lacks the APPID.", source=PAGE_2019),
    row(400, "MissingContentMD5", "The request lacks the Content-MD5 header.", source=PAGE_2019),
    row(400, "MissingHost", "The request lacks the Host header.", source=PAGE_2019),
    row(403, "InvalidObjectStorage", "The object cannot be used in its storage class.", source=PAGE_2019),
    row(403, "RequestIsExpired", "The request has expired.", source=SDKS, note="Known to the Android SDK."),
    row(404, "DomainConfigNotFoundError", "The bucket has no domain configuration.", source=SDKS),
    row(
        404, "NoSuchBucketPolicy", "The bucket has no policy.", source=SDKS, note="Expected by the Java SDK."
    ),
    row(404, "NoSuchPolicy", "The bucket has no policy.", source=SDKS, note="Expected by the Node SDK."),
    row(
        404,
        "NoSuchIntelligentTieringConfiguration",
        "The bucket has no tiering configuration of this id.",
        source=OURS,
        note="No source names the real one.",
    ),
    row(404, "NoSuchRefererConfiguration", "The bucket has no referer configuration.", source=SDKS),
    row(
        404,
        "ReplicationConfigurationnotFoundError",
        "The bucket has no replication configuration.",
        source=SDKS,
        note="With a lower-case n, as the Node and JavaScript SDKs compare it.",
    ),
    row(409, "BucketAlreadyExistsDiffRegion", "The bucket exists in another region.", source=PAGE_2019),
    row(409, "DuplicateInventoryId", "The inventory id is in use.", source=SDKS, note="The status is ours."),
)

LISTED: tuple[ErrorRow, ...] = (
    *(
        row(status, code, message, *filter(None, [_KINDS.get(code)]))
        for status, codes in _PLAIN.items()
        for code, message in codes.items()
    ),
    *_OLDER_AND_SDKS,
)
"""Every row of this module."""

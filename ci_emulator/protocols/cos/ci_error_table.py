"""The errors that Cloud Infinite adds, as data: those of its own hosts and the numbers of the picture service.

A code that has another status on a CI host than on a COS host is a row with the variant `ci` (ci.md section 7.2).
"""

from __future__ import annotations

from ci_emulator.protocols.cos.listed_errors import SDKS, row
from ci_emulator.protocols.error_model import ErrorRow

_JOBS = "460/42867"
CI = "ci"
"""The variant of a COS code as a CI host (`<bucket>.ci.<region>.myqcloud.com`) sends it."""

_PLAIN: dict[int, dict[str, str]] = {
    400: {
        "CIRoleNotExist": "The role CI_QCSRole does not exist.",
        "InvalidContent": "The body or its MD5 is not valid.",
        "InvalidHost": "The Host header is not valid.",
        "MissingContent": "The request has no body.",
        "ResourceAccessDenied": "Access to the resource to be processed is denied.",
        "ResourceDownloadFailed": "The resource to be processed could not be downloaded.",
        "ResourceNotFound": "The resource to be processed does not exist.",
        "ResourceNotSupported": "The resource cannot be processed by this operation.",
    },
    401: {
        "InvalidAuthorization": "The Authorization header is not valid.",
        "MissingAuthorization": "The request lacks the Authorization header.",
        "SecretidNotExist": "The SecretId does not exist.",
        "SignatureExpired": "The signature has expired.",
    },
    403: {
        "MediaBucketAlreadyBinded": "The bucket is bound already.",
        "QueuePaused": "The queue is paused.",
        "QueueSaturated": "The queue is full.",
    },
    404: {
        "AuditingJobNotFound": "The moderation job does not exist.",
        "InvalidUrl": "The URL is not valid.",
    },
}

ROWS: tuple[ErrorRow, ...] = (
    *(
        row(status, code, message, source=_JOBS)
        for status, codes in _PLAIN.items()
        for code, message in codes.items()
    ),
    row(
        401,
        "AccessDenied",
        "Access Denied.",
        variant=CI,
        source=_JOBS,
        note="403 exists on CI hosts as well.",
    ),
    *(
        row(
            400,
            code,
            f"The bucket has no {service}: it was not opened.",
            source=SDKS,
            note="No page lists it.",
        )
        for code, service in (
            ("AIBucketUnBinded", "AI content recognition"),
            ("PicBucketUnBinded", "asynchronous picture processing"),
        )
    ),
    row(413, "InvalidContent", "The body is too large.", variant="too-large", source=_JOBS),
    row(429, "SlowDown", "Please reduce your request rate.", variant=CI, source=_JOBS),
)
"""What the hosts of Cloud Infinite send besides the codes of COS."""

_PROHIBITED = "the resource is banned"
_DOCUMENT = "the document could not be processed"

CI_NUMERIC: dict[int, str] = {
    -103: "bad request",
    -104: "bad APPID",
    -105: "bad style name",
    -106: "bad URL",
    -107: "bad Host",
    -108: "bad Referer",
    -109: "bad style id",
    -110: "on the blacklist",
    -113: "the type of document is not supported",
    -120: "bad data from the origin",
    -124: "bad range offset",
    -154: "the original image is protected",
    -156: "forced redirect (302)",
    -162: "the account is in arrears",
    -163: "the configuration of the service does not exist",
    -164: "throttled",
    -165: "throttled",
    -166: "bad message",
    -167: "too large",
    -168: "too large",
    -441: "the format cannot be compressed",
    -442: "the side is too long (9999 pixels)",
    -443: "the operation does not take this format",
    -447: "too many pixels or frames",
    -901: "timeout",
    -902: "timeout at the origin",
    -3006: _DOCUMENT,
    -3008: _DOCUMENT,
    -3011: _DOCUMENT,
    -3015: _DOCUMENT,
    -3075: _DOCUMENT,
    -5062: "prohibited",
    -6101: "the image does not exist",
    -29033: "bad range",
    -29034: "bad range",
    -29214: "the rate limit is reached",
    -40168: "the source is empty",
    -46152: "bad bucket name",
    -46154: "bad APPID",
    -46614: "the upload is not finished",
    -46617: "on the blacklist",
    -46618: "bad signature",
    -46619: "the signature has expired",
    -46620: _PROHIBITED,
    -46621: _PROHIBITED,
    -46627: _PROHIBITED,
    -46628: "the file does not exist",
    -46642: "the APPID is missing",
    -46646: _PROHIBITED,
    -46661: "no access",
    -60932: "bad signature",
    -60936: "access denied",
    -60938: "the signature is incomplete",
    -60948: "the account is banned",
    -60949: "too many requests",
    -60950: "no file was given",
    -60955: "bad URL",
    -60957: "more than 100 styles",
    -60967: "the style does not exist",
    -60972: "bad region",
    -60983: "bad Host",
    -60987: "the image could not be fetched",
    -60996: "the file is larger than 32 MB",
    -60997: "more than 5 rules",
    -60998: "bad parameters",
    -61011: "the resource does not exist",
    -62999: "bad image format",
    -65007: "the image could not be decoded",
    -65010: "the download failed",
    -65011: "the image is too large",
    -65012: "the image has too few pixels",
    -65013: "not eligible",
    -65014: "the role CI_QCSRole does not exist",
    -65015: "no scene was given",
    -65016: "the BizType does not exist",
}
"""Number → meaning, for the header `X-ErrNo` of a failed picture operation (ci.md section 7.3)."""

CI_MEDIA_NUMERIC: dict[int, str] = {
    1007: "InternalError",
    1010: "InvalidUrl",
    1011: "InvalidContent",
    1012: "MissingAuthorization",
    1013: "InvalidAuthorization",
    1014: "SignatureExpired",
    1015: "InvalidArgument",
    1016: "MissingContent",
    1017: "InvalidHost",
    1018: "AccessDenied",
    1019: "SecretidNotExist",
    1020: "SlowDown",
    1021: "InvalidContentType",
    1100: "BucketAlreadyBinded",
    1103: "ResourceNotFound",
    1106: "QueueNotFound",
    1107: "TemplateNotFound",
    1109: "BindedBucketNumLimit",
    1110: "CreatedTemplateNumLimit",
    1111: "MediaBucketUnBinded",
    1112: "TemplateNameDuplicate",
    1114: "ActiveWorkflowForbiddenUpdate",
    1120: "WorkFlowNumLimit",
    1124: "WriteTargetBucketDenied",
    1145: "QueueNumLimit",
}
"""Number → code of the media service (ci.md section 7.2); codes that have no row here have no documented status."""

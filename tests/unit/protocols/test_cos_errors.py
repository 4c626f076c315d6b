"""COS errors: the table is complete, and the document is the one that the vendor's SDKs read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from qcloud_cos.cos_exception import CosServiceError

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.cos import errors
from ci_emulator.protocols.error_model import ErrorRow, Rendered

REQUEST_ID, TRACE_ID = "NjBhYl8x", "dHJhY2U="
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates and control characters included


def rendered(error: Exception, *, resource: str = "b-1.cos.r.myqcloud.com/k", head: bool = False) -> Rendered:
    return errors.render(
        error, resource=resource, request_id=REQUEST_ID, trace_id=TRACE_ID, head=head, now=1592372249.9
    )


def children(answer: Rendered) -> list[tuple[str, str | None]]:
    return [(child.tag, child.text) for child in etree.fromstring(answer.body)]


@pytest.mark.parametrize("row", list(errors.COS_ERRORS), ids=lambda row: f"{row.code}-{row.variant}")
def test_the_sdk_for_python_reads_every_row(row: ErrorRow) -> None:
    answer = rendered(errors.fail(row.code, variant=row.variant))
    error = CosServiceError("GET", answer.body, answer.status)
    assert error.get_error_code() == row.code
    assert (
        error.get_error_msg() == errors.COS_ERRORS.resolve(errors.fail(row.code, variant=row.variant)).message
    )
    assert error.get_resource_location() == "b-1.cos.r.myqcloud.com/k"
    assert error.get_request_id() == REQUEST_ID
    assert error.get_trace_id() == TRACE_ID
    assert answer.status == row.status
    assert 300 <= row.status < 600


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (Kind.MALFORMED_REQUEST, 400, "BadRequest"),
        (Kind.MALFORMED_URI, 400, "InvalidURI"),
        (Kind.METHOD_NOT_ALLOWED, 405, "MethodNotAllowed"),
        (Kind.NOT_IMPLEMENTED, 501, "NotImplemented"),
        (Kind.UNSUPPORTED_EXPECTATION, 417, "ExpectationFailed"),
        (Kind.ADDRESS_AMBIGUOUS, 400, "InvalidRequest"),
        (Kind.LENGTH_REQUIRED, 411, "MissingContentLength"),
        (Kind.BODY_TOO_LARGE, 400, "EntityTooLarge"),
        (Kind.XML_TOO_LARGE, 400, "XMLSizeLimit"),
        (Kind.SYMLINK_NOT_FOLLOWED, 400, "InvalidRequest"),
        (Kind.BODY_INCOMPLETE, 400, "IncompleteBody"),
        (Kind.BODY_TIMEOUT, 400, "RequestTimeout"),
        (Kind.DIGEST_MALFORMED, 400, "InvalidDigest"),
        (Kind.DIGEST_MISMATCH, 400, "BadDigest"),
        (Kind.PARAMETER_MISSING, 400, "InvalidArgument"),
        (Kind.PARAMETER_INVALID, 400, "InvalidArgument"),
        (Kind.ACCESS_DENIED, 403, "AccessDenied"),
        (Kind.BUCKET_MISSING, 404, "NoSuchBucket"),
        (Kind.BUCKET_TAKEN, 409, "BucketAlreadyExists"),
        (Kind.BUCKET_OWNED_BY_YOU, 409, "BucketAlreadyOwnedByYou"),
        (Kind.BUCKET_NOT_EMPTY, 409, "BucketNotEmpty"),
        (Kind.KEY_MISSING, 404, "NoSuchKey"),
        (Kind.KEY_EXISTS, 409, "FileAlreadyExists"),
        (Kind.VERSION_MISSING, 404, "NoSuchVersion"),
        (Kind.KEY_TOO_LONG, 400, "KeyTooLong"),
        (Kind.PRECONDITION_FAILED, 412, "PreconditionFailed"),
        (Kind.RANGE_NOT_SATISFIABLE, 416, "InvalidRange"),
        (Kind.IMAGE_UNREADABLE, 400, "InvalidImageFormat"),
        (Kind.IMAGE_TOO_MANY_PIXELS, 400, "ImageResolutionExceed"),
        (Kind.ENGINE_FAILED, 400, "InvalidImageFormat"),
        (Kind.ENGINE_TIMEOUT, 400, "InvalidImageFormat"),
        (Kind.OVERLOADED, 503, "SlowDown"),
        (Kind.SHUTTING_DOWN, 503, "ServiceUnavailable"),
        (Kind.INTERNAL, 500, "InternalError"),
    ],
)
def test_refusals(kind: Kind, status: int, code: str) -> None:
    answer = rendered(Refusal(kind))
    assert (answer.status, children(answer)[0]) == (status, ("Code", code))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            Refusal(Kind.WIDTH_TOO_SMALL, width=20, minimum=21),
            "The width is too small for this content: at least 21 pixels are needed.",
        ),
        (Refusal(Kind.BODY_TOO_LARGE, limit=10), "The body has more than 10 bytes."),
        (Refusal(Kind.IMAGE_TOO_MANY_PIXELS), "The image has more than the allowed number of pixels."),
        (errors.fail("InvalidArgument", name="mode", reason="not 0 or 1"), "mode is not valid: not 0 or 1."),
        (errors.fail("InvalidArgument", variant="missing", name="width"), "width is missing."),
    ],
)
def test_facts_fill_the_message(error: Exception, message: str) -> None:
    assert children(rendered(error))[1] == ("Message", message)


DOCUMENTED = {
    400: """
        ActionAccelerateNotSupported AttachmentFull BadDigest BadRequest BucketAccelerateNotEnabled BucketNameTooLong
        BucketVersionNotOpen DNSRecordVerifyFailed EntitySizeNotMatch EntityTooLarge EntityTooSmall ExpiredToken
        ImageResolutionExceed ImageTooLarge IncompleteBody IncorrectNumberOfFilesInPostRequest InvalidArgument
        InvalidBucketName InvalidCopySource InvalidDelimiter InvalidDigest InvalidImageFormat InvalidImageSource
        InvalidLocationConstraint InvalidObjectName InvalidPart InvalidPartOrder InvalidPicOperations
        InvalidPolicyDocument InvalidRegionName InvalidRequest InvalidSHA1Digest InvalidTag
        InvalidTargetBucketForLogging InvalidUploadStatus InvalidURI InventoryFull JsonAPINotSupportOnMAZBucket
        KeyTooLong KmsException KmsKeyDisabled KmsKeyNotExist ListPartUploadIdIsEmpty LoggingConfExists
        LoggingPrefixInvalid MalformedPolicy MalformedPOSTRequest MalformedXML MAZOperationNotSupportOnOAZBucket
        MissingRequestBodyError MultiAZFeatureNotSupport MultiBucketNotSupport NotifyRuleEventConflict
        NotifyRulePrefixConflict NotifyRuleSuffixConflict NotSupportedStorageClass OAZOperationNotSupportOnMAZBucket
        PolicyFull PolicyVersionFull RequestTimeout SsecDecryptHeaderInvalid SSEContentNotSupported
        SSEHeaderNotAllowed TargetBucketNameInvalid TooManyBuckets UnexpectedContent UserCnameInvalid
        UserNetworkTooSlow VerifyAlgorithmNotSupported WebsiteURLInvalid XMLSizeLimit
        MissingAppid MissingContentMD5 MissingHost LifeCycleIdNotUnique LifeCycleRuleConflicted
        MissingContent InvalidContent InvalidHost ResourceNotFound ResourceAccessDenied ResourceDownloadFailed
        CIRoleNotExist AIBucketUnBinded PicBucketUnBinded ResourceNotSupported""",
    401: "MissingAuthorization InvalidAuthorization AccessDenied SecretidNotExist SignatureExpired",
    402: "PaymentRequired",
    403: """
        AccessDenied AccessForbidden InvalidAccessKeyId InvalidObjectState NoProcessAuthority RequestTimeTooSkewed
        SignatureDoesNotMatch UserNotSourceBucketOwner UserNotTargetBucketOwner InvalidObjectStorage
        RequestIsExpired MediaBucketAlreadyBinded QueueSaturated QueuePaused""",
    404: """
        InventoryConfigurationNotFoundError NoBucketQuotaPolicy NoSuchBucket NoSuchCopySource NoSuchCORSConfiguration
        NoSuchEncryptionConfiguration NoSuchJob NoSuchKey NoSuchLifecycleConfiguration NoSuchObjectLockConfiguration
        NoSuchPolicyVersion NoSuchTagSet NoSuchUpload NoSuchVersion NoSuchWebsiteConfiguration
        OriginConfigurationNotFoundError ReplicationConfigurationNotFoundError NoSuchPolicy NoSuchBucketPolicy
        NoSuchRefererConfiguration ReplicationConfigurationnotFoundError DomainConfigNotFoundError
        NoSuchIntelligentTieringConfiguration
        InvalidUrl AuditingJobNotFound""",
    405: "MethodNotAllowed RestoreNonArchiveObject UploadIdNotSupported",
    409: """
        AppendPositionErr BucketAlreadyExists BucketAlreadyOwnedByYou BucketLocked BucketNotEmpty DomainConfigConflict
        InvalidBucketState InvalidLockedTime ObjectLocked InvalidObjectState ObjectNotAppendable PathConflict
        QuotaConflict QuotaOperationConflict RecordAlreadyExist RestoreAlreadyInProgress UploadConflict
        BucketAlreadyExistsDiffRegion DuplicateInventoryId FileAlreadyExists""",
    411: "MissingContentLength",
    412: "PreconditionFailed",
    413: "InvalidContent",
    416: "InvalidRange",
    417: "ExpectationFailed",
    429: "SlowDown",
    451: "DomainAuditFailed UnavailableForLegalReasons",
    500: "InternalError KmsInternalException",
    501: "NotImplemented",
    503: "KmsFreqControl ServiceUnavailable SlowDown",
    301: "PermanentRedirect",
    307: "TemporaryRedirect Redirect",
}


def test_every_listed_code_is_there_with_its_status() -> None:
    listed = {(status, code) for status, codes in DOCUMENTED.items() for code in codes.split()}
    assert {(row.status, row.code) for row in errors.COS_ERRORS} == listed


def test_the_document() -> None:
    answer = rendered(errors.fail("NoSuchUpload"))
    assert answer.body == (
        b"<?xml version='1.0' encoding='utf-8' ?>\n"
        b"<Error>\n"
        b"\t<Code>NoSuchUpload</Code>\n"
        b"\t<Message>The specified multipart upload does not exist.</Message>\n"
        b"\t<Resource>b-1.cos.r.myqcloud.com/k</Resource>\n"
        b"\t<RequestId>NjBhYl8x</RequestId>\n"
        b"\t<TraceId>dHJhY2U=</TraceId>\n"
        b"</Error>"
    )
    assert answer.headers == [
        ("Content-Type", "application/xml"),
        ("Content-Length", str(len(answer.body))),
        ("x-cos-request-id", REQUEST_ID),
        ("x-cos-trace-id", TRACE_ID),
    ]


def test_the_string_to_sign_survives_the_parser() -> None:
    to_sign = "sha1\n1;2\n<&>\r\t\n"
    format_string = "get\n/中文 key\n\nhost=x\n"
    answer = rendered(
        errors.fail("SignatureDoesNotMatch", extra={"StringToSign": to_sign, "FormatString": format_string})
    )
    assert children(answer)[1:5] == [
        ("Message", "The Signature you specified is invalid."),
        ("StringToSign", to_sign),
        ("FormatString", format_string),
        ("Resource", "b-1.cos.r.myqcloud.com/k"),
    ]


@pytest.mark.parametrize(
    "error",
    [errors.fail("AccessDenied", variant="expired"), errors.fail("AccessDenied", "Request has expired")],
)
def test_expiry_carries_the_time_and_the_text_that_node_compares(error: Exception) -> None:
    assert children(rendered(error))[:4] == [
        ("Code", "AccessDenied"),
        ("Message", "Request has expired"),
        ("ServerTime", "2020-06-17T05:37:29Z"),
        ("Resource", "b-1.cos.r.myqcloud.com/k"),
    ]


def test_the_server_time() -> None:
    assert ("ServerTime", "2020-06-17T05:37:29Z") in children(rendered(errors.fail("RequestTimeTooSkewed")))
    given_time = errors.fail("RequestTimeTooSkewed", extra={"ServerTime": "2020-01-01T00:00:00Z"})
    assert ("ServerTime", "2020-01-01T00:00:00Z") in children(rendered(given_time))
    assert "ServerTime" not in dict(children(rendered(errors.fail("AccessDenied"))))


def test_the_status_of_a_ci_host() -> None:
    assert rendered(errors.fail("AccessDenied")).status == 403
    assert rendered(errors.fail("AccessDenied", variant="ci")).status == 401
    assert rendered(errors.fail("SlowDown", variant="ci")).status == 429
    assert rendered(errors.fail("InvalidContent", variant="too-large")).status == 413


def test_head_has_no_body() -> None:
    answer = rendered(errors.fail("NoSuchKey"), head=True)
    assert answer.status == 404
    assert answer.body == b""
    assert dict(answer.headers)["Content-Length"] == "0"
    assert dict(answer.headers)["x-cos-request-id"] == REQUEST_ID


def test_further_headers() -> None:
    answer = rendered(errors.fail("InvalidObjectState", headers={"x-cos-storage-class": "ARCHIVE"}))
    assert answer.headers[-1] == ("x-cos-storage-class", "ARCHIVE")


def test_nothing_is_ever_empty() -> None:
    answer = errors.render(
        errors.fail("NoSuchKey", ""), resource="", request_id="", trace_id="", head=False, now=0
    )
    assert dict(children(answer)) == {
        "Code": "NoSuchKey",
        "Message": "The specified key does not exist.",
        "Resource": "/",
        "RequestId": "unknown",
        "TraceId": "unknown",
    }


def test_an_unexpected_exception_keeps_its_words_to_itself() -> None:
    answer = rendered(ValueError("/home/someone/secret"))
    assert answer.status == 500
    assert b"InternalError" in answer.body
    assert b"secret" not in answer.body


@settings(deadline=None)
@given(text=ANY_TEXT, resource=ANY_TEXT, make=st.sampled_from(["message", "fact", "extra", "refusal"]))
def test_any_text_gives_a_well_formed_document(text: str, resource: str, make: str) -> None:
    makers: dict[str, Callable[[], Exception]] = {
        "message": lambda: errors.fail("InvalidArgument", text),
        "fact": lambda: errors.fail("InvalidArgument", name=text, reason=text),
        "extra": lambda: errors.fail("SignatureDoesNotMatch", extra={"StringToSign": text}),
        "refusal": lambda: Refusal(Kind.PARAMETER_INVALID, text, name=text),
    }
    answer = rendered(makers[make](), resource=resource)
    found = dict(children(answer))
    assert all(found[name] for name in ("Code", "Message", "Resource", "RequestId", "TraceId"))
    assert CosServiceError("GET", answer.body, answer.status).get_error_code() == found["Code"]


def test_the_numbers_of_picture_operations() -> None:
    assert all(number < 0 and meaning for number, meaning in errors.CI_NUMERIC.items())
    wanted: dict[int, Any] = {
        -163: "configuration",
        -60998: "parameters",
        -65014: "CI_QCSRole",
        -46646: "banned",
    }
    assert all(word in errors.CI_NUMERIC[number] for number, word in wanted.items())

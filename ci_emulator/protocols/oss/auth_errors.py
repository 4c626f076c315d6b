"""How OSS says what is wrong with a signature (aliyun.md section 1.5; the vendor's pages `support/<EC>`)."""

from __future__ import annotations

from typing import NamedTuple

from ci_emulator.auth.model import Verdict
from ci_emulator.auth.oss_model import WINDOW, Fault, Judgement
from ci_emulator.auth.percent import to_bytes
from ci_emulator.core.clock import iso8601_millis
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.errors import EC_HEADER, fail


class _Answer(NamedTuple):
    """The row of the error table; `ec` and `message` take the place of the row's own where they are given."""

    code: str
    variant: str = ""
    ec: str = ""
    message: str | None = None


def _invalid(ec: str, message: str) -> _Answer:
    return _Answer("InvalidArgument", ec=ec, message=message)


#: A string to sign that is longer, as one with a long token is with version 1, is not told as bytes too: oss2 reads no
#: more than 4096 bytes of an error, and makes nothing of half a document.
_LONGEST_AS_BYTES = 600

_CREDENTIAL = "The credential must have the form AccessKeyId/YYYYMMDD/region/oss/aliyun_v4_request."
_SCOPE_DATE = "The date of the credential must have the form YYYYMMDD and be that of the request."

_ANSWERS: dict[Fault, _Answer] = {
    Fault.SCHEME: _invalid("0002-00000061", "The Authorization header is of no known signature version."),
    Fault.BOTH: _invalid(
        "0002-00000039", "Only one of the Authorization header and a signature in the query is allowed."
    ),
    # version 1
    Fault.V1_KEY_ID: _invalid("0002-00000064", "The AccessKeyId in the Authorization header is not valid."),
    Fault.V1_SIGNATURE: _invalid("0002-00000065", "The Authorization header has no signature."),
    Fault.V1_URL_KEY_ID_MISSING: _Answer("AccessDenied", "incomplete", "0002-00000071"),
    Fault.V1_URL_KEY_ID: _invalid("0002-00000073", "The parameter OSSAccessKeyId is not valid."),
    Fault.V1_URL_SIGNATURE: _Answer("AccessDenied", "incomplete", "0002-00000074"),
    Fault.V1_URL_EXPIRES_MISSING: _Answer("AccessDenied", "incomplete", "0002-00000068"),
    Fault.V1_URL_EXPIRES: _Answer("AccessDenied", "expires"),
    # version 2
    Fault.V2: _invalid("", "Signatures of version 2 are not accepted; use version 4 or 1."),
    # version 4
    Fault.V4_HEADER: _invalid("0002-00000202", "The Authorization header is not a signature of version 4."),
    Fault.V4_KEY_ID: _invalid("0002-00000206", "The AccessKeyId in the credential is not valid."),
    Fault.V4_ADDITIONAL: _invalid("0002-00000209", "The list of additional headers must not be empty."),
    Fault.V4_SCOPE_DATE: _invalid("0002-00000212", _SCOPE_DATE),
    Fault.V4_CREDENTIAL: _invalid("0002-00000213", _CREDENTIAL),
    Fault.V4_PAYLOAD: _invalid("0002-00000214", "x-oss-content-sha256 must be UNSIGNED-PAYLOAD."),
    Fault.V4_URL_VERSION: _invalid("0002-00000066", "x-oss-signature-version must be OSS4-HMAC-SHA256."),
    Fault.V4_URL_EXPIRES_MISSING: _invalid("0002-00000215", "x-oss-expires is required."),
    Fault.V4_URL_EXPIRES_EMPTY: _invalid("0002-00000216", "x-oss-expires must not be empty."),
    Fault.V4_URL_EXPIRES: _invalid("0002-00000232", "x-oss-expires must be between 1 and 604800."),
    Fault.V4_URL_CREDENTIAL_MISSING: _invalid("0002-00000217", "x-oss-credential is required."),
    Fault.V4_URL_CREDENTIAL_EMPTY: _invalid("0002-00000218", "x-oss-credential must not be empty."),
    Fault.V4_URL_SCOPE_DATE: _invalid("0002-00000223", _SCOPE_DATE),
    Fault.V4_URL_CREDENTIAL: _invalid("0002-00000224", _CREDENTIAL),
    Fault.V4_URL_SIGNATURE: _invalid("", "x-oss-signature is required."),
    # time
    Fault.DATE_MISSING: _Answer("AccessDenied", "date"),
    Fault.DATE: _Answer("AccessDenied", "date", "0002-00000505"),
    Fault.SKEW: _Answer("RequestTimeTooSkewed"),
    Fault.EXPIRED_V1: _Answer("AccessDenied", "expired"),
    Fault.EXPIRED_V4: _Answer("AccessDenied", "expired-v4"),
    Fault.V4_URL_EARLY: _Answer("AccessDenied", "early"),
    # keys, signatures, tokens
    Fault.UNKNOWN_KEY: _Answer("InvalidAccessKeyId"),
    Fault.MISMATCH_V1: _Answer("SignatureDoesNotMatch"),
    Fault.MISMATCH_V4: _Answer("SignatureDoesNotMatch", "v4"),
    Fault.TOKEN_INVALID: _Answer("InvalidSecurityToken"),
    Fault.TOKEN_OF_ANOTHER: _Answer("AccessKeyIdAndSecurityTokenNotMatch"),
    Fault.TOKEN_EXPIRED: _Answer("SecurityTokenExpired"),
}


def refusal(judgement: Judgement, found: Fault, now: float) -> ApiError:
    """Return the error of a signature that is not taken; `now` is the server's time in unix seconds.

    Besides what every error tells, a mismatch tells what the server computed, a wrong date and a URL that has expired which
    time was compared with which.
    """
    answer = _ANSWERS[found]
    headers = {EC_HEADER: answer.ec} if answer.ec else {}
    extra = _details(judgement, found, now)
    return fail(answer.code, answer.message, variant=answer.variant, extra=extra, headers=headers)


def _details(judgement: Judgement, found: Fault, now: float) -> dict[str, str]:
    verdict = judgement.verdict
    if verdict.string_to_sign:
        return _computed(verdict, judgement.signature)
    if judgement.moment is None:
        return {}
    times = {"ServerTime": iso8601_millis(now)}
    if found is Fault.SKEW:
        times["MaxAllowedSkewMilliseconds"] = str(WINDOW * 1000)
        return {"RequestTime": iso8601_millis(judgement.moment), **times}
    return {"Expires": iso8601_millis(judgement.moment), **times}


def _computed(verdict: Verdict, signature: str) -> dict[str, str]:
    text = verdict.string_to_sign
    found = {
        "OSSAccessKeyId": verdict.secret_id,
        "SignatureProvided": signature,
        "StringToSign": text,
    }
    if len(text) <= _LONGEST_AS_BYTES:
        found["StringToSignBytes"] = "".join(f"{byte:02X} " for byte in to_bytes(text))
    if verdict.format_string:
        found["CanonicalRequest"] = verdict.format_string
    return found

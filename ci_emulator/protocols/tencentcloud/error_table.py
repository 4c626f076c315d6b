"""The errors of API 3.0 as data: the common codes, and those of the actions.

Codes are the common list (tencentcloud-api3.md section 1.6) and the lists of the actions (section 2.3). Texts in
`known` languages are the real service's or its documentation's, everything else is a sentence of ours. Every error is sent with HTTP 200.
"""

from __future__ import annotations

from ci_emulator.core.errors import Kind
from ci_emulator.protocols.error_model import ErrorRow

_COMMON = "common error codes"
_BOTH = ("en", "zh")
_EN = ("en",)
_ZH = ("zh",)


def _row(
    code: str,
    message: str,
    message_zh: str,
    *kinds: Kind,
    variant: str = "",
    source: str = _COMMON,
    known: tuple[str, ...] = (),
    note: str = "",
) -> ErrorRow:
    return ErrorRow(code, 200, message, message_zh, kinds, source, note, variant, known)


_PLAIN: dict[str, tuple[str, str]] = {
    "ActionOffline": ("The action has been taken offline.", "接口已下线。"),
    "AuthFailure.InvalidSecretId": (
        "The SecretId does not belong to a key pair of the cloud API.",
        "密钥非法，不是云 API 密钥类型。",
    ),
    "AuthFailure.MFAFailure": ("The multi-factor authentication failed.", "MFA 校验失败。"),
    "AuthFailure.TokenFailure": (
        "The token is not valid for this SecretId.",
        "Token 与该 SecretId 不匹配或已失效。",
    ),
    "DryRunOperation": (
        "The request would have succeeded without the DryRun parameter.",
        "DryRun 操作：若不带 DryRun 参数，该请求将会成功。",
    ),
    "IpInBlacklist": ("The IP address is on the blacklist.", "IP 地址在黑名单中。"),
    "IpNotInWhitelist": ("The IP address is not on the whitelist.", "IP 地址不在白名单中。"),
    "NoSuchVersion": ("The version of the interface does not exist.", "接口版本不存在。"),
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded": (
        "The account sends too many requests over all regions.",
        "主账号在所有地域的请求频率超过上限。",
    ),
    "RequestLimitExceeded.IPLimitExceeded": (
        "The IP address sends too many requests.",
        "该 IP 的请求频率超过上限。",
    ),
    "RequestLimitExceeded.UinLimitExceeded": (
        "The account sends too many requests.",
        "主账号的请求频率超过上限。",
    ),
    "ResourceUnavailable": ("The resource is not available.", "资源不可用。"),
    "ResponseSizeLimitExceeded": ("The response is too large.", "返回包大小超过限制。"),
    "UnauthorizedOperation": ("The operation is not authorized.", "未授权的操作。"),
}
"""Common code → English and Chinese text, for the codes that need no more than that."""

_SPECIAL = (
    _row(
        "AuthFailure.InvalidAuthorization",
        "The Authorization header does not have the documented form.",
        "请求头部的 Authorization 不符合规定的格式。",
    ),
    _row(
        "AuthFailure.SecretIdNotFound",
        "The SecretId is not found, please ensure that your SecretId is correct.",
        "SecretId不存在，请输入正确的密钥。",
        known=_BOTH,
    ),
    _row(
        "AuthFailure.SignatureExpire",
        "The signature is expired, please request again.",
        "签名已过期，请重新发起请求。",
        known=_EN,
        note="The timestamp is more than five minutes off.",
    ),
    _row(
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Please check your signature is correct.",
        "请求签名验证失败，请检查您的签名计算是否正确。",
        known=_BOTH,
    ),
    _row(
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated because of exceeding request size limit, please use new "
        "signature method `TC3-HMAC-SHA256`.",
        "由于请求包大小超过限制，请求签名验证失败，请使用新的签名方法 `TC3-HMAC-SHA256`。",
        variant="size",
        known=_EN,
        note="A POST of more than 1 MB with a version 1 signature.",
    ),
    _row(
        "AuthFailure.UnauthorizedOperation",
        "The request is not authorized by CAM.",
        "请求未获得 CAM 授权。",
        Kind.ACCESS_DENIED,
    ),
    _row("FailedOperation", "The operation failed.", "操作失败。", Kind.PRECONDITION_FAILED),
    _row(
        "InternalError",
        "An internal error occurred.",
        "内部错误。",
        Kind.INTERNAL,
        note="An unexpected fault; the log has the details under the request id.",
    ),
    _row("InvalidAction", "The request `Action` is invalid or not found.", "接口不存在。", known=_EN),
    _row(
        "InvalidParameter",
        "Parameter `{name}` format invalid.",
        "参数 `{name}` 格式错误。",
        Kind.PARAMETER_INVALID,
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "Parameter `{name}` input repeated.",
        "参数 `{name}` 重复输入。",
        variant="repeated",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "Parameter `{name}` invalid json format.",
        "参数 `{name}` 不是合法的 JSON 格式。",
        variant="json",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "Parameter `{name}` invalid array format, array index must be continuous and starts with 0.",
        "参数 `{name}` 数组格式错误，数组下标必须从 0 开始且连续。",
        variant="array",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "The value type of parameter `{name}` is not valid.",
        "参数 `{name}` 的值类型错误。",
        variant="type",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "The value type of parameter `{name}` is not valid, input value is `{value}`.",
        "参数 `{name}` 的值类型错误，输入值为 `{value}`。",
        variant="type-value",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "Parameter `{name}` type error.",
        "参数 `{name}` 类型错误。",
        variant="type-v1",
        known=_EN,
        note="Seen for `Nonce`.",
    ),
    _row(
        "InvalidParameter",
        "Url key and value should be splited by `=`.",
        "URL 中的键与值应以 `=` 分隔。",
        variant="split",
        known=_EN,
        note="The spelling is the real service's.",
    ),
    _row(
        "InvalidParameter",
        "The request has a parameter key which is empty string.",
        "请求中存在名称为空字符串的参数。",
        variant="empty-key",
        known=_EN,
    ),
    _row(
        "InvalidParameter",
        "The request content not valid json format for specified content-type=application/json.",
        "请求内容不是合法的 JSON 格式，与 content-type=application/json 不符。",
        variant="body",
        known=_EN,
    ),
    _row(
        "InvalidParameterValue",
        "A value specified in `{name}` is not valid, is unsupported, or cannot be used.",
        "`{name}` 的值错误、不受支持或无法使用。",
        known=_EN,
        note="Known for `X-TC-Region` and `Region`; language and signature method use the same form.",
    ),
    _row(
        "InvalidParameterValue",
        "The value specified in `{name|X-TC-Content-SHA256}` is not correct.",
        "`{name|X-TC-Content-SHA256}` 的值不正确。",
        Kind.DIGEST_MALFORMED,
        Kind.DIGEST_MISMATCH,
        variant="digest",
        known=_EN,
    ),
    _row(
        "InvalidParameterValue",
        "The name, key or range in the request is not valid.",
        "请求中的名称、对象键或范围错误。",
        Kind.BUCKET_NAME_INVALID,
        Kind.BUCKET_NAME_TOO_LONG,
        Kind.KEY_INVALID,
        Kind.KEY_TOO_LONG,
        Kind.STORAGE_CLASS_UNKNOWN,
        Kind.RANGE_NOT_SATISFIABLE,
        variant="object",
    ),
    _row(
        "InvalidRequest",
        "The request is malformed.",
        "请求格式错误。",
        Kind.MALFORMED_REQUEST,
        Kind.MALFORMED_URI,
        Kind.UNSUPPORTED_EXPECTATION,
        note="Documented for malformed multipart bodies.",
    ),
    _row(
        "InvalidRequest",
        "The body of the request is incomplete or did not arrive in time.",
        "请求体不完整，或未能及时送达。",
        Kind.LENGTH_REQUIRED,
        Kind.BODY_MISSING,
        Kind.XML_MALFORMED,
        Kind.PART_INVALID,
        Kind.PART_ORDER,
        Kind.PART_TOO_SMALL,
        Kind.BODY_INCOMPLETE,
        Kind.BODY_TIMEOUT,
        variant="body",
    ),
    _row(
        "LimitExceeded",
        "A quota is exceeded.",
        "超过配额限制。",
        Kind.TOO_MANY_BUCKETS,
        Kind.METADATA_TOO_LARGE,
        Kind.OBJECT_TOO_LARGE,
    ),
    _row(
        "MissingParameter",
        "The request is missing a required parameter `{name}`.",
        "请求缺少必传参数 `{name}`。",
        Kind.PARAMETER_MISSING,
        known=_BOTH,
    ),
    _row(
        "MissingParameter",
        "The request header is missing a required common parameter `{name}`.",
        "请求头部缺少必传的公共参数 `{name}`。",
        variant="header",
        known=_BOTH,
    ),
    _row(
        "NoSuchProduct",
        "The product does not exist; its name is the first label of the host.",
        "产品不存在，产品名取自域名的第一段。",
        Kind.ADDRESS_AMBIGUOUS,
    ),
    _row(
        "RequestLimitExceeded",
        "Your current request times equals to `{times}` in a second, which exceeds the frequency limit `{limit}` for a "
        "second. Please reduce the frequency of calls.",
        "您当前每秒请求 `{times}` 次，超过了每秒频率上限 `{limit}`，请稍后重试。",
        known=_BOTH,
    ),
    _row(
        "RequestLimitExceeded",
        "Too many requests are waiting. Please reduce the frequency of calls.",
        "排队的请求过多，请稍后重试。",
        Kind.OVERLOADED,
        variant="queue",
        note="The queue of the recognition workers is full.",
    ),
    _row(
        "RequestSizeLimitExceeded",
        "The request is too large.",
        "请求包大小超过限制。",
        Kind.BODY_TOO_LARGE,
        Kind.XML_TOO_LARGE,
        Kind.HEAD_TOO_LARGE,
        note="A GET of more than 32 KB, a JSON body of more than 10 MB.",
    ),
    _row(
        "ResourceInUse",
        "The resource is in use.",
        "资源被占用。",
        Kind.BUCKET_TAKEN,
        Kind.BUCKET_OWNED_BY_YOU,
        Kind.BUCKET_NOT_EMPTY,
        Kind.KEY_EXISTS,
        Kind.SYMLINK_NOT_FOLLOWED,
        Kind.NOT_APPENDABLE,
        Kind.APPEND_POSITION,
    ),
    _row("ResourceInsufficient", "There are not enough resources.", "资源不足。", Kind.STORAGE_FULL),
    _row(
        "ResourceNotFound",
        "The resource does not exist.",
        "资源不存在。",
        Kind.BUCKET_MISSING,
        Kind.KEY_MISSING,
        Kind.VERSION_MISSING,
        Kind.UPLOAD_MISSING,
    ),
    _row(
        "ServiceUnavailable",
        "The service is not available at the moment.",
        "当前服务暂时不可用。",
        Kind.SHUTTING_DOWN,
        Kind.STORAGE_UNAVAILABLE,
        Kind.ENGINE_UNAVAILABLE,
    ),
    _row("UnknownParameter", "The parameter `{name}` is not recognized.", "未知参数 `{name}`。", known=_EN),
    _row("UnsupportedOperation", "The operation is not supported.", "操作不支持。", Kind.NOT_IMPLEMENTED),
    _row(
        "UnsupportedProtocol",
        "Only the methods GET and POST are supported.",
        "HTTP(S) 请求协议错误，只支持 GET 和 POST 请求。",
        Kind.METHOD_NOT_ALLOWED,
    ),
    _row(
        "UnsupportedProtocol",
        "The Content-Type `{type}` is not supported with this method and signature.",
        "该请求方法和签名方法不支持 Content-Type `{type}`。",
        variant="content-type",
        note="A POST is JSON with TC3-HMAC-SHA256, and a form with a version 1 signature.",
    ),
    _row(
        "UnsupportedRegion",
        "The action not support this region.",
        "接口不支持所传地域。",
        known=_EN,
        note="The spelling is the real service's.",
    ),
)

ROWS: tuple[ErrorRow, ...] = (
    *(_row(code, message, message_zh) for code, (message, message_zh) in _PLAIN.items()),
    *_SPECIAL,
)
"""The 38 common codes with all their messages."""

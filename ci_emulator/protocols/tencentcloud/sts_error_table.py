"""The errors of the product STS as data (its list of codes: doc 1312/48192).

The Chinese texts are the documented ones; two English ones are known from the wire. Which of the codes about policies a
policy gets is nowhere documented; the notes state our choice.
"""

from __future__ import annotations

from ci_emulator.protocols.error_model import ErrorRow

_ZH = ("zh",)
_BOTH = ("en", "zh")

#: Code → English text, documented text, note, the texts that are known.
_CODES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "AuthFailure.AccessKeyIllegal": ("The key is not legal.", "密钥不合法。", "", _ZH),
    "FailedOperation.CheckMFAError": ("The check of the second factor failed.", "校验MFA失败", "", _ZH),
    "FailedOperation.MFATypeNotSupported": (
        "The type of the second factor is not supported.",
        "MFA类型不支持",
        "",
        _ZH,
    ),
    "FailedOperation.TempKeyNotAllowed": (
        "The action cannot be called with a temporary key.",
        "该接口不支持临时密钥调用",
        "Documented for GetFederationToken; here for AssumeRole too.",
        _ZH,
    ),
    "InternalError.DbError": ("The database failed.", "DB错误。", "", _ZH),
    "InternalError.EncryptError": ("The encryption failed.", "加密失败。", "", _ZH),
    "InternalError.GetAppIdError": ("The APPID could not be found out.", "获取appid错误。", "", _ZH),
    "InternalError.GetRoleError": ("The role could not be found out.", "获取角色失败。", "", _ZH),
    "InternalError.GetSeedTokenError": ("There is no seed for the token.", "获取种子token失败。", "", _ZH),
    "InternalError.IllegalRole": ("The role is not valid.", "角色非法。", "", _ZH),
    "InternalError.PbSerializeError": ("The answer could not be packed.", "pb打包失败。", "", _ZH),
    "InternalError.SystemError": ("An internal error occurred.", "内部错误。", "", _ZH),
    "InternalError.UnknownError": ("An unknown error occurred.", "未知错误。", "", _ZH),
    "InvalidParameter.AccessKeyNotSupport": (
        "This type of key is not supported.",
        "不支持该类型密钥。",
        "",
        _ZH,
    ),
    "InvalidParameter.AccountNotAvaliable": (
        "The account does not exist or is not available.",
        "账号不存在或不可用。",
        "The spelling is the real service's.",
        _ZH,
    ),
    "InvalidParameter.ExtendStrategyOverSize": (
        "The policy is too large to be part of a token.",
        "扩展策略过大。",
        "The token would have more than 4096 characters.",
        _ZH,
    ),
    "InvalidParameter.GrantOtherResource": (
        "cant grant other resource",
        "越权访问资源。",
        "A resource of the policy names another account (`uid/…`).",
        _BOTH,
    ),
    "InvalidParameter.OverLimit": ("The rate limit is exceeded.", "超过频率限制。", "", _ZH),
    "InvalidParameter.OverTimeError": (
        "DurationSeconds is more than the most that is allowed.",
        "过期时间超过阈值。",
        "",
        _ZH,
    ),
    "InvalidParameter.ParamError": (
        "The value of a parameter is not valid.",
        "参数错误。",
        "A name, a RoleArn or a list of tags that is not as documented.",
        _ZH,
    ),
    "InvalidParameter.PolicyTooLong": (
        "The policy is too long.",
        "策略过长。",
        "More than 6144 characters, the limit of Cloud Access Management.",
        _ZH,
    ),
    "InvalidParameter.ResouceError": (
        "resource error",
        "资源错误。",
        "A resource that is not `*` or `qcs:…` with six parts. The spelling is the real service's.",
        _BOTH,
    ),
    "InvalidParameter.StrategyFormatError": (
        "The syntax of the policy is wrong.",
        "策略语法错误。",
        "Not a JSON object.",
        _ZH,
    ),
    "InvalidParameter.StrategyInvalid": (
        "The policy is not valid.",
        "非法策略。",
        "JSON, but not a policy: an element is missing, unknown or of another form, or there is a principal.",
        _ZH,
    ),
    "InvalidParameter.TempCodeNotAvaliable": (
        "The temporary code is not valid.",
        "TCB temp code 无效。",
        "The spelling is the real service's.",
        _ZH,
    ),
    "InvalidParameter.WebIdentityTokenError": (
        "The WebIdentityToken is not valid.",
        "WebIdentityToken参数错误。",
        "",
        _ZH,
    ),
    "ResourceNotFound.RoleNotFound": (
        "The account has no such role.",
        "账号对应的角色不存在。",
        "The role of another account.",
        _ZH,
    ),
}

ROWS: tuple[ErrorRow, ...] = tuple(
    ErrorRow(code, 200, message, message_zh, (), "STS product", note, known=known)
    for code, (message, message_zh, note, known) in _CODES.items()
)
"""The codes of STS that are not common ones."""

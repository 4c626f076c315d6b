"""The errors of the OCR product as data: the list of QrcodeOCR and the newer product-level codes.

The Chinese texts are the documented ones (tencentcloud-api3.md section 2.3); for two of them the wire text is known.
Which of two neighbouring codes a picture gets is nowhere documented; the notes state our choice.
"""

from __future__ import annotations

from ci_emulator.core.errors import Kind
from ci_emulator.protocols.error_model import ErrorRow

_ACTION = "QrcodeOCR"
_PRODUCT = "OCR product"


def _row(
    code: str, message: str, message_zh: str, *kinds: Kind, source: str = _ACTION, note: str = ""
) -> ErrorRow:
    return ErrorRow(code, 200, message, message_zh, kinds, source, note, known=("zh",))


ROWS: tuple[ErrorRow, ...] = (
    _row(
        "FailedOperation.DownLoadError",
        "The file could not be downloaded.",
        "文件下载失败。",
        note="ImageUrl could not be fetched within its time or is not allowed to be.",
    ),
    _row("FailedOperation.EmptyImageError", "The image is empty.", "图片内容为空。", Kind.IMAGE_EMPTY),
    _row("FailedOperation.ImageBlur", "The image is blurred.", "图片模糊。"),
    _row(
        "FailedOperation.ImageDecodeFailed",
        "The image could not be decoded.",
        "图片解码失败。",
        Kind.IMAGE_UNREADABLE,
        Kind.IMAGE_FORMAT_UNSUPPORTED,
        note="Also for formats other than PNG, JPG and JPEG: the list of the action has no code of their own.",
    ),
    _row(
        "FailedOperation.ImageNoText",
        "No text is found in the image.",
        "照片中未检测到文本",
        note="No code was found in the picture.",
    ),
    _row(
        "FailedOperation.ImageSizeTooLarge",
        "The image has too many pixels; see the limits of the input parameters.",
        "图片尺寸过大，请参考输入参数中关于图片大小限制的说明。",
        Kind.IMAGE_TOO_MANY_PIXELS,
    ),
    _row(
        "FailedOperation.OcrFailed",
        "The recognition failed.",
        "OCR 识别失败。",
        Kind.ENGINE_FAILED,
        Kind.IMAGE_TOO_FEW_PIXELS,
        note="The native reader crashed or ran out of memory on this image.",
    ),
    _row("FailedOperation.UnKnowError", "An unknown error occurred.", "未知错误。"),
    _row("FailedOperation.UnOpenError", "The service is not activated.", "服务未开通。"),
    _row(
        "InvalidParameter.EngineImageDecodeFailed", "The engine could not decode the image.", "图片解码失败。"
    ),
    _row(
        "InvalidParameterValue.InvalidParameterValueLimit",
        "The value of a parameter is not valid.",
        "参数值错误。",
        Kind.CONTENT_UNENCODABLE,
        Kind.CONTENT_TOO_LONG,
        Kind.WIDTH_TOO_SMALL,
        note="Also when neither ImageBase64 nor ImageUrl is given.",
    ),
    _row(
        "LimitExceeded.TooLargeFileError",
        "The file is too large.",
        "文件内容太大。",
        Kind.IMAGE_TOO_MANY_BYTES,
    ),
    _row("ResourcesSoldOut.ChargeStatusException", "The billing status is not in order.", "计费状态异常。"),
    _row("FailedOperation.ArrearsError", "The account is in arrears.", "账号已欠费。", source=_PRODUCT),
    _row(
        "FailedOperation.CountLimitError",
        "The number of calls of today is used up.",
        "今日次数达到限制。",
        source=_PRODUCT,
    ),
    _row(
        "FailedOperation.EngineRecognizeTimeout",
        "The recognition took too long.",
        "引擎识别超时。",
        Kind.ENGINE_TIMEOUT,
        source=_PRODUCT,
    ),
    _row("ResourceUnavailable.InArrears", "The account is in arrears.", "账号已欠费。", source=_PRODUCT),
    _row(
        "ResourceUnavailable.ResourcePackageRunOut",
        "The resource package is used up.",
        "账号资源包耗尽。",
        source=_PRODUCT,
    ),
)
"""The codes of QrcodeOCR and of its product."""

"""`GET /?ci-process=qrcode-generate`: make a QR code or a bar code (spec: ci.md section 1)."""

from __future__ import annotations

import base64

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice, integer, text
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

_EAN_13_DIGITS = 12

NOTICE = "x-ci-emulator-notice"
_NOTICE_TEXT = "mode=1 is documented for 12 digits only (EAN-13); this is Code 128"

PARAMS = (
    Param("qrcode-content", text(min_length=1), "string", required=True, about="the text to encode, UTF-8"),
    Param("mode", choice("0", "1"), "`0` or `1`", default="0", about="0 a QR code, 1 a bar code"),
    Param("width", integer(1), "integer", required=True, about="the picture's width in pixels"),
)


@action(
    "bucket",
    "GET",
    "ci-process=qrcode-generate",
    permission="ci:CreateQRcodeGenerateJob",
    params=PARAMS,
    called="qrcode-generate",
)
async def qrcode_generate(call: Call, services: Services) -> Reply:
    """Make a QR code or a bar code; the answer is XML with a base64 PNG."""
    await switches.check(services, call.place.bucket or "", recognition=True)
    content, width = call.params["qrcode-content"], call.params["width"]
    most = services.config.max_width
    if width > most:
        raise fail("InvalidArgument", f"The parameter width must be between 1 and {most}.", name="width")
    notice: list[tuple[str, str]] = []
    tenant = call.principal.appid or ""
    if call.params["mode"] == "0":
        picture = await services.codes.write_qr(content, width, tenant=tenant)
    elif len(content) == _EAN_13_DIGITS and content.isascii() and content.isdigit():
        picture = await services.codes.write_barcode(content, width, "EAN_13", tenant=tenant)
    elif services.config.barcode_content == "ean13-only":
        raise fail(
            "InvalidArgument",
            "The parameter qrcode-content must be 12 digits when mode is 1.",
            name="qrcode-content",
        )
    else:
        picture = await services.codes.write_barcode(content, width, "CODE_128", tenant=tenant)
        notice = [(NOTICE, _NOTICE_TEXT)]
    body = xml.document("Response", {"ResultImage": base64.b64encode(picture).decode()}, declaration=False)
    return Reply(headers=[*headers(call), *notice], body=body)

"""`GET /<key>?ci-process=QRcode`: the codes of a picture (spec: ci.md section 2)."""

from __future__ import annotations

import base64

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import recognition, switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.ci.numbers import AT_DOWNLOAD, numbered
from ci_emulator.protocols.ci.source import load
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

PERMISSIONS = ("cos:GetObject", "ci:CreateDetectQRcodeJob")


@action(
    "object",
    "GET",
    "ci-process=QRcode",
    permission=PERMISSIONS[0],
    beside=PERMISSIONS[1:],
    access="read",
    signed=True,
    params=recognition.PARAMS,
    called="QRcode",
)
async def qrcode(call: Call, services: Services) -> Reply:
    """Read the QR codes and bar codes of a picture, and cover them if asked to."""
    await switches.check(services, call.place.bucket or "", recognition=True)
    tenant = call.principal.appid or ""
    with numbered(AT_DOWNLOAD):
        loaded = await load(call, services, largest=recognition.LARGEST, permissions=PERMISSIONS)
        found = await recognition.recognise(services, loaded.data, call.params, tenant=tenant)
    content = recognition.described(found.reading)
    if found.covered is not None:
        content["ResultImage"] = base64.b64encode(found.covered).decode()
    return Reply(headers=headers(call), body=xml.document("Response", content, declaration=False))

"""What the cases of `node_cos/recognition.mjs` shall give (spec: ci.md sections 2 and 6.1)."""

import hashlib

from cos_nodejs_expected import refusal
from sdk_clients import PICTURES
from sdk_pictures import MANIFEST

URL = "https://www.example.com"
QR = (PICTURES / "qr-url.png").read_bytes()
LABEL = [code["text"] for code in MANIFEST["shipping-label.png"]["codes"]]
POINTS = ["40,40", "40,290", "290,290", "290,40"]
JSON = "application/json"


def parameter(name, reason):
    return [400, "InvalidArgument", f"The parameter {name} must be {reason}."]


RECOGNITION = {
    "one-code": {"CodeStatus": "1", "QRcodeInfo": {"CodeUrl": URL, "CodeLocation": {"Point": POINTS}}},
    "several-codes": {"status": "1", "list": True, "texts": LABEL},
    "no-code": {"CodeStatus": "0"},
    "headers": {
        "statusCode": 200,
        "id": True,
        "content-type": "application/xml",
        "server": "tencent-ci",
    },
    "cover": {
        "qr-url.png": "PNG",
        "shipping-label.png": "PNG",
        "no-code.jpg": "JPEG",
        "qr-exif-orientation-6.jpg": "JPEG",
    },
    "what-is-covered-is-not-read-again": {"CodeStatus": "0"},
    "bar-type": [[LABEL[0], LABEL[2]], [LABEL[1]]],
    "segment": LABEL,
    "numbers-as-text": [URL],
    "chinese-key-and-text": [MANIFEST["qr-chinese.png"]["codes"][0]["text"]],
    "query-string": "<Response><CodeStatus>1</CodeStatus><QRcodeInfo>"
    f"<CodeUrl>{URL}</CodeUrl><CodeLocation>{''.join(f'<Point>{point}</Point>' for point in POINTS)}</CodeLocation>"
    "</QRcodeInfo></Response>",
    "version": [URL],
    "signed-url": {"status": 200, "type": "application/xml", "found": URL},
    "temporary-key": [URL],
    "another-account": [[403, "AccessDenied"], [URL]],
    "image-info": {
        "same": True,
        "type": JSON,
        "told": {
            "format": "png",
            "width": "330",
            "height": "330",
            "size": str(len(QR)),
            "md5": hashlib.md5(QR).hexdigest(),
        },
    },
    "exif": {
        "same": True,
        "type": JSON,
        "orientation": {"val": "6"},
        "none": {"error": "no exif data"},
    },
    # 69.3 % of its pixels are white.
    "image-average": {"same": True, "type": JSON, "told": {"RGB": "0xb0b0b0"}},
    "no-object": refusal(
        404, "NoSuchKey", "The specified key does not exist.", "none.png", bucket="recognition"
    ),
    "no-picture": [
        refusal(
            400,
            "InvalidImageFormat",
            "The image format is not valid.",
            "text.png",
            bucket="recognition",
        ),
        "-120",
    ],
    "bad-parameters": {
        "cover": parameter("cover", "one of 0, 1"),
        "bar-type": parameter("bar-type", "one of 0, 1, 2"),
        "segment": parameter("segment", "one of 0, 1"),
        "size": parameter("size", "at least 500"),
    },
    "elsewhere": {
        "bucket": [400, "InvalidArgument"],
        "spelling": [400, "InvalidArgument"],
        "put": [405, "MethodNotAllowed"],
        "delete": [405, "MethodNotAllowed"],
        "head": [405, "405"],
        "still there": [URL],
    },
    "facts-of-no-picture": {name: [400, "InvalidImageFormat"] for name in ("imageInfo", "exif", "imageAve")},
}

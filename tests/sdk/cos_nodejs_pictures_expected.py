"""What the cases of `node_cos/pictures.mjs` shall give (spec: ci.md section 3)."""

from __future__ import annotations

import hashlib
from typing import Any

from fastcrc import crc64
from PIL import Image
from sdk_clients import APPID, PICTURES, REGION
from sdk_pictures import MANIFEST

NAME = "qr-url.png"
PICTURE = (PICTURES / NAME).read_bytes()
ETAG = f'"{hashlib.md5(PICTURE).hexdigest()}"'
HOST = f"pictures-{APPID}.cos.{REGION}.myqcloud.com"

with Image.open(PICTURES / NAME) as _image:
    SIZE = {"Width": str(_image.width), "Height": str(_image.height)}

# Whether `Ave` is what `?imageAve` gives.
IMAGE_INFO = {
    "Format": "PNG",
    **SIZE,
    "Quality": "100",
    "Ave": True,
    "Orientation": "1",
    "FrameCount": "1",
}


def result(key: str) -> dict[str, Any]:
    """A result in which the code is covered; `same`: its Size and ETag are those of what is stored."""
    return {
        "Key": key,
        "Location": f"{HOST}/{key}",
        "Format": "png",
        **SIZE,
        "Quality": "100",
        "CodeStatus": "1",
        "QRcodeInfo": {
            "CodeUrl": MANIFEST[NAME]["codes"][0]["text"],
            "CodeLocation": {"Point": ["40,40", "40,290", "290,290", "290,40"]},
        },
        "same": True,
    }


def told(folder: str, etag: str = ETAG) -> dict[str, Any]:
    """An UploadResult with one result."""
    original = {
        "Key": f"{folder}/p.png",
        "Location": f"{HOST}/{folder}/p.png",
        "ETag": etag,
        "ImageInfo": IMAGE_INFO,
    }
    return {"OriginalInfo": original, "results": [result(f"{folder}/covered.png")]}


OF_PICTURES: dict[str, Any] = {
    "put": {
        "statusCode": 200,
        "ETag": ETAG,
        "content-type": "application/xml",
        "x-cos-hash-crc64ecma": str(crc64.xz(PICTURE)),
        **told("put"),
    },
    "put-two-rules": [["two/a.png", "two/b.png"], "0", "1"],
    # The SDKs' documentation encodes such names, and then the name is what was sent.
    "put-a-chinese-name": ["目录/%E5%9B%BE.png", True],
    "put-over-itself": [True, True, "0"],
    "upload-file-small": told("small"),
    "upload-file-in-parts": {"ETag": '"X-3"', **told("large", '"X-3"'), "code": "0"},
    "slice-upload-file": [["sliced/covered.png", "sliced/plain.png"], "application/xml", True],
    # The SDK moves the elements from under the root into an UploadResult.
    "multipart-complete": {
        "Key": "parts/p.png",
        "Bucket": f"pictures-{APPID}",
        **told("parts", '"X-1"'),
    },
    "image-process": {"statusCode": 200, **told("stored"), "code": "0"},
    "image-process-by-action": "action/covered.png",
    "refused": {
        "answers": [
            [400, "InvalidPicOperations", True],
            [400, "InvalidPicOperations", True],
            [501, "NotImplemented", True],
            [400, "InvalidImageFormat", True],
        ],
        "stored": [],
    },
    "one-bad-slice-upload": [400, "InvalidPicOperations", []],
}

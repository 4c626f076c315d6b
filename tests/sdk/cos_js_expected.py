"""What the cases of `browser/*.mjs` shall give, by module and case (spec: cos.md sections 1.6, 4.3 and 5, ci.md 2 and 3)."""

from urllib.parse import unquote

from sdk_clients import APPID, REGION
from sdk_pictures import MANIFEST

BLOCKED = "CORS blocked or network error"
FIRST, X = '"ca746b1ff10193a3ce20878dec04a733"', '"9dd4e461268c8034f5c8564e155c67a6"'


def host(module):
    """The host of a module's bucket, as the page knows it."""
    return f"{module}-{APPID}.cos.{REGION}.localhost:PORT"


def refusal(status, code, message):
    """What a page sees of an error: the document, and the request id of the header."""
    return {"code": code, "Code": code, "message": message, "statusCode": status, "requestId": True}


OBJECTS = {
    "put-text": {
        "statusCode": 200,
        "ETag": FIRST,
        "Location": f"{host('objects')}/%E7%9B%AE%E5%BD%95/text%201%2B.txt",
        "crc": "1964206642444279633",
        "requestId": True,
    },
    "put-blob": {"headers": {"content-type": "text/css", "content-length": "6"}, "last": [6, 6, 1]},
    "put-headers": {
        "cache-control": "max-age=60",
        "content-disposition": "inline",
        "x-cos-meta-a": "some value",
        "x-cos-storage-class": "STANDARD_IA",
    },
    "get": {"Body": "文字", "ETag": FIRST, "requestId": True, "content-length": "6"},
    "get-blob": [True, "a blob", True],
    "get-range": {"statusCode": 206, "Body": "bl", "content-range": "bytes 2-3/6"},
    "get-again": {"lost": [], "content-length": "1", "x-cos-meta-a": "some value", "etag": X},
    "get-bucket": {
        "keys": [["again", "1"], ["blob", "6"], ["headers", "1"], ["k", "1"]],
        "CommonPrefixes": [{"Prefix": "目录/"}],
        "IsTruncated": "false",
    },
    "copy": {"statusCode": 200, "ETag": X, "Body": "x"},
    "copy-in-parts": {"statusCode": 200, "ETag": '"X-3"', "content-length": str(2 * 1024 * 1024 + 1)},
    "acl": ["public-read", 200, X],
    "tagging": [{"Key": "a", "Value": "1"}],
    "url": [200, "文字", FIRST],
    "url-for-upload": [200, '"10037aca1dd7eb265052c3da41a4cd95"', "by url"],
    "picture": [9, 5, True],
    "service": [[f"objects-{APPID}", REGION]],
    "qrcode-generate": [200, 200],
    "delete": [204, 404],
    "delete-multiple": [True, 0],
    "delete-bucket": [204, 404],
}

ACCESS = {
    "no-such-key": refusal(404, "NoSuchKey", "The specified key does not exist."),
    "no-such-key-of-head": 404,
    "no-such-bucket": refusal(404, "NoSuchBucket", "The specified bucket does not exist."),
    "signature-does-not-match": refusal(
        403, "SignatureDoesNotMatch", "The Signature you specified is invalid."
    ),
    "invalid-access-key-id": refusal(
        403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records."
    ),
    "bucket-not-empty": refusal(409, "BucketNotEmpty", "The bucket is not empty."),
    "a-clock-that-is-wrong": [[200, 2, True], [200, 2, True]],
    "temporary-key": [200, "temporary", ["PUT"]],
    "temporary-key-of-each-request": ["PUT", "GET"],
    "temporary-key-elsewhere": refusal(403, "AccessDenied", "Access Denied."),
    "temporary-key-in-parts": 200,
    "temporary-key-that-has-run-out": refusal(400, "ExpiredToken", "The security token has expired."),
    "authorization-of-the-server": "x",
}

UPLOADS = {
    "slice": {
        "statusCode": 200,
        "ETag": '"X-4"',
        "Location": f"{host('uploads')}/slice",
        "same": True,
        "progress": [True, 1],
    },
    "slice-resumed": {"ETag": '"X-4"', "same": True},
    "uploads-aborted": [1, 0],
    "upload-file": ['"eb5c1399a871211c7e7ed732d15e3a8b"', '"X-4"'],
    "upload-files": [[None, 200], [None, 200]],
    "form": {
        "status": 200,
        "ETag": '"a805ca31af554fc9bbf46b571cbc667f"',
        "Location": f"http://{host('uploads')}/form/local%20name.txt",
        "Body": "by form",
    },
    "form-refused": [403, "AccessDenied", "Condition key key doesn't match the value form/"],
    "form-signature": [403, "SignatureDoesNotMatch"],
    "form-element": {
        "query": {
            "bucket": f"uploads-{APPID}",
            "key": "form/element.txt",
            "etag": '"2ca5e7c41f408a34cfee44de2c9e8fa7"',
        },
        "Body": "by element",
    },
}

RULES = {
    "another-origin": {"put": BLOCKED, "simple": "TypeError", "opaque": "opaque"},
    "another-method": {"Body": "x", "put": BLOCKED},
    "another-header": {"statusCode": 200, "meta": BLOCKED},
    "exposed": {"ETag": X, "names": ["content-length", "content-type", "etag", "last-modified"]},
    "nothing-exposed": {
        "names": ["content-length", "content-type", "last-modified"],
        "ETag": "",
        "slice": 'get ETag error, please add "ETag" to CORS ExposeHeader setting.( 获取ETag失败，'
        "请在CORS ExposeHeader设置中添加ETag，请参考文档：https://cloud.tencent.com/document/product/436/13318 )",
    },
    "any-origin-with-a-star": [200, "x"],
    "remembered": "3",
    "not-remembered": "3",
    "told-and-removed": {"origins": ["ORIGIN"], "statusCode": 204, "after": [], "id": True},
}

LABEL = [code["text"] for code in MANIFEST["shipping-label.png"]["codes"]]
CODE = {
    "CodeStatus": "1",
    "QRcodeInfo": {
        "CodeUrl": "https://www.example.com",
        "CodeLocation": {"Point": ["40,40", "40,290", "290,290", "290,40"]},
    },
}


def uploaded(original, result, size, location=None):
    """What an upload with a rule tells of the keys (percent-encoded in their locations) of a picture and its result."""
    width, height = size
    at = f"pictures-{APPID}.cos.{REGION}.myqcloud.com/"
    return {
        "original": {
            "Key": unquote(original),
            "Location": location or at + original,
            "Format": "PNG",
            "Width": width,
            "Height": height,
            "Orientation": "1",
        },
        "result": {
            "Key": unquote(result),
            "Location": at + result,
            "Format": "png",
            "Width": width,
            "Height": height,
        },
    }


ONE, SEVERAL = ("330", "330"), ("820", "1180")

PICTURES = {
    "codes": {"Response": CODE, "statusCode": 200, "same": True},
    "codes-of-several": [[text, 4] for text in LABEL],
    "codes-covered": [3, [820, 1180]],
    "no-codes": {"CodeStatus": "0"},
    "codes-refused": [400, "InvalidImageFormat", "-120"],
    "facts": {"format": "png", "width": "330", "height": "330"},
    "put": {
        "statusCode": 200,
        "original": True,
        "id": True,
        "told": {**uploaded("mine/%E4%B8%80%201.png", "mine/%E4%B8%80%201.png", ONE), **CODE},
    },
    "put-covered": {
        **uploaded("mine/label.png", "mine/covered/label.png", SEVERAL),
        "CodeStatus": "1",
        "texts": LABEL,
        "then": ["1", "0"],
    },
    # The SDK makes up the first Location: the document does not have it in this place.
    "upload-in-parts": {
        "statusCode": 200,
        **uploaded("mine/parts.png", "mine/parts.png", ONE, f"{host('pictures')}/mine/parts.png"),
        **CODE,
    },
    "in-place": {**uploaded("qr-url.png", "mine/in%20place.png", ONE), **CODE},
    "put-refused": {
        "rule": [400, "InvalidPicOperations", "-60998"],
        "other": [501, "NotImplemented", None],
        "picture": [400, "InvalidImageFormat", "-62999"],
        "stored": 404,
    },
    "own-rules": {
        "CodeStatus": "1",
        "id": False,
        "refused": [400, "InvalidImageFormat", None],
        "put": BLOCKED,
    },
}

EXPECTED = {
    "objects": OBJECTS,
    "access": ACCESS,
    "uploads": UPLOADS,
    "rules": RULES,
    "pictures": PICTURES,
}

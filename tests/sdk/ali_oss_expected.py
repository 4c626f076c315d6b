"""What the cases of `node_oss/*.mjs` shall give, by script and case (spec: aliyun.md sections 1.5, 2.1, 3 and 4)."""

URL = "https://www.example.com"
NO_KEY = [404, "NoSuchKey"]
ETAG = '"9D0568469D206C1AEDF1B71F12F474BC"'

#: With every setting of the endpoint.
WAYS_OF = {
    "keys": True,
    "two-keys-where-one-begins-with-the-bucket": ["plain", "in the folder"],
    "dots-which-the-client-removes-after-signing": [403, "SignatureDoesNotMatch"],
    "list": ["B/B/deep", "B/inside", "B/same"],
    "buckets": True,
    "codes": {"requestId": True, "contents": [URL]},
    "delete": NO_KEY,
    "multipart": [200, True],
    "copy": "目录/图 1+%&=?#.txt",
    "wrong-secret": [403, "SignatureDoesNotMatch"],
}

OBJECTS = {
    "put-bucket": {
        "statuses": [200, 204],
        "same": True,
        "acl": "public-read",
        "location": "oss-cn-hangzhou",
        "storage": "Standard",
        "again": [404, "NoSuchBucket"],
    },
    "put-bucket-acl": ["public-read", "private"],
    "buckets": {"buckets": [{"region": "oss-cn-hangzhou", "storageClass": "Standard"}], "owner": True},
    "put-buffer": {
        "name": "buffer",
        "status": 200,
        "requestId": True,
        "etag": ETAG,
        "x-oss-hash-crc64ecma": "9053223635573733803",
        "content-md5": "nQVoRp0gbBrt8bcfEvR0vA==",
        "server": "AliyunOSS",
    },
    "put-chinese-key": [
        "目录/图 1+%.txt",
        "文字",
        {
            "status": 200,
            "meta": None,
            "etag": '"CA746B1FF10193A3CE20878DEC04A733"',
            "x-oss-object-type": "Normal",
            "x-oss-storage-class": "Standard",
            "content-type": "text/plain",
            "content-length": "6",
        },
    ],
    "put-file": [True, "text/css"],
    "put-stream": [200, 200, 200, True, "one two"],
    "put-headers": {
        "meta": {"a": "1", "year": "2026"},
        "content-type": "text/x-own",
        "cache-control": "max-age=60",
        "x-oss-storage-class": "IA",
        "etag": '"2510C39011C5BE704182423E3A695E91"',
    },
    "forbid-overwrite": [[409, "FileAlreadyExists"], "first"],
    "append": ["6", "12", "first second", [409, "PositionNotEqualToLength"]],
    "get-range": [206, "some", "bytes 0-3/10"],
    "get-into-a-file": True,
    "get-into-a-stream": "some bytes",
    "get-stream": True,
    "get-if-none-match": 304,
    "get-if-match": [412, "PreconditionFailed"],
    "get-missing-into-a-file": NO_KEY,
    "head": {
        "status": 200,
        "meta": None,
        "etag": ETAG,
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "content-type": "application/octet-stream",
        "content-length": "10",
    },
    "head-missing": NO_KEY,
    "object-meta": {"status": 200, "etag": ETAG, "content-length": "10"},
    "put-meta": {"b": "2"},
    "copy": {
        "etag": '"CA746B1FF10193A3CE20878DEC04A733"',
        "statuses": [200, 200, 200],
        "found": ["文字", {"c": "3"}, "some bytes"],
    },
    "copy-missing": NO_KEY,
    "acl": ["default", "public-read"],
    "generated-url": [200, "some bytes", 403],
    "tagging": [{"kind": "text", "of:a": "b c"}, {}],
    "symlink": ["目录/图 1+%.txt", "文字"],
    "list": {
        "names": ["buffer", "chunked", "file.css", "headers", "log", "once", "sized", "stream", "链接"],
        "prefixes": ["copies/", "目录/"],
        "isTruncated": True,
        "last": False,
    },
    "list-entry": {
        "name": "buffer",
        "etag": ETAG,
        "type": "Normal",
        "size": 10,
        "storageClass": "Standard",
        "owner": True,
        "time": True,
    },
    "list-nothing": {"objects": [], "prefixes": None, "isTruncated": False},
    "list-v2": [["copies/meta", True], 1, ["copies/named", True], 1, ["copies/副本", True], 1],
    "multipart": {
        "name": "目录/large",
        "status": 200,
        "parts": '"X-4"',
        "last": 1,
        "same": True,
        "meta": {"d": "4"},
        "type": "text/x-large",
    },
    "multipart-by-hand": [["by-hand"], [["1", "153600"]], 200, [404, "NoSuchUpload"]],
    "multipart-aborted": [204, [404, "NoSuchUpload"]],
    "multipart-copy": True,
    "delete": [204, 204, NO_KEY],
    "delete-multi": {"deleted": ["多/1 +.txt", "<&>'\"", "m/3"], "quiet": [], "left": [404, 404, 404]},
    "url": [[200, "文字"], [200, "文字"], [200, "文字"]],
    "url-with-parameters": [
        [200, "text/x-other", 'attachment; filename="a b.txt"'],
        [200, "text/x-other", "inline; a b"],
    ],
    "url-for-an-upload": [[200, "upload 0", 403], [200, "upload 1", 403]],
    # Version 4 takes no expiry of less than a second.
    "url-that-has-expired": [[403, "AccessDenied"], [400, "InvalidArgument"]],
}


def refusal(status, code, message, ec=None):
    """What the SDK shows of an error."""
    return {
        "code": code,
        "status": status,
        "name": f"{code}Error",
        "message": message,
        "ecCode": ec,
        "requestId": True,
    }


MISMATCH = (
    "The request signature we calculated does not match the signature you provided."
    " Check your key and signing method."
)
NO_RIGHT = refusal(
    403, "AccessDenied", "You have no right to access this object because of bucket acl.", "0003-00000001"
)
OF_EVERY_VERSION = {
    "codes": {
        "requestId": True,
        "contents": [URL],
        "status": 200,
        "type": "application/json;charset=utf-8",
        "boundary": ["Width", "Height", "Left", "Top"],
    },
    "several-codes": 5,
    "no-code": {"requestId": True, "contents": []},
    "codes-by-url": [[200, [URL]], [200, [URL]]],
    "codes-without-a-signature": [200, 403, "AccessDenied"],
    "info": ["FileSize", "Format", "FrameCount", "ImageHeight", "ImageWidth"],
    "codes-of-a-text": {"code": "Imm Client", "status": 400, "name": "Imm ClientError", "requestId": True},
    "codes-of-nothing": NO_KEY,
    "unknown-action": [400, "InvalidArgument"],
    "no-such-key": refusal(404, "NoSuchKey", "The specified key does not exist."),
    "no-such-bucket": refusal(404, "NoSuchBucket", "The specified bucket does not exist."),
    "unknown-key": refusal(
        403,
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.",
        "0002-00000902",
    ),
    "another-account": NO_RIGHT,
    "head-without-permission": NO_RIGHT,
    "callback": [501, "NotImplemented"],
}
PICTURES_OF = {
    version: {
        **OF_EVERY_VERSION,
        "wrong-secret": refusal(403, "SignatureDoesNotMatch", MISMATCH, ec),
    }
    for version, ec in (("v1", "0002-00000040"), ("v4", "0002-00000201"))
}

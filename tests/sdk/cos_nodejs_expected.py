"""What the cases of `node_cos/*.mjs` shall give, by script and case (spec: cos.md sections 0, 1.4, 2, 3 and 4)."""

from sdk_clients import APPID, REGION

OWNER = {"ID": f"qcs::cam::uin/{APPID}:uin/{APPID}", "DisplayName": APPID}
KEYS_OF_ALL_KINDS = [
    "目录/图 1+%&=?#'()*!~@:;,$[].txt",
    "a/./b/../c",
    "../outside",
    "double//slash/",
    "%2F%E4%BD%A0",
    "emoji 😀",
    "_emulator/health",
]
OCTETS = "application/octet-stream"


def host(script):
    return f"{script}-{APPID}.cos.{REGION}.myqcloud.com"


def refusal(status, code, message, key, bucket="access"):
    """What the SDK shows of an error: every part of the document, and the request id of the header."""
    return {
        "code": code,
        "message": message,
        "statusCode": status,
        "requestId": True,
        "resource": f"{host(bucket)}/{key}",
    }


OBJECTS = {
    "put-buffer": {
        "statusCode": 200,
        "ETag": '"25f9e794323b453885f5181f1b624d0b"',
        "Location": f"{host('objects')}/buffer",
        "crc": "11051210869376104954",
        "requestId": True,
    },
    "put-string": ["文字", {"content-type": OCTETS, "content-length": "6"}],
    "put-file-stream": {"same": True, "type": "text/plain"},
    "put-stream-of-unknown-length": ['"5e4fe0155703dde467f3ab234e6f966f"', "one two three"],
    "put-nothing": {
        "ETag": '"d41d8cd98f00b204e9800998ecf8427e"',
        "statusCode": 200,
        "length": "0",
        "body": "",
    },
    "put-folder": {"content-type": OCTETS, "content-length": "0"},
    "keys": {key: key for key in KEYS_OF_ALL_KINDS},
    "listed-keys": {
        "same": True,
        "keys": sorted(
            [*KEYS_OF_ALL_KINDS, "buffer", "chunked", "folder/", "nothing", "stream", "string"],
            key=str.encode,
        ),
    },
    "leading-slash": "s",
    "put-headers": {
        "content-type": "text/css; charset=utf-8",
        "content-length": "1",
        "cache-control": "max-age=60",
        "content-disposition": "inline",
        "content-encoding": "identity",
        "content-language": "zh-CN",
        "expires": "Thu, 01 Jan 2032 00:00:00 GMT",
        "x-cos-meta-a": "some value",
        "x-cos-storage-class": "STANDARD_IA",
        "x-cos-server-side-encryption": "AES256",
    },
    # An empty header is none (section 0).
    "empty-headers": {
        "sent": {"Cache-Control": ""},
        "stored": {"content-type": OCTETS, "content-length": "1"},
    },
    "content-md5": {"sent": {"Content-MD5": "N5PqUqe+LX3q/YWP2lB3XA=="}, "stored": "checked"},
    "wrong-md5": [400, "BadDigest"],
    "forbid-overwrite": [[409, "FileAlreadyExists"], "first"],
    "customer-key": ["sealed", [400, "SsecDecryptHeaderInvalid"]],
    "progress": 1,
    "get-range": ["345", 206, "bytes 2-4/9"],
    "get-wrong-range": [416, "InvalidRange"],
    "get-overrides": [
        "text/x; a=b",
        "en",
        "Thu, 01 Jan 2032 00:00:00 GMT",
        "no-store",
        'attachment; filename="ü +.txt"',
        "identity",
    ],
    "get-if-modified-since": {"NotModified": True},
    "get-if-none-match": [304, "304"],
    "get-if-match": [412, "PreconditionFailed"],
    "get-into-a-file": True,
    "get-stream": True,
    "download-file": [206, True, 1],
    "download-small-file": "123456789",
    "head": {
        "statusCode": 200,
        "ETag": '"25f9e794323b453885f5181f1b624d0b"',
        "crc": "11051210869376104954",
        "ranges": "bytes",
        "server": "tencent-cos",
    },
    "head-missing": [404, "404"],
    "delete": [204, 204, [404, "NoSuchKey"]],
    "delete-multiple": {
        "statusCode": 200,
        "deleted": ["多/1 +.txt", "<&>'\"", "m/3"],
        "errors": [],
        "quiet": [[], []],
        "left": [404, 404, 404],
    },
    "append": {
        "next": ["6", "12"],
        "stored": "first 日志",
        "head": {
            "x-cos-object-type": "appendable",
            "x-cos-next-append-position": "12",
            "content-length": "12",
        },
    },
    "append-at-a-wrong-position": [409, "AppendPositionErr"],
    "append-to-a-normal-object": [409, "ObjectNotAppendable"],
    "url": [200, "123456789", True],
    "url-given-to-the-callback": {"status": 200, "body": KEYS_OF_ALL_KINDS[0]},
    "url-with-parameters": [[200, "text/x+y", "inline; a b"]] * 2,
    "url-without-signature": [403, 200, "for all"],
    "url-for-an-upload": [200, "by url", 403],
    "url-that-has-expired": [403, "AccessDenied", "Request has expired"],
    "authorization": {"status": 200, "body": "123456789"},
    "any-request": [200, "9"],
    "qrcode-generate": "PNG",
}

MULTIPART = {
    "step-by-step": {
        "begun": {"Bucket": f"multipart-{APPID}", "Key": "步 骤/big+.bin", "statusCode": 200},
        "parts": [["1", True, "1048576"], ["2", True, "1048576"], ["3", True, "4"]],
        "listed": {
            "Bucket": f"multipart-{APPID}",
            "Key": "步 骤/big+.bin",
            "MaxParts": "1000",
            "IsTruncated": "false",
            "PartNumberMarker": "0",
            "StorageClass": "STANDARD",
        },
        "done": {
            "Location": f"{host('multipart')}/%E6%AD%A5%20%E9%AA%A4/big%2B.bin",
            "Bucket": f"multipart-{APPID}",
            "Key": "步 骤/big+.bin",
            "statusCode": 200,
        },
        "etag": '"X-3"',
        "stored": True,
        "headers": {"content-type": "text/css", "x-cos-meta-a": "b"},
    },
    "pages-of-parts": [["true", ["1", "2"]], ["false", ["3"]]],
    "abort": [204, [404, "NoSuchUpload"]],
    "errors": {
        "tooSmall": [400, "EntityTooSmall"],
        "order": [400, "InvalidPartOrder"],
        "unknownPart": [400, "InvalidPart"],
        "unknownUpload": [404, "NoSuchUpload"],
        "number": [400, "InvalidArgument"],
    },
    "list": {
        "folders": [{"Prefix": "list/%E7%9B%AE%E5%BD%95/"}, ["list/a%201%2B"], "url"],
        "first": ["true", [["list/a 1+", True], ["list/目录/b", True]]],
        "rest": ["false", ["list/目录/c"]],
        "one": {"Key": "other", "StorageClass": "STANDARD", "Owner": OWNER, "Initiator": OWNER},
        "aborted": ["other"],
        "all": ["list/a 1+", "list/目录/b", "list/目录/c"],
        "left": [],
    },
    "slice-upload": {
        "Location": f"{host('multipart')}/%E5%88%87%E7%89%87/large.bin",
        "Bucket": f"multipart-{APPID}",
        "Key": "切片/large.bin",
        "statusCode": 200,
        "etag": '"X-25"',
        "uploadId": True,
        "parts": 25,
        "progress": 1,
        "stored": True,
        "headers": {"content-type": "text/css", "x-cos-meta-a": "b"},
    },
    "slice-upload-paused-and-restarted": {"statusCode": 200, "paused": True, "stored": True},
    "slice-upload-after-a-cancelled-one": {
        "cancelled": True,
        "kept": True,
        "same": True,
        "onlyTheOthers": True,
        "stored": True,
        "uploads": [],
    },
    "slice-upload-of-what-another-program-began": {"same": True, "parts": 21, "stored": True},
    "slice-upload-of-an-empty-file": '"d41d8cd98f00b204e9800998ecf8427e"',
    "upload-file": [['"X-6"', True], ['"MD5"', True]],
    "upload-files": {
        "files": [
            [None, 200, '"eb5c1399a871211c7e7ed732d15e3a8b"'],
            [None, 200, '"X-6"'],
            [None, 200, '"841a2d689ad86bd1611447453c22c6fc"'],
        ],
        "finished": [["many/body", None], ["many/large.bin", None], ["many/small.txt", None]],
        "progress": 1,
        "stored": True,
    },
}

LISTS = {
    "bucket": {
        "made": {"Location": f"{host('life')}/", "statusCode": 200},
        "again": [409, "BucketAlreadyOwnedByYou"],
        "head": [200, REGION],
        "location": REGION,
        "acl": ["public-read", "private", OWNER],
        "full": [409, "BucketNotEmpty"],
        "deleted": 204,
        "gone": [404, "404"],
    },
    "service": {
        "statusCode": 200,
        "Owner": OWNER,
        "bucket": {"Name": f"lists-{APPID}", "Location": REGION},
        "there": True,
    },
    "empty-bucket": {
        "Name": f"lists-{APPID}",
        "Prefix": "",
        "Marker": "",
        "MaxKeys": "1000",
        "IsTruncated": "false",
        "Contents": [],
        "CommonPrefixes": [],
        "statusCode": 200,
    },
    "objects": [
        ["a", "b/1", "b/2 +", "c/目录/x", "d"],
        {
            "Key": "a",
            "ETag": '"0cc175b9c0f1b6a831c399e269772661"',
            "Size": "1",
            "StorageClass": "STANDARD",
            "Owner": {"ID": APPID, "DisplayName": APPID},
        },
    ],
    "prefix": [["b/1", "b/2 +"], ["b/2 +"]],
    "delimiter": [["a", "d"], ["b/", "c/"], "/", ["c/%E7%9B%AE%E5%BD%95/"]],
    "marker": ["c/目录/x", "d"],
    "pages": [["a", "b/"], ["d", "c/"]],
    "wrong-parameters": [[400, "InvalidArgument"], [400, "InvalidDelimiter"]],
    "versioning": [{}, {"Status": "Enabled"}],
    "versions": [
        [204, "true"],
        [["k +键", 1, "false"], ["k +键", 0, "false"]],
        [["k +键", 2, "true"]],
    ],
    "read-a-version": ["one", 1, [404, "NoSuchKey"], [404, "NoSuchVersion"]],
    "delete-a-marker": "two",
    "pages-of-versions": [
        ["true", [["k%20%2B%E9%94%AE", 1, "true"]]],
        ["false", [["k +键", 0, "false"]]],
    ],
    "delete-versions": [[["k +键", 0], ["k +键", 1]], [], []],
    "suspended": [["null", "null"]],
}

COPIES = {
    "copy": [
        {
            "statusCode": 200,
            "ETag": '"36cd38f49b9afa08222c0dc9ebfe35eb"',
            "CRC64": "15028346169197058754",
        },
        True,
        ["source", "text/css", "old"],
    ],
    "copy-replaced": ["source", "text/x", "new"],
    "copy-onto-itself": [[400, "InvalidRequest"], "renewed"],
    "copy-under-a-condition": [200, [412, "PreconditionFailed"]],
    "copy-of-nothing": [[404, "NoSuchKey"], [404, "NoSuchCopySource"]],
    "copy-of-a-part": [200, True, True],
    "slice-copy": {
        "statusCode": 200,
        "Location": f"{host('copies')}/%E5%A4%A7/large",
        "Key": "大/large",
        "etag": '"X-6"',
        "same": True,
        "headers": ["text/css", "old"],
        "progress": 1,
    },
    "slice-copy-of-a-small-object": ["source", "text/css", "old"],
}

ACCESS = {
    "acl": {
        "acl": ["default", "public-read", "public-read"],
        "owner": OWNER,
        "read": 200,
        "grants": ["FULL_CONTROL", "READ"],
        "closed": [403, "AccessDenied"],
    },
    "grants": {
        "listed": {
            "ACL": "private",
            "GrantRead": 'id="qcs::cam::uin/1260000000:uin/1260000000"',
            "GrantReadAcp": "",
            "GrantWriteAcp": 'id="qcs::cam::uin/1260000000:uin/7"',
            "GrantFullControl": "",
        },
        "other": ["private", 'id="qcs::cam::uin/1260000000:uin/1260000000"'],
        "read": 200,
        "refusedAcl": [403, "AccessDenied"],
        "closed": [403, "AccessDenied"],
    },
    "acl-of-a-missing-object": [[404, "NoSuchKey"], [404, "NoSuchKey"]],
    "tagging": {
        "before": [200, []],
        "after": [200, [{"Key": "键 +", "Value": "值&"}, {"Key": "b", "Value": ""}]],
        "count": "2",
        "statusCode": 204,
        "deleted": [200, []],
    },
    "tagging-by-header": [200, [{"Key": "a", "Value": "1"}, {"Key": "b c", "Value": "+"}]],
    "too-many-tags": [400, "InvalidTag"],
    "restore": {
        "frozen": [403, "InvalidObjectState"],
        "statusCode": 202,
        "restore": 'ongoing-request="false", expiry-date=""',
        "body": "frozen",
        "normal": [405, "RestoreNonArchiveObject"],
    },
    "select": [501, "NotImplemented"],
    "no-such-key": refusal(404, "NoSuchKey", "The specified key does not exist.", "no/such%20%E9%94%AE"),
    "no-such-bucket": refusal(
        404, "NoSuchBucket", "The specified bucket does not exist.", "k", bucket="nosuch"
    ),
    "access-denied": refusal(403, "AccessDenied", "Access Denied.", "k"),
    "signature-does-not-match": refusal(
        403, "SignatureDoesNotMatch", "The Signature you specified is invalid.", "k"
    ),
    "invalid-access-key-id": refusal(
        403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records.", "k"
    ),
    "not-implemented": [501, "NotImplemented"],
    # (status, requests sent, whether the clock is right now): the first request was refused.
    "a-clock-that-is-wrong": [[200, 2, True], [200, 2, True]],
    "a-clock-that-is-not-corrected": refusal(403, "AccessDenied", "Request has expired", "k"),
    # The SDK writes the token into a URL as it is.
    "temporary-key": ["x", True, 200],
    "temporary-key-without-its-token": [403, "AccessDenied"],
}

_WAYS = {
    "ip": host("ways"),
    "proxy": host("ways"),
    # This name is signed with its port.
    "ip-and-domain": f"ways-{APPID}.cos.{REGION}.localhost:PORT",
    "proxy-and-domain": f"ways-{APPID}.storage.test",
    "without-keep-alive": host("ways"),
    "host-not-signed": host("ways"),
}
WAYS = {
    way + key: {
        "host": name,
        "Location": f"{name}/ways/%E8%B7%AF%201%2B.txt",
        "body": "way",
        "listed": ["ways/路 1+.txt"],
        "deleted": 204,
    }
    for way, name in _WAYS.items()
    for key in ("", "-temporary-key")
}

_SERVICE_BUCKET = {"BucketId": f"services-{APPID}", "Name": f"services-{APPID}", "Region": REGION}

SERVICES = {
    "bind": {
        "bound": {"BucketId": f"services-{APPID}", "Region": REGION},
        "on": '{"CIStatus":"on"}',
        "unbound": 200,
        "off": "off",
        "refused": [403, "NoProcessAuthority"],
        "again": "on",
    },
    **{
        path: {
            "opened": _SERVICE_BUCKET,
            "listed": {"TotalCount": "1", "PageNumber": "1", "PageSize": "10"},
            "entry": _SERVICE_BUCKET,
            "closed": f"services-{APPID}",
            "none": "0",
            "twice": [400, code],
        }
        for path, code in (("ai_bucket", "AIBucketUnBinded"), ("picbucket", "PicBucketUnBinded"))
    },
    "a-list-without-a-bucket": ["1", [400, "InvalidArgument"]],
    "jobs": [501, "NotImplemented"],
}

EXPECTED = {
    "objects": OBJECTS,
    "multipart": MULTIPART,
    "lists": LISTS,
    "copies": COPIES,
    "access": ACCESS,
    "ways": WAYS,
    "services": SERVICES,
}

"""CORS rules of buckets through cos-python-sdk-v5 (spec: cos.md sections 4.2 and 5)."""

import pytest
from sdk_clients import STRANGER, error_of, refused
from signed_requests import HOSTILE, hostile, send

ORIGINS = ["http://www.qq.com", "https://*.example.com", "http://localhost:8080", "null", "*"]
FULL = {
    "ID": "1234",
    "AllowedOrigin": ORIGINS,
    "AllowedMethod": ["GET", "PUT", "POST", "DELETE", "HEAD"],
    "AllowedHeader": ["x-cos-meta-test", "*"],
    "ExposeHeader": ["x-cos-meta-test1", "ETag"],
    "MaxAgeSeconds": "500",
}
SMALL = {"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}


def rule(inner="", origin="*", method="GET"):
    return f"<CORSRule><AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>{method}</AllowedMethod>{inner}</CORSRule>"


def document(*parts):
    return f"<CORSConfiguration>{''.join(parts)}</CORSConfiguration>"


def put(emulator, bucket, text):
    return send(emulator, "PUT", bucket, "?cors", data=text)


def test_a_bucket_has_no_rules_at_first(cos, bucket):
    with refused("NoSuchCORSConfiguration", 404):
        cos.get_bucket_cors(Bucket=bucket)
    assert cos.delete_bucket_cors(Bucket=bucket) is None


@pytest.mark.parametrize("rules", [[FULL], [SMALL], [FULL, SMALL], [SMALL] * 100], ids=range(4))
def test_rules_come_back_in_order(cos, bucket, rules):
    assert cos.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": rules}) is None
    assert cos.get_bucket_cors(Bucket=bucket) == {"CORSRule": rules}


def test_rules_replace_rules_and_go(cos, bucket):
    cos.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": [FULL, SMALL]})
    cos.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": [SMALL], "ResponseVary": "true"})
    assert cos.get_bucket_cors(Bucket=bucket) == {"CORSRule": [SMALL], "ResponseVary": "true"}
    assert cos.delete_bucket_cors(Bucket=bucket) is None
    with refused("NoSuchCORSConfiguration", 404):
        cos.get_bucket_cors(Bucket=bucket)


@pytest.mark.parametrize(
    "text",
    [
        document("<ResponseVary>false</ResponseVary>", rule()),
        document(
            "<CORSRule><MaxAgeSeconds>0</MaxAgeSeconds><AllowedMethod>\n PUT </AllowedMethod>"
            "<ExposeHeader/><AllowedHeader/><ID/><AllowedOrigin>*</AllowedOrigin></CORSRule>"
        ),
        document(rule(origin="http*://a.test:8443")),
        document(rule("<MaxAgeSeconds>2147483647</MaxAgeSeconds>")),
        document(rule()).replace("<CORSConfiguration>", '<CORSConfiguration xmlns="http://a.test/">'),
    ],
    ids=range(5),
)
def test_documents_of_other_forms(bucket, emulator, text):
    assert put(emulator, bucket, text).status_code == 200
    answer = send(emulator, "GET", bucket, "?cors")
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.text.split("\n", 1)[1] == text.replace(' xmlns="http://a.test/"', "")


MALFORMED = {
    "no-rule": document(),
    "vary-alone": document("<ResponseVary>true</ResponseVary>"),
    "no-origin": document("<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>"),
    "no-method": document("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>"),
    "empty-origin": document(rule(origin="")),
    "blank-in-origin": document(rule(origin="http://a http://b")),
    "unknown-method": document(rule(method="OPTIONS")),
    "lower-case-method": document(rule(method="get")),
    "two-methods-in-one": document(rule(method="GET,PUT")),
    "header-no-token": document(rule("<AllowedHeader>a b</AllowedHeader>")),
    "header-line-end": document(rule("<ExposeHeader>a&#13;&#10;Set-Cookie: b</ExposeHeader>")),
    "header-not-ascii": document(rule("<ExposeHeader>ä</ExposeHeader>")),
    "age-negative": document(rule("<MaxAgeSeconds>-1</MaxAgeSeconds>")),
    "age-no-number": document(rule("<MaxAgeSeconds>soon</MaxAgeSeconds>")),
    "age-fraction": document(rule("<MaxAgeSeconds>1.5</MaxAgeSeconds>")),
    "age-huge": document(rule("<MaxAgeSeconds>2147483648</MaxAgeSeconds>")),
    "two-ages": document(rule("<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>1</MaxAgeSeconds>")),
    "two-ids": document(rule("<ID>a</ID><ID>b</ID>")),
    "vary-no-truth": document(rule(), "<ResponseVary>yes</ResponseVary>"),
    "unknown-element": document(rule("<Allowed>a</Allowed>")),
    "101-rules": document(rule() * 101),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_document_that_does_not_fit(cos, bucket, emulator, text):
    cos.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": [SMALL]})
    assert error_of(put(emulator, bucket, text.encode()))[:2] == (400, "MalformedXML")
    assert cos.get_bucket_cors(Bucket=bucket) == {"CORSRule": [SMALL]}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(bucket, emulator, name):
    data = hostile(name, "CORSConfiguration")
    code = "MalformedXML" if len(data) <= 65536 else "XMLSizeLimit"
    assert error_of(put(emulator, bucket, data))[:2] == (400, code)


@pytest.mark.parametrize("origin", ["**", "http://*.*.test", "*://*"])
def test_an_origin_has_one_wildcard(cos, bucket, origin):
    with refused("InvalidArgument", 400):
        cos.put_bucket_cors(
            Bucket=bucket, CORSConfiguration={"CORSRule": [{**SMALL, "AllowedOrigin": ["*", origin]}]}
        )


def test_no_body_too_long_a_body_and_a_wrong_digest(bucket, emulator):
    assert error_of(put(emulator, bucket, b""))[:2] == (400, "MissingRequestBodyError")
    long = document(rule(f"<ID>{'a' * 65536}</ID>"))
    assert error_of(put(emulator, bucket, long))[:2] == (400, "XMLSizeLimit")
    headers = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    answer = send(emulator, "PUT", bucket, "?cors", data=document(rule()), headers=headers)
    assert error_of(answer)[:2] == (400, "BadDigest")


def test_a_bucket_that_does_not_exist(cos):
    for call in (cos.get_bucket_cors, cos.delete_bucket_cors):
        with refused("NoSuchBucket", 404):
            call(Bucket="none-1250000000")
    with refused("NoSuchBucket", 404):
        cos.put_bucket_cors(Bucket="none-1250000000", CORSConfiguration={"CORSRule": [SMALL]})


@pytest.mark.parametrize("key", [STRANGER, None], ids=["stranger", "anonymous"])
def test_only_the_owner_may(bucket, emulator, key):
    send(emulator, "PUT", bucket, "?acl", headers={"x-cos-acl": "public-read-write"})
    for method in ("PUT", "GET", "DELETE"):
        answer = send(
            emulator, method, bucket, "?cors", key, data=document(rule()) if method == "PUT" else None
        )
        assert error_of(answer)[:2] == (403, "AccessDenied")


def test_what_is_set_counts(cos, bucket, emulator):
    headers = {"Origin": "http://page", "Access-Control-Request-Method": "GET"}
    assert send(emulator, "OPTIONS", bucket, "k", None, headers=headers).status_code == 200
    rules = [{**SMALL, "AllowedOrigin": ["https://*"]}]
    cos.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRule": rules})
    assert send(emulator, "OPTIONS", bucket, "k", None, headers=headers).status_code == 403
    headers["Origin"] = "https://page"
    answer = send(emulator, "OPTIONS", bucket, "k", None, headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://page"
    cos.delete_bucket_cors(Bucket=bucket)
    answer = send(emulator, "OPTIONS", bucket, "k", None, headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"

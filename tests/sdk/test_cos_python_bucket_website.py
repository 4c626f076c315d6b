"""The configuration of a static website through cos-python-sdk-v5, and browsing it (documents 30617, 30616, 30629)."""

import copy

import pytest
from sdk_clients import REGION, STRANGER, error_of, refused, through_proxy
from signed_requests import HOSTILE, hostile, send

INDEX = {"IndexDocument": {"Suffix": "index.html"}}
WHOLE = {
    **INDEX,
    "RedirectAllRequestsTo": {"Protocol": "https"},
    "AutoAddressing": {"Status": "Disabled"},
    "ErrorDocument": {"Key": "pages/error.html", "OriginalHttpStatus": "Enabled"},
    "RoutingRules": [
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "403"},
            "Redirect": {"Protocol": "https", "ReplaceKeyWith": "pages/403.html"},
        },
        {"Condition": {"KeyPrefixEquals": "assets/"}, "Redirect": {"ReplaceKeyWith": "index.html"}},
        {
            "Condition": {"KeyPrefixEquals": "article/"},
            "Redirect": {"Protocol": "https", "ReplaceKeyPrefixWith": "archived/"},
        },
    ],
}


def rule(condition, redirect):
    return INDEX | {"RoutingRules": [{"Condition": condition, "Redirect": redirect}]}


NOT_FOUND, PREFIX = {"HttpErrorCodeReturnedEquals": "404"}, {"KeyPrefixEquals": "a/"}
KEY = {"ReplaceKeyWith": "k"}


def test_the_configuration_comes_back_and_goes(cos, bucket):
    with refused("NoSuchWebsiteConfiguration", 404):
        cos.get_bucket_website(Bucket=bucket)
    assert cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=copy.deepcopy(WHOLE)) is None
    assert cos.get_bucket_website(Bucket=bucket) == WHOLE
    cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=INDEX)
    assert cos.get_bucket_website(Bucket=bucket) == INDEX
    assert cos.delete_bucket_website(Bucket=bucket) is None
    with refused("NoSuchWebsiteConfiguration", 404):
        cos.get_bucket_website(Bucket=bucket)
    assert cos.delete_bucket_website(Bucket=bucket) is None


def test_one_rule_comes_back_as_a_list(cos, bucket):
    wanted = rule(NOT_FOUND, KEY)
    cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=copy.deepcopy(wanted))
    assert cos.get_bucket_website(Bucket=bucket) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"IndexDocument": {}},
        {"IndexDocument": {"Suffix": ""}},
        {"IndexDocument": {"Suffix": "a/index.html"}},
        INDEX | {"RedirectAllRequestsTo": {"Protocol": "ftp"}},
        INDEX | {"RedirectAllRequestsTo": {"HostName": "a.test", "Protocol": "https"}},
        INDEX | {"AutoAddressing": {"Status": "on"}},
        INDEX | {"ErrorDocument": {"OriginalHttpStatus": "Enabled"}},
        INDEX | {"ErrorDocument": {"Key": ""}},
        INDEX | {"ErrorDocument": {"Key": "k", "OriginalHttpStatus": "404"}},
        INDEX | {"Extra": "1"},
        rule({}, KEY),
        rule(NOT_FOUND | PREFIX, KEY),
        rule({"HttpErrorCodeReturnedEquals": "500"}, KEY),
        rule({"HttpErrorCodeReturnedEquals": "4040"}, KEY),
        rule({"KeyPrefixEquals": ""}, KEY),
        rule(NOT_FOUND, {}),
        rule(NOT_FOUND, {"ReplaceKeyWith": ""}),
        rule(NOT_FOUND, {"ReplaceKeyPrefixWith": "b/"}),
        rule(PREFIX, KEY | {"ReplaceKeyPrefixWith": "b/"}),
        rule(PREFIX, KEY | {"Protocol": "javascript"}),
        rule(PREFIX, KEY | {"HttpRedirectCode": "301"}),
        INDEX | {"RoutingRules": rule(PREFIX, KEY)["RoutingRules"] * 101},
    ],
    ids=str,
)
def test_documents_that_do_not_fit(cos, bucket, wanted):
    with refused("MalformedXML", 400):
        cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=wanted)
    with refused("NoSuchWebsiteConfiguration", 404):
        cos.get_bucket_website(Bucket=bucket)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (INDEX | {"ErrorDocument": {"Key": "k", "Charity404": "Enabled"}}, "Charity404"),
        (rule(PREFIX, KEY | {"URLRedirect": "Disabled"}), "URLRedirect"),
    ],
)
def test_what_is_documented_by_name_alone_is_refused(cos, bucket, wanted, name):
    with refused("NotImplemented", 501) as seen:
        cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=wanted)
    assert name in seen.error.get_error_msg()


def test_as_many_rules_as_allowed(cos, bucket):
    most = INDEX | {"RoutingRules": rule(PREFIX, KEY)["RoutingRules"] * 100}
    cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=most)
    assert len(cos.get_bucket_website(Bucket=bucket)["RoutingRules"]) == 100


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(emulator, bucket, name):
    answer = send(emulator, "PUT", bucket, "?website", data=hostile(name, "WebsiteConfiguration"))
    # The deep one is longer than a document may be.
    assert error_of(answer)[:2] == (400, "XMLSizeLimit" if name == "deep" else "MalformedXML")


def test_the_configuration_is_for_the_owner_only(make_cos, bucket):
    for client in (make_cos(STRANGER), make_cos(anonymous=True)):
        with refused("AccessDenied", 403):
            client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=INDEX)
        with refused("AccessDenied", 403):
            client.get_bucket_website(Bucket=bucket)
        with refused("AccessDenied", 403):
            client.delete_bucket_website(Bucket=bucket)


@pytest.fixture
def site(cos, emulator, bucket):
    """Sets the configuration of a public bucket, and returns what asks its website host."""
    cos.put_bucket_acl(Bucket=bucket, ACL="public-read")
    for key in ("index.html", "dir/index.html", "page.html", "error.html", "assets/new.js"):
        cos.put_object(
            Bucket=bucket, Key=key, Body=f"<p>{key}</p>".encode(), ContentType="text/html; charset=utf-8"
        )
    cos.put_object(Bucket=bucket, Key="shut.html", Body=b"secret", ACL="private")

    def host(configuration=None):
        if configuration is not None:
            cos.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
        name = f"{bucket}.cos-website.{REGION}.myqcloud.com"

        def ask(path, method="GET", **headers):
            fields = {key.replace("_", "-"): value for key, value in headers.items()}
            url = f"http://{name}{path}"
            return through_proxy(emulator, method, url, headers=fields, allow_redirects=False)

        return ask

    return host


def page_of(answer, status, code):
    """Check a page about an error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{status} " in answer.text
    assert f"<li>Code: {code}</li>" in answer.text
    assert answer.headers["x-cos-request-id"] in answer.text


@pytest.mark.parametrize(
    ("path", "key"),
    [("/", "index.html"), ("", "index.html"), ("/dir/", "dir/index.html"), ("/page.html?v=2", "page.html")],
)
def test_browsing(site, path, key):
    ask = site(INDEX)
    answer = ask(path)
    assert (answer.status_code, answer.text) == (200, f"<p>{key}</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    head = ask(path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, **SAME} == {**answer.headers, **SAME}


SAME = dict.fromkeys(("Date", "x-cos-request-id"))


def test_conditions_and_ranges(site):
    ask = site(INDEX)
    etag = ask("/").headers["ETag"]
    assert ask("/", If_None_Match=etag).status_code == 304
    part = ask("/", Range="bytes=1-3")
    assert (part.status_code, part.content) == (206, b"p>i")
    assert part.headers["Content-Range"] == "bytes 1-3/17"
    page_of(ask("/", If_Match='"other"'), 412, "PreconditionFailed")
    page_of(ask("/", Range="bytes=100-"), 416, "InvalidRange")


def test_errors_are_pages(site):
    ask = site(INDEX)
    page_of(ask("/missing"), 404, "NoSuchKey")
    page_of(ask("/dir"), 404, "NoSuchKey")
    page_of(ask("/page"), 404, "NoSuchKey")
    page_of(ask("/shut.html"), 403, "AccessDenied")
    page_of(ask("/%3Cscript%3E"), 404, "NoSuchKey")
    head = ask("/missing", "HEAD")
    assert (head.status_code, head.content) == (404, b"")
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        page_of(ask("/index.html", method), 405, "MethodNotAllowed")
        page_of(ask("/", method), 405, "MethodNotAllowed")
    assert ask("/?acl").text == "<p>index.html</p>"


def test_a_bucket_without_a_website(site, emulator):
    page_of(site()("/"), 404, "NoSuchWebsiteConfiguration")
    missing = through_proxy(emulator, "GET", f"http://missing-1250000000.cos-website.{REGION}.myqcloud.com/")
    page_of(missing, 404, "NoSuchBucket")


def test_a_private_bucket(cos, site, bucket):
    ask = site(INDEX)
    cos.put_bucket_acl(Bucket=bucket, ACL="private")
    page_of(ask("/"), 403, "AccessDenied")
    page_of(ask("/missing"), 403, "AccessDenied")


def test_the_extension_can_be_left_out(site):
    ask = site(INDEX | {"AutoAddressing": {"Status": "Enabled"}})
    assert ask("/page").text == ask("/page.html").text == "<p>page.html</p>"
    page_of(ask("/dir"), 404, "NoSuchKey")
    page_of(ask("/shut"), 403, "AccessDenied")


@pytest.mark.parametrize(("keeps", "status"), [("Enabled", 404), ("Disabled", 200), (None, 404)])
def test_the_error_document(site, keeps, status):
    document = {"Key": "error.html"} | ({"OriginalHttpStatus": keeps} if keeps else {})
    ask = site(INDEX | {"ErrorDocument": document})
    etag = ask("/error.html").headers["ETag"]
    answer = ask("/missing", If_None_Match=etag, Range="bytes=0-1")
    assert (answer.status_code, answer.text) == (status, "<p>error.html</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    head = ask("/missing", "HEAD")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (status, "17", b"")
    assert ask("/shut.html").status_code == (200 if status == 200 else 403)


@pytest.mark.parametrize("key", ["nowhere.html", "shut.html"])
def test_an_error_document_that_cannot_be_read(site, key):
    page_of(site(INDEX | {"ErrorDocument": {"Key": key}})("/missing"), 404, "NoSuchKey")


def test_rules(site, bucket):
    rules = [
        {"Condition": NOT_FOUND, "Redirect": {"ReplaceKeyWith": "gone here.html"}},
        {
            "Condition": {"KeyPrefixEquals": "old/"},
            "Redirect": {"ReplaceKeyPrefixWith": "dir/", "Protocol": "https"},
        },
        {"Condition": {"KeyPrefixEquals": "assets/"}, "Redirect": {"ReplaceKeyWith": "assets/new.js"}},
    ]
    ask = site(INDEX | {"RoutingRules": rules, "ErrorDocument": {"Key": "error.html"}})
    name = f"{bucket}.cos-website.{REGION}.myqcloud.com"

    def goes(path):
        answer = ask(path)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return answer.status_code, answer.headers["Location"]

    assert goes("/missing?x=1") == (302, f"http://{name}/gone%20here.html?x=1")
    assert goes("/old/%E5%9B%BE%0D%0AX:%201") == (302, f"https://{name}/dir/%E5%9B%BE%0D%0AX%3A%201")
    assert goes("/assets/old.js") == (302, f"http://{name}/assets/new.js")
    # Neither leads to itself.
    assert ask("/assets/new.js").status_code == 200
    assert (ask("/gone%20here.html").status_code, ask("/gone%20here.html").text) == (404, "<p>error.html</p>")
    assert ask("/shut.html").status_code == 403


def test_two_rules_in_a_circle_answer_each_request_at_once(site):
    circle = [
        {"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}},
        {"Condition": {"KeyPrefixEquals": "b/"}, "Redirect": {"ReplaceKeyPrefixWith": "a/"}},
    ]
    ask = site(INDEX | {"RoutingRules": circle})
    assert ask("/a/x").headers["Location"].endswith("/b/x")
    assert ask("/b/x").headers["Location"].endswith("/a/x")


def test_https_is_forced(site, bucket):
    ask = site(INDEX | {"RedirectAllRequestsTo": {"Protocol": "https"}})
    answer = ask("/dir/?x=1")
    location = f"https://{bucket}.cos-website.{REGION}.myqcloud.com/dir/?x=1"
    assert (answer.status_code, answer.headers["Location"]) == (301, location)


def test_hotlink_protection_counts_here_too(cos, site, bucket):
    ask = site(INDEX)
    wanted = {"Status": "Enabled", "RefererType": "White-List", "DomainList": {"Domain": ["example.com"]}}
    cos.put_bucket_referer(Bucket=bucket, RefererConfiguration=wanted)
    page_of(ask("/"), 403, "AccessDenied")
    assert "referer rule" in ask("/").text
    assert ask("/", Referer="https://example.com/").status_code == 200


def test_a_signature_counts_here_too(cos, site, bucket):
    ask = site(INDEX)
    page_of(ask("/", Authorization="nonsense"), 403, "AccessDenied")


def test_the_other_hosts_of_the_bucket_are_no_website(site, emulator, bucket):
    site(INDEX | {"ErrorDocument": {"Key": "error.html"}})
    url = f"http://{bucket}.cos.{REGION}.myqcloud.com"
    assert "<ListBucketResult>" in through_proxy(emulator, "GET", url + "/").text
    assert error_of(through_proxy(emulator, "GET", url + "/missing"))[:2] == (404, "NoSuchKey")

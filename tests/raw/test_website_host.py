"""The website host, byte by byte: what browsers and curl send, and what they should not."""

import pytest
from raw_http import BUCKET, CLOUD, request, signature

WEBSITE = f"{BUCKET}.cos-website.ap-guangzhou.myqcloud.com"
DOCUMENT = (
    b"<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule>"
    b"<Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>"
    b"<Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect>"
    b"</RoutingRule></RoutingRules></WebsiteConfiguration>"
)


@pytest.fixture
def site(server):
    """The server, whose bucket is a website for as long as the test takes."""
    server.put("/index.html", b"hello", "Content-Type: text/html")
    assert server.ask(request("PUT", "/?website", body=DOCUMENT)).status == 200
    yield server
    assert server.ask(request("DELETE", "/?website")).status == 204
    assert server.ask(request("DELETE", "/index.html")).status == 204


def test_a_visit(site):
    wire = site.connect()
    fields = ("User-Agent: curl/8.5.0", "Accept: */*")
    for _ in range(2):
        answer = wire.ask(request("GET", "/", *fields, host=WEBSITE))
        assert (answer.status, answer.body, answer["Content-Type"]) == (200, b"hello", "text/html")
    head = wire.ask(request("HEAD", "/missing", *fields, host=WEBSITE), head=True)
    assert (head.status, head["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert int(head["Content-Length"]) > 0
    # Nothing of a body was sent: the next answer begins right behind.
    assert wire.ask(request("GET", "/", host=WEBSITE)).body == b"hello"


@pytest.mark.parametrize(
    "host", ["raw-1250000000.cos-website.localhost", "raw-1250000000.cos-website.test:9000", WEBSITE.upper()]
)
def test_the_website_on_any_suffix(site, host):
    assert site.get("/", host=host).body == b"hello"
    assert site.get("/old/x", host=host)["Location"] == f"http://{host.lower()}/new/x"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/old/a%0d%0aSet-Cookie:x=1", "/new/a%0D%0ASet-Cookie%3Ax%3D1"),
        ("/old/%00", "/new/%00"),
        (b"/old/\xe5\x9b\xbe", "/new/%E5%9B%BE"),
        ("/old//evil.test", "/new//evil.test"),
        ("/old/%2e%2e/x", "/new/../x"),
        ('/old/?a=%0d%0aX:1&b="<>', "/new/?a=%0d%0aX:1&b=%22%3C%3E"),
    ],
)
def test_a_location_is_one_line(site, target, location):
    answer = site.get(target, host=WEBSITE)
    assert (answer.status, answer["Location"]) == (302, f"http://{WEBSITE}{location}")
    assert not answer.all("Set-Cookie")
    assert "<>" not in answer.text


def test_what_is_no_utf8_is_a_page_too(site):
    answer = site.get("/old/%FF", host=WEBSITE)
    assert answer.status == 400
    assert site.alive()


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_other_methods(site, method):
    answer = site.ask(request(method, "/index.html", host=WEBSITE, body=b"x"))
    assert (answer.status, answer["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert site.get("/index.html", host=CLOUD).body == b"hello"


def test_the_host_without_a_bucket(site):
    answer = site.get("/", host="cos-website.ap-guangzhou.myqcloud.com")
    assert (answer.status, answer["Content-Type"]) == (501, "text/html; charset=utf-8")


def test_an_error_names_nothing_of_the_visitor_as_markup(site):
    answer = site.get("/<script>alert(1)</script>?<script>", host=WEBSITE)
    assert answer.status == 404
    assert "<script>" not in answer.text


def test_https_is_what_a_trusted_proxy_says(start):
    server = start(trusted_proxies=["127.0.0.1"])
    forced = DOCUMENT.replace(
        b"<RoutingRules>",
        b"<RedirectAllRequestsTo><Protocol>https</Protocol></RedirectAllRequestsTo><RoutingRules>",
    )
    credential = signature("PUT", "/")
    assert server.ask(request("PUT", "/?website", credential, body=forced)).status == 200
    assert (
        server.ask(request("PUT", "/?acl", signature("PUT", "/"), "x-cos-acl: public-read", body=b"")).status
        == 200
    )
    assert server.get("/x", host=WEBSITE)["Location"] == f"https://{WEBSITE}/x"
    secure = "X-Forwarded-Proto: https"
    assert server.get("/x", secure, host=WEBSITE).status == 404
    assert server.get("/old/x", secure, host=WEBSITE)["Location"] == f"https://{WEBSITE}/new/x"

"""CORS on the wire: preflights, and the headers of every kind of answer (spec: cos.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from form_body import CONTENT_TYPE, form
from raw_http import BUCKET, CLOUD, Answer, Server, request, signature

PAGE = "http://localhost:8080"
ORIGIN = f"Origin: {PAGE}"
WANTS_PUT = "Access-Control-Request-Method: PUT"
EVERY_METHOD = "PUT,GET,POST,DELETE,HEAD"
BIG = b"0123456789abcdef" * 65536


def rule(origin: str = PAGE, *more: str, methods: str = "GET PUT HEAD POST DELETE") -> str:
    allowed = "".join(f"<AllowedMethod>{name}</AllowedMethod>" for name in methods.split())
    return f"<CORSRule><AllowedOrigin>{origin}</AllowedOrigin>{allowed}{''.join(more)}</CORSRule>"


def header(name: str) -> str:
    return f"<AllowedHeader>{name}</AllowedHeader>"


EXPOSES = "<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>"
AGE = "<MaxAgeSeconds>600</MaxAgeSeconds>"
VARY = "<ResponseVary>true</ResponseVary>"


def cors_of(answer: Answer) -> dict[str, str]:
    found = [(name, value) for name, value in answer.headers if name.startswith(("Access-Control-", "Vary"))]
    assert len(dict(found)) == len(found)
    return dict(found)


def specific(methods: str = "GET,PUT,HEAD,POST,DELETE") -> dict[str, str]:
    """What an answer has where a rule names the page."""
    return {
        "Access-Control-Allow-Origin": PAGE,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Credentials": "true",
    }


def assert_permissive(answer: Answer) -> None:
    """Whether a page may read all of an answer."""
    found = cors_of(answer)
    exposed = found.pop("Access-Control-Expose-Headers").split(",")
    assert found == {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": EVERY_METHOD}
    safe = {"cache-control", "content-language", "content-type", "expires", "last-modified", "connection"}
    names = {name.lower() for name, _ in answer.headers if not name.startswith("Access-Control-")} - safe
    assert exposed.pop() == "*"
    assert {name.lower() for name in exposed} == names
    assert len(exposed) == len(names)


@pytest.fixture
def rules(server: Server) -> Iterator[Callable[..., None]]:
    """Set the rules of the bucket that the tests share."""

    def put(*parts: str) -> None:
        server.put("/?cors", f"<CORSConfiguration>{''.join(parts)}</CORSConfiguration>".encode())

    yield put
    assert server.ask(request("DELETE", "/?cors")).status == 204


def preflight(server: Server, *fields: str, target: str = "/k", host: str = CLOUD) -> Answer:
    return server.ask(request("OPTIONS", target, *fields, host=host))


def test_a_preflight_without_rules(server: Server) -> None:
    answer = preflight(
        server, ORIGIN, WANTS_PUT, "Access-Control-Request-Headers: authorization,x-cos-meta-a"
    )
    assert (answer.status, answer.body) == (200, b"")
    assert [name for name, _ in answer.headers] == [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Server",
        "Date",
        "x-cos-request-id",
        "Connection",
        "Content-Length",
    ]
    assert cors_of(answer) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": EVERY_METHOD,
        "Access-Control-Allow-Headers": "authorization,x-cos-meta-a",
    }


def test_a_preflight_and_a_rule(server: Server, rules: Callable[..., None]) -> None:
    rules(rule(PAGE, header("X-Cos-Meta-A"), header("content-type"), EXPOSES, AGE), rule("*"))
    answer = preflight(
        server,
        ORIGIN,
        WANTS_PUT,
        "Access-Control-Request-Headers: Content-Type",
        "access-control-request-headers: x-COS-meta-a",
    )
    assert answer.status == 200
    assert answer.headers[:6] == [
        ("Access-Control-Allow-Origin", PAGE),
        ("Access-Control-Allow-Methods", "GET,PUT,HEAD,POST,DELETE"),
        ("Access-Control-Allow-Headers", "x-cos-meta-a,content-type"),
        ("Access-Control-Expose-Headers", "ETag,x-cos-request-id"),
        ("Access-Control-Max-Age", "600"),
        ("Access-Control-Allow-Credentials", "true"),
    ]
    assert answer["Content-Length"] == "0"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ((ORIGIN, "Access-Control-Request-Method: DELETE"), 403, "AccessForbidden"),
        ((ORIGIN, "Access-Control-Request-Method: PATCH"), 403, "AccessForbidden"),
        ((ORIGIN, WANTS_PUT, "Access-Control-Request-Headers: x-b"), 403, "AccessForbidden"),
        ((ORIGIN, WANTS_PUT, "Access-Control-Request-Headers: x-a,x-b"), 403, "AccessForbidden"),
        ((ORIGIN, WANTS_PUT, "Access-Control-Request-Headers: x-a", "Access-Control-Request-Headers: y"), 403, "AccessForbidden"),
        ((ORIGIN, WANTS_PUT, "Access-Control-Request-Headers: x a"), 403, "AccessForbidden"),
        (("Origin: http://localhost", WANTS_PUT), 403, "AccessForbidden"),
        (("Origin: null", WANTS_PUT), 403, "AccessForbidden"),
        ((WANTS_PUT,), 400, "BadRequest"),
        (("Origin: ", WANTS_PUT), 400, "BadRequest"),
        ((ORIGIN,), 400, "BadRequest"),
    ],
)  # fmt: skip
def test_a_preflight_is_refused(
    server: Server, rules: Callable[..., None], fields: tuple[str, ...], status: int, code: str
) -> None:
    rules(rule(PAGE, header("x-a"), methods="PUT GET"))
    answer = preflight(server, *fields)
    assert (answer.status, answer.code) == (status, code)
    assert answer["x-cos-trace-id"]
    assert cors_of(answer) == {}
    if status == 403:
        assert answer.message.startswith("CORSResponse: This CORS request is not allowed.")


@pytest.mark.parametrize(
    ("allowed", "origin"),
    [
        (PAGE, PAGE),
        ("null", "null"),
        ("https://*.example.com", "https://a.example.com"),
        ("http://localhost:*", PAGE),
        ("*://localhost:8080", PAGE),
    ],
)
def test_the_origin_is_given_back(
    server: Server, rules: Callable[..., None], allowed: str, origin: str
) -> None:
    rules(rule(allowed))
    for answer in (
        preflight(server, f"oRIGIN: {origin}", WANTS_PUT),
        server.get("/none", f"origin: {origin}"),
    ):
        assert answer["Access-Control-Allow-Origin"] == origin
        assert answer["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize("field", [b"Origin: http://\xff.example.com", b"Origin: http://a,http://b"])
def test_what_is_no_origin_is_never_given_back(
    server: Server, rules: Callable[..., None], field: bytes
) -> None:
    rules(rule("http://*"))
    server.put("/plain", b"x")
    answer = server.get("/plain", field)
    assert (answer.status, answer.body, cors_of(answer)) == (200, b"x", {})
    assert server.ask(request("OPTIONS", "/plain", field, WANTS_PUT)).code == "AccessForbidden"


@pytest.mark.parametrize("asked", ["true", "false"])
def test_private_networks(server: Server, asked: str) -> None:
    answer = preflight(server, ORIGIN, WANTS_PUT, f"Access-Control-Request-Private-Network: {asked}")
    assert answer.all("Access-Control-Allow-Private-Network") == (["true"] if asked == "true" else [])


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("/", CLOUD),
        ("/?lifecycle", CLOUD),
        ("/k?versionId=MTg0", CLOUD),
        ("/k?ci-process=qrcode-generate&qrcode-content=a", CLOUD),
        ("/k?uploads", f"{BUCKET}.ci.ap-guangzhou.myqcloud.com"),
        ("/k", f"{BUCKET}.pic.ap-guangzhou.myqcloud.com"),
        ("/k", f"{BUCKET}.cos-website.ap-guangzhou.myqcloud.com"),
        (f"/{BUCKET}/k", "127.0.0.1"),
        (f"/{BUCKET}", "localhost:9000"),
        (f"http://{CLOUD}/k", "localhost"),
    ],
)
def test_every_way_to_a_bucket(server: Server, rules: Callable[..., None], target: str, host: str) -> None:
    assert (
        cors_of(preflight(server, ORIGIN, WANTS_PUT, target=target, host=host))["Access-Control-Allow-Origin"]
        == "*"
    )
    rules(rule(methods="PUT"))
    answer = preflight(server, ORIGIN, WANTS_PUT, target=target, host=host)
    assert (answer.status, cors_of(answer)) == (200, specific("PUT"))


@pytest.mark.parametrize(
    ("target", "host"),
    [("/k", f"missing-{CLOUD}"), ("/", "service.cos.myqcloud.com"), ("/", "cos.ap-guangzhou.myqcloud.com")],
)
def test_a_preflight_where_no_bucket_is(server: Server, target: str, host: str) -> None:
    answer = preflight(server, ORIGIN, WANTS_PUT, target=target, host=host)
    assert (answer.status, answer["Access-Control-Allow-Origin"]) == (200, "*")


def test_a_preflight_needs_no_signature(strict: Server) -> None:
    assert preflight(strict, ORIGIN, WANTS_PUT).status == 200
    assert preflight(strict, ORIGIN, WANTS_PUT, "Authorization: nonsense").status == 200


def answers(server: Server) -> dict[str, Answer]:
    """Return one answer of each kind to a page's request."""
    server.put("/small", b"hello", "x-cos-meta-a: b", "Cache-Control: max-age=1")
    server.put("/big", BIG)
    tag = server.get("/small")["ETag"]
    ask = server.ask
    fields = {"key": "form", "success_action_redirect": "http://localhost/done"}
    return {
        "put": ask(request("PUT", "/new", ORIGIN, body=b"x")),
        "get": server.get("/small", ORIGIN),
        "streamed": server.get("/big", ORIGIN),
        "range": server.get("/big", ORIGIN, "Range: bytes=1-3"),
        "beyond": server.get("/small", ORIGIN, "Range: bytes=99-"),
        "unchanged": server.get("/small", ORIGIN, f"If-None-Match: {tag}"),
        "changed": server.get("/small", ORIGIN, 'If-Match: "x"'),
        "head": ask(request("HEAD", "/small", ORIGIN), head=True),
        "missing head": ask(request("HEAD", "/none", ORIGIN), head=True),
        "missing": server.get("/none", ORIGIN),
        "listing": server.get("/", ORIGIN),
        "no length": ask(request("PUT", "/new", ORIGIN)),
        "deleted": ask(request("DELETE", "/new", ORIGIN)),
        "form": ask(request("POST", "/", ORIGIN, f"Content-Type: {CONTENT_TYPE}", body=form(fields))),
        "bad uri": server.get("/%ff", ORIGIN),
        "expectation": server.get("/", ORIGIN, "Expect: wonders"),
        "codes": server.get("/?ci-process=qrcode-generate&qrcode-content=a&width=100", ORIGIN),
    }


STATUSES = {
    "put": 200,
    "get": 200,
    "streamed": 200,
    "range": 206,
    "beyond": 416,
    "unchanged": 304,
    "changed": 412,
    "head": 200,
    "missing head": 404,
    "missing": 404,
    "listing": 200,
    "no length": 411,
    "deleted": 204,
    "form": 303,
    "bad uri": 400,
    "expectation": 417,
    "codes": 200,
}


def test_every_answer_is_readable_without_rules(server: Server) -> None:
    found = answers(server)
    assert {name: answer.status for name, answer in found.items()} == STATUSES
    for answer in found.values():
        assert_permissive(answer)
    assert "x-cos-meta-a" in found["get"]["Access-Control-Expose-Headers"]
    assert "Content-Range" in found["range"]["Access-Control-Expose-Headers"]
    assert "Location" in found["form"]["Access-Control-Expose-Headers"]
    assert found["streamed"].body == BIG


def test_every_answer_follows_the_rules(server: Server, rules: Callable[..., None]) -> None:
    rules(rule(PAGE, header("*"), EXPOSES, AGE), VARY)
    expected = {
        **specific(),
        "Access-Control-Expose-Headers": "ETag,x-cos-request-id",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }
    found = answers(server)
    assert {name: answer.status for name, answer in found.items()} == STATUSES
    # Where the address cannot be read, there is no bucket whose rules could count.
    assert_permissive(found.pop("bad uri"))
    assert {name: cors_of(answer) for name, answer in found.items()} == dict.fromkeys(found, expected)


def test_what_no_rule_allows_is_carried_out(server: Server, rules: Callable[..., None]) -> None:
    rules(rule("http://other"))
    found = answers(server)
    assert {name: answer.status for name, answer in found.items()} == STATUSES
    found.pop("bad uri")
    assert {name: cors_of(answer) for name, answer in found.items()} == {name: {} for name in found}
    assert server.get("/form").status == 200


def test_a_method_that_no_rule_allows(server: Server, rules: Callable[..., None]) -> None:
    rules(rule(methods="GET"), rule(methods="HEAD"))
    server.put("/k", b"x")
    assert cors_of(server.get("/k", ORIGIN)) == specific("GET")
    assert cors_of(server.ask(request("HEAD", "/k", ORIGIN), head=True)) == specific("HEAD")
    assert cors_of(server.ask(request("PUT", "/k", ORIGIN, body=b"y"))) == {}
    assert server.get("/k").body == b"y"


def test_an_actual_request_needs_no_rule_for_its_headers(server: Server, rules: Callable[..., None]) -> None:
    rules(rule(PAGE, header("x-a")))
    answer = server.get("/none", ORIGIN, "x-other: 1")
    assert cors_of(answer) == {**specific(), "Access-Control-Allow-Headers": "x-a"}


def test_without_an_origin_there_is_nothing(server: Server, rules: Callable[..., None]) -> None:
    assert cors_of(server.get("/none")) == {}
    assert cors_of(server.get("/none", "Origin: ")) == {}
    rules(rule())
    assert cors_of(server.get("/none")) == {}


def test_caches_are_told_to_tell_pages_apart(server: Server, rules: Callable[..., None]) -> None:
    rules(rule(), VARY)
    server.put("/k", b"x")
    assert cors_of(server.get("/k")) == {"Vary": "Origin"}
    assert cors_of(server.get("/k", "Origin: http://other")) == {"Vary": "Origin"}
    assert cors_of(server.get("/k", ORIGIN)) == {**specific(), "Vary": "Origin"}


@pytest.mark.parametrize("host", [CLOUD, f"missing-{CLOUD}"])
def test_refused_signatures_are_readable(strict: Server, host: str) -> None:
    wrong = signature("PUT", "/k", host=host, secret_key="wrong")
    unsigned = strict.ask(request("PUT", "/k", ORIGIN, host=host, body=b"x"))
    assert unsigned.status == (403 if host == CLOUD else 404)
    refused = strict.ask(request("PUT", "/k", ORIGIN, wrong, host=host, body=b"x"))
    assert refused.code == "SignatureDoesNotMatch"
    for answer in (unsigned, refused):
        assert_permissive(answer)


def test_refused_signatures_follow_the_rules(start: Callable[..., Server]) -> None:
    server = start()
    document = f"<CORSConfiguration>{rule()}</CORSConfiguration>".encode()
    refused = server.ask(request("PUT", "/?cors", ORIGIN, body=document))
    assert (refused.code, refused["Access-Control-Allow-Origin"]) == ("AccessDenied", "*")
    answer = server.ask(request("PUT", "/?cors", signature("PUT", "/"), body=document))
    assert answer.status == 200
    wrong = signature("GET", "/k", secret_key="wrong")
    assert cors_of(server.get("/k", ORIGIN, wrong)) == specific()
    assert cors_of(server.get("/k", "Origin: http://other", wrong)) == {}


def test_the_rules_of_before_count_for_their_removal(start: Callable[..., Server]) -> None:
    server = start(auth="off", default_cors="none")
    document = f"<CORSConfiguration>{rule()}</CORSConfiguration>".encode()
    assert cors_of(server.ask(request("PUT", "/?cors", ORIGIN, body=document))) == {}
    assert cors_of(server.ask(request("DELETE", "/?cors", ORIGIN))) == specific()
    server.put("/?cors", document)
    deleted = server.ask(request("DELETE", "/", ORIGIN))
    assert (deleted.status, cors_of(deleted)) == (204, specific())


def test_no_default_rule(start: Callable[..., Server]) -> None:
    server = start(auth="off", default_cors="none")
    answer = preflight(server, ORIGIN, WANTS_PUT)
    assert (answer.status, answer.code, cors_of(answer)) == (403, "AccessForbidden", {})
    answer = preflight(server, ORIGIN, WANTS_PUT, host=f"missing-{CLOUD}")
    assert (answer.status, answer.code) == (404, "NoSuchBucket")
    assert preflight(server, ORIGIN, WANTS_PUT, host="service.cos.myqcloud.com").code == "AccessForbidden"
    for answer in answers(server).values():
        assert cors_of(answer) == {}
    server.put("/?cors", f"<CORSConfiguration>{rule()}</CORSConfiguration>".encode())
    assert preflight(server, ORIGIN, WANTS_PUT).status == 200

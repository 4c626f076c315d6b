"""The mechanism of stored documents, with a kind of its own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ci_emulator.config import load
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Place, Reply
from ci_emulator.core.params import parse_params
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import configurations
from ci_emulator.protocols.cos.configurations import Configuration, Listing
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services
from ci_emulator.server import open_services

BUCKET = "b-1250000000"

SCHEMA = """\
<element name="Toy" xmlns="http://relaxng.org/ns/structure/1.0"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <interleave>
    <optional><element name="Id"><text/></element></optional>
    <zeroOrMore><element name="Part"><element name="Name"><data type="NMTOKEN"/></element></element></zeroOrMore>
  </interleave>
</element>
"""

TOY = Configuration(name="toy", root="Toy", called="BucketToy", about="the toy", absent="NoSuchTagSet")
TOYS = replace(
    TOY,
    identified=True,
    listing=Listing(root="Toys", called="ListBucketToys", about="the toys", page=2),
    most=3,
    full="InventoryFull",
)

Run = Callable[..., Any]


class Sent:
    """A body that has arrived."""

    chunked = False

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.length = len(content)

    async def read(self, limit: int) -> bytes:
        return self.content


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with open_services(load({}, {})) as (opened, _):
        record = BucketRecord(name=BUCKET, owner="1250000000", region="r", created=0)
        await opened.buckets.create(record, most=1)
        yield opened


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, services: Services) -> Run:
    """Registers a row beside the real ones and runs its actions: `ask(row, "PUT", b"<Toy/>", id="a")`."""
    (tmp_path / "toy.rng").write_text(SCHEMA, encoding="utf-8")
    monkeypatch.setattr(configurations, "SCHEMAS", tmp_path)

    async def run(row: Configuration, method: str, body: bytes = b"", **query: str) -> Reply:
        made: dict[tuple[str, str], Any] = {}

        def action(scope: str, method: str, name: str, **declared: Any) -> Callable[[Any], Any]:
            return lambda function: made.setdefault((method, name), (function, declared)) and function

        monkeypatch.setattr(configurations, "action", action)
        configurations.register(row)
        listed = row.identified and method == "GET" and "id" not in query
        function, declared = made[method, "toy&list" if listed else "toy"]
        target = Target(method, Form.ORIGIN, "h", parse_host("h"), "/", "", {})
        call = Call(target, Sent(body), "", 0.0, place=Place("cos", "cos", BUCKET))  # type: ignore[arg-type]
        given = {name.replace("_", "-"): value for name, value in query.items()}
        call.params = parse_params(declared["params"], given)
        return await function(call, services)

    return run


def text_of(reply: Reply) -> str:
    assert isinstance(reply.body, bytes)
    return reply.body.decode().partition("?>\n")[2]


async def test_absent_set_replaced_removed(ask: Run):
    with pytest.raises(ApiError, match="NoSuchTagSet"):
        await ask(TOY, "GET")
    for body in (b"<Toy><Part><Name>a</Name></Part></Toy>", b"<Toy>\n  <Id> b </Id></Toy>"):
        assert (await ask(TOY, "PUT", b"<?xml version='1.0'?>" + body)).status == 200
        assert text_of(await ask(TOY, "GET")) == body.decode()
    assert (await ask(TOY, "DELETE")).status == 204
    with pytest.raises(ApiError):
        await ask(TOY, "GET")


async def test_an_empty_document_where_the_row_names_no_code(ask: Run):
    assert text_of(await ask(replace(TOY, absent=None), "GET")) == "<Toy/>"


async def test_the_status_of_put(ask: Run):
    assert (await ask(replace(TOY, put_status=204), "PUT", b"<Toy/>")).status == 204


async def test_headers_of_get(ask: Run):
    row = replace(TOY, absent=None, get_headers=lambda bucket: [("x-bucket", bucket.name)])
    assert ("x-bucket", BUCKET) in (await ask(row, "GET")).headers
    await ask(row, "PUT", b"<Toy/>")
    assert ("x-bucket", BUCKET) in (await ask(row, "GET")).headers


async def test_an_empty_body_clears_only_where_the_row_says_so(ask: Run):
    await ask(TOY, "PUT", b"<Toy/>")
    with pytest.raises(Refusal) as raised:
        await ask(TOY, "PUT", b" ")
    assert raised.value.kind is Kind.BODY_MISSING
    await ask(replace(TOY, clearable=True), "PUT", b" ")
    with pytest.raises(ApiError):
        await ask(TOY, "GET")


@pytest.mark.parametrize(
    "body", [b"<Toy><Other/></Toy>", b"<Other/>", b"<Toy>text</Toy>", b"<Toy", b"<Toy a='1'/>"]
)
async def test_what_does_not_fit_leaves_what_was(ask: Run, body: bytes):
    await ask(TOY, "PUT", b"<Toy><Id>kept</Id></Toy>")
    with pytest.raises(Refusal) as raised:
        await ask(TOY, "PUT", body)
    assert raised.value.kind is Kind.XML_MALFORMED
    assert text_of(await ask(TOY, "GET")) == "<Toy><Id>kept</Id></Toy>"


async def test_the_message_says_what_does_not_fit(ask: Run):
    with pytest.raises(Refusal, match="Other"):
        await ask(TOY, "PUT", b"<Toy><Other/></Toy>")


async def test_the_checks_of_a_row(ask: Run):
    def check(node: Any, bucket: BucketRecord) -> None:
        if node.value("Id") == "check":
            raise fail("InvalidRequest")

    async def verify(node: Any, bucket: BucketRecord, services: Services) -> None:
        if node.value("Id") == (await services.buckets.find(bucket.name)).name:
            raise fail("InvalidBucketState")

    row = replace(TOY, check=check, verify=verify)
    for text, code in (("check", "InvalidRequest"), (BUCKET, "InvalidBucketState")):
        with pytest.raises(ApiError) as raised:
            await ask(row, "PUT", f"<Toy><Id>{text}</Id></Toy>".encode())
        assert raised.value.code == code
    assert (await ask(row, "PUT", b"<Toy><Id>other</Id></Toy>")).status == 200


@pytest.mark.parametrize(("count", "fits"), [(0, True), (2, True), (3, False)])
async def test_limits(ask: Run, count: int, fits: bool):
    body = f"<Toy>{'<Part><Name>a</Name></Part>' * count}</Toy>".encode()
    row = replace(TOY, limits=(("Part", 2), ("Part/Name", 1), ("Nothing/Here", 0)))
    if fits:
        assert (await ask(row, "PUT", body)).status == 200
    else:
        with pytest.raises(Refusal, match="3 Part elements; 2 are allowed"):
            await ask(row, "PUT", body)


async def test_documents_by_id_and_their_pages(ask: Run):
    for name in ("c", "a", "b/&<"):
        body = f"<Toy><Part><Name>{name[0]}</Name></Part></Toy>".encode()
        await ask(TOYS, "PUT", body, id=name)
    assert text_of(await ask(TOYS, "GET", id="c")) == "<Toy><Part><Name>c</Name></Part></Toy>"
    one = "<Toy><Part><Name>{}</Name></Part></Toy>".format
    first = text_of(await ask(TOYS, "GET"))
    assert first == (
        f"<Toys>{one('a')}{one('b')}<IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>b/&amp;&lt;</NextContinuationToken></Toys>"
    )
    assert text_of(await ask(TOYS, "GET", continuation_token="b/&<")) == (
        f"<Toys>{one('c')}<IsTruncated>false</IsTruncated>"
        "<ContinuationToken>b/&amp;&lt;</ContinuationToken></Toys>"
    )
    # A page goes on after its token, whatever became of the document of that id.
    await ask(TOYS, "DELETE", id="b/&<")
    assert one("c") in text_of(await ask(TOYS, "GET", continuation_token="b/&<"))
    with pytest.raises(ApiError):
        await ask(TOYS, "GET", id="b/&<")


async def test_no_more_documents_than_the_row_says(ask: Run):
    for name in "abc":
        await ask(TOYS, "PUT", b"<Toy/>", id=name)
    with pytest.raises(ApiError) as raised:
        await ask(TOYS, "PUT", b"<Toy/>", id="d")
    assert raised.value.code == "InventoryFull"
    await ask(TOYS, "PUT", b"<Toy><Id>a</Id></Toy>", id="a")
    await ask(TOYS, "DELETE", id="b")
    await ask(TOYS, "PUT", b"<Toy/>", id="d")


@pytest.mark.parametrize("query", [{}, {"id": ""}])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_an_id_is_needed(ask: Run, method: str, query: dict[str, str]):
    with pytest.raises(Refusal) as raised:
        await ask(TOYS, method, b"<Toy/>", **query)
    assert raised.value.kind in (Kind.PARAMETER_MISSING, Kind.PARAMETER_INVALID)


async def test_the_id_of_the_document_is_that_of_the_query(ask: Run):
    with pytest.raises(ApiError) as raised:
        await ask(TOYS, "PUT", b"<Toy><Id>a</Id></Toy>", id="b")
    assert raised.value.code == "InvalidArgument"


async def test_times_are_kept_and_forgotten(services: Services):
    await configurations.keep(services, BUCKET, "toy", "<Toy/>")
    record = await services.buckets.find(BUCKET)
    assert record.configurations == {"toy": "<Toy/>"}
    assert abs(record.configured["toy"] - services.clock.now()) < 30
    await configurations.keep(services, BUCKET, "toy", None)
    record = await services.buckets.find(BUCKET)
    assert (record.configurations, record.configured) == ({}, {})


async def test_several_are_kept_at_once_or_none(services: Services):
    def refuse(record: BucketRecord) -> None:
        raise fail("InvalidBucketState")

    await configurations.keep_all(services, BUCKET, {"a": "<A/>", "b/1": "<B/>", "b/2": "<C/>"})
    with pytest.raises(ApiError):
        await configurations.keep_all(services, BUCKET, {"a": None, "b/1": "<D/>"}, refuse)
    record = await services.buckets.find(BUCKET)
    assert configurations.text_of(record, "a") == "<A/>"
    assert configurations.each_of(record, "b") == {"1": "<B/>", "2": "<C/>"}


async def test_of_a_bucket_that_does_not_exist(services: Services):
    with pytest.raises(Refusal) as raised:
        await configurations.keep(services, "none-1", "toy", "<Toy/>")
    assert raised.value.kind is Kind.BUCKET_MISSING

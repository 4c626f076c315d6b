"""Documents that are set on a bucket: validated, kept, and given back exactly, by one mechanism and a row of data each.

A row says what is set and how the service speaks of it; `schemas/<name>.rng` says what it may hold. What a configuration
does, if it does anything here, is done elsewhere by who reads it (spec: cos.md section 4.2).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, text
from ci_emulator.core.registry import KiB
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml, xml_in, xml_schema
from ci_emulator.protocols.cos import documents
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import LIST, action
from ci_emulator.protocols.services import Services

SCHEMAS = Path(__file__).parent / "schemas"
"""Where the schemas are, one for each name of a row."""

#: Raises when a document that fits its schema is not acceptable for this bucket.
Check = Callable[[xml_in.Node, BucketRecord], None]

#: The same where other buckets or the time have to be looked at.
Verify = Callable[[xml_in.Node, BucketRecord, Services], Awaitable[None]]

#: Adds to the headers of what is answered to GET.
Extra = Callable[[BucketRecord], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How the documents of a kind are listed, in the order of their ids.

    `root` is the root element of the answer, `called` the action, `page` how many documents an answer has (None: all,
    and the answer says nothing about pages).
    """

    root: str
    called: str
    about: str
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One kind of document.

    `name` is the sub-resource and the name of the schema, `root` the root element, `called` what the service's action
    names have in common (`BucketCORS`: PutBucketCORS, GetBucketCORS, DeleteBucketCORS). GET of what was never set is
    refused with the code `absent`, or answered with an empty document when there is none. `clearable` documents are
    removed by an empty body. Those that are `identified` come in several, each told by the query parameter `id`, and at
    most `most` of them (one more is refused with the code `full`); `listing` says how they are listed.

    `limits` are how many elements of a kind their parent may have: `(("Rule", 10), ("Rule/Tag", 10))`. A schema
    could say so by naming each of them.
    """

    name: str
    root: str
    called: str
    about: str
    absent: str | None = None
    put_status: int = 200
    methods: tuple[Literal["PUT", "GET", "DELETE"], ...] = ("PUT", "GET", "DELETE")
    check: Check | None = None
    verify: Verify | None = None
    limits: tuple[tuple[str, int], ...] = ()
    stored_only: bool = True
    clearable: bool = False
    identified: bool = False
    listing: Listing | None = None
    most: int = 1000
    full: str = "InvalidArgument"
    max_body: int = 64 * KiB
    get_headers: Extra | None = None

    def parse(self, body: bytes) -> xml_in.Node:
        """Return a document that fits the schema.

        Raises:
            Refusal: BODY_MISSING, XML_MALFORMED.
        """
        node = xml_in.parse(body, self.root)
        xml_schema.check(node, SCHEMAS / f"{self.name}.rng")
        for path, most in self.limits:
            _check_count(node, path.split("/"), most)
        return node

    async def accept(self, node: xml_in.Node, bucket: BucketRecord, services: Services) -> None:
        """Refuse a document that fits its schema and is not acceptable for the bucket.

        Raises:
            ApiError: whatever the row's own checks raise.
        """
        if self.check is not None:
            self.check(node, bucket)
        if self.verify is not None:
            await self.verify(node, bucket, services)


def text_of(bucket: BucketRecord, name: str) -> str | None:
    """Return the document that is set on a bucket's sub-resource, None when there is none."""
    return bucket.configurations.get(name)


def each_of(bucket: BucketRecord, name: str) -> dict[str, str]:
    """Return the documents of a kind of which there are several, by id in the order of the ids."""
    start = f"{name}/"
    kept = bucket.configurations.items()
    return dict(
        sorted((key.removeprefix(start), document) for key, document in kept if key.startswith(start))
    )


async def keep(services: Services, bucket: str, name: str, document: str | None) -> None:
    """Set the document of a sub-resource (`<name>/<id>` where there are several); None removes it.

    Raises:
        Refusal: BUCKET_MISSING.
    """
    await keep_all(services, bucket, {name: document})


async def keep_all(
    services: Services,
    bucket: str,
    new: dict[str, str | None],
    allow: Callable[[BucketRecord], None] | None = None,
) -> None:
    """Set several documents in one step, each as `keep` does; `allow` may raise before anything is changed.

    Raises:
        Refusal: BUCKET_MISSING, and whatever `allow` raises.
    """
    now = services.clock.now()

    def change(record: BucketRecord) -> BucketRecord:
        if allow is not None:
            allow(record)
        documents = {key: kept for key, kept in record.configurations.items() if key not in new}
        times = {key: kept for key, kept in record.configured.items() if key not in new}
        for key, document in new.items():
            if document is not None:
                documents[key], times[key] = document, now
        return msgspec.structs.replace(record, configurations=documents, configured=times)

    await services.buckets.change(bucket, change)


def register(row: Configuration) -> Configuration:
    """Make the actions of a kind of document."""
    makers = {"PUT": _put, "GET": _get, "DELETE": _delete}
    for method in row.methods:
        makers[method](row)
    if row.listing is not None:
        _list(row, row.listing)
    return row


ID = Param("id", text(min_length=1), "string", required=True, about="which of the documents")

TOKEN = Param("continuation-token", text(), "string", default="", about="where the page before ended")


def _declare(row: Configuration, name: str, *params: Param) -> dict[str, Any]:
    return {
        "called": name,
        "permission": f"cos:{name}",
        "stored_only": row.stored_only,
        "params": params,
        "max_body": row.max_body,
    }


def _declared(row: Configuration, method: str) -> dict[str, Any]:
    return _declare(row, f"{method.capitalize()}{row.called}", *((ID,) if row.identified else ()))


def _key(row: Configuration, call: Call) -> str:
    return f"{row.name}/{call.params['id']}" if row.identified else row.name


def _put(row: Configuration) -> None:
    async def put(call: Call, services: Services) -> Reply:
        body = await documents.read(call)
        bucket = await services.buckets.find(call.place.bucket or "")
        key = _key(row, call)
        if row.clearable and not body.strip():
            await keep(services, bucket.name, key, None)
            return Reply(row.put_status)
        node = row.parse(body)
        if row.identified:
            check_id(node, call)
        await row.accept(node, bucket, services)

        def allow(record: BucketRecord) -> None:
            kept = each_of(record, row.name)
            if len(kept) >= row.most and call.params["id"] not in kept:
                raise fail(row.full, f"The bucket has {row.most} of these, which is the limit.", name="id")

        await keep_all(services, bucket.name, {key: node.to_text()}, allow if row.identified else None)
        return Reply(row.put_status)

    put.__doc__ = f"Set {row.about}."
    action("bucket", "PUT", row.name, takes="xml", **_declared(row, "PUT"))(put)


def _get(row: Configuration) -> None:
    async def get(call: Call, services: Services) -> Reply:
        bucket = await services.buckets.find(call.place.bucket or "")
        document = text_of(bucket, _key(row, call))
        headers = row.get_headers(bucket) if row.get_headers else []
        if document is not None:
            return xml.reply_text(document, headers)
        if row.absent is not None:
            raise fail(row.absent)
        return xml.reply(row.root, {}, headers)

    get.__doc__ = f"Tell {row.about}."
    action("bucket", "GET", row.name, **_declared(row, "GET"))(get)


def _delete(row: Configuration) -> None:
    async def delete(call: Call, services: Services) -> Reply:
        await keep(services, call.place.bucket or "", _key(row, call), None)
        return Reply(204)

    delete.__doc__ = f"Remove {row.about}."
    action("bucket", "DELETE", row.name, **_declared(row, "DELETE"))(delete)


def _list(row: Configuration, listing: Listing) -> None:
    async def list_all(call: Call, services: Services) -> Reply:
        bucket = await services.buckets.find(call.place.bucket or "")
        kept = each_of(bucket, row.name)
        if listing.page is None:
            return _page(listing.root, [*kept.values()], {})
        token = call.params["continuation-token"]
        names = [name for name in kept if name > token]
        shown, rest = names[: listing.page], names[listing.page :]
        # The clients read IsTruncated always, and the token of the next page where there is one.
        about: dict[str, str] = {"IsTruncated": "true" if rest else "false"}
        if token:
            about["ContinuationToken"] = token
        if rest:
            about["NextContinuationToken"] = shown[-1]
        return _page(listing.root, [kept[name] for name in shown], about)

    list_all.__doc__ = f"List {listing.about}."
    params = (TOKEN,) if listing.page is not None else ()
    action("bucket", "GET", f"{row.name}&{LIST}", **_declare(row, listing.called, *params))(list_all)


def _page(root: str, kept: list[str], about: dict[str, str]) -> Reply:
    tail = (xml.document(name, value, declaration=False).decode() for name, value in about.items())
    return xml.reply_text(f"<{root}>{''.join([*kept, *tail])}</{root}>")


def check_id(node: xml_in.Node, call: Call) -> None:
    """Check that the Id in a document, if there is one, is that of the query.

    Raises:
        ApiError: InvalidArgument.
    """
    named = node.value("Id")
    if named is not None and named != call.params["id"]:
        raise fail("InvalidArgument", "The Id of the document is not the id in the query.", name="id")


def descend(node: xml_in.Node, path: list[str]) -> Iterator[xml_in.Node]:
    """Yield the elements at a path of names below an element."""
    if not path:
        yield node
        return
    for child in node.children(path[0]):
        yield from descend(child, path[1:])


def _check_count(node: xml_in.Node, path: list[str], most: int) -> None:
    for parent in descend(node, path[:-1]):
        count = sum(1 for _ in parent.children(path[-1]))
        if count > most:
            raise Refusal(
                Kind.XML_MALFORMED,
                f"The XML you provided has {count} {path[-1]} elements; {most} are allowed.",
            )

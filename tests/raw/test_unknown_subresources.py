"""A sub-resource that nobody here knows never creates or deletes the bucket that it hangs on."""

from __future__ import annotations

import pytest
from raw_http import BUCKET, CLOUD, Server, request

FRESH = CLOUD.replace(BUCKET, "fresh-1250000000")


@pytest.mark.parametrize("name", ["nonsense", "nonsense=", "nonsense=1", "Policy2"])
def test_the_bucket_stays_as_it_is(server: Server, name: str) -> None:
    deleted = server.ask(request("DELETE", f"/?{name}", "Content-Length: 0", host=CLOUD))
    assert (deleted.status, deleted.code) == (501, "NotImplemented")
    assert server.ask(request("HEAD", "/", host=CLOUD)).status == 200
    assert server.ask(request("PUT", f"/?{name}", "Content-Length: 0", host=FRESH)).status in (404, 501)
    assert server.ask(request("HEAD", "/", host=FRESH)).status == 404


def test_the_fields_of_a_signature_are_no_subresource(server: Server) -> None:
    assert server.ask(request("PUT", "/?q-ak=me&sign=x", "Content-Length: 0", host=FRESH)).status == 200
    assert server.ask(request("DELETE", "/?q-ak=me", "Content-Length: 0", host=FRESH)).status == 204
